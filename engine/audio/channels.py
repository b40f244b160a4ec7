"""Turns channels into one."""

import numpy as np

CANCELLED = (
    0.5  # share of the power that the mean of unrelated channels has: with less they cancel each other
)


def to_mono(audio: np.ndarray) -> tuple[np.ndarray, bool]:
    """Average channels, float [samples, channels], or take the loudest if they cancel each other.

    Returns the channel, [samples], and whether they do, as the two of a balanced line on a stereo input.
    """
    mean = audio.mean(1)
    channels = audio.shape[1]
    if channels == 1:
        return mean, False
    power = audio.var(0, dtype=np.float64)
    if mean.var(dtype=np.float64) >= CANCELLED * power.sum() / channels**2:
        return mean, False
    return np.ascontiguousarray(audio[:, power.argmax()]), True
