"""Filtered noise against a direct convolution in float64, and its spectrum against the magnitudes."""

import numpy as np
import pytest
import scipy.signal
import units

ffi, lib = units.load("dsp/noise.h")
HOP = 192


def make(bands: int = 65, patch_rate: float = 48000, rate: float = 48000, seed: int = 0):
    design, noise = ffi.new("NoiseDesign *"), ffi.new("Noise *")

    def initialise(arena):
        lib.noise_design_init(design, arena, bands, patch_rate, rate)
        lib.noise_init(noise, arena, design)

    _, kept = units.memory(ffi, initialise)
    lib.noise_reset(noise, seed)
    return noise, (design, kept)


def begin(noise, magnitudes, length: int = HOP):
    values = np.ascontiguousarray(magnitudes, np.float32)
    lib.noise_frame(noise, units.pointer(ffi, values), length)


def render(noise, first: int, size: int) -> np.ndarray:
    out = np.zeros(size + 16, np.float32)
    lib.noise_render(noise, first, size, units.pointer(ffi, out))
    return out[:size]


def filters(magnitudes, half: int) -> np.ndarray:
    """Magnitudes [..., M] at the device's own rate -> zero-phase taps [..., 2 half + 1]."""
    taps = np.roll(np.fft.irfft(magnitudes), half, axis=-1)[..., : 2 * half]
    taps = np.concatenate([taps, taps[..., :1]], -1)
    return taps * np.hanning(2 * half + 1)


def steady(magnitudes, samples: int = 1 << 17, **options) -> np.ndarray:
    noise, _kept = make(len(magnitudes), **options)
    begin(noise, magnitudes, samples)
    return render(noise, 0, samples).astype(np.float64)


def white(first: int, count: int, seed: int) -> np.ndarray:
    """The noise itself, by an all-pass design: flat magnitudes leave the middle tap alone."""
    noise, _kept = make(3, seed=seed)
    if first < 0:
        raise ValueError("Positions start at 0.")
    begin(noise, np.ones(3), first + count)
    return render(noise, 0, first + count)[first:].astype(np.float64)


@pytest.mark.parametrize("bands", [5, 65, 66, 129])
def test_frames_crossfade_between_direct_convolutions(bands):
    rng = np.random.default_rng(bands)
    half, frames = bands - 1, 6
    magnitudes = rng.random((frames, bands)).astype(np.float32)
    noise, _kept = make(bands, seed=7)
    begin(noise, magnitudes[0], 0)
    got = []
    for row in magnitudes[1:]:
        begin(noise, row)
        got.append(render(noise, 0, HOP))
    source = white(0, frames * HOP, seed=7)
    taps = filters(magnitudes.astype(np.float64), half)
    ramp = np.arange(HOP) / HOP
    for i in range(1, frames - 1):  # the reference has no noise before sample 0
        around = source[i * HOP - half : (i + 1) * HOP + half]
        before, after = (np.convolve(around, taps[j], mode="valid") for j in (i, i + 1))
        np.testing.assert_allclose(got[i], before + ramp * (after - before), atol=2e-6)


def test_white_noise_is_uniform_and_white():
    samples = white(0, 1 << 18, seed=1)
    assert -1 <= samples.min() < -0.9999 and 0.9999 < samples.max() < 1
    histogram, _ = np.histogram(samples, 64, (-1, 1))
    assert np.abs(histogram / (len(samples) / 64) - 1).max() < 0.08  # five standard deviations
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    correlation = np.fft.irfft(spectrum)[1:2000] / np.sum(samples**2)
    assert np.abs(correlation).max() < 5 / np.sqrt(len(samples))


def test_seeds_give_independent_noise():
    sources = [white(0, 1 << 15, seed=seed) for seed in (0, 1, 2, 2**31, 2**32 - 1)]
    for i, one in enumerate(sources):
        for other in sources[:i]:
            correlation = scipy.signal.correlate(one, other) / (len(one) / 3)
            assert np.abs(correlation).max() < 6.5 / np.sqrt(len(one))  # the most of 65536 shifts
    np.testing.assert_array_equal(white(0, 64, seed=5), white(0, 64, seed=5))


def test_noise_before_the_reset_fills_the_filter():
    levels = []
    for seed in range(300):
        noise, _kept = make(seed=seed)
        begin(noise, np.linspace(1, 0, 65) ** 4)
        levels.append(render(noise, 0, HOP) ** 2)
    level = np.mean(levels, 0)
    assert level[:16].mean() == pytest.approx(level[96:].mean(), rel=0.15)


RATES = [(48000, 48000), (44100, 48000), (44100, 96000), (48000, 44100), (16000, 48000)]


@pytest.mark.parametrize("patch_rate, rate", RATES)
def test_long_noise_has_the_magnitudes_spectrum_at_any_device_rate(patch_rate, rate):
    hz = np.linspace(0, patch_rate / 2, 65)
    magnitudes = 0.2 + 0.8 * np.exp(-0.5 * ((hz - 5000) / 2500) ** 2)
    made = steady(magnitudes, 1 << 19, patch_rate=patch_rate, rate=rate)
    found_hz, density = scipy.signal.welch(made, rate, nperseg=512)
    # Uniform noise has a variance of 1/3, spread over the patch's band: level per Hz is the patch's own.
    wanted = np.interp(found_hz, hz, magnitudes) ** 2 / 3 / (patch_rate / 2)
    edge = 2 * patch_rate / 128
    below = (found_hz > edge) & (found_hz < min(patch_rate, rate) / 2 - edge)
    np.testing.assert_allclose(10 * np.log10(density[below] / wanted[below]), 0, atol=0.9)
    above = found_hz > patch_rate / 2 + edge
    assert np.all(density[above] < 1e-4 * wanted.max())


def test_any_split_of_a_frame_gives_the_same_bits():
    rng = np.random.default_rng(0)
    noise, _kept = make(65, 44100, 48000, seed=3)
    begin(noise, rng.random(65), 0)
    for _ in range(3):
        begin(noise, rng.random(65))
        whole = render(noise, 0, HOP)
        for _ in range(20):
            pieces = [render(noise, *piece) for piece in units.random_splits(rng, HOP)]
            assert np.array_equal(np.concatenate(pieces).view(np.uint32), whole.view(np.uint32))
        assert np.array_equal(np.concatenate([render(noise, i, 1) for i in range(HOP)]), whole)


def test_frames_of_other_lengths_continue_the_same_noise():
    magnitudes = np.linspace(1, 0, 65)
    whole = steady(magnitudes, 600, seed=9)
    noise, _kept = make(seed=9)
    got = []
    for length in (1, 99, 0, 17, 483):
        begin(noise, magnitudes, length)
        got.append(render(noise, 0, length))
    np.testing.assert_allclose(np.concatenate(got), whole, atol=1e-6)


def test_the_first_frame_after_a_reset_has_no_ramp():
    noise, _kept = make(seed=4)
    begin(noise, np.ones(65))
    first = render(noise, 0, HOP)
    begin(noise, np.zeros(65))
    lib.noise_reset(noise, 4)
    begin(noise, np.ones(65))
    np.testing.assert_array_equal(render(noise, 0, HOP), first)


def test_silent_magnitudes_are_silence():
    noise, _kept = make()
    begin(noise, np.zeros(65))
    np.testing.assert_array_equal(render(noise, 0, HOP), 0)
