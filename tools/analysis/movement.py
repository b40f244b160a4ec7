"""How a note moves while it is held: its partials, its level, its pitch and its noise, read from audio alone.

The audio is read at a fixed number of points a period, so that partials stay on their lines while the pitch moves.
The same reading serves recorded and played notes, so that what it cannot tell apart cancels out.
"""

from dataclasses import dataclass, field

import numpy as np
import soxr

from ...input.loudness import loudness

FRAME_RATE = 250  # Hz
BANDS_HZ = ((0.0, 1.5), (1.5, 4.0), (4.0, 9.0), (12.0, 60.0))
WHOLE_HZ = (1.0, 9.0)  # in which correlations are
PERIODS = 3  # under a window at least, and
WINDOW_SECONDS = 0.012
OVERSAMPLING = 4  # so that lines between samples are close enough to the signal
MOST_PARTIALS = 24
HIGHEST_HZ = 7500.0  # of a partial that counts
DEEPEST_DB = 45.0  # below the strongest
STARTS_DB = 25.0  # below its level a note begins to sound
FALLS_DB = 8.0  # below its level it has been let go
MARGIN_SECONDS = 0.048  # at either end of what counts as held
SHORTEST_SECONDS, LONGEST_SECONDS = 0.3, 1.6
NOISE_HZ = 2000.0  # from which the rest beside the partials counts as noise
GROUP = 8  # periods over which noise's step with the pitch is read


@dataclass(frozen=True)
class Movement:
    """One note's, on frames from where it begins to sound."""

    midi: float  # the held note's pitch
    held: slice  # frames
    levels_db: np.ndarray = field(repr=False)  # [frames, K] partials
    loudness_db: np.ndarray = field(repr=False)  # [frames]
    cents: np.ndarray = field(repr=False)  # [frames] from midi
    attack_seconds: float  # until 1 dB below the held level
    in_step: float  # how far noise swells and fades within a period, 0 and up
    noise_db: tuple[float, float]  # level of noise below 5 kHz and above, re the note's
    noise_sway_db: tuple[float, float]  # deviation of its level, slow and fast
    crest: float  # kurtosis of the waveform

    @property
    def partials_db(self) -> np.ndarray:
        """Held levels of the partials that count, re loudness: [frames, partials]."""
        held = self.levels_db[self.held]
        return held[:, self.counted] - self.loudness_db[self.held, None]

    @property
    def counted(self) -> np.ndarray:
        """Numbers, from 0, of the partials that count."""
        mean = self.levels_db[self.held].mean(0)
        hz = 440 * 2 ** ((self.midi - 69) / 12) * np.arange(1, len(mean) + 1)
        return np.flatnonzero((mean > mean.max() - DEEPEST_DB) & (hz < HIGHEST_HZ))

    @property
    def depth_db(self) -> np.ndarray:
        """How far each counted partial lies below the strongest."""
        mean = self.levels_db[self.held].mean(0)[self.counted]
        return mean.max() - mean


def read_movement(audio: np.ndarray, sample_rate: int, midi: float) -> Movement | None:
    """Reads one note of about this pitch; None where too little of it is held.

    audio: [samples], from silence, or from the note's onset on.
    """
    level = loudness(audio, sample_rate, FRAME_RATE).astype(float)
    loud = np.percentile(level[level > level.max() - 20], 60)
    sounds = np.flatnonzero(level >= loud - STARTS_DB)
    full = np.flatnonzero(level >= loud - FALLS_DB)
    begin, end = int(sounds[0]), int(full[-1]) + 1
    reached = begin + int(np.argmax(level[begin:] >= loud - 1.0))
    margin = round(MARGIN_SECONDS * FRAME_RATE)
    first = max(int(full[0]), min(reached, begin + round(0.3 * FRAME_RATE))) + margin
    last = min(end - margin, first + round(LONGEST_SECONDS * FRAME_RATE))
    if last - first < SHORTEST_SECONDS * FRAME_RATE:
        return None
    hop = sample_rate / FRAME_RATE
    part = np.asarray(audio, float)[round(begin * hop) : round((last + margin) * hop)]
    frames = last - begin
    constant = np.full(frames, 440 * 2 ** ((midi - 69) / 12))
    coarse = _follow(_warped(part, sample_rate, constant))
    warped = _warped(part, sample_rate, _smoothed(coarse, 5))
    levels_db, f0_hz = _partials(warped)
    held = slice(first - begin, last - begin)
    sounding = 69 + 12 * np.log2(f0_hz / 440)
    middle = float(np.median(sounding[held]))
    own = level[begin:last]
    attack = int(np.argmax(own >= np.median(own[held]) - 1.0)) / FRAME_RATE
    noise = _noise(warped, held)
    return Movement(middle, held, levels_db, own, 100 * (sounding - middle), attack, *noise)


