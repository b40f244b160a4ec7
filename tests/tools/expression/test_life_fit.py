"""Fitting life: notes that a patch played with known numbers give numbers that move as much."""

from dataclasses import replace

import numpy as np
import pytest
from ddsp_live.patch import load_patch
from ddsp_live.performance.life import KNOTS, Gesture, Life
from ddsp_live.tools.analysis.movement import BANDS_HZ, deviation, read_movement
from ddsp_live.tools.analysis.recording import RecordingError
from ddsp_live.tools.evaluation.played_notes import RecordedNote, play_note
from ddsp_live.tools.expression.life_fit import fit_life, refit
from make_patch import make_patch

LIVELY = Life(
    *((0.6, 0.4, 0.3, 0.2), 0.3, 0.4, 0.2, 0.0, (0.3, 0.2, 0.1, 0.05), 0.0, (3.0, 1.5, 0.6, 0.4), 0.0),
    *(0.0, 5.0, 1.0, 0.5),
    gestures=(
        Gesture(
            60.0, (-4.0, -4.0, -3.0, -2.0, -1.0, 0.0, 0.0, 0.0), (-30.0, -25.0, -15.0, -8.0) + (0.0,) * 4
        ),
    ),
)


def alive(patch, life):
    return replace(patch, info={**patch.info, "life": life.to_json()})


def as_recorded(patch, life, keys, seed=0):
    """Notes that the patch plays with a life, as if they were recordings."""
    notes = []
    for key in keys:
        asked = RecordedNote(patch.path, float(key), -20.0, 1.9, None)
        audio = play_note(alive(patch, life), asked, seed=seed + key)
        movement = read_movement(audio, patch.sample_rate, key)
        level = float(np.median(movement.loudness_db[movement.held]))
        notes.append(RecordedNote(patch.path, movement.midi, level, 1.8, movement))
    return notes


def typical(notes):
    moves = [[deviation(n.movement.partials_db, band).mean() for band in BANDS_HZ] for n in notes]
    pitch = [[deviation(n.movement.cents[n.movement.held], band) for band in BANDS_HZ] for n in notes]
    return np.median(moves, axis=0), np.median(pitch, axis=0)


@pytest.fixture
def patch(tmp_path):
    return load_patch(make_patch(tmp_path / "tone.ddsp", harmonics=16))


@pytest.mark.slow
def test_what_was_played_with_known_numbers_is_found_again(patch):
    keys = (52, 55, 58, 61, 64, 67)
    given = as_recorded(patch, LIVELY, keys)
    found = fit_life(patch, given)
    again = as_recorded(patch, found, keys, seed=1000)
    for mine, theirs in zip(typical(again), typical(given), strict=True):
        assert np.all(np.abs(np.log(mine[1:] / theirs[1:])) < np.log(1.6)), (mine, theirs)
    assert found.noise_in_step == pytest.approx(0.5, abs=0.2)
    assert np.median([gesture.cents[1] for gesture in found.gestures]) == pytest.approx(-25, abs=10)
    assert Life.from_json(found.to_json()).to_json() == found.to_json()  # within what a patch may have


def test_without_notes_it_says_so(patch, tmp_path):
    with pytest.raises(RecordingError, match="No recording"):
        fit_life(patch, [])
    with pytest.raises(RecordingError):
        refit(patch, tmp_path, tmp_path / "out.ddsp")


def test_gestures_are_read_at_the_kernels_knots():
    assert len(LIVELY.gestures[0].cents) == len(KNOTS)
