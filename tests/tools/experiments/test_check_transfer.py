"""The judge of `transfer` sees what is right and what is not."""

import json

import ddsp_live
import numpy as np
import pytest
import soundfile
from ddsp_live.tools.experiments import check_transfer
from ddsp_live.tools.experiments.check_transfer import RATE, judge, lines, main

SECONDS = 2.0


def sung(hz):
    phase = 2 * np.pi * hz * np.arange(int(SECONDS * RATE)) / RATE
    return 0.1 * sum(np.sin(k * phase) / k for k in range(1, 10))


@pytest.fixture
def song(tmp_path):
    soundfile.write(tmp_path / "song.wav", np.concatenate([sung(440.0), sung(523.3)]), RATE)
    return tmp_path / "song.wav"


def test_a_line_is_played_as_it_was_sung(song):
    found = judge(song, ddsp_live.load_patch("trumpet"))
    assert found["frames"] > 380
    assert found["within_50_cents"] >= 0.97 and found["octave_errors"] == 0
    assert found["loudness_within_1_db"] >= 0.97


def test_an_octave_that_is_wrong_is_seen(song, monkeypatch):
    def an_octave_lower(*arguments):
        played = transfer(*arguments)
        return played._replace(midi=played.midi + 12)

    transfer = check_transfer.transfer
    monkeypatch.setattr(check_transfer, "transfer", an_octave_lower)
    found = judge(song, ddsp_live.load_patch("trumpet"))
    assert found["within_50_cents"] < 0.05
    assert found["octave_errors"] > 0.9 * found["frames"]


def test_a_loudness_that_is_wrong_is_seen(song, monkeypatch):
    def softer(*arguments):
        played = transfer(*arguments)
        return played._replace(parts={name: 0.8 * part for name, part in played.parts.items()})

    transfer = check_transfer.transfer
    monkeypatch.setattr(check_transfer, "transfer", softer)
    found = judge(song, ddsp_live.load_patch("trumpet"))
    assert found["loudness_error_db"] == pytest.approx(1.94, abs=0.2)  # 20 log 0.8
    assert found["loudness_within_1_db"] < 0.1


def test_single_notes_are_strung_together(song, tmp_path):
    soundfile.write(tmp_path / "note.wav", sung(330.0), RATE)
    ((name, path),) = lines([song, tmp_path / "note.wav"], tmp_path / "..")
    assert "2 strung together" in name
    assert soundfile.info(path).duration == pytest.approx(2 * (1.2 + 0.1), abs=0.01)


def test_it_answers_for_programs_and_leaves_noise_out(song, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(check_transfer, "SHORT_SECONDS", 1.0)
    soundfile.write(tmp_path / "noise.wav", 0.1 * np.random.default_rng(0).standard_normal(RATE), RATE)
    assert main([str(tmp_path), "--patch", "trumpet", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["line"] for row in answer["lines"]] == ["song.wav"]
    assert list(answer["left_out"]) == ["noise.wav"]


@pytest.mark.parametrize("arguments", [["nowhere.wav"], ["--patch", "nothing"], []])
def test_nothing_to_judge_is_one_sentence(arguments, capsys):
    assert main(arguments) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
