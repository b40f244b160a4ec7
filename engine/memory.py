"""Memory for the C kernel: Python owns it, zeroed and aligned, and C only reads and writes."""

import numpy as np

ALIGNMENT = 64  # bytes: a cache line, and the widest vector


def zeroed(size: int) -> tuple[np.ndarray, int]:
    """`size` zeroed bytes: the array that owns them, and the address of the first one, 64-byte aligned."""
    owner = np.zeros(size + ALIGNMENT, np.uint8)
    owner[::4096] = 0  # touch each page now: a page fault in the audio callback is a system call
    address = owner.ctypes.data
    return owner, address + -address % ALIGNMENT
