"""Several hold-outs: which notes are in which, and that nothing of the patch is in the networks that are judged."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from ddsp_live import load_patch
from ddsp_live.cli import main
from ddsp_live.tools.analysis.takes import Take
from ddsp_live.tools.build.folds import Fold, Folds, hold_outs, settings_of, spread
from ddsp_live.tools.build.make_patch import make_patch
from ddsp_live.tools.build.source import known_source
from ddsp_live.tools.training.loop import Settings
from instrument import note

QUICK = Settings(
    **{"sample_rate": 16000, "harmonics": 24, "noise_bands": 17, "width": 32, "steps": 30, "batch_size": 64},
    **{"checkpoint_seconds": 0, "held_out": 0.2, "watched": 0.0, "threads": 1},
)


def take(midi):
    steady = np.ones(50, np.float32)
    f0_hz = np.float32(440 * 2 ** ((midi - 69) / 12)) * steady
    return Take(Path(f"{midi}.wav"), 16000, 250, np.zeros(3200), f0_hz, steady, steady > 0, -20 * steady, 0.0)


def test_no_pitch_is_in_two_hold_outs_and_the_ends_are_in_none():
    parts = {f"{midi}{layer}.wav": take(midi) for midi in range(50, 62) for layer in "pf"}
    own = ["53p.wav", "53f.wav", "57p.wav", "57f.wav"]
    found = list(hold_outs(parts, own, 4, seed=0))
    assert [len(names) for names in found] == [4, 4, 4, 4]
    pitches = [{int(name[:2]) for name in names} for names in found]
    assert set().union(*pitches) == set(range(51, 61)) - {53, 57} and sum(map(len, pitches)) == 8
    assert list(hold_outs(parts, own, 4, seed=0)) == found
    assert len(list(hold_outs(parts, own, 9, seed=0))) == 4  # there are no more pitches


def test_settings_come_back_as_a_patch_keeps_them():
    settings = replace(Settings(), steps=77, dropouts=(0.2,), lags=(1, 3))
    again = settings_of(json.loads(json.dumps(settings.decisive)) | {"what there was once": 1})
    assert again == settings


def test_spread_is_of_the_hold_outs():
    assert spread([1.0, 2.0, 3.0]) == {"mean": 2.0, "deviation": 1.0, "low": 1.0, "high": 3.0}
    folds = Folds("x", "", [Fold(["a"], {"distance": 4.0, "rtf": 1.0}), Fold(["b"], {"distance": 6.0})])
    assert folds.figures.keys() == {"distance"} and folds.figures["distance"]["mean"] == 5.0


@pytest.mark.slow
def test_a_way_of_training_is_judged_by_several_hold_outs(tmp_path, capsys):
    folder = tmp_path / "reed"
    folder.mkdir()
    for midi in range(55, 65):
        soundfile.write(folder / f"{midi}.flac", note(midi, 0.6, 0.6, 16000), 16000)
    output = tmp_path / "reed.ddsp"
    make_patch(folder, output, QUICK, known_source("reed", folder))
    before = output.read_bytes()
    assert main(["evaluate", str(output), str(folder), "--folds", "3", "--jobs", "1", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    held_out = [fold["held_out"] for fold in answer["folds"]]
    assert len(held_out) == 3 and len({name for names in held_out for name in names}) == 6
    distances = [fold["figures"]["distance"] for fold in answer["folds"]]
    assert answer["figures"]["distance"]["mean"] == pytest.approx(np.mean(distances))
    assert "network, body and tables anew for each of 2" in answer["trained"]
    assert output.read_bytes() == before
    command = ["evaluate", str(output), str(folder), "--folds", "2", "--steps", "5", "--jobs", "1", "--save"]
    assert main(command) == 0
    kept = load_patch(output).info["training"]["folds"]
    assert kept["count"] == 2 and kept["distance"]["low"] <= kept["distance"]["mean"]


def test_folds_need_what_was_held_out(tmp_path, capsys):
    assert main(["evaluate", "cello", str(tmp_path), "--folds", "3"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
