"""Effects that belong to a patch: kept in its file, checked, and heard with it."""

import json
from dataclasses import replace

import ddsp_live
import numpy as np
import pytest
from ddsp_live.effects import Rack
from ddsp_live.patch import PatchError, load_patch, write_patch
from ddsp_live.patch.container import content_hash, read_members, write_members

INSERTS = Rack("own", drive_on=1, drive_amount=24, compressor_on=1, compressor_threshold=-50)


def written(path, **changes):
    flute = load_patch("flute")
    return write_patch(
        path, flute.info, flute.onnx, licence=flute.licence, performer=flute.performer, **changes
    )


def test_a_patch_keeps_its_inserts(tmp_path):
    path = written(tmp_path / "driven.ddsp", inserts=INSERTS)
    assert load_patch(path).info["format"] == 2 and dict(load_patch(path).inserts) == dict(INSERTS)
    assert load_patch(written(tmp_path / "plain.ddsp")).inserts is None
    assert load_patch(tmp_path / "plain.ddsp").info["format"] == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"format": 1, "reverb": {}}', "rack.json cannot be used: it has a unit 'reverb'"),
        ('{"format": 1, "drive": {"amount": 400}}', "drive_amount is 400"),
        ("[", "it is not JSON"),
        ('{"format": 1, "name": "' + "a" * 66_000 + '"}', "rack.json is larger than 64 kB"),
    ],
)
def test_a_strangers_inserts_are_refused(tmp_path, text, said):
    path = written(tmp_path / "driven.ddsp", inserts=INSERTS)
    members = read_members(path)
    members["rack.json"] = text.encode()
    info = json.loads(members["patch.json"])
    info["content_hash"] = content_hash(info, members)
    members["patch.json"] = json.dumps(info).encode()
    write_members(path, members)
    with pytest.raises(PatchError, match=said):
        load_patch(path)


def play(patch, seconds=0.5):
    synth = ddsp_live.Synth(patch)
    synth.note_on(69, 100, time=0)
    return synth.render(int(48000 * seconds))


def test_inserts_are_heard_with_the_patch_and_leave_with_it():
    flute = load_patch("flute")
    dry, driven = play(flute), replace(flute, inserts=INSERTS)
    assert np.abs(play(driven) - dry).max() > 0.01
    assert np.array_equal(play(replace(flute, inserts=Rack())), dry)
    synth = ddsp_live.Synth(driven)
    synth.render(4800)
    synth.patch = flute
    synth.render(4800)
    synth.note_on(69, 100)
    plain = ddsp_live.Synth(flute)
    plain.render(9600)
    plain.note_on(69, 100)
    assert np.corrcoef(synth.render(9600)[4800:, 0], plain.render(9600)[4800:, 0])[0, 1] > 0.99
