"""Files from strangers, damaged at random: each is read, or refused with its documented error, and nothing else."""

import contextlib
import io
import json
import zipfile

import ddsp_live
import numpy as np
import pytest
from ddsp_live.kernel import frame_log as controls
from ddsp_live.kernel.frame_log import ControlsError, Recorder, read_controls, write_controls
from ddsp_live.live.presets import Preset, PresetError, load_preset, save_preset
from ddsp_live.live.session import Session
from ddsp_live.live.snapshot import recall
from ddsp_live.modulation.matrix import PRESETS
from ddsp_live.modulation.matrix_file import MapError, compile_map, read_map, write_map
from ddsp_live.patch import PatchError, load_patch
from ddsp_live.patch.container import content_hash, read_members, write_members
from ddsp_live.tuning.mts import Tuning
from make_patch import make_patch
from mutants import COUNT, as_json, changed, damaged

pytestmark = pytest.mark.slow

ROOM = np.exp(-np.arange(800) / 100)[:, None] * 0.5
BODY = np.array([[1.0, 0.1, 0.0, 1.0, -0.5, 0.1]])
LEAST_READ = 0.02  # share of mutants that can still be read: else nothing behind the reader is tried


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    path = tmp_path_factory.mktemp("patch") / "tiny.ddsp"
    return make_patch(path, width=16, harmonics=8, noise_bands=5, body=BODY, room=ROOM, room_rate=8000)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Without what takes most of the time and is not searched: factory patches, and waiting for the disk."""
    monkeypatch.setattr("ddsp_live.synth.list_patches", list)
    monkeypatch.setattr("os.fsync", lambda handle: None)


def search(error, mutate, read, seed):
    """Reads COUNT mutants; whatever it raises but `error`, in a sentence of bounded length, fails."""
    rng, were_read = np.random.default_rng(seed), 0
    for number in range(COUNT):
        mutate(rng)
        try:
            read()
            were_read += 1
        except error as refused:
            said = str(refused)
            assert 0 < len(said) < 1000 and "\n" not in said, (number, said)
        except BaseException as other:
            raise AssertionError(
                f"mutant {number} of seed {seed}: {type(other).__name__}: {other}"
            ) from other
    assert LEAST_READ * COUNT < were_read < COUNT


def mutant_of_patch(rng, members):
    """Members of a patch with one of them damaged, and a hash that is right."""
    members = dict(members)
    name = sorted(members)[rng.integers(len(members))]
    if name.endswith(".json"):
        members[name] = as_json(changed(rng, json.loads(members[name])))
    else:
        members[name] = damaged(rng, members[name])
    info = json.loads(members["patch.json"])
    if isinstance(info, dict):
        with contextlib.suppress(ValueError):  # NaN has no canonical form
            members["patch.json"] = as_json(info | {"content_hash": content_hash(info, members)})
    return members


def test_patches(patch, tmp_path):
    path, members, whole = tmp_path / "mutant.ddsp", read_members(patch), patch.read_bytes()
    synth = ddsp_live.Synth(str(patch), voices=1)
    synth.note_on(60)

    def mutate(rng):
        if rng.random() < 0.2:
            path.write_bytes(damaged(rng, whole))
        else:
            write_members(path, mutant_of_patch(rng, members))

    def read():
        synth.load(load_patch(path))
        assert np.isfinite(synth.render(256)).all()

    search(PatchError, mutate, read, seed=1)


def test_presets(patch):
    keys = np.arange(128.0) + 0.5
    keys[0] = np.nan
    tuning = Tuning(keys, np.full((16, 12), -12.5))
    rows = [row._asdict() for row in PRESETS["mpe"][:6]]
    knobs, panel = {"vibrato": [30, 31]}, {"octave": 3, "velocity": 70}
    path = save_preset("evening", Preset("trumpet", {"volume": 0.5}, rows, knobs, "none", tuning, panel))
    whole = path.read_bytes()
    session = Session(ddsp_live.Synth(str(patch), voices=1))

    def mutate(rng):
        mutant = damaged(rng, whole) if rng.random() < 0.3 else as_json(changed(rng, json.loads(whole)))
        path.write_bytes(mutant)

    def read():
        assert recall(session, load_preset("evening"), patch=False) == []
        session.synth.render(64)

    search(PresetError, mutate, read, seed=2)


def test_maps(tmp_path):
    path = tmp_path / "mutant.toml"
    write_map(path, PRESETS["mpe"][:6])
    whole = path.read_text()
    numbers = (
        "1e999",
        "-inf",
        "nan",
        "9" * 5000,
        "9" * 400,
        "true",
        '"x"',
        "[]",
        "1979-05-27",
        "0x" + "f" * 9000,
        "-1",
    )

    def mutate(rng):
        if rng.random() < 0.5:
            path.write_bytes(damaged(rng, whole.encode()))
            return
        lines = whole.splitlines()
        at = rng.choice([i for i, line in enumerate(lines) if " = " in line])
        value = rng.choice(numbers)
        lines[at] = f"{lines[at].partition(' = ')[0]} = {value}"
        path.write_text("\n".join(lines))

    search(MapError, mutate, lambda: compile_map(read_map(path)), seed=3)


def test_controls(patch, tmp_path):
    path, rate = tmp_path / "mutant.npz", 8000
    synth = ddsp_live.Synth(str(patch), sample_rate=rate, voices=2)
    recorder = Recorder(synth)
    synth.note_on(60)
    synth.render(rate // 20)
    recorder.take()
    write_controls(path, {"tiny": recorder.controls()}, synth)
    arrays = dict(np.load(path))
    buffers = {}
    for name, array in arrays.items():
        file = io.BytesIO()
        np.save(file, array)
        buffers[name] = file.getvalue()

    def mutate(rng):
        changed_one = rng.choice(list(buffers))
        with zipfile.ZipFile(path, "w", int(rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))) as made:
            for name, data in buffers.items():
                made.writestr(f"{name}.npy", damaged(rng, data) if name == changed_one else data)
        if rng.random() < 0.3:  # the zip itself
            path.write_bytes(damaged(rng, path.read_bytes()))

    def read():
        parts = read_controls(path, rate)
        for name, part in parts.items():
            if name == "tiny":
                player = ddsp_live.Synth(str(patch), sample_rate=rate, voices=2)
                controls.play(player, part)
                assert np.isfinite(player.render(256)).all()

    search(ControlsError, mutate, read, seed=4)
