"""The complex FFT, step by step, against NumPy's."""

import numpy as np
import pytest
import units

ffi, lib = units.load("dsp/fft.h")
SIZES = pytest.mark.parametrize("size", [32, 64, 128, 256, 1024, 2048, 4096, 8192])


def make(size: int):
    fft = ffi.new("Fft *")
    _, kept = units.memory(ffi, lambda arena: lib.fft_init(fft, arena, size))
    return fft, kept


def transform(fft, re: np.ndarray, im: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parts = [np.ascontiguousarray(part, np.float32) for part in (re, im)]
    out = np.full((2, fft.size), np.nan, np.float32)
    for step in range(fft.steps):
        lib.fft_step(fft, step, *(units.pointer(ffi, array) for array in (*parts, *out)))
    return out[0], out[1]


def noise(size: int) -> np.ndarray:
    rng = np.random.default_rng(size)
    return (rng.normal(size=size) + 1j * rng.normal(size=size)).astype(np.complex64)


def relative_error(re: np.ndarray, im: np.ndarray, wanted: np.ndarray) -> float:
    return np.linalg.norm(re + 1j * im - wanted) / np.linalg.norm(wanted)


@SIZES
def test_transform_is_numpys(size):
    fft, _kept = make(size)
    x = noise(size)
    assert relative_error(*transform(fft, x.real, x.imag), np.fft.fft(x.astype(np.complex128))) < 5e-7


@SIZES
def test_with_parts_exchanged_it_is_the_inverse(size):
    fft, _kept = make(size)
    bins = noise(size)
    im, re = transform(fft, bins.imag, bins.real)
    assert relative_error(re, im, size * np.fft.ifft(bins.astype(np.complex128))) < 5e-7


@SIZES
def test_an_impulse_at_any_place_is_a_turning_phasor(size):
    fft, _kept = make(size)
    for place in (0, 1, size // 2, size - 1):
        x = np.zeros(size)
        x[place] = 1
        re, im = transform(fft, x, np.zeros(size))
        wanted = np.exp(-2j * np.pi * place * np.arange(size) / size)
        np.testing.assert_allclose(re + 1j * im, wanted, atol=1e-6)


def test_steps_are_short_however_large_the_transform():
    small, _kept = make(256)
    for size in (512, 8192):
        large, _kept = make(size)
        assert large.flops == small.flops
