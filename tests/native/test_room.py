"""The room's partitioned convolution against SciPy's."""

import numpy as np
import pytest
import scipy.signal
import units

ffi, lib = units.load("room.h")


def make(impulse: np.ndarray):
    impulse = np.ascontiguousarray(impulse, np.float32)
    address = units.pointer(ffi, impulse)
    return units.memory(ffi, lambda arena: lib.room_init(arena, address, len(impulse)))


def render(room, x: np.ndarray, sizes) -> np.ndarray:
    out = np.zeros(len(x), np.float32)
    at = 0
    for size in sizes:
        piece, made = x[at : at + size].copy(), np.full(size + 1, 77, np.float32)
        lib.room_render(room, units.pointer(ffi, piece), units.pointer(ffi, made), size)
        assert made[size] == 77, "room_render wrote past its end"
        out[at : at + size] = made[:size]
        at += size
    assert at == len(x)
    return out


def decaying(length: int) -> np.ndarray:
    rng = np.random.default_rng(length)
    return (rng.normal(size=length) * np.exp(-4 * np.arange(length) / length)).astype(np.float32)


def noise(size: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, size).astype(np.float32)


@pytest.mark.parametrize("length", [1, 2, 63, 511, 512, 513, 767, 768, 769, 1024, 1025, 5000, 48000])
def test_convolves_as_scipy_without_delay(length):
    impulse, x = decaying(length), noise(6400)
    room, _kept = make(impulse)
    wanted = scipy.signal.fftconvolve(x.astype(np.float64), impulse.astype(np.float64))[: len(x)]
    error = render(room, x, [64] * 100) - wanted
    assert 10 * np.log10(np.sum(error**2) / np.sum(wanted**2)) < -120


def test_a_sparse_impulse_comes_back_as_it_is():
    impulse = np.zeros(3000, np.float32)
    impulse[[0, 100, 511, 512, 1500, 2999]] = [1, -0.5, 0.25, 0.125, -0.3, 0.2]
    x = np.zeros(4000, np.float32)
    x[37] = 1
    room, _kept = make(impulse)
    wanted = np.zeros(4000)
    wanted[37:3037] = impulse
    np.testing.assert_allclose(render(room, x, [100] * 40), wanted, atol=1e-7)


def test_any_split_gives_the_same_bits():
    rng = np.random.default_rng(2)
    room, _kept = make(decaying(4000))
    x = noise(3000)
    whole = render(room, x, [3000])
    for _ in range(10):
        lib.room_reset(room)
        sizes = [size for _, size in units.random_splits(rng, 3000)]
        assert np.array_equal(render(room, x, sizes).view(np.uint32), whole.view(np.uint32))
    lib.room_reset(room)
    assert np.array_equal(render(room, x, [1] * 3000), whole)


def test_reset_forgets_what_sounded():
    room, _kept = make(decaying(4000))
    render(room, noise(1000), [1000])
    lib.room_reset(room)
    np.testing.assert_array_equal(render(room, np.zeros(6000, np.float32), [6000]), 0)
