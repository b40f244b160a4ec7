"""The command that judges the tracker, on recordings of which it is known how wrong they are labelled."""

import json

import numpy as np
import pytest
import soundfile
from ddsp_live.tools.experiments.check_tracker import main

RATE = 44100


@pytest.fixture
def folder(tmp_path):
    """Four tones with silence behind them, one of them labelled an octave too high."""
    seconds = np.arange(RATE) / RATE
    lines = ["file,sounding_midi"]
    for midi, label in ((50, 50), (57, 57), (64, 64), (71, 83)):
        f0_hz = 440 * 2 ** ((midi - 69) / 12)
        tone = sum(0.1 / k * np.sin(2 * np.pi * k * f0_hz * seconds) for k in range(1, 8))
        soundfile.write(tmp_path / f"{midi}.wav", np.concatenate([tone, np.zeros(RATE)]), RATE)
        lines.append(f"{midi}.wav,{label}")
    (tmp_path / "recordings.csv").write_text("\n".join(lines) + "\nunknown.wav,\n")
    return tmp_path


def test_counts_what_is_wrong(folder, capsys):
    assert main([str(folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["recordings"] == 4
    assert answer["octave_errors"] == pytest.approx(0.25, abs=0.01)
    assert answer["voiced_on_silence"] == 0
    assert next(iter(answer["worst"].items())) == ("71.wav", 1.0)


def test_says_what_it_found(folder, capsys):
    assert main([str(folder), "--every", "2"]) == 0
    assert "2 recordings, 4 s" in capsys.readouterr().out


def test_a_folder_without_a_table_is_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "recordings.csv" in capsys.readouterr().err
