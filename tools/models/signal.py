"""The kernel's synthesizer parts in torch, differentiable in everything but f0.

Frame i's values hold at sample i * sample_rate / frame_rate and ramp linearly to frame i + 1's; the last
frame's are held. Where the hop is not a whole number (44100 / 250 = 176.4), frames fall between samples.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor

from ...native._kernel import ffi, lib

ALIGNED = 12  # partials that begin alike
NYQUIST_FADE = 0.05


def sample_count(frames: int, sample_rate: int, frame_rate: int) -> int:
    """How many samples `frames` frames last."""
    return frames * sample_rate // frame_rate


def harmonic(
    f0_hz: Tensor, amplitude: Tensor, distribution: Tensor, *, sample_rate: int, frame_rate: int
) -> Tensor:
    """Sum of the partials of f0.

    f0_hz, amplitude: [batch, frames, 1]; distribution: [batch, frames, K], the partials' shares of amplitude.
    Returns [batch, samples]. Partials fade out over the last 5 % below Nyquist. They are sines with the kernel's signs.
    f0 gets no gradient.
    """
    f0_hz = f0_hz.detach()
    partials = distribution.shape[-1]
    lowest = float(f0_hz.min()) if f0_hz.numel() else 0.0
    if lowest > 0:
        partials = max(1, min(partials, math.ceil(sample_rate / 2 / lowest)))
    levels = amplitude * distribution[..., :partials] * nyquist_fade(f0_hz, partials, sample_rate)
    levels = levels * (f0_hz > 0) * partial_signs(partials).to(levels)
    waves = partial_waves(f0_hz, partials, sample_rate=sample_rate, frame_rate=frame_rate)
    return ramped_sum(waves, levels, sample_rate=sample_rate, frame_rate=frame_rate)


def filtered_noise(
    magnitudes: Tensor, *, sample_rate: int, frame_rate: int, seed: int = 0, white: Tensor | None = None
) -> Tensor:
    """White noise through a filter that moves from frame to frame.

    magnitudes: [batch, frames, M], gains at M frequencies spaced evenly from 0 Hz to Nyquist. The noise
    is the kernel's for `seed` (row r: seed + r), or `white` [batch, samples + 2 (M - 1)], whose first and
    last M - 1 samples lie outside the result. Returns [batch, samples].
    """
    batch, frames, bands = magnitudes.shape
    if white is None:
        samples, half = sample_count(frames, sample_rate, frame_rate), bands - 1
        rows = [white_noise(seed + row, -half, samples + 2 * half) for row in range(batch)]
        white = torch.stack(rows).to(magnitudes)
    return ramped_sum(band_noise(white, bands), magnitudes, sample_rate=sample_rate, frame_rate=frame_rate)


def white_noise(seed: int, first: int, count: int) -> Tensor:
    """Uniform in [-1, 1), a function of seed and position: the hash of native/dsp/noise.c. [count]"""
    mask = 0xFFFFFFFF
    x = (torch.arange(first, first + count) + (seed * 0x9E3779B9 & mask)) & mask
    x = ((x ^ x >> 16) * 0x7FEB352D + (seed & mask)) & mask
    x = ((x ^ x >> 15) * 0x846CA68B) & mask
    x = x ^ x >> 16
    signed = torch.where(x < 1 << 31, x, x - (1 << 32))
    return (signed >> 8).float() / (1 << 23)


def nyquist_fade(f0_hz: Tensor, partials: int, sample_rate: int) -> Tensor:
    """Gains [..., K] for f0_hz [..., 1]: 1, then down to 0 over the last 5 % below Nyquist."""
    numbers = torch.arange(1, partials + 1, device=f0_hz.device)
    return ((1 - f0_hz * numbers * (2 / sample_rate)) / NYQUIST_FADE).clamp(0, 1)


@lru_cache
def partial_signs(partials: int) -> Tensor:
    """1 or -1 for each partial [K]: those of native/dsp/harmonic.c."""
    numbers = torch.arange(partials)
    return torch.where((white_noise(8, 0, partials) < 0) & (numbers >= ALIGNED), -1.0, 1.0)


@torch.no_grad()
def partial_waves(f0_hz: Tensor, partials: int, *, sample_rate: int, frame_rate: int) -> Tensor:
    """sin(2 pi k phase): [batch, samples, K] for f0_hz [batch, frames, 1].

    The phase is 0 at the first sample.
    """
    hop = sample_rate / frame_rate
    samples = sample_count(f0_hz.shape[1], sample_rate, frame_rate)
    cycles = f0_hz[..., 0].double() / sample_rate
    following = torch.cat([cycles[:, 1:], cycles[:, -1:]], 1)
    frame_phase = torch.cumsum(
        torch.cat([torch.zeros_like(cycles[:, :1]), (cycles + following) * hop / 2], 1), 1
    )
    n = torch.arange(samples, device=f0_hz.device, dtype=torch.float64)
    frame = torch.arange(samples, device=f0_hz.device) * frame_rate // sample_rate
    since = n - frame * hop
    glide = (following - cycles) / hop
    phase = frame_phase[:, frame] + cycles[:, frame] * since + glide[:, frame] * since**2 / 2
    return _multiples(phase, partials, f0_hz.dtype)


def _multiples(phase: Tensor, partials: int, dtype: torch.dtype) -> Tensor:
    """sin(2 pi k phase) for phase in cycles [batch, samples]: [batch, samples, K].

    By angle addition from every sixteenth k: two products a partial instead of a sine, and float keeps its precision
    at high k.
    """
    group = 16
    coarse = phase[..., None] * torch.arange(0, partials + 1, group, device=phase.device)
    numbers = torch.arange(1, group + 1, device=phase.device)
    fine = phase[..., None] * numbers
    coarse, fine = ((2 * math.pi * (cycles - cycles.floor())).to(dtype) for cycles in (coarse, fine))
    sines = coarse.sin()[..., None] * fine.cos()[..., None, :]
    sines.addcmul_(coarse.cos()[..., None], fine.sin()[..., None, :])
    return sines.flatten(-2)[..., :partials]


@torch.no_grad()
def band_noise(white: Tensor, bands: int) -> Tensor:
    """White noise [batch, samples + 2 (M - 1)] through each band's filter: [batch, samples, M]."""
    taps = noise_taps(bands).to(white)
    length = 1 << (white.shape[-1] - 1).bit_length()
    spectrum = torch.fft.rfft(white, length)[:, None] * torch.fft.rfft(taps, length)
    valid = torch.fft.irfft(spectrum, length)[..., 2 * (bands - 1) : white.shape[-1]]
    return valid.transpose(1, 2).contiguous()


