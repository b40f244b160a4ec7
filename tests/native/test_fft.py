"""The real FFT against NumPy's."""

import numpy as np
import pytest
import units

ffi, lib = units.load("fft.h")
SIZES = pytest.mark.parametrize("size", [32, 64, 128, 512, 4096])


def make(size: int):
    fft = ffi.new("Fft *")
    _, kept = units.memory(ffi, lambda arena: lib.fft_init(fft, arena, size))
    return fft, kept


def forward(fft, x: np.ndarray) -> np.ndarray:
    re, im = np.zeros((2, fft.size // 2 + 1), np.float32)
    lib.fft_forward(fft, units.pointer(ffi, x), units.pointer(ffi, re), units.pointer(ffi, im))
    return re + 1j * im


def inverse(fft, bins: np.ndarray) -> np.ndarray:
    re, im = np.ascontiguousarray([bins.real, bins.imag], np.float32)
    x = np.zeros(fft.size, np.float32)
    lib.fft_inverse(fft, units.pointer(ffi, re), units.pointer(ffi, im), units.pointer(ffi, x))
    return x


def relative_error(got: np.ndarray, wanted: np.ndarray) -> float:
    return np.linalg.norm(got - wanted) / np.linalg.norm(wanted)


@SIZES
def test_forward_is_numpys(size):
    fft, _kept = make(size)
    x = np.random.default_rng(size).normal(size=size).astype(np.float32)
    assert relative_error(forward(fft, x), np.fft.rfft(x.astype(np.float64))) < 5e-7


@SIZES
def test_inverse_is_numpys(size):
    fft, _kept = make(size)
    rng = np.random.default_rng(size)
    bins = np.fft.rfft(rng.normal(size=size)).astype(np.complex64)
    assert relative_error(inverse(fft, bins), np.fft.irfft(bins.astype(np.complex128))) < 5e-7


@SIZES
def test_an_impulse_at_any_place_is_a_turning_phasor(size):
    fft, _kept = make(size)
    for place in (0, 1, size // 2, size - 1):
        x = np.zeros(size, np.float32)
        x[place] = 1
        wanted = np.exp(-2j * np.pi * place * np.arange(size // 2 + 1) / size)
        np.testing.assert_allclose(forward(fft, x), wanted, atol=1e-6)
