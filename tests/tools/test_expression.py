"""A patch that is there learns how its instrument is played; its decoder stays as it is."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from ddsp_live.cli import main
from ddsp_live.patch import load_patch
from ddsp_live.tools.performer import Settings
from instrument import note

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))

from make_patch import make_patch

RATE = 44100


@pytest.fixture
def recordings(tmp_path, monkeypatch):
    monkeypatch.setattr("ddsp_live.tools.expression.Settings", lambda seed: Settings(steps=20, seed=seed))
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


def test_another_patch_may_be_named_to_start_from(recordings, tmp_path):
    patch, output = make_patch(tmp_path / "own.ddsp"), tmp_path / "other.ddsp"
    given = ["train", str(recordings), "-o", str(output), "--patch", str(patch), "--expression"]
    assert main(given) == 0
    assert load_patch(output).performer and load_patch(patch).performer is None
