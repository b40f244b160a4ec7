"""A pitch tracker for judging, by the shape of the spectrum: it shares nothing with those that training uses."""

from functools import lru_cache

import numpy as np
import soxr

RATE = 16000  # Hz, that the signal is heard at
STEPS_PER_OCTAVE = 48
ERB_STEP = 0.1
FINEST = 4  # times a window's length, that its spectrum is padded to
PARTIALS, PERIODS, SHORTEST = 5, 4, 512  # that refine: the first partials, under a window of so much or more
MOST_OFF = 0.03  # share of f0 that refining may move it by
FRAME_SAMPLES = 1 << 15  # at once, to bound memory


def swipe(
    audio: np.ndarray,
    sample_rate: int,
    *,
    low_hz: float = 25.0,
    high_hz: float = 3000.0,
    hop_seconds: float = 0.01,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times in s, f0 in Hz and strength (0: nothing, 1: as a sawtooth) per frame, from time 0 on.

    audio: [samples]. Each candidate's kernel has peaks at its prime harmonics and valleys between, and windows
    are as long as suits the candidate: SWIPE' (Camacho and Harris, A sawtooth waveform inspired pitch
    estimator for speech and music, 2008). What it reads is then refined by the phases of the first partials.
    """
    audio = soxr.resample(np.asarray(audio, np.float64), sample_rate, RATE)
    times = np.arange(0, len(audio) / RATE, hop_seconds)
    candidates = 2 ** np.arange(np.log2(low_hz), np.log2(high_hz), 1 / STEPS_PER_OCTAVE)
    frequencies, kernels = _kernels(low_hz, high_hz)
    first_used = np.searchsorted(frequencies, candidates / 4)
    longest, shortest = (round(np.log2(8 * RATE / hz)) for hz in (low_hz, high_hz))
    strength = np.zeros((len(times), len(candidates)))
    for power in range(longest, shortest - 1, -1):
        # A candidate's best window holds eight of its periods; it gets the two around that, by their nearness.
        place = np.clip(np.log2(8 * RATE / candidates), shortest, longest)
        weight = np.maximum(0, 1 - np.abs(place - power))
        own = np.flatnonzero(weight)
        loudness = np.sqrt(_spectra(audio, times, 1 << power, frequencies))
        energy = np.cumsum(loudness[:, ::-1] ** 2, 1)[:, ::-1]
        norm = np.sqrt(np.maximum(energy[:, first_used[own]], 1e-12))
        strength[:, own] += weight[own] * (loudness @ kernels[own].T) / norm
    best = np.clip(strength.argmax(1), 1, len(candidates) - 2)
    rows = np.arange(len(times))
    before, here, after = (strength[rows, best + step] for step in (-1, 0, 1))
    bend = before - 2 * here + after
    shift = np.where(bend < -1e-12, 0.5 * (before - after) / np.minimum(bend, -1e-12), 0)
    f0_hz = candidates[best] * 2 ** (np.clip(shift, -1, 1) / STEPS_PER_OCTAVE)
    return times, _refined(audio, times, f0_hz), here


def _refined(audio: np.ndarray, times: np.ndarray, f0_hz: np.ndarray) -> np.ndarray:
    """f0_hz, off by a few percent at most, as the phases of its first partials advance over one period."""
    refined = f0_hz.copy()
    sizes = 1 << np.ceil(np.log2(np.maximum(SHORTEST, PERIODS * RATE / f0_hz))).astype(int)
    padded = np.pad(audio, 2 * sizes.max(initial=SHORTEST))
    numbers = np.arange(1, PARTIALS + 1)
    for size in np.unique(sizes):
        window, within = np.hanning(size + 1)[:-1], np.arange(size)
        own = np.flatnonzero(sizes == size)
        for rows in np.array_split(own, max(1, len(own) * size // FRAME_SAMPLES)):
            hertz = f0_hz[rows, None]
            apart = np.maximum(1, np.round(RATE / hertz)).astype(int)
            first = np.round(times[rows, None] * RATE).astype(int) + 2 * sizes.max() - size // 2 - apart // 2
            turns = np.exp(-2j * np.pi / RATE * hertz[..., None] * numbers[:, None] * within)
            turns *= window
            early, late = ((turns @ padded[at + within][..., None])[..., 0] for at in (first, first + apart))
            advance = np.angle(late * np.conj(early) * np.exp(-2j * np.pi / RATE * hertz * numbers * apart))
            heard = np.abs(late * early) * (hertz * numbers < RATE / 2)
            off_hz = advance * RATE / (2 * np.pi * apart)
            weighted = (heard * numbers * off_hz).sum(1) / np.maximum((heard * numbers**2).sum(1), 1e-12)
            refined[rows] += np.clip(weighted, -MOST_OFF * f0_hz[rows], MOST_OFF * f0_hz[rows])
    return refined


def _spectra(audio: np.ndarray, times: np.ndarray, size: int, frequencies: np.ndarray) -> np.ndarray:
    """Magnitudes [frames, frequencies] under Hann windows centred on the times."""
    padded = np.pad(audio, size)
    starts = np.round(times * RATE).astype(int) + size - size // 2
    window = np.hanning(size + 1)[:-1]
    place = frequencies * FINEST * size / RATE
    left = np.minimum(place.astype(int), FINEST * size // 2 - 1)
    share = place - left
    found = np.empty((len(times), len(frequencies)))
    at_once = max(1, (1 << 20) // (FINEST * size))
    for first in range(0, len(times), at_once):
        pieces = padded[starts[first : first + at_once, None] + np.arange(size)] * window
        magnitudes = np.abs(np.fft.rfft(pieces, FINEST * size, axis=1))
        found[first : first + at_once] = magnitudes[:, left] * (1 - share) + magnitudes[:, left + 1] * share
    return found


@lru_cache
def _kernels(low_hz: float, high_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies evenly spaced to the ear, and each candidate's kernel [candidates, frequencies]."""
    candidates = 2 ** np.arange(np.log2(low_hz), np.log2(high_hz), 1 / STEPS_PER_OCTAVE)
    low, high = (21.4 * np.log10(1 + hz / 229) for hz in (low_hz / 4, RATE / 2))
    frequencies = (10 ** (np.arange(low, high, ERB_STEP) / 21.4) - 1) * 229
    kernels = np.zeros((len(candidates), len(frequencies)))
    for kernel, hz in zip(kernels, candidates, strict=True):
        ratio = frequencies / hz
        for number in [1, *_primes(int(frequencies[-1] / hz - 0.75))]:
            distance = np.abs(ratio - number)
            peak, valley = distance < 0.25, (distance > 0.25) & (distance < 0.75)
            kernel[peak] = np.cos(2 * np.pi * ratio[peak])
            kernel[valley] += np.cos(2 * np.pi * ratio[valley]) / 2
        kernel *= np.sqrt(1 / frequencies)
        kernel /= np.linalg.norm(kernel[kernel > 0])
    return frequencies, kernels


def _primes(last: int) -> list[int]:
    return [n for n in range(2, last + 1) if all(n % k for k in range(2, int(n**0.5) + 1))]
