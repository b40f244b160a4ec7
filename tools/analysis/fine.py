"""Pitch and level in windows of a few periods: what happens between two notes, where longer windows would smear it."""

from typing import NamedTuple

import numpy as np

RATE = 250
"""Frames a second."""
PERIODS = 1.5  # that are compared with those a period later
SAMPLES_A_PERIOD = 64  # less are interpolated between, or pitch would be coarse
WIDEST = 0.08  # of the pitch, beyond what is looked for


class FineTrack(NamedTuple):
    """[frames] each, RATE a second."""

    pitch: np.ndarray
    """MIDI notes, fractional; NaN without a period."""
    correlation: np.ndarray
    """Of neighbouring periods, up to 1."""
    level_db: np.ndarray
    """Over 2.5 periods, full scale 0."""


def fine_track(audio: np.ndarray, rate: float, low: np.ndarray, high: np.ndarray) -> FineTrack:
    """Pitch near what is known already, and level.

    audio: [samples]. low, high: MIDI notes [frames] between which the pitch is looked for; NaN: none is.
    The pitch of a step that takes T ms reads within 2 ms of T, but no less than 6 ms: less is a jump.
    """
    audio = np.asarray(audio, np.float64)
    frames = min(len(low), int(len(audio) / rate * RATE))
    highest = np.nanmax(high) if np.isfinite(high).any() else 60.0
    up = max(1, int(np.ceil(SAMPLES_A_PERIOD * _hertz(highest) / rate)))
    if up > 1:
        from scipy.signal import resample_poly

        audio, rate = resample_poly(audio, up, 1), rate * up
    square = np.concatenate([[0.0], np.cumsum(audio**2)])
    pitch, correlation, level = (np.full(frames, np.nan) for _ in range(3))
    for i in range(frames):
        if not (low[i] <= high[i]):
            level[i] = _level(square, i / RATE * rate, 0.01 * rate)
            continue
        pitch[i], correlation[i] = _period(audio, square, rate, i / RATE * rate, low[i], high[i])
        near = (
            pitch[i] if np.isfinite(pitch[i]) else 0.5 * (low[i] + high[i])
        )  # at the edges there is no room
        level[i] = _level(square, i / RATE * rate, 2.5 * rate / _hertz(near))
    return FineTrack(pitch, correlation, level)


def _hertz(pitch):
    return 440.0 * 2 ** ((pitch - 69) / 12)


def _level(square: np.ndarray, centre: float, length: float) -> float:
    first, last = (int(np.clip(round(centre + s * length / 2), 0, len(square) - 1)) for s in (-1, 1))
    return 10 * np.log10(max(square[last] - square[first], 0.0) / max(1, last - first) + 1e-12)


def _period(audio, square, rate, centre, low, high) -> tuple[float, float]:
    """The pitch whose period fits best, and its correlation."""
    shortest = max(2, int(np.floor(rate / _hertz(high) * (1 - WIDEST))))
    longest = int(np.ceil(rate / _hertz(low) * (1 + WIDEST)))
    lags = np.arange(shortest, longest + 1)
    width = round(PERIODS * rate / _hertz(0.5 * (low + high)))
    begin = round(centre) - (width + longest) // 2
    if begin < 0 or begin + width + longest + 1 >= len(audio):
        return np.nan, np.nan
    # Each lag's two windows lie about the same centre.
    first = round(centre) - (width + lags) // 2
    x = audio[first[:, None] + np.arange(width)]
    y = audio[first[:, None] + lags[:, None] + np.arange(width)]
    energy = (square[first + width] - square[first]) * (square[first + lags + width] - square[first + lags])
    r = np.einsum("ij,ij->i", x, y) / np.sqrt(np.maximum(energy, 1e-24))
    best = int(np.argmax(r))
    shift = 0.0
    if 0 < best < len(r) - 1:
        a, b, c = r[best - 1 : best + 2]
        if a - 2 * b + c < 0:
            shift = 0.5 * (a - c) / (a - 2 * b + c)
    return 69 + 12 * np.log2(rate / (lags[best] + shift) / 440), float(r[best])


class Step(NamedTuple):
    """How the pitch goes from one note to the next."""

    seconds: float
    """From 10 to 90 % of its way."""
    middle: float
    """When it is half way, in seconds from the track's beginning."""


def step_of(pitch: np.ndarray, before: float, after: float, begin: int, end: int) -> Step | None:
    """The step between two pitches within frames begin … end, or None if the pitch does not go that way."""
    share = (pitch[begin:end] - before) / (after - before)
    share = np.where(np.isfinite(share), share, np.nan)
    known = np.flatnonzero(np.isfinite(share))
    if len(known) < 5:
        return None
    share = np.interp(np.arange(len(share)), known, share[known])
    late = np.flatnonzero(share >= 0.5)
    if not len(late) or late[0] == 0:
        return None
    middle = _crossing(share, int(late[0]), 0.5)
    earlier = np.flatnonzero(share[: late[0]] < 0.1)
    later = np.flatnonzero(share[late[0] :] >= 0.9)
    if not len(earlier) or not len(later):
        return None
    leaves = _crossing(share, int(earlier[-1]) + 1, 0.1)
    arrives = _crossing(share, int(later[0] + late[0]), 0.9)
    return Step((arrives - leaves) / RATE, (begin + middle) / RATE)


def _crossing(share: np.ndarray, i: int, at: float) -> float:
    a, b = share[i - 1], share[i]
    return i - 1 + (at - a) / (b - a) if b > a else float(i)


def dip_of(level_db: np.ndarray, key: int, end: int, settled: int) -> tuple[float, int]:
    """How far the level falls below the new note's, in dB, and at which frame.

    It is looked for in the frames key … end; the new note's level is its median from there to settled.
    """
    lowest = key + int(np.argmin(level_db[key:end]))
    return float(np.median(level_db[end:settled]) - level_db[lowest]), lowest
