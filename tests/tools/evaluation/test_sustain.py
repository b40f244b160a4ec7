"""What is held of notes: errors of partials that are known by construction."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ddsp_live.input.loudness import loudness
from ddsp_live.tools.analysis.takes import Take
from ddsp_live.tools.evaluation.sustain import at_peak, held, partials_error_db, recorded_spectrum, softest

RATE, FRAMES = 16000, 250
LEVELS = np.array([0.2, 0.1, 0.15, 0.05, 0.08, 0.02])


def sound(levels, f0_hz=220.0, seconds=1.0):
    time = np.arange(round(seconds * RATE)) / RATE
    return (levels[:, None] * np.sin(2 * np.pi * f0_hz * np.arange(1, len(levels) + 1)[:, None] * time)).sum(
        0
    )


def take(audio, midi=57.0, name="note.wav"):
    level = loudness(audio.astype(np.float32), RATE, FRAMES)
    steady = np.ones(len(level), np.float32)
    f0_hz = np.float32(440 * 2 ** ((midi - 69) / 12)) * steady
    return Take(Path(name), RATE, FRAMES, audio.astype(np.float32), f0_hz, steady, steady > 0, level, 0.0)


def test_a_recording_has_its_own_partials():
    own = take(sound(LEVELS))
    assert partials_error_db(own, recorded_spectrum(own), own.audio) == 0


@pytest.mark.parametrize("off_db", [3.0, -6.0])
def test_partials_that_are_off_are_measured_in_db(off_db):
    own = take(sound(LEVELS))
    changed = LEVELS * 10 ** (off_db * np.array([1, 0, 0, -1, 0, 0]) / 20)
    found = partials_error_db(own, recorded_spectrum(own), sound(changed))
    assert found == pytest.approx(np.sqrt(2 / 6) * abs(off_db), abs=0.25)


def test_a_partial_that_is_missing_counts_within_bounds():
    own = take(sound(LEVELS))
    changed = LEVELS * np.array([1, 0, 1, 1, 1, 1])
    assert 15 < partials_error_db(own, recorded_spectrum(own), sound(changed)) < 26


def test_what_is_held_lies_between_rests():
    silent = np.zeros(RATE // 2)
    part = held(take(np.concatenate([silent, sound(LEVELS), silent])))
    assert abs(part.start - RATE // 2) < 0.05 * RATE and abs(part.stop - 3 * RATE // 2) < 0.05 * RATE


def test_both_sounds_get_one_gain():
    x, y = at_peak(0.5 * sound(LEVELS), sound(LEVELS))
    assert np.abs(y).max() == pytest.approx(0.5) and np.abs(x).max() == pytest.approx(0.25)


def test_the_softest_of_several_dynamics_are_found():
    loud, soft = take(sound(LEVELS), name="a_f.wav"), take(0.1 * sound(LEVELS), name="a_p.wav")
    other = take(sound(LEVELS, 330), 64.0, name="b_f.wav")
    assert softest([loud, soft, other]) == [1]
    assert softest([loud, replace(soft, path=Path("b_f.wav"))]) == []  # other takes of one dynamic
