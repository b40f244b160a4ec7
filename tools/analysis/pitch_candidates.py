"""After which periods a signal is the same again: the pitches that a frame may have, and how well each fits it."""

import numpy as np

from .interpolation import cubic

RATE = 16000  # Hz, of the audio that candidates are looked for in
SEGMENT = 1280  # samples seen around a frame: two periods of the lowest pitch
LOWEST_HZ, HIGHEST_HZ = 25.0, 4200.0
COUNT = 10  # candidates per frame
COMPRESSED = 0.5  # exponent of the power spectrum in the second opinion: weak partials count there too
SHORTEST_IS_RIGHT = 0.02  # per octave: of periods that fit alike, the shortest is the pitch's
_FINER = 2
SHORT_LAG, REPEATS = 8.0, (2, 4, 8)  # samples, below which a period is measured over so many of them, in turn
MOST_BETWEEN = (
    0.3  # likeness that there must be less of before such a period: on the slope about 0 are ripples
)


def find_candidates(
    audio: np.ndarray, times: np.ndarray, read_hz: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pitches in Hz [frames, COUNT + 1] and how alike the signal is one period later, 1 the same, [frames, COUNT + 1].

    audio: [samples] at RATE; times: of the frames, in s; read_hz: another tracker's reading, which is the last
    candidate, since a note that others ring into may have no peak of its own.
    A pitch is a peak of the mean of two normalized autocorrelations, one of the signal (McLeod and Wyvill, A Smarter
    Way to Find Pitch, 2005) and one with its spectrum compressed (Tolonen and Karjalainen, A Computationally Efficient
    Multipitch Analysis Model, 2000).
    Where there are fewer peaks, likeness is -1 and the pitch the lowest.
    """
    parts = [_of_frames(audio, times[i : i + 512], read_hz[i : i + 512]) for i in range(0, len(times), 512)]
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def _of_frames(audio: np.ndarray, times: np.ndarray, read_hz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    longest = int(np.ceil(RATE / LOWEST_HZ))
    likeness = _likeness(audio, times, longest + 2)
    shortest = int(_FINER * RATE / HIGHEST_HZ)
    here = likeness[:, shortest:-1]
    before, after = likeness[:, shortest - 1 : -2], likeness[:, shortest + 1 :]
    lags = np.arange(shortest, likeness.shape[1] - 1)
    peaks = (here > before) & (here >= after)
    short = slice(max(0, int(_FINER * SHORT_LAG) - shortest))
    peaks[:, short] &= (
        np.minimum.accumulate(likeness[:, : int(_FINER * SHORT_LAG)], 1)[:, shortest:] < MOST_BETWEEN
    )
    row, peak = np.nonzero(peaks)
    rank = here[row, peak] - SHORTEST_IS_RIGHT * np.log2(lags[peak] / shortest)
    best, found = _best_of_rows(row, peak, rank, len(times))
    rows = np.arange(len(times))[:, None]
    y0, y1, y2 = before[rows, best], here[rows, best], after[rows, best]
    bend = np.minimum(y0 - 2 * y1 + y2, -1e-9)
    shift = np.clip(0.5 * (y0 - y2) / bend, -1, 1)
    period = np.where(found, (lags[best] + shift) / (_FINER * RATE), 1 / LOWEST_HZ)
    fit = np.where(found, y1 - 0.25 * (y0 - y2) * shift, -1.0)
    period = np.where(found & (period * RATE < SHORT_LAG), _over_repeats(likeness, period), period)
    read = cubic(likeness, _FINER * RATE / read_hz)
    return np.column_stack([1 / period, read_hz]), np.column_stack([fit, read])


def _best_of_rows(
    row: np.ndarray, place: np.ndarray, rank: np.ndarray, rows: int
) -> tuple[np.ndarray, np.ndarray]:
    """The COUNT places of highest rank of each row, and whether there were so many, both [rows, COUNT].

    row, place, rank: [peaks], by rows.
    """
    counts = np.bincount(row, minlength=rows)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    shape = rows, max(COUNT, counts.max(initial=0))
    ranks, places = np.full(shape, -9.0, np.float32), np.zeros(shape, int)
    ranks[row, nth], places[row, nth] = rank, place
    best = np.argpartition(ranks, -COUNT, 1)[:, -COUNT:]
    return np.take_along_axis(places, best, 1), np.take_along_axis(ranks, best, 1) > -9


def _over_repeats(likeness: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Short periods in s [frames, COUNT], as much finer as there are REPEATS after which a signal is the same again."""
    rows = np.arange(len(likeness))[:, None]
    for repeats in REPEATS:
        nearest = np.round(repeats * _FINER * RATE * period).astype(int)
        around = np.clip(nearest[..., None] + np.arange(-3, 4), 1, likeness.shape[1] - 2)
        best = around[..., 0] + likeness[rows[..., None], around].argmax(2)
        y0, y1, y2 = (likeness[rows, best + step] for step in (-1, 0, 1))
        shift = np.clip(0.5 * (y0 - y2) / np.minimum(y0 - 2 * y1 + y2, -1e-9), -1, 1)
        period = (best + shift) / (repeats * _FINER * RATE)
    return period


def _likeness(audio: np.ndarray, times: np.ndarray, longest: int) -> np.ndarray:
    """Mean of the two normalized autocorrelations [frames, longest * _FINER]."""
    starts = np.round(times * RATE).astype(int)
    padded = np.pad(np.asarray(audio, np.float32), (SEGMENT // 2, SEGMENT))
    pieces = padded[np.minimum(starts, len(audio))[:, None] + np.arange(SEGMENT)]
    pieces = pieces - pieces.mean(1, keepdims=True)
    size = 2048
    power = np.abs(np.fft.rfft(pieces, size)) ** 2
    count = longest * _FINER
    products = np.fft.irfft(power, size * _FINER)[:, :count] * _FINER
    energy = np.pad(np.cumsum(pieces.astype(np.float64) ** 2, 1), ((0, 0), (1, 0)))
    lags = np.arange(count) / _FINER
    whole = lags.astype(int)
    both = energy[:, SEGMENT - whole] + energy[:, -1:] - energy[:, whole]
    plain = 2 * products / np.maximum(both, 1e-9)
    window = np.hanning(SEGMENT + 2)[1:-1].astype(np.float32)
    compressed = np.abs(np.fft.rfft(pieces * window, size)) ** (2 * COMPRESSED)
    second = np.fft.irfft(compressed, size * _FINER)[:, :count]
    # What the window alone would take from a tone after each lag.
    taper = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** (2 * COMPRESSED), size * _FINER)[:count]
    second = second / np.maximum(second[:, :1], 1e-9) / np.maximum(taper / taper[0], 0.25)
    return 0.5 * (plain + second)
