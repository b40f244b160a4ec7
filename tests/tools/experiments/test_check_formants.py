"""The measures of formants, on sounds whose formants are known."""

import json

import numpy as np
import pytest
import soundfile
from ddsp_live.tools.experiments import check_formants
from ddsp_live.tools.experiments.check_formants import (
    main,
    partial_levels,
    recorded,
    refined_pitch,
    spectral_error,
)
from make_patch import make_patch

RATE = 48000


def sung(pitch, centres=(600.0, 1100.0, 2600.0), seconds=0.6):
    """A note whose partials lie under resonances at fixed frequencies."""
    f0 = check_formants.hz(pitch)
    k = np.arange(1, int(0.45 * RATE / f0))
    level = sum(1 / (1 + ((k * f0 - centre) / 120) ** 2) for centre in centres) + 1e-3
    t = np.arange(round(seconds * RATE)) / RATE
    return 0.05 * np.sum(level[:, None] * np.sin(2 * np.pi * f0 * k[:, None] * t), 0)


def test_levels_of_partials_are_those_that_were_made():
    f0 = 220.0
    t = np.arange(RATE // 2) / RATE
    audio = sum(10 ** (-3 * k / 20) * np.sin(2 * np.pi * k * f0 * t) for k in range(1, 20))
    assert np.diff(partial_levels(audio, RATE, f0)[:18]) == pytest.approx(-3, abs=0.05)


@pytest.mark.parametrize("off", [-1.2, 0.0, 0.7])
def test_the_pitch_of_a_recording_is_found_beside_its_name(off):
    assert refined_pitch(sung(57 + off), RATE, 57.0) == pytest.approx(57 + off, abs=0.05)


def test_a_common_level_is_no_error_and_a_formant_is():
    levels = partial_levels(sung(50), RATE, check_formants.hz(50))
    assert spectral_error(levels - 17, levels) == pytest.approx(0, abs=1e-9)
    other = partial_levels(sung(50, (750.0, 1700.0, 2600.0)), RATE, check_formants.hz(50))
    assert spectral_error(other, levels) > 5


def test_recordings_are_read_by_the_notes_in_their_names(tmp_path):
    for pitch in (60, 52):
        soundfile.write(tmp_path / f"{pitch:03d}-mezzo.flac", sung(pitch + 0.4), RATE)
    (tmp_path / "notes.wav").write_bytes(b"")
    assert [round(pitch, 1) for pitch, _, _ in recorded(tmp_path)] == [52.4, 60.4]


def test_the_command_tells_kept_from_moved(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(check_formants, "COST_SECONDS", 0.05)
    monkeypatch.setattr(check_formants, "COST_ROUNDS", 1)
    number = np.arange(1, 61)
    peaks = sum(15 * np.exp(-((np.log2(number / peak) / 0.2) ** 2)) for peak in (3, 6, 14))
    path = make_patch(tmp_path / "singer.ddsp", harmonics=60, partials_db=peaks)
    folder = tmp_path / "recordings" / "singer"
    folder.mkdir(parents=True)
    for pitch in (50, 57, 64, 71):
        soundfile.write(folder / f"{pitch:03d}.flac", sung(pitch), RATE)
    assert main([str(path), "--recordings", str(tmp_path / "recordings"), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["singer"]
    assert abs(row["moves_up_kept"]) <= 1
    assert row["moves_up_moved"] > 8
    assert row["sweep_cents"] < 5
    assert {"up_kept_db", "up_moved_db", "down_kept_db", "down_moved_db", "in_range_db"} <= set(row)


def test_a_patch_that_is_not_there_is_one_sentence(capsys):
    assert main(["no-such-patch"]) == 2
    assert "no-such-patch" in capsys.readouterr().err
