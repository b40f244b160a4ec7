"""Puts a pitch tracker's reading right by how the signal repeats itself: first its octave, then its cents."""

import numpy as np

MULTIPLES = (4, 3, 2, 1, 0.5)  # of the tracker's period: what a tracker that erred should have read
WINDOW_SECONDS = 0.04
TOLERANCE = 0.1
CONSENSUS_SECONDS = 0.6
SEARCHED_CENTS = np.arange(-42, 43, 6)
REFINED_SECONDS = 0.012  # as many periods as fit: the more, the finer, until vibrato moves within them


def settle_octaves(
    f0_hz: np.ndarray, times: np.ndarray, voiced: np.ndarray, audio: np.ndarray, sample_rate: int
) -> tuple[np.ndarray, np.ndarray]:
    """f0_hz [frames] with octave errors taken out, and where they were: bool [frames].

    times: of the frames, in s. A tracker that follows the second partial finds a period after which the
    signal is not yet the same again. So each frame takes the shortest period that is about as good as the
    best of MULTIPLES, and frames that then differ from their neighbours' median by a factor go where that is.
    """
    if not voiced.any():
        return f0_hz, np.zeros(len(f0_hz), bool)
    ratios = np.array(MULTIPLES)
    misfit = np.stack([period_misfit(audio, sample_rate, times, ratio / f0_hz) for ratio in ratios], 1)
    good = misfit <= misfit.min(1, keepdims=True) + TOLERANCE
    shortest = ratios[len(ratios) - 1 - np.argmax(good[:, ::-1], 1)]
    pitch = np.log2(f0_hz / shortest)
    median = running_median(pitch, voiced, times)
    candidates = np.log2(f0_hz[:, None] / ratios)
    nearest = candidates[np.arange(len(pitch)), np.abs(candidates - median[:, None]).argmin(1)]
    settled = np.where(np.abs(pitch - median) > 0.4, nearest, pitch)
    return 2.0**settled, np.abs(settled - np.log2(f0_hz)) > 0.4


def period_misfit(audio: np.ndarray, sample_rate: int, times: np.ndarray, period: np.ndarray) -> np.ndarray:
    """How unlike itself the signal is one `period` (s) later, at each time: 0 the same, 1 unrelated.

    The normalized square difference of McLeod and Wyvill (A Smarter Way to Find Pitch, 2005).
    """
    size = round(WINDOW_SECONDS * sample_rate)
    lag = period * sample_rate
    longest = int(np.ceil(lag.max())) + 2
    padded = np.pad(audio.astype(np.float64), size + longest)
    start = np.round(times * sample_rate - (size + lag) / 2).astype(int) + size + longest
    here = start[:, None] + np.arange(size)
    later, between = np.divmod(lag, 1)
    there = here + later.astype(int)[:, None]
    shifted = padded[there] * (1 - between[:, None]) + padded[there + 1] * between[:, None]
    x = padded[here]
    power = (x * x).sum(1) + (shifted * shifted).sum(1)
    return ((x - shifted) ** 2).sum(1) / np.maximum(power, 1e-12)


def refine(f0_hz: np.ndarray, times: np.ndarray, audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """f0_hz [frames], moved within some 40 cents to where the signal repeats itself best.

    A tracker with a grid of pitches can be 20 cents off, which is a whole analysis bin at the tenth partial.
    A frame that stands out gives way to the median of the five around it where the signal says so.
    """
    around = np.lib.stride_tricks.sliding_window_view(np.pad(f0_hz, 2, mode="edge"), 5)
    median = np.median(around, 1)
    own, common = (period_misfit(audio, sample_rate, times, 1 / f) for f in (f0_hz, median))
    f0_hz = np.where(common < own, median, f0_hz)
    periods = np.maximum(1, np.floor(REFINED_SECONDS * f0_hz))
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


def running_median(pitch: np.ndarray, voiced: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Median of the voiced neighbours within CONSENSUS_SECONDS; of all voiced frames where there are none."""
    median = np.full(len(pitch), np.median(pitch[voiced]))
    first = np.searchsorted(times, times - CONSENSUS_SECONDS / 2)
    last = np.searchsorted(times, times + CONSENSUS_SECONDS / 2)
    for i, (a, b) in enumerate(zip(first, last, strict=True)):
        if voiced[a:b].any():
            median[i] = np.median(pitch[a:b][voiced[a:b]])
    return median
