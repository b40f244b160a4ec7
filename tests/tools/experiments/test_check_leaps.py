"""The command that judges legato leaps, on tones of which it is known how wrong they are labelled."""

import json

import numpy as np
import pytest
import soundfile
from ddsp_live.tools.experiments.check_leaps import Line, judge, lines, main

RATE = 44100


@pytest.fixture
def folder(tmp_path):
    """Two instruments with an octave each; what the second one's notes are called is wrong by a third."""
    seconds = np.arange(RATE) / RATE
    rows = ["instrument,file,sounding_midi"]
    for instrument, midi, label in (("reed", 57, 57), ("reed", 69, 69), ("wrong", 52, 56), ("wrong", 64, 68)):
        f0_hz = 440 * 2 ** ((midi - 69) / 12)
        tone = sum(0.1 / k * np.sin(2 * np.pi * k * f0_hz * seconds + k * k) for k in range(1, 16))
        soundfile.write(tmp_path / f"{midi}.wav", tone, RATE)
        rows.append(f"{instrument},{midi}.wav,{label}")
    (tmp_path / "recordings.csv").write_text("\n".join(rows) + "\nreed,unknown.wav,\n")
    return tmp_path


def test_counts_leaps_and_strays(folder, capsys):
    assert main([str(folder), "--lines", "2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    good, wrong = answer["lines"]
    assert (good["leaps"], good["right"], good["strays"]) == (3, 3, 0) and good["frames"] > 100
    assert (wrong["right"], wrong["strays"], wrong["octaves"]) == (0, wrong["frames"], 0)
    assert answer["instruments"] == 2 and answer["stray_share"] == pytest.approx(0.5, abs=0.1)


def test_a_line_leaps_by_octaves_and_a_seed_gives_the_same_one(folder):
    first, again = (next(lines(folder, 1, 3)) for _ in range(2))
    assert np.array_equal(first.audio, again.audio) and set(np.abs(np.diff(first.midi))) == {12}


def test_octaves_are_told_from_other_strays(folder):
    class Heard:
        f0_hz = np.full(200, 440.0)
        voiced = np.ones(200, bool)

    told = judge(Line("", np.zeros(0), np.array([57.0, 69.0]), np.array([0.0, 0.4, 0.8])), Heard)
    assert told["right"] == 1 and told["octaves"] == told["strays"] > 0


def test_says_what_it_found(folder, capsys):
    assert main([str(folder), "--lines", "1"]) == 0
    assert "1 instruments: 3 of 3 leaps right" in capsys.readouterr().out


def test_a_folder_without_a_table_is_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "recordings.csv" in capsys.readouterr().err
