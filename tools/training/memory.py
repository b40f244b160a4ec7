"""How the process keeps its memory while training."""

import ctypes
import sys


def keep_freed_memory() -> None:
    """Tells glibc to keep what is freed: large tensors cost more in page faults than in arithmetic."""
    mmap_max, trim_threshold = -4, -1
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(mmap_max, 0)
        libc.mallopt(trim_threshold, 2**31 - 1)
