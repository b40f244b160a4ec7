"""The spectrum as coarse as the ear has it."""

from functools import lru_cache

import numpy as np

SIZE, HOP_SHARE = 0.046, 4  # s; hops a window
BANDS = 80
LOWEST_HZ = 30.0
RANGE_DB = 80.0  # under full scale, what is heard


def mel_spectrum_db(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Level per mel band in dB [windows, BANDS], not below -RANGE_DB; a full-scale sine is about 0 dB."""
    size = 1 << round(np.log2(SIZE * sample_rate))
    padded = np.pad(np.asarray(audio, np.float64), size // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)[:: size // HOP_SHARE]
    window = np.hanning(size + 1)[:-1]
    power = np.abs(np.fft.rfft(windows * window, axis=1) * 2 / window.sum()) ** 2
    return np.maximum(10 * np.log10(power @ _bands(size, sample_rate).T + 1e-12), -RANGE_DB)


def mel_distance_db(x: np.ndarray, y: np.ndarray, sample_rate: int) -> float:
    """Mean absolute difference of two signals' mel spectra, where either is heard."""
    a, b = (mel_spectrum_db(z, sample_rate) for z in (x, y))
    heard = (a > -RANGE_DB) | (b > -RANGE_DB)
    return float(np.abs(a - b)[heard].mean()) if heard.any() else 0.0


@lru_cache
def _bands(size: int, sample_rate: int) -> np.ndarray:
    """Triangles [BANDS, lines] evenly spaced in mel (O'Shaughnessy, Speech Communication, 1987)."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, sample_rate / 2))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    lines = np.arange(size // 2 + 1) * sample_rate / size
    rising = (lines - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - lines) / (edges[2:] - edges[1:-1])[:, None]
    return np.clip(np.minimum(rising, falling), 0, None)
