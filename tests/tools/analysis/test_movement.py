"""How a note moves, read from notes whose movement is known because they were made of it."""

import numpy as np
import pytest
from ddsp_live.tools.analysis.movement import (
    BANDS_HZ,
    FRAME_RATE,
    correlations,
    deviation,
    read_movement,
)

RATE = 44100
SECONDS = 2.0
TIME = np.arange(round(SECONDS * RATE)) / RATE


def tone(midi=57, *, levels_db=None, cents=None, gain_db=None, noise=None, partials=12):
    """A note with 20 ms of silence before it; what is given are functions of time in s."""
    f0 = 440 * 2 ** ((midi - 69) / 12) * 2 ** ((cents(TIME) if cents else 0 * TIME) / 1200)
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    audio = np.zeros(len(TIME))
    for k in range(1, partials + 1):
        level = levels_db(k, TIME) if levels_db else 0 * TIME
        audio += 0.2 / k * 10 ** (level / 20) * np.sin(k * phase)
    if noise:
        audio += noise(phase) * np.random.default_rng(0).normal(size=len(TIME))
    audio *= np.minimum(1, TIME / 0.01) * 10 ** ((gain_db(TIME) if gain_db else 0 * TIME) / 20)
    return np.concatenate([np.zeros(round(0.02 * RATE)), audio])


def test_a_tone_that_stands_still_does_not_move():
    found = read_movement(tone(), RATE, 57.2)
    assert found.midi == pytest.approx(57, abs=0.01)
    assert deviation(found.partials_db, (1.5, 60.0)).max() < 0.02
    assert deviation(found.cents[found.held], (1.5, 60.0)) < 0.1
    assert found.attack_seconds < 0.03


@pytest.mark.parametrize("hz", [3.0, 6.0, 20.0])
def test_a_vibrato_is_as_deep_as_it_was_made(hz):
    found = read_movement(tone(cents=lambda t: 10 * np.sin(2 * np.pi * hz * t)), RATE, 57)
    depth = np.sqrt(2) * deviation(found.cents[found.held], (hz / 2, 2 * hz))
    assert depth == pytest.approx(10, rel=0.25)


def test_partials_that_move_are_told_from_those_that_do_not():
    moving = lambda k, t: 2.0 * np.sin(2 * np.pi * 5 * t) * (k == 4)  # noqa: E731
    found = read_movement(tone(levels_db=moving), RATE, 57)
    by_partial = deviation(found.levels_db[found.held], (2.0, 12.0))
    assert by_partial[3] == pytest.approx(2 / np.sqrt(2), rel=0.15)
    assert np.delete(by_partial[:12], 3).max() < 0.1


def test_a_level_that_sways_is_no_movement_of_partials():
    found = read_movement(tone(gain_db=lambda t: 2 * np.sin(2 * np.pi * 3 * t)), RATE, 57)
    assert deviation(found.loudness_db[found.held], (1.5, 9.0)) == pytest.approx(2 / np.sqrt(2), rel=0.15)
    assert np.median(deviation(found.partials_db, (1.5, 9.0))) < 0.25


def test_noise_in_step_with_the_pitch_is_told_from_noise_that_is_not():
    still, stepped = (
        read_movement(tone(noise=lambda phase, m=m: 0.01 * (1 + m * np.cos(phase))), RATE, 57)
        for m in (0, 0.5)
    )
    assert still.in_step < 0.08
    assert stepped.in_step == pytest.approx(0.5 / (1 + 0.5**2 / 2), abs=0.1)


def test_a_scoop_and_a_slow_attack_are_seen_where_they_are():
    scooped = read_movement(
        tone(cents=lambda t: -40 * np.exp(-t / 0.06), gain_db=lambda t: -20 * np.maximum(0, 1 - t / 0.2)),
        RATE,
        57,
    )
    assert scooped.cents[round(0.06 * FRAME_RATE)] == pytest.approx(-40 * np.exp(-1), abs=6)
    assert scooped.attack_seconds == pytest.approx(0.19, abs=0.04)


def test_a_note_that_is_too_short_tells_nothing():
    assert read_movement(tone()[: round(0.25 * RATE)], RATE, 57) is None


@pytest.mark.parametrize("band", BANDS_HZ)
def test_a_band_lets_its_middle_through_and_little_else(band):
    """Gains of a Butterworth filter of order 2, both ways, at frequencies whose half periods fill the 4 s."""
    time = (np.arange(1000) + 0.5) / FRAME_RATE
    low, high = band

    def gain(hz):
        return np.sqrt(2) * deviation(np.cos(2 * np.pi * hz * time), band)

    for hz in (0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 20.0, 30.0, 50.0, 100.0):
        expected = 1 / (1 + (hz / high) ** 4) * (1 - (1 / (1 + (hz / low) ** 4) if low else 0))
        assert gain(hz) == pytest.approx(expected, abs=0.01)


def test_correlations_are_those_of_neighbours_and_of_all():
    rng = np.random.default_rng(0)
    common = rng.normal(size=(2000, 1))
    apart = rng.normal(size=(2000, 8))
    assert correlations(apart)[0] == pytest.approx(0, abs=0.15)
    assert correlations(common + 0.3 * apart)[1] > 0.85
