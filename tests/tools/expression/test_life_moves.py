"""How much notes move, read from movements that are known."""

import numpy as np
import pytest
from ddsp_live.tools.analysis.movement import FRAME_RATE, Movement
from ddsp_live.tools.expression.life_moves import moves_of, typical, vibrato_hz

FRAMES = 400


def movement(deviation_db, seed=0, cents=None):
    """A held note whose partials move by so many dB each, white below 60 Hz, under an even loudness."""
    rng = np.random.default_rng(seed)
    partials = len(deviation_db)
    levels = -10.0 * np.log2(np.arange(1, partials + 1)) + rng.normal(size=(FRAMES, partials)) * deviation_db
    flat = np.zeros(FRAMES)
    noise = ((-40.0, -45.0), (1.0, 0.5))
    return Movement(
        57.0, slice(0, FRAMES), levels, flat, flat if cents is None else cents, 0.1, 0.3, *noise, crest=3.0
    )


def test_what_weak_partials_move_more_is_shape_and_not_size():
    depth = np.log2(np.arange(1, 13))  # tens of dB, as the levels of `movement`
    even = typical([moves_of(movement(np.full(12, 1.0), seed), 5.0) for seed in range(8)])
    deep = typical([moves_of(movement(np.exp(0.5 * 0.8 * depth), seed), 5.0) for seed in range(8)])
    assert even.slope + even.depth == pytest.approx(0, abs=0.15)  # here depth is the number's logarithm
    assert deep.slope + deep.depth == pytest.approx(0.8, abs=0.15)
    assert np.all(deep.partials > 2 * even.partials)


def test_twice_the_movement_has_four_times_the_variance():
    one, two = (typical([moves_of(movement(np.full(8, x), 3), 5.0)]) for x in (0.5, 1.0))
    np.testing.assert_allclose(two.partials / one.partials, 4, rtol=0.01)
    assert two.spreads[0] == 0  # one note has no spread


def test_the_vibratos_rate_is_found_beside_drift():
    time = np.arange(FRAMES) / FRAME_RATE
    rng = np.random.default_rng(0)
    drift = np.cumsum(rng.normal(size=FRAMES)) * 0.1
    found = vibrato_hz([movement(np.ones(4), cents=drift + 8 * np.sin(2 * np.pi * 5.5 * time))])
    assert found == pytest.approx(5.5, abs=0.3)
