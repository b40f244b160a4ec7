"""What a recording's spectrum says of its source: its partials, what no pitch explains, how steady it is."""

import numpy as np
import soxr

from .pitch import Track
from .pitch_candidates import RATE

SIZE = 4096  # samples at RATE, so that two notes a semitone apart part above 100 Hz
PARTIALS = 12
FLOOR_DB = 50.0
FRAMES = 200  # spectra looked at, evenly over the voiced frames
STEADY_SECONDS, STEADY_OCTAVES = 0.2, 0.1  # so wide that vibrato is steady
FROM_HZ = 60.0  # below that, rumble is no second note
PARTIAL_WIDTH_HZ = 12.0
PARTIAL_WIDTH = 0.05  # of its frequency, for vibrato


def partials(audio: np.ndarray, sample_rate: int, track: Track) -> np.ndarray:
    """Mean levels of the first PARTIALS partials, float32 dB [PARTIALS] below the strongest, -FLOOR_DB at least."""
    power, f0_hz = _spectra(audio, sample_rate, track)
    mean = np.zeros(PARTIALS)
    hz = np.arange(SIZE // 2 + 1) * RATE / SIZE
    for spectrum, f0 in zip(power, f0_hz, strict=True):
        order = np.round(hz / f0).astype(int)
        inside = (order >= 1) & (order <= PARTIALS) & (np.abs(hz - order * f0) < 0.3 * f0)
        mean += np.bincount(order[inside] - 1, spectrum[inside], PARTIALS)
    level_db = 10 * np.log10(np.maximum(mean, 1e-20) / max(mean.max(), 1e-20))
    return np.maximum(level_db, -FLOOR_DB).astype(np.float32)


def unexplained(audio: np.ndarray, sample_rate: int, track: Track) -> float:
    """Share of the power that lies between the partials of the pitch: median of frames.

    Recordings of one voice hold a few percent there; a chord holds most of its other notes there.
    """
    power, f0_hz = _spectra(audio, sample_rate, track)
    if not len(power):
        return 0.0
    hz = np.arange(power.shape[1]) * RATE / SIZE
    order = np.maximum(np.round(hz / f0_hz[:, None]), 1)
    width = np.minimum(np.maximum(PARTIAL_WIDTH_HZ, PARTIAL_WIDTH * hz), 0.3 * f0_hz[:, None])
    between = (np.abs(hz - order * f0_hz[:, None]) > width) & (hz > FROM_HZ)
    return float(np.median((power * between).sum(1) / np.maximum(power.sum(1), 1e-20)))


def steadiness(track: Track) -> float:
    """Share of the voiced frames in stretches of STEADY_SECONDS whose pitch stays within STEADY_OCTAVES."""
    voiced = track.voiced
    if not voiced.any():
        return 0.0
    size = round(STEADY_SECONDS / 0.016)
    if len(voiced) < size:
        return 1.0
    octave = np.where(voiced, np.log2(track.f0_hz), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(octave, size)
    # nan, and so not steady, wherever a frame of the window is unvoiced
    steady = windows.max(1) - windows.min(1) < STEADY_OCTAVES
    inside = np.convolve(steady, np.ones(size)) > 0
    return float((inside & voiced).sum() / voiced.sum())


def _spectra(audio: np.ndarray, sample_rate: int, track: Track) -> tuple[np.ndarray, np.ndarray]:
    """Power [frames, bins] and f0 [frames] of up to FRAMES voiced frames within 30 dB of the loudest."""
    heard = audio if sample_rate == RATE else soxr.resample(audio, sample_rate, RATE)
    voiced = np.flatnonzero(track.voiced)
    chosen = voiced[np.linspace(0, len(voiced) - 1, min(FRAMES, len(voiced))).astype(int)]
    starts = np.round(track.times[chosen] * RATE).astype(int)
    padded = np.pad(heard, (SIZE // 2, SIZE))
    pieces = padded[starts[:, None] + np.arange(SIZE)]
    power = np.abs(np.fft.rfft(pieces * np.hanning(SIZE).astype(np.float32))) ** 2
    level = power.sum(1)
    loud = level > 1e-3 * level.max(initial=0)
    return power[loud], track.f0_hz[chosen][loud]
