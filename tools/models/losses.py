"""What training minimises: distances between sounds, and between a level that was asked and the one given."""

import math
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from .signal import noise_taps, nyquist_fade

FFT_SIZES = (4096, 2048, 1024, 512, 256, 128, 64)
REPORTED_SIZES = (2048, 1024, 512, 256, 128, 64)  # of the DDSP paper, so that figures can be compared
LOG_FLOOR = 1e-5


def spectral_distance(x: Tensor, y: Tensor, sizes: Sequence[int] = REPORTED_SIZES) -> Tensor:
    """Multi-scale spectral distance of x and y [batch, samples] (Engel et al., DDSP, 2020, section 4.2.1).

    The sum over FFT sizes of the mean differences of magnitudes and of log magnitudes; Hann windows, a
    quarter of a window apart.
    """
    return sum(_distance_at(x, y, size) for size in sizes if size <= x.shape[-1])


def _distance_at(x: Tensor, y: Tensor, size: int) -> Tensor:
    a, b = _magnitudes(x, size), _magnitudes(y, size)
    return (a - b).abs().mean() + ((a + LOG_FLOOR).log() - (b + LOG_FLOOR).log()).abs().mean()


def _magnitudes(x: Tensor, size: int) -> Tensor:
    spectrum = torch.stft(x, size, size // 4, window=_hann(size).to(x), center=False, return_complex=True)
    # abs() has no gradient at exact silence.
    return (spectrum.real**2 + spectrum.imag**2 + 1e-14).sqrt()


@lru_cache
def _hann(size: int) -> Tensor:
    return torch.hann_window(size)


def control_loudness(
    f0_hz: Tensor, amplitude: Tensor, distribution: Tensor, magnitudes: Tensor, sample_rate: int
) -> Tensor:
    """A-weighted level in dB [batch, frames, 1] of the sound that controls make, without making it."""
    partials = distribution.shape[-1]
    levels = amplitude * distribution * nyquist_fade(f0_hz, partials, sample_rate)
    frequencies = f0_hz * torch.arange(1, partials + 1, device=f0_hz.device)
    tones = (levels * a_weighting_gain(frequencies)).square().sum(-1, keepdim=True) / 2
    gain = magnitudes @ _noise_response(magnitudes.shape[-1], sample_rate).to(magnitudes)
    noise = gain.square().mean(-1, keepdim=True) / 3  # the power of uniform noise in [-1, 1)
    return 10 * torch.log10(2 * (tones + noise) + 1e-12)


def a_weighting_gain(frequency_hz: Tensor) -> Tensor:
    """The A-weighting curve of IEC 61672-1 as an amplitude ratio, 1 at 1 kHz."""
    f = frequency_hz**2
    curve = f**2 * 12194.217**2 / ((f + 20.598997**2) * (f + 12194.217**2))
    return curve / ((f + 107.65265**2) * (f + 737.86223**2)).sqrt() * 10 ** (2.0 / 20)


@lru_cache
def _noise_response(bands: int, sample_rate: int, points: int = 512) -> Tensor:
    """A-weighted response [M, points] of each noise band's filter, at frequencies up to Nyquist."""
    taps = noise_taps(bands)
    time = torch.arange(-(bands - 1), bands, dtype=torch.float64)
    cycles = (torch.arange(points, dtype=torch.float64) + 0.5) / points / 2
    response = taps @ torch.cos(2 * math.pi * time[:, None] * cycles)
    return (response * a_weighting_gain(cycles * sample_rate)).float()