@lru_cache
def noise_taps(bands: int) -> Tensor:
    """Each band's share of the zero-phase filter, [M, 2 (M - 1) + 1]: a cosine under a Hann window."""
    half = bands - 1
    time = torch.arange(-half, half + 1, dtype=torch.float64)
    band = torch.arange(bands, dtype=torch.float64)[:, None]
    share = torch.full((bands, 1), 1.0 / half, dtype=torch.float64)
    share[0] = share[-1] = 0.5 / half
    return share * torch.cos(math.pi * band * time / half) * (0.5 + 0.5 * torch.cos(math.pi * time / half))


def ramped_sum(basis: Tensor, levels: Tensor, *, sample_rate: int, frame_rate: int) -> Tensor:
    """Sum over k of basis [batch, samples, K] times levels [batch, frames, K], ramped: [batch, samples].

    The ramp is taken out of the sum: each stretch of samples that holds a whole number of frames is one
    matrix product with the levels of the frames around it, forwards and backwards.
    """
    ramps = _ramps(sample_rate, frame_rate).to(levels)
    stretch, around = ramps.shape
    batch, samples, size = basis.shape
    stretches = -(-samples // stretch)
    if missing := stretches * stretch - samples:
        basis = torch.nn.functional.pad(basis, (0, 0, 0, missing))
    needed = stretches * (around - 1) + 1 - levels.shape[1]
    levels = torch.cat([levels, levels[:, -1:].expand(-1, needed, -1)], 1)
    per_stretch = levels.unfold(1, around, around - 1)
    sums = torch.matmul(basis.reshape(batch, stretches, stretch, size), per_stretch)
    return (sums * ramps).sum(-1).reshape(batch, -1)[:, :samples]


@lru_cache
def _ramps(sample_rate: int, frame_rate: int) -> Tensor:
    """Weights [samples, frames + 1] of frames, in the shortest stretch with whole numbers of both."""
    common = math.gcd(sample_rate, frame_rate)
    frames, samples = frame_rate // common, sample_rate // common
    place = torch.arange(samples, dtype=torch.float64)[:, None] * frames / samples
    return (1 - (place - torch.arange(frames + 1)).abs()).clamp(min=0)


def sosfilt(sos: Tensor, x: Tensor, zi: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Second-order sections in series, with exact gradients for signal, coefficients and initial conditions.

    sos: [sections, 6] as SciPy has them; x: [batch, samples]; zi: [sections, batch, 2], SciPy's too.
    Returns y [batch, samples], computed in double whatever x's type, and the final conditions, which carry
    no gradient. Backwards, each section's poles are run once more, from the end to the start.
    """
    if zi is None:
        zi = x.new_zeros(len(sos), x.shape[0], 2)
    final = []
    y = x.double()
    for section, state in zip(sos.double() / sos[:, 3:4].double(), zi.double(), strict=True):
        y, after = _Section.apply(section[[0, 1, 2, 4, 5]], y, state)
        final.append(after)
    return y.to(x.dtype), torch.stack(final).to(x.dtype) if final else zi


class _Section(torch.autograd.Function):
    """A(z) y = B(z) x + initial conditions, by the kernel's recursion: all tensors are double."""

    @staticmethod
    def forward(ctx, section: Tensor, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        section, x, after = (part.detach().cpu().contiguous() for part in (section, x, state.clone()))
        y = torch.empty_like(x)
        lib.biquad_filter(*map(_doubles, (section, after, x, y)), *x.shape)
        ctx.save_for_backward(section, x, y)
        y, after = y.to(state.device), after.to(state.device)
        ctx.mark_non_differentiable(after)
        return y, after

    @staticmethod
    def backward(ctx, to_y: Tensor, _to_after: Tensor):
        section, x, y = ctx.saved_tensors
        device, to_y = to_y.device, to_y.cpu().contiguous()
        to_x, to_state, to_section = torch.empty_like(x), x.new_empty(len(x), 2), torch.empty_like(section)
        parts = (section, x, y, to_y, to_x, to_state, to_section)
        lib.biquad_gradient(*map(_doubles, parts), *x.shape)
        return to_section.to(device), to_x.to(device), to_state.to(device)


def _doubles(tensor: Tensor):
    return ffi.cast("double *", tensor.data_ptr())
