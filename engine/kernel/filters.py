"""Second-order sections at another sample rate than that for which they were made."""

import numpy as np


def sections_at_rate(sos: np.ndarray, rate: float, new_rate: float) -> np.ndarray:
    """The same resonances at `new_rate` Hz: float64 [n, 6] with a0 = 1, stable where `sos` is.

    Each section is taken back to its analog prototype by the bilinear transform, pre-warped at the frequency
    of its poles, and from there to the new rate, so that this frequency and the gains at it, at 0 Hz and at
    Nyquist stay: a peak or shelf is as if it had been designed for the new rate. A section whose frequency is
    beyond the new Nyquist becomes its gain at 0 Hz.
    """
    sos = np.asarray(sos, np.float64)
    if rate == new_rate:
        return sos
    a0, a1, a2 = sos[:, 3:].T
    angle = np.arccos(-a1 / (a0 + a2))
    new_angle = angle * (rate / new_rate)
    inside = new_angle < np.pi
    # Both transforms in one: z^-1 of the old rate is (w - k) / (1 - k w), with w the z^-1 of the new one.
    ratio = np.tan(angle / 2) / np.tan(np.where(inside, new_angle, 1.0) / 2)
    k = ((ratio - 1) / (ratio + 1))[:, None]
    moved = np.concatenate([_substituted(sos[:, :3], k), _substituted(sos[:, 3:], k)], 1)
    level = sos[:, :3].sum(1) / sos[:, 3:].sum(1)
    flat = level[:, None] * np.array([1.0, 0, 0, 0, 0, 0]) + np.array([0, 0, 0, 1.0, 0, 0])
    return np.where(inside[:, None], moved / moved[:, 3:4], flat)


def _substituted(c: np.ndarray, k: np.ndarray) -> np.ndarray:
    """c0 + c1 v + c2 v^2 for v = (w - k) / (1 - k w), times (1 - k w)^2, by powers of w: [n, 3]."""
    c0, c1, c2 = np.split(c, 3, 1)
    return np.concatenate(
        [c0 - k * c1 + k**2 * c2, (1 + k**2) * c1 - 2 * k * (c0 + c2), k**2 * c0 - k * c1 + c2], 1
    )
