"""The spectrum that the page draws: what just sounded, as bytes on a logarithmic scale of frequency."""

import numpy as np

BANDS = 160
WINDOW = 4096  # samples: 85 ms at 48 kHz, so that low notes show their partials
LOWEST_HZ, HIGHEST_HZ = 50.0, 16000.0
FLOOR_DB = -96.0


class Spectrum:
    """Band levels of the last `WINDOW` samples.

    Parameters
    ----------
    sample_rate : float
        Hz.
    """

    def __init__(self, sample_rate: float):
        self._window = np.hanning(WINDOW).astype(np.float32) * (4 / WINDOW)  # a sine of amplitude 1 is 0 dB
        edges = np.geomspace(LOWEST_HZ, min(HIGHEST_HZ, sample_rate / 2), BANDS + 1) / sample_rate * WINDOW
        first = np.floor(edges[:-1]).astype(int)
        self._first = first
        self._end = int(np.ceil(edges[-1]))
        self._single = np.diff(edges) < 1  # narrower than a bin: interpolated between two
        self._share = (edges[:-1] - first).astype(np.float32)

    def bands(self, frames: np.ndarray) -> bytes:
        """0 (-96 dB or less) to 255 (0 dB) for each band of float32 [WINDOW, 2]."""
        power = (
            np.abs(np.fft.rfft((frames[:, 0] + frames[:, 1]) * (0.5 * self._window))).astype(np.float32) ** 2
        )
        between = power[self._first] * (1 - self._share) + power[self._first + 1] * self._share
        level = np.where(self._single, between, np.maximum.reduceat(power[: self._end], self._first))
        db = 10 * np.log10(np.maximum(level, 1e-12))
        return (np.clip(1 - db / FLOOR_DB, 0, 1) * 255).astype(np.uint8).tobytes()
