"""A pitch tracker for judging: YIN, which shares nothing with the tracker that training uses."""

import numpy as np

THRESHOLD = 0.15


def yin(
    audio: np.ndarray,
    sample_rate: int,
    *,
    low_hz: float = 50,
    high_hz: float = 2200,
    hop_seconds: float = 0.01,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times in s, f0 in Hz and aperiodicity (0: periodic, 1: noise) per frame.

    audio: [samples]. A frame looks at one period of low_hz on each side of its time, at the first of them and at what
    follows it by a lag (de Cheveigné and Kawahara, YIN, 2002): where short periods change, its times are late by up to
    half a period of low_hz.
    """
    longest = int(np.ceil(sample_rate / low_hz))
    shortest = max(2, int(sample_rate / high_hz))
    starts = np.arange(0, max(0, len(audio) - 2 * longest) + 1, round(hop_seconds * sample_rate))
    padded = np.pad(np.asarray(audio, np.float64), (0, 2 * longest))
    pieces = padded[starts[:, None] + np.arange(2 * longest)]
    difference = _difference(pieces, longest)
    lags = np.arange(1, longest)
    normalized = difference[:, 1:] * lags / np.maximum(np.cumsum(difference[:, 1:], 1), 1e-12)
    normalized = np.concatenate([np.ones((len(starts), 1)), normalized], 1)
    picks = np.array([_pick(row, shortest) for row in normalized])
    depth = normalized[np.arange(len(picks)), picks]
    return (starts + longest) / sample_rate, sample_rate / _parabolic(normalized, picks), depth


def _difference(pieces: np.ndarray, longest: int) -> np.ndarray:
    """sum over one window of (x[n] - x[n + lag])^2: [frames, lags]."""
    size = 4 * longest
    spectrum = np.fft.rfft(pieces, size)
    products = np.fft.irfft(np.conj(np.fft.rfft(pieces[:, :longest], size)) * spectrum, size)[:, :longest]
    energy = np.pad(np.cumsum(pieces**2, 1), ((0, 0), (1, 0)))
    moved = energy[:, longest : 2 * longest] - energy[:, :longest]
    return np.maximum(moved[:, :1] + moved - 2 * products, 0)


def _pick(row: np.ndarray, shortest: int) -> int:
    """The first dip under the threshold, or else the deepest."""
    below = np.flatnonzero(row[shortest:-1] < THRESHOLD)
    if not len(below):
        return shortest + int(row[shortest:-1].argmin())
    lag = shortest + below[0]
    while lag + 2 < len(row) and row[lag + 1] < row[lag]:
        lag += 1
    return int(lag)


def _parabolic(rows: np.ndarray, lags: np.ndarray) -> np.ndarray:
    before, here, after = (rows[np.arange(len(lags)), lags + step] for step in (-1, 0, 1))
    bend = before - 2 * here + after
    shift = np.where(bend > 1e-9, 0.5 * (before - after) / np.maximum(bend, 1e-9), 0)
    return lags + np.clip(shift, -1, 1)
