"""Power over time and frequency, and how much of it a room still rings with."""

import math

import numpy as np

from ...input.loudness import a_weighting
from .model import DECAY_60

WINDOW_SECONDS = 0.064
SMOOTHED = 5  # frames that a level's median is taken of
TAIL_MARGIN = 2.0  # times the room's power: what is below is a tail


def ringing_in(
    power: np.ndarray, seconds: np.ndarray, energy: np.ndarray, rate: float, may_be: np.ndarray, margin: float
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each frame has dry sound in it, bool [frames], and what still rings [frames, bands].

    Of the frames that `may_be` [frames] names, those have dry sound in which more than `margin` times as much is
    heard as rings. In each band, what rings decays, and is fed by what is dry.
    """
    kept = np.exp(-DECAY_60 / seconds / rate)
    fed = energy * (1 - kept) / kept
    alone, ringing, rings = np.zeros(len(power), bool), np.zeros(power.shape), np.zeros(power.shape[1])
    for i, wet in enumerate(power):
        ringing[i] = rings
        alone[i] = may_be[i] and wet.sum() > margin * rings.sum()
        rings = (rings + alone[i] * fed * np.maximum(wet - rings, 0)) * kept
    return alone, ringing


def running_median(level: np.ndarray, frames: int = SMOOTHED) -> np.ndarray:
    """Running medians of levels [frames, ...] over some `frames`, since what rings on wavers."""
    padded = np.pad(level, ((frames // 2, frames // 2), *[(0, 0)] * (level.ndim - 1)), mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, frames, axis=0), axis=-1)


def window(sample_rate: int) -> tuple[int, int]:
    """Samples of a window and between two."""
    size = 1 << round(math.log2(WINDOW_SECONDS * sample_rate))
    return size, size // 4


def spectra(audio: np.ndarray, size: int, hop: int) -> np.ndarray:
    """Short-time spectra [frames, bins] of audio [samples]; frame i is centred on sample i * hop."""
    padded = np.pad(audio, (size // 2, size))
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][: -(-len(audio) // hop)]
    return np.fft.rfft(windows * _hann(size)).astype(np.complex64)


def overlap_add(spectra: np.ndarray, size: int, hop: int, samples: int) -> np.ndarray:
    """The audio [samples] whose `spectra` these are."""
    windows = np.fft.irfft(spectra, size) * _hann(size)
    audio = np.zeros(len(windows) * hop + 2 * size)
    for i, window in enumerate(windows):
        audio[i * hop : i * hop + size] += window
    norm = np.square(_hann(size)).sum() / hop
    return (audio[size // 2 :][:samples] / norm).astype(np.float32)


def _hann(size: int) -> np.ndarray:
    return np.hanning(size + 1)[:-1]


def a_weight(frequency_hz: np.ndarray, sample_rate: int) -> np.ndarray:
    """The A-weighting's gain of power at frequencies [n]."""
    sos = a_weighting(sample_rate)
    powers = np.exp(-2j * np.pi * np.outer(np.arange(3), frequency_hz / sample_rate))
    return np.abs(np.prod((sos[:, :3] @ powers) / (sos[:, 3:] @ powers), 0)) ** 2