@dataclass(frozen=True)
class _Warped:
    """Audio at `points` a period, and at which of them each frame stands."""

    samples: np.ndarray
    points: int
    at: np.ndarray  # [frames]
    f0_hz: np.ndarray  # [frames] by which it was read

    def windows(self, periods: int, offset: int = 0) -> np.ndarray:
        """Lines of each partial around each frame: complex [frames, points / 2]."""
        size = periods * self.points
        window = np.hanning(size + 1)[:-1]
        start = self.at + offset - size // 2
        read = np.lib.stride_tricks.sliding_window_view(self.samples, size)[start] * window
        return np.fft.rfft(read, axis=1)[:, periods::periods] * (2 / window.sum())


def _warped(audio: np.ndarray, sample_rate: int, f0_hz: np.ndarray) -> _Warped:
    points = 1 << int(np.ceil(np.log2(sample_rate / f0_hz.min())))
    dense = np.pad(soxr.resample(audio, 1, OVERSAMPLING), (0, 8))
    seconds = np.arange(len(f0_hz)) / FRAME_RATE
    margin = 8 / f0_hz.min() + 2 * WINDOW_SECONDS
    axis = np.arange(-margin, seconds[-1] + margin, 1e-3)
    cycles = np.append(0.0, np.cumsum(np.interp(axis[:-1] + 5e-4, seconds, f0_hz)) * 1e-3)
    grid = np.arange(0, cycles[-1] * points) / points
    place = np.clip(np.interp(grid, cycles, axis) * sample_rate * OVERSAMPLING, 0, len(dense) - 2)
    left = place.astype(int)
    samples = dense[left] + (place - left) * (dense[left + 1] - dense[left])
    at = np.round(np.interp(seconds, axis, cycles) * points).astype(int)
    return _Warped(samples, points, at, f0_hz)


