"""Second-order sections at another sample rate than that for which they were made."""

import numpy as np

from ..native._kernel import ffi, lib


def sections_at_rate(sos: np.ndarray, rate: float, new_rate: float) -> np.ndarray:
    """The same resonances at `new_rate` Hz: float64 [n, 6] with a0 = 1, stable where `sos` is.

    The frequency of a section's poles and the gains at it, at 0 Hz and at Nyquist stay: a peak or shelf is as if it had
    been designed for the new rate. A section whose frequency is beyond the new Nyquist becomes its gain at 0 Hz.
    """
    moved = np.array(sos, np.float64, order="C")
    lib.biquad_at_rate(ffi.from_buffer("double *", moved), len(moved), rate, new_rate)
    return moved
