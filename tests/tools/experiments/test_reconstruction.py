"""Recordings whose notes the patch itself can play are played again from their attributes alone."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from ddsp_live.patch import load_patch
from ddsp_live.synth import Synth
from ddsp_live.tools.analysis.takes import analyse
from ddsp_live.tools.evaluation.resynthesis import patch_player
from ddsp_live.tools.experiments import reconstruction
from ddsp_live.tools.experiments.reconstruction import compare, main, notes_of, played, reconstruct
from ddsp_live.tools.room.model import Room

sys.path.insert(0, str(Path(__file__).parents[2] / "engine"))

from make_patch import make_patch

RATE = 44100
KEYS, CENTS = (57, 64, 60), 30.0
SECONDS, GAP = 0.8, 0.4
SHAPE = {"volume": 1.05, "volume_fluctuation": 0.12, "volume_peak_position": 0.5}


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return load_patch(make_patch(tmp_path_factory.mktemp("patch") / "own.ddsp"))


@pytest.fixture(scope="module")
def folder(patch, tmp_path_factory):
    """What the patch played from notes with attributes, a little sharp and softer than it could be."""
    synth = Synth(patch, sample_rate=RATE)
    synth.control_change(7, 127, time=0)
    synth.pitch_bend(round(CENTS / 200 * 8191), time=0)
    for i, key in enumerate(KEYS):
        at = round((0.2 + i * (SECONDS + GAP)) * RATE)
        synth.note_on(key, 80, time=at, attributes=SHAPE, seconds=SECONDS)
        synth.note_off(key, time=at + round(SECONDS * RATE))
    audio = synth.render(round((0.2 + len(KEYS) * (SECONDS + GAP)) * RATE))[:, 0]
    path = tmp_path_factory.mktemp("recordings") / "three.wav"
    soundfile.write(path, audio, RATE, subtype="FLOAT")
    return path.parent


def test_each_note_is_played_where_it_was_as_long_and_as_loud_and_with_its_cents(patch, folder):
    take = analyse(folder / "three.wav", sample_rate=RATE, frame_rate=250)
    notes = notes_of(take, patch)
    assert [round(note.pitch - CENTS / 100) for note in notes] == list(KEYS)
    for i, note in enumerate(notes):
        assert note.onset / 250 == pytest.approx(0.2 + i * (SECONDS + GAP), abs=0.03)
        assert note.held / 250 == pytest.approx(SECONDS, abs=0.05)
    made = played(notes, patch, len(take.audio))
    driven = patch_player(patch)(take.f0_hz, take.loudness_db)
    rms = [np.sqrt(np.mean(np.square(audio, dtype=np.float64))) for audio in (made, driven)]
    assert 20 * np.log10(rms[0] / rms[1]) == pytest.approx(0, abs=1.0)


def test_what_the_attributes_hold_is_near_and_a_wrong_pitch_is_told(patch, folder, monkeypatch):
    take = analyse(folder / "three.wav", sample_rate=RATE, frame_rate=250)
    near = compare(take, patch)
    assert near["f0_cents"] < 3 and near["ours"] < 1.2 * near["driven"]
    # A decoder of random numbers is not as loud as it is told to be; what the notes make is as loud as what it makes.
    assert near["loudness_db"] == pytest.approx(near["driven_loudness_db"], abs=1.5)
    monkeypatch.setattr(reconstruction, "BEND_RANGE", -2.0)  # bends the other way
    # What the note's own pitch is off by counts twice then.
    assert compare(take, patch)["f0_cents"] == pytest.approx(2 * CENTS, abs=3 + 2 * near["f0_cents"])


def test_a_patch_that_knows_its_room_is_compared_with_what_was_before_it(patch, folder, monkeypatch):
    take, compared = analyse(folder / "three.wav", sample_rate=RATE, frame_rate=250), []
    room = Room(np.full(8, 0.5), np.full(8, -10.0), RATE)
    monkeypatch.setattr(reconstruction, "room_of", lambda patch: room)
    monkeypatch.setattr(reconstruction, "dry_take", lambda wet, own: compared.append((wet, own)) or take)
    compare(take, patch)
    assert compared == [(take, room)]


def test_the_command_prints_what_it_measured_and_whether_that_is_enough(patch, folder, capsys):
    figures = reconstruct(folder, patch)
    enough = reconstruction.passes(figures)
    assert main([str(folder), "--patch", str(patch.path), "--json"]) == (0 if enough else 1)
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(json.dumps(figures))
    assert told["ratio"] == pytest.approx(told["ours"] / told["driven"])
    assert not told["held_out"] and list(told["files"]) == ["three.wav"]


def test_what_cannot_be_measured_is_told_in_a_sentence(patch, tmp_path, capsys):
    soundfile.write(tmp_path / "silence.wav", np.zeros(RATE), RATE)
    for more in ([], ["--performer", "2"]):
        assert main([str(tmp_path), "--patch", str(patch.path), *more]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "Traceback" not in said