def _follow(warped: _Warped, most: int = 4) -> np.ndarray:
    """f0 [frames] by how the lowest partials' phases turn within a period."""
    before, after = (warped.windows(4, side * warped.points // 2)[:, :most] for side in (-1, 1))
    number = np.arange(1, before.shape[1] + 1)
    turn = np.angle(after * np.conj(before)) / (2 * np.pi * number)
    weight = np.abs(before * after) * number**2
    return warped.f0_hz * (1 + np.sum(weight * turn, 1) / np.maximum(weight.sum(1), 1e-20))


def _partials(warped: _Warped) -> tuple[np.ndarray, np.ndarray]:
    """Levels in dB [frames, K] and f0 in Hz [frames]."""
    periods = max(PERIODS, int(np.ceil(WINDOW_SECONDS * np.median(warped.f0_hz))))
    lines = warped.windows(periods)[:, :MOST_PARTIALS]
    levels_db = 20 * np.log10(np.maximum(np.abs(lines), 1e-7))
    number = np.arange(1, lines.shape[1] + 1)
    # Frames stand on whole points, so the phase that the reading itself has advanced is known exactly.
    own = np.outer(warped.at, number) * (2 * np.pi / warped.points)
    low = slice(0, 6)
    turned = np.diff(np.angle(lines[:, low]) - own[:, low], axis=0)
    turned = (turned + np.pi) % (2 * np.pi) - np.pi
    weight = (np.abs(lines[1:, low]) * number[low]) ** 2
    hz = (
        np.sum(weight * turned / number[low], 1) / np.maximum(weight.sum(1), 1e-20) * FRAME_RATE / (2 * np.pi)
    )
    between = 0.5 * (warped.f0_hz[1:] + warped.f0_hz[:-1]) + hz
    return levels_db, np.maximum(np.append(between[:1], between), 1.0)


def _noise(warped: _Warped, held: slice):
    """Step with the pitch, levels, sway, and the waveform's kurtosis, of what is held."""
    points = warped.points
    first, last = warped.at[held.start], warped.at[held.stop - 1]
    count = max(GROUP, (last - first) // points // GROUP * GROUP)
    y = warped.samples[first : first + count * points]
    around = warped.samples[first - points : first + (count + 1) * points]
    size = count * points
    rest = np.fft.rfft(y - 0.5 * (around[:size] + around[2 * points : 2 * points + size]))
    f0 = float(np.median(warped.f0_hz[held]))
    hz = np.arange(len(rest)) * f0 / count
    rest[(hz < NOISE_HZ) | (hz > 18000)] = 0
    noise = np.fft.irfft(rest, size)
    power = noise**2 / 1.5  # of three independent parts, weighed 1, 1/2 and 1/2
    groups = power.reshape(-1, GROUP * points)
    turn = np.exp(-2j * np.pi * np.arange(GROUP * points) / points)
    chance = np.exp(
        -3j * np.pi * np.arange(GROUP * points) / points
    )  # half-way between: in step by chance alone
    share = [np.abs(groups @ t) / np.maximum(groups.sum(1), 1e-20) for t in (turn, chance)]
    in_step = float(np.sqrt(max(0.0, np.mean(share[0] ** 2) - np.mean(share[1] ** 2))))
    spectrum = np.abs(rest) ** 2 / 1.5 / size**2 * 2
    split = hz < 5000
    total = np.mean(y**2)
    levels = tuple(float(10 * np.log10(max(spectrum[part].sum() / total, 1e-12))) for part in (split, ~split))
    by_period = 10 * np.log10(np.maximum(power.reshape(count, points).mean(1), 1e-14))
    seconds = np.arange(0, count / f0, 1 / FRAME_RATE)
    sway = np.interp(seconds, np.arange(count) / f0, by_period)
    slow, fast = (float(deviation(sway, band)) for band in ((0.5, 9.0), (12.0, 60.0)))
    centred = y - y.mean()
    return in_step, levels, (slow, fast), float(np.mean(centred**4) / np.mean(centred**2) ** 2)


def banded(x: np.ndarray, band: tuple[float, float]) -> np.ndarray:
    """What lies within a band in Hz of x [frames, …], at FRAME_RATE: a Butterworth filter of order 2, both ways."""
    low, high = band
    frames = len(x)
    size = 2 * frames
    mirrored = np.concatenate([x, x[::-1]])
    hz = np.abs(np.fft.fftfreq(size, 1 / FRAME_RATE)).reshape(-1, *(1,) * (x.ndim - 1))
    gain = 1 / (1 + (hz / high) ** 4)
    if low > 0:
        gain = gain * (1 - 1 / (1 + (hz / low) ** 4))
    return np.fft.ifft(np.fft.fft(mirrored - mirrored.mean(0), axis=0) * gain, axis=0).real[:frames]


def deviation(x: np.ndarray, band: tuple[float, float]):
    """Standard deviation of x [frames, …] within a band in Hz."""
    return banded(x, band).std(axis=0)


def correlations(levels: np.ndarray) -> tuple[float, float]:
    """Mean correlation of partials [frames, partials] next to each other, and of all pairs, within WHOLE_HZ."""
    if levels.shape[1] < 3:
        return 0.0, 0.0
    found = np.corrcoef(banded(levels, WHOLE_HZ).T)
    return float(np.nanmean(np.diag(found, 1))), float(np.nanmean(found[np.triu_indices(len(found), 1)]))


def _smoothed(x: np.ndarray, size: int) -> np.ndarray:
    window = np.hanning(size + 2)[1:-1]
    return np.convolve(np.pad(x, size // 2, mode="edge"), window / window.sum(), "valid")
