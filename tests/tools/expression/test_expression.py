"""A patch that is there learns how its instrument is played; its decoder stays as it is."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import soundfile
from ddsp_live.cli import main
from ddsp_live.input.loudness import loudness
from ddsp_live.patch import PatchError, load_patch
from ddsp_live.tools.expression import expression
from ddsp_live.tools.expression.performer import Settings
from instrument import note

sys.path.insert(0, str(Path(__file__).parents[2] / "engine"))

from make_patch import make_patch

RATE = 44100
BANDS = 8  # octaves from 125 Hz up, at this rate


@pytest.fixture
def recordings(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "ddsp_live.tools.expression.expression.Settings", lambda seed: Settings(steps=200, seed=seed)
    )
    folder = tmp_path / "recordings"
    folder.mkdir()
    for midi in (57, 60):
        soundfile.write(folder / f"{midi}.wav", np.pad(note(midi, 0.8, 0.8, RATE), RATE // 4), RATE)
    return folder


def test_the_performer_is_put_into_the_patch_that_is_there(recordings, tmp_path, capsys):
    patch = make_patch(tmp_path / "own.ddsp")
    before = load_patch(patch)
    assert main(["train", str(recordings), "-o", str(patch), "--expression", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    after = load_patch(patch)
    assert after.performer_program is not None and before.performer_program is None
    assert after.onnx == before.onnx and after.info["training"] == before.info["training"]
    assert figures == {name: value for name, value in after.info["performer"].items() if name != "layers"}


def test_what_a_patch_says_beside_what_is_known_does_no_harm(recordings, tmp_path):
    performance = {"attack_ms": 30.0, "release_ms": 80.0, "ring_db": -20.0, "ring_ms": 900.0, "of another": 1}
    patch = make_patch(tmp_path / "own.ddsp", performance=performance)
    assert main(["train", str(recordings), "-o", str(patch), "--expression"]) == 0
    assert load_patch(patch).info["performance"] == performance


def test_another_patch_may_be_named_to_start_from(recordings, tmp_path):
    patch, output = make_patch(tmp_path / "own.ddsp"), tmp_path / "other.ddsp"
    given = ["train", str(recordings), "-o", str(output), "--patch", str(patch), "--expression"]
    assert main(given) == 0
    assert load_patch(output).performer and load_patch(patch).performer is None


def test_the_room_that_the_patch_knows_is_off_before_contours_are_read(tmp_path, monkeypatch):
    """By notes that were made dry and then put into a room: those that are learned from have none of its tails."""
    seconds, energy_db, read = 0.7, -4.5, []
    after = np.arange(round(seconds * RATE))
    impulse = np.random.default_rng(5).normal(size=len(after)) * 10 ** (-3 * after / len(after))
    impulse *= np.sqrt(10 ** (energy_db / 10) / np.sum(impulse**2))
    folder = tmp_path / "recordings"
    folder.mkdir()
    dry = 0.5 * np.concatenate([np.pad(note(midi, 0.8, 0.8, RATE), (RATE // 4, RATE)) for midi in (57, 60)])
    wet = dry + scipy.signal.fftconvolve(dry, impulse)[: len(dry)]
    soundfile.write(folder / "line.wav", wet, RATE, subtype="FLOAT")
    room = {"seconds": [seconds] * BANDS, "energy_db": [energy_db] * BANDS}
    for name, training in (("in-a-room", {"room": room}), ("without", {})):
        patch = make_patch(tmp_path / f"{name}.ddsp", training=training)
        monkeypatch.setattr(
            expression, "train_performer", lambda takes, *_, **__: read.append(takes[0].loudness_db)
        )
        with pytest.raises(PatchError, match="Nothing that helps"):
            expression.add_expression(folder, patch, tmp_path / "other.ddsp")
    wanted = loudness(dry, RATE, 250)
    without_tails, with_tails = (np.abs(level[: len(wanted)] - wanted[: len(level)]) for level in read)
    wanted = wanted[: len(read[0])]
    tails = (wanted <= -79) & (loudness(wet, RATE, 250)[: len(wanted)] > -65)
    assert np.median(without_tails[wanted > -35]) < 3
    assert np.median(without_tails[tails]) < 5 < 15 < np.median(with_tails[tails])
