"""Puts the cents of a pitch right by how the signal repeats itself."""

import numpy as np

WINDOW_SECONDS = 0.04
FRAMES_AT_ONCE = 512  # what is compared at a time; a long take must fit into memory
SEARCHED_CENTS = np.arange(-42, 43, 6)
REFINED_SECONDS = 0.012  # as many periods as fit: the more, the finer, until vibrato moves within them ...
MOST_PERIODS = 24  # ... or what is searched holds another number of them


def period_misfit(audio: np.ndarray, sample_rate: int, times: np.ndarray, period: np.ndarray) -> np.ndarray:
    """How unlike itself the signal is one `period` (s) later, at each time: 0 the same, 1 unrelated.

    The normalized square difference of McLeod and Wyvill (A Smarter Way to Find Pitch, 2005).
    """
    parts = [slice(i, i + FRAMES_AT_ONCE) for i in range(0, len(times), FRAMES_AT_ONCE)]
    return np.concatenate([_misfit(audio, sample_rate, times[part], period[part]) for part in parts])


def _misfit(audio: np.ndarray, sample_rate: int, times: np.ndarray, period: np.ndarray) -> np.ndarray:
    size = round(WINDOW_SECONDS * sample_rate)
    lag = period * sample_rate
    longest = int(np.ceil(lag.max())) + 2
    reach = size + longest
    first = np.round(times * sample_rate - (size + lag) / 2).astype(int)
    begin, end = first.min() - 1, first.max() + size + longest + 2
    piece = audio[max(begin, 0) : max(end, 0)].astype(np.float32)
    padded = np.pad(piece, (max(-begin, 0), max(end - len(audio), 0) + reach))
    first -= begin
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)
    later = lag.astype(int)
    between = (lag - later).astype(np.float32)[:, None]
    x, left, right = windows[first], windows[first + later], windows[first + later + 1]
    shifted = left + between * (right - left)
    power = np.einsum("ij,ij->i", x, x) + np.einsum("ij,ij->i", shifted, shifted)
    x = x - shifted
    return np.einsum("ij,ij->i", x, x) / np.maximum(power, 1e-12)


def refine(f0_hz: np.ndarray, times: np.ndarray, audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """f0_hz [frames], moved within some 40 cents to where the signal repeats itself best.

    A tracker with a grid of pitches can be 20 cents off, which is a whole analysis bin at the tenth partial.
    A frame that stands out gives way to the median of the five around it where the signal says so.
    """
    around = np.lib.stride_tricks.sliding_window_view(np.pad(f0_hz, 2, mode="edge"), 5)
    median = np.median(around, 1)
    own, common = (period_misfit(audio, sample_rate, times, 1 / f) for f in (f0_hz, median))
    f0_hz = np.where(common < own, median, f0_hz)
    periods = np.clip(np.floor(REFINED_SECONDS * f0_hz), 1, MOST_PERIODS)
    ratios = 2 ** (SEARCHED_CENTS / 1200)
    misfit = np.stack([period_misfit(audio, sample_rate, times, periods / (f0_hz * r)) for r in ratios], 1)
    best = misfit.argmin(1)
    inner = np.clip(best, 1, len(ratios) - 2)
    rows = np.arange(len(f0_hz))
    before, here, after = (misfit[rows, inner + step] for step in (-1, 0, 1))
    bend = before - 2 * here + after
    shift = np.where(bend > 1e-9, 0.5 * (before - after) / np.maximum(bend, 1e-9), 0)
    cents = SEARCHED_CENTS[inner] + np.clip(shift, -1, 1) * (SEARCHED_CENTS[1] - SEARCHED_CENTS[0])
    # A best match at the edge of the search is no match.
    return f0_hz * 2 ** (np.where(best == inner, cents, 0) / 1200)
