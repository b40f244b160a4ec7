"""Reads samples between samples."""

import numpy as np


def cubic(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Interpolate values, [..., samples], at fractional places by a cubic through four samples (Catmull and Rom).

    values: one row, for places of any shape; or [rows, samples], for one place a row. Places beyond the ends are taken
    for the nearest that has four samples.
    """
    left = np.clip(at.astype(int), 1, values.shape[-1] - 3)
    x = np.clip(at - left, 0, 1).astype(values.dtype)
    if values.ndim > 1:
        left += np.arange(len(values)) * values.shape[-1]
    y0, y1, y2, y3 = (values.take(left + step) for step in (-1, 0, 1, 2))
    return y1 + x / 2 * (y2 - y0 + x * (2 * y0 - 5 * y1 + 4 * y2 - y3 + x * (3 * (y1 - y2) + y3 - y0)))
