"""From audio and its pitch to the synthesis controls that would make it, by analysis alone."""

import numpy as np
import soxr

PERIODS = 8  # under the window: partials fall on every eighth line of the spectrum, far from those half-way
OVERSAMPLING = 4  # so that lines between samples are close enough to the signal
STEPS = 16  # of a frame, in which phase is taken to grow evenly
LOWEST_HZ = 20.0
BLACKMAN_HARRIS = (0.35875, -0.48829, 0.14128, -0.01168)  # its main lobe ends where the next gap's line is
NOISE_POWER = 1 / 3  # of the synthesizer's white noise, uniform within ±1
HEARD = 4.0  # times the noise's power beside it, from which a line holds a partial
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
    while the pitch moves; what is on the lines half-way between them is noise, which is taken off the partials.
    Levels are means over about three periods. Noise that is much softer than partials beside it is overrated.
    Partials above the last of `harmonics` count as noise, since nothing else of the synthesizer reaches there.
    Partials above the last of `harmonics` count as noise: only that can sound in their place.
    """
    f0_hz = np.maximum(np.asarray(f0_hz, float), LOWEST_HZ)
    frames = len(f0_hz)
    points = 1 << int(np.ceil(np.log2(max(2 * harmonics + 2, sample_rate / f0_hz.min()))))
    window = _blackman_harris(PERIODS * points)
    dense = soxr.resample(np.asarray(audio, float), 1, OVERSAMPLING)
    seconds, cycles = _phase(f0_hz, frame_rate)
    amplitudes = np.zeros((frames, harmonics))
    magnitudes = np.zeros((frames, noise_bands))
    offsets = np.arange(PERIODS * points) / points - PERIODS / 2
    for first in range(0, frames, FRAMES_AT_ONCE):
        own = np.arange(first, min(frames, first + FRAMES_AT_ONCE))
        at = np.interp(own / frame_rate, seconds, cycles)[:, None] + offsets
        read = _read(dense, np.interp(at, cycles, seconds) * sample_rate * OVERSAMPLING)
        power = np.abs(np.fft.rfft(read * window, axis=1)) ** 2
        gaps = power[:, PERIODS // 2 :: PERIODS]
        lines = power[:, PERIODS : PERIODS * (harmonics + 1) : PERIODS]
        noise = _beside(gaps, harmonics)
        heard = (f0_hz[own, None] * np.arange(1, harmonics + 1) < sample_rate / 2) & (lines > HEARD * noise)
        amplitudes[own] = np.where(heard, 2 * np.sqrt(np.maximum(0, lines - noise)) / window.sum(), 0.0)
        white = NOISE_POWER * (window**2).sum() * points * f0_hz[own] / sample_rate
        magnitudes[own] = np.sqrt(
            _bands(_with_beyond(gaps, power, harmonics), f0_hz[own], sample_rate, noise_bands)
            / white[:, None]
        )
    amplitude = amplitudes.sum(axis=1)
    silent = amplitude <= 0
    amplitudes[silent, 0] = 1.0  # a distribution has the sum 1 even where nothing sounds
    return amplitude, amplitudes / amplitudes.sum(axis=1, keepdims=True), magnitudes


def _phase(f0_hz: np.ndarray, frame_rate: float) -> tuple[np.ndarray, np.ndarray]:
    """A time axis in s, from well before the first frame to well after the last, and the phase on it in cycles."""
    margin = int(np.ceil(PERIODS * frame_rate / f0_hz.min()))
    frames = np.arange(-margin * STEPS, (len(f0_hz) + margin) * STEPS) / STEPS
    pitch = np.interp(frames, np.arange(len(f0_hz)), f0_hz)
    between = 0.5 * (pitch[1:] + pitch[:-1]) / (STEPS * frame_rate)
    return frames / frame_rate, np.append(0.0, np.cumsum(between))


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
    low = np.maximum(0, np.arange(1, harmonics + 1) - SMOOTHED_GAPS // 2)
    high = np.minimum(low + SMOOTHED_GAPS, gaps.shape[1])
    return (total[:, high] - total[:, low]) / (high - low)


def _with_beyond(gaps: np.ndarray, power: np.ndarray, harmonics: int) -> np.ndarray:
    """The gaps' power, and above the last harmonic the mean power of gap and partial: [frames, gaps]."""
    count = gaps.shape[1] - 1 - harmonics
    start = PERIODS * harmonics + PERIODS // 2
    beyond = power[:, start : start + PERIODS * count].reshape(len(power), count, PERIODS).mean(axis=2)
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
