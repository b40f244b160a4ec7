"""The instrument's body: resonances that all pitches share, learned as second-order sections.

A shelf at either end and peaks in between (R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter
coefficients), each by its frequency, gain and Q, which cannot leave their bounds: no parameters make a filter
that is unstable or louder than a patch may have.
"""

import math

import torch
from torch import Tensor, nn

from .signal import sosfilt

LOWEST_HZ, HIGHEST_HZ = 80.0, 12000.0
HIGHEST_SHARE = 0.4  # of the sample rate
LARGEST_GAIN_DB = 12.0
SHELF_Q = 0.707
SHARPEST_Q = 40.0
GRID, GRID_HZ = 1024, 20.0  # points of the response from there to Nyquist, evenly in octaves


class Body(nn.Module):
    """Sections in series at `sample_rate` Hz: flat at first.

    sections: 3 or more; the first is a low shelf, the last a high shelf, the others peaks, spaced evenly in
    octaves, each of which may move as far as its neighbours' places.
    """

    def __init__(self, sections: int, sample_rate: int):
        super().__init__()
        self.sample_rate = sample_rate
        low, high = math.log2(LOWEST_HZ), math.log2(min(HIGHEST_HZ, HIGHEST_SHARE * sample_rate))
        self.spacing = (high - low) / (sections - 1)
        self.register_buffer("octaves", torch.linspace(low, high, sections, dtype=torch.float64))
        # Peaks as wide as their spacing may join; wider ones would pile up.
        self.broadest_q = 1 / (2 * math.sinh(math.log(2) / 2 * self.spacing))
        self.place = nn.Parameter(torch.zeros(sections))
        self.gain = nn.Parameter(torch.zeros(sections))
        self.width = nn.Parameter(torch.zeros(sections))

    @property
    def frequency_hz(self) -> Tensor:
        return 2 ** (self.octaves + self.spacing * torch.tanh(self.place.double()))

    @property
    def gain_db(self) -> Tensor:
        return LARGEST_GAIN_DB * torch.tanh(self.gain.double())

    @property
    def q(self) -> Tensor:
        """Of the peaks; the shelves' is fixed."""
        return self.broadest_q * (SHARPEST_Q / self.broadest_q) ** torch.sigmoid(self.width.double() - 2)

    def sos(self) -> Tensor:
        """The sections as SciPy has them, double [sections, 6] with a0 = 1; what a patch's body.json holds."""
        angle = (2 * math.pi / self.sample_rate * self.frequency_hz).clamp(max=0.95 * math.pi)
        a, cos = 10 ** (self.gain_db / 40), torch.cos(angle)
        shelf = 2 * a.sqrt() * torch.sin(angle) / (2 * SHELF_Q)
        peak = torch.sin(angle) / (2 * self.q)
        low = _shelf(a[0], cos[0], shelf[0], 1)
        high = _shelf(a[-1], cos[-1], shelf[-1], -1)
        inner = slice(1, -1)
        boost, cut, middle = peak[inner] * a[inner], peak[inner] / a[inner], -2 * cos[inner]
        peaks = torch.stack([1 + boost, middle, 1 - boost, 1 + cut, middle, 1 - cut], -1)
        sos = torch.cat([low[None], peaks, high[None]])
        return sos / sos[:, 3:4]

    def filter(self, audio: Tensor) -> Tensor:
        """audio [batch, samples] through the recursion that the kernel plays; gradients are exact."""
        return sosfilt(self.sos(), audio)[0]

    def response(self, frequency_hz: Tensor) -> Tensor:
        """The gain at frequencies of any shape, as an amplitude ratio: for levels that are known in the
        frequency domain, at a fraction of the recursion's cost.
        """
        # |b0 + b1 z^-1 + b2 z^-2|^2 by powers of 4 sin^2(w / 2): next to 0 Hz, cosines would cancel.
        sos = self.sos()
        b, a = (_power(part).to(frequency_hz.dtype) for part in (sos[:, :3], sos[:, 3:]))
        limited = frequency_hz.clamp(max=self.sample_rate / 2)
        phi = 4 * torch.sin(math.pi / self.sample_rate * limited).square()
        gain = torch.ones_like(phi)
        for (b0, b1, b2), (a0, a1, a2) in zip(b, a, strict=True):
            gain = gain * (b0 + phi * (b1 + phi * b2)) / (a0 + phi * (a1 + phi * a2))
        return gain.sqrt()

    def response_near(self, frequency_hz: Tensor) -> Tensor:
        """As `response`, but read off between GRID points of it, which is faster for many frequencies."""
        low, high = math.log(GRID_HZ), math.log(self.sample_rate / 2)
        grid = self.response(torch.linspace(low, high, GRID, dtype=torch.float64).exp()).to(frequency_hz)
        place = (frequency_hz.clamp(GRID_HZ, self.sample_rate / 2).log() - low) / (high - low) * (GRID - 1)
        below = place.long().clamp(max=GRID - 2)
        share = place - below
        return grid[below] * (1 - share) + grid[below + 1] * share


def _shelf(a: Tensor, cos: Tensor, slope: Tensor, side: int) -> Tensor:
    """One shelf [6]; side 1: below its frequency, -1: above."""
    cos = side * cos
    return torch.stack(
        [
            a * ((a + 1) - (a - 1) * cos + slope),
            side * 2 * a * ((a - 1) - (a + 1) * cos),
            a * ((a + 1) - (a - 1) * cos - slope),
            (a + 1) + (a - 1) * cos + slope,
            side * -2 * ((a - 1) + (a + 1) * cos),
            (a + 1) + (a - 1) * cos - slope,
        ]
    )


def _power(c: Tensor) -> Tensor:
    """Coefficients [sections, 3] of a polynomial's power in 4 sin^2(w / 2)."""
    c0, c1, c2 = c.T
    return torch.stack([(c0 + c1 + c2).square(), -(c0 * c1 + 4 * c0 * c2 + c1 * c2), c0 * c2], -1)
