"""Loudness: the A-weighted level in dB, the one definition for training, live control and reports."""

import numpy as np

from ..signal import sosfilt

FLOOR_DB = -80.0
WINDOW_SECONDS = 0.032
HIGH_PASSES_HZ = np.array([[20.598997, 20.598997], [107.65265, 737.86223]])  # IEC 61672-1, annex E
LOW_PASS_HZ = 12194.217  # double
MATCHED = 0.25  # cycles per sample; keeps the curve within 0.1 dB up to 8 kHz at 44.1 kHz


def loudness(
    audio: np.ndarray, sample_rate: float, frame_rate: float, *, hop: float | None = None
) -> np.ndarray:
    """A-weighted level per frame, float32 dB [frames]; a full-scale 1 kHz sine is 0 dB, the floor -80 dB.

    audio: [samples], full scale 1. Frame i is the mean square under a Hann window of 32 ms centred on sample
    i * hop (sample_rate / frame_rate unless given); outside the signal there is silence. There is a frame for
    every hop that begins inside the signal. Raises ValueError for more than one channel.
    """
    audio = np.asarray(audio)
    if audio.ndim != 1:
        raise ValueError(f"Loudness needs one channel of samples, but the audio has the shape {audio.shape}.")
    weighted, _ = sosfilt(a_weighting(sample_rate), audio)
    hop = sample_rate / frame_rate if hop is None else hop
    power = _windowed_mean(np.square(weighted, dtype=np.float64), round(WINDOW_SECONDS * sample_rate), hop)
    return np.maximum(10 * np.log10(np.maximum(2 * power, 1e-30)), FLOOR_DB).astype(np.float32)


def a_weighting(sample_rate: float) -> np.ndarray:
    """Second-order sections [3, 6] of the A-weighting filter (IEC 61672-1), 0 dB at 1 kHz."""
    sections = [
        _high_pass(HIGH_PASSES_HZ[0] / sample_rate),
        _high_pass(HIGH_PASSES_HZ[1] / sample_rate),
        _low_pass(LOW_PASS_HZ / sample_rate),
    ]
    sos = np.array([np.concatenate(section) for section in sections])
    delays = np.exp(-2j * np.pi * np.arange(3) * 1000 / sample_rate)
    sos[0, :3] /= np.abs(np.prod(sos[:, :3] @ delays / (sos[:, 3:] @ delays)))
    return sos


def _high_pass(cycles_per_sample: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """s^2 / ((s + w1) (s + w2)) through the bilinear transform."""
    w = np.pi * cycles_per_sample
    poles = (1 - w) / (1 + w)
    return np.array([1.0, -2.0, 1.0]) / np.prod(1 + w), np.poly(poles)


def _low_pass(cycles_per_sample: float) -> tuple[np.ndarray, np.ndarray]:
    """w^2 / (s + w)^2 with its gain matched at 0 Hz, at Nyquist and at a frequency between.

    The bilinear transform would bend a corner this close to Nyquist (Vicanek, Matched Second Order Digital
    Filters, 2016, whose names these are).
    """
    pole = np.exp(-2 * np.pi * cycles_per_sample)
    frequencies = np.array([0, 0.5, MATCHED])
    delay = np.exp(-2j * np.pi * frequencies)
    wanted = np.abs((1 - pole * delay) ** 2 / (1 + (frequencies / cycles_per_sample) ** 2)) ** 2
    sine = np.sin(np.pi * frequencies[2]) ** 2
    b_0, b_1 = wanted[:2]
    b_2 = (wanted[2] - b_0 * (1 - sine) - b_1 * sine) / (4 * sine * (1 - sine))
    w = (np.sqrt(b_0) + np.sqrt(b_1)) / 2
    first = (w + np.sqrt(w * w + b_2)) / 2
    return np.array([first, (np.sqrt(b_0) - np.sqrt(b_1)) / 2, -b_2 / (4 * first)]), np.poly([pole, pole])


def _windowed_mean(x: np.ndarray, size: int, hop: float, frames_at_once: int = 1024) -> np.ndarray:
    """Means [frames] of x under Hann windows centred on every hop."""
    window = np.hanning(size + 2)[1:-1]
    padded = np.pad(x, (size // 2, size))
    starts = np.round(np.arange(0, len(x), hop)).astype(int)
    starts = starts[starts < len(x)]
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)
    chunks = [starts[i : i + frames_at_once] for i in range(0, len(starts), frames_at_once)]
    return np.concatenate([windows[chunk] @ window for chunk in chunks] or [np.zeros(0)]) / window.sum()
