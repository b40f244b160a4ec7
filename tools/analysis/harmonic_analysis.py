"""From audio and its pitch to the synthesis controls that would make it, by analysis alone."""

import numpy as np
import soxr

from .masked_partials import partial_amplitudes

PERIODS = 8  # under the window at least: partials fall on every eighth line of the spectrum, far from those half-way
DOUBLED_SECONDS = 0.024  # within which a window is doubled: more lines of noise between high notes' partials
LOBE = 4  # lines to either side that a partial is seen on
OVERSAMPLING = 4  # so that lines between samples are close enough to the signal
STEPS = 16  # of a frame, in which phase is taken to grow evenly
LOWEST_HZ = 20.0
BLACKMAN_HARRIS = (0.35875, -0.48829, 0.14128, -0.01168)  # its main lobe ends where the next gap's line is
NOISE_POWER = 1 / 3  # of the synthesizer's white noise, uniform within ±1
SMOOTHED_GAPS = 6
FLAT_SHARE = 0.9  # of Nyquist, up to which the recording's and our own resampling leave noise as it is
FRAMES_AT_ONCE = 64


def infer(
    audio: np.ndarray,
    f0_hz: np.ndarray,
    *,
    sample_rate: float,
    frame_rate: float,
    harmonics: int = 60,
    noise_bands: int = 65,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Amplitude [frames], harmonic distribution [frames, K] and noise magnitudes [frames, M] of a recording.

    audio: [samples]. f0_hz: [frames], above 0, of what sounds; frame i stands at i / frame_rate. Around each frame
    the signal is read at a fixed number of points a period, so that partials stay on their lines of the spectrum
    while the pitch moves; what is on the lines between them is noise, which is taken off the partials.
    Levels are means over about three periods, and 4 ms at least. Noise that is much softer than partials beside it is
    overrated. Partials above the last of `harmonics` count as noise: only that can sound in their place.
    """
    f0_hz = np.maximum(np.asarray(f0_hz, float), LOWEST_HZ)
    frames = len(f0_hz)
    dense = soxr.resample(np.asarray(audio, float), 1, OVERSAMPLING)
    time_axis = _phase(f0_hz, frame_rate)
    lines, noise = np.zeros((frames, harmonics)), np.zeros((frames, harmonics))
    magnitudes = np.zeros((frames, noise_bands))
    periods = PERIODS << np.log2(np.maximum(1.0, DOUBLED_SECONDS * f0_hz / PERIODS)).astype(int)
    for count in np.unique(periods):
        same = np.flatnonzero(periods == count)
        points = 1 << int(np.ceil(np.log2(max(2 * harmonics + 2, sample_rate / f0_hz[same].min()))))
        window = _blackman_harris(count * points)
        white = NOISE_POWER * (window**2).sum() * points / sample_rate
        for first in range(0, len(same), FRAMES_AT_ONCE):
            own = same[first : first + FRAMES_AT_ONCE]
            read = _around(dense, own / frame_rate, time_axis, count, points, sample_rate * OVERSAMPLING)
            power = np.abs(np.fft.rfft(read * window, axis=1)) ** 2
            gaps = power[:, :-1].reshape(len(own), -1, count)[:, :, LOBE : count - LOBE + 1].mean(axis=2)
            to_square = (2 / window.sum()) ** 2
            there = f0_hz[own, None] * np.arange(1, harmonics + 1) < sample_rate / 2
            lines[own] = to_square * np.where(there, power[:, count : count * (harmonics + 1) : count], 0.0)
            noise[own] = to_square * _beside(gaps, harmonics)
            density = _with_beyond(gaps, power, harmonics, count) / (white * f0_hz[own, None])
            magnitudes[own] = np.sqrt(_bands(density, f0_hz[own], sample_rate, noise_bands))
    amplitudes = partial_amplitudes(lines, noise, frame_rate)
    amplitude = amplitudes.sum(axis=1)
    silent = amplitude <= 0
    amplitudes[silent, 0] = 1.0  # a distribution has the sum 1 even where nothing sounds
    return amplitude, amplitudes / amplitudes.sum(axis=1, keepdims=True), magnitudes


def _phase(f0_hz: np.ndarray, frame_rate: float) -> tuple[np.ndarray, np.ndarray]:
    """A time axis in s, from well before the first frame to well after the last, and the phase on it in cycles."""
    margin = int(np.ceil(max(PERIODS / f0_hz.min(), DOUBLED_SECONDS) * frame_rate))
    frames = np.arange(-margin * STEPS, (len(f0_hz) + margin) * STEPS) / STEPS
    pitch = np.interp(frames, np.arange(len(f0_hz)), f0_hz)
    between = 0.5 * (pitch[1:] + pitch[:-1]) / (STEPS * frame_rate)
    return frames / frame_rate, np.append(0.0, np.cumsum(between))


def _around(
    signal: np.ndarray, seconds: np.ndarray, time_axis, periods: int, points: int, rate: float
) -> np.ndarray:
    """So many periods of a signal around each time, at so many points a period: [times, periods * points]."""
    at, cycles = time_axis
    offsets = np.arange(periods * points) / points - periods / 2
    phase = np.interp(seconds, at, cycles)[:, None] + offsets
    return _read(signal, np.interp(phase, cycles, at) * rate)


def _read(signal: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The signal between its samples, 0 outside."""
    inside = (at >= 0) & (at < len(signal) - 1)
    place = np.where(inside, at, 0.0)
    left = place.astype(np.intp)
    share = place - left
    return np.where(inside, signal[left] * (1 - share) + signal[left + 1] * share, 0.0)


def _beside(gaps: np.ndarray, harmonics: int) -> np.ndarray:
    """The noise's power at each harmonic, a mean over the gaps around it: [frames, harmonics]."""
    total = np.cumsum(np.pad(gaps, ((0, 0), (1, 0))), axis=1)
    order = np.arange(1, harmonics + 1)
    reach = np.minimum(order, SMOOTHED_GAPS // 2)  # as far down as up: noise is seldom even
    low, high = order - reach, np.minimum(order + reach, gaps.shape[1])
    return (total[:, high] - total[:, low]) / (high - low)


def _with_beyond(gaps: np.ndarray, power: np.ndarray, harmonics: int, periods: int) -> np.ndarray:
    """The gaps' power, and above the last harmonic the mean power of gap and partial: [frames, gaps]."""
    count = gaps.shape[1] - 1 - harmonics
    start = periods * harmonics + periods // 2
    beyond = power[:, start : start + periods * count].reshape(len(power), count, periods).mean(axis=2)
    return np.concatenate([gaps[:, :harmonics], beyond, gaps[:, -1:]], axis=1)


def _bands(gaps: np.ndarray, f0_hz: np.ndarray, sample_rate: float, bands: int) -> np.ndarray:
    """Mean power of the gaps' lines around each band's frequency, held near Nyquist: [frames, bands]."""
    flat_hz = FLAT_SHARE * sample_rate / 2
    centres = np.minimum(np.linspace(0, sample_rate / 2, bands), flat_hz)
    result = np.empty((len(gaps), bands))
    for row, power, hertz in zip(result, gaps, f0_hz, strict=True):
        usable = max(1, min(len(power), int(flat_hz / hertz)))
        total = np.append(0.0, np.cumsum(power[:usable]))
        reach = max(1.5, sample_rate / 2 / (bands - 1) / hertz)  # in gaps
        low = np.clip(centres / hertz - reach, 0, usable - 1)
        high = np.clip(centres / hertz + reach, low + 1, usable)
        edges = np.arange(usable + 1)
        row[:] = (np.interp(high, edges, total) - np.interp(low, edges, total)) / (high - low)
    return result


def _blackman_harris(length: int) -> np.ndarray:
    turns = 2 * np.pi * np.arange(length) / length
    return sum(weight * np.cos(k * turns) for k, weight in enumerate(BLACKMAN_HARRIS))
