"""Memory for the C kernel: Python owns it, zeroed and aligned, and C only reads and writes."""

import contextlib
import ctypes
import sys

import numpy as np

ALIGNMENT = 64  # bytes: a cache line, and the widest vector


def zeroed(size: int) -> tuple[np.ndarray, int]:
    """`size` zeroed bytes: the array that owns them, and the address of the first one, 64-byte aligned."""
    owner = np.zeros(size + ALIGNMENT, np.uint8)
    owner[::4096] = 0  # touch each page now: a page fault in the audio callback is a system call
    address = owner.ctypes.data
    _keep_in_memory(address, owner.nbytes)
    return owner, address + -address % ALIGNMENT


def _keep_in_memory(address: int, size: int) -> None:
    """Ask the system not to take idle pages away; where it grants no more, they stay as they are."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mlock(ctypes.c_void_p(address), ctypes.c_size_t(size))
