"""The command that holds the learning of rooms against known ones."""

import json

import numpy as np
import pytest
import soundfile
from ddsp_live.tools.experiments import check_room
from instrument import note


@pytest.fixture
def folder(tmp_path):
    """Dry notes."""
    folder = tmp_path / "reed"
    folder.mkdir()
    for midi in range(57, 69):
        audio = note(midi, 0.6, 1.5, check_room.RATE, seed=midi)
        soundfile.write(folder / f"{midi}.flac", audio, check_room.RATE)
    return folder


def test_a_known_room_is_found_and_taken_off(folder, monkeypatch, capsys):
    monkeypatch.setattr(check_room, "DECAYS_SECONDS", (0.6,))
    monkeypatch.setattr(check_room, "LINE_SECONDS", 20.0)
    status = check_room.main([str(folder), "--seeds", "1", "--json"])
    (row,) = json.loads(capsys.readouterr().out)
    assert row["source"] == "reed" and row["seconds"] == 0.6
    assert abs(row["decay_off"]) < 0.15 and abs(row["energy_off_db"]) < 6 and row["closer_db"] > 6
    assert status == 0 and check_room.passes(row)


@pytest.mark.parametrize("wrong", [{"decay_off": -0.2}, {"decay_off": 0.2}, {"closer_db": 5.0}])
def test_a_room_that_is_not_found_does_not_pass(wrong):
    assert not check_room.passes({"decay_off": 0.0, "closer_db": 10.0} | wrong)


def test_what_is_as_far_from_both_is_no_closer():
    dry, wet = np.zeros((2, 16000))
    dry[:8000] = wet[8000:] = np.random.default_rng(0).normal(size=8000)
    assert check_room.closer_db(dry, dry + 1e-3, wet) > 6
    assert check_room.closer_db(wet, dry, wet + 1e-3) < -6


def test_a_folder_without_recordings_is_one_sentence(tmp_path, capsys):
    assert check_room.main([str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
