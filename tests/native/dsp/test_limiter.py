"""The limiter: what is soft passes unchanged, what is loud is held, and nonsense is silent."""

import math

import numpy as np
import pytest
import units

ffi, lib = units.load("dsp/limiter.h")
RATE = 48000.0
CEILING = np.float32(0.98)


def make():
    limiter = ffi.new("Limiter *")
    lib.limiter_init(limiter, RATE)
    return limiter


def render(limiter, left, right):
    """(out [frames, 2], what it says of the highest sample)."""
    left, right = (np.ascontiguousarray(x, np.float32) for x in (left, right))
    out = np.full((len(left), 2), np.nan, np.float32)
    highest = lib.limiter_render(
        limiter, units.pointer(ffi, left), units.pointer(ffi, right), units.pointer(ffi, out), len(left)
    )
    return out, highest


def noise(size, level, seed=0):
    return (level * np.random.default_rng(seed).uniform(-1, 1, (2, size))).astype(np.float32)


def test_what_is_soft_passes_to_the_bit():
    left, right = noise(1000, 0.97)
    out, highest = render(make(), left, right)
    np.testing.assert_array_equal(out, np.stack([left, right], 1))
    assert highest == np.abs(out).max()


def test_whatever_is_loud_stays_below_the_ceiling_and_both_sides_keep_their_balance():
    left, right = noise(5000, 40.0)
    out, highest = render(make(), left, right)
    assert np.abs(out).max() <= CEILING * (1 + 1e-6) and highest <= CEILING * (1 + 1e-6)
    kept = np.abs(right) > 1
    np.testing.assert_allclose(out[kept, 0] / out[kept, 1], left[kept] / right[kept], rtol=1e-5)


@pytest.mark.parametrize("nonsense", [math.nan, math.inf, -math.inf, 1e30])
@pytest.mark.parametrize("side", [0, 1])
def test_nonsense_is_silent_and_leaves_no_trace(nonsense, side):
    sound = noise(200, 0.5)
    sound[side, 100] = nonsense
    out, highest = render(make(), *sound)
    assert out[100, side] == 0 and np.isfinite(out).all() and highest <= 0.5
    sound[side, 100] = 0
    np.testing.assert_array_equal(out, sound.T)


def test_the_gain_comes_back_as_an_exponential_of_150_ms():
    loud = np.zeros(int(0.5 * RATE), np.float32)
    loud[0] = 9.8  # ten times the ceiling
    loud[1:] = 0.01
    out, _ = render(make(), loud, loud)
    time = np.arange(1, len(loud)) / RATE
    envelope = 0.98 + (9.8 - 0.98) * np.exp(-time / 0.15)
    np.testing.assert_allclose(out[1:, 0], 0.01 * 0.98 / envelope, rtol=1e-3)


def test_any_split_into_blocks_gives_the_same_bits():
    left, right = noise(2000, 3.0)
    whole, _ = render(make(), left, right)
    limiter, parts = make(), []
    for first, size in units.random_splits(np.random.default_rng(1), 2000):
        parts.append(render(limiter, left[first : first + size], right[first : first + size])[0])
    np.testing.assert_array_equal(np.concatenate(parts), whole)
