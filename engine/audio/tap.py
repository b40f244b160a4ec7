"""What was played, for meters, pictures and recordings: read from the callback's ring without its knowing."""

import numpy as np

from ..kernel.memory import zeroed
from ..native._kernel import ffi, lib

SECONDS = 5.0  # that it remembers: longer than any pause of a thread that reads it


class Tap:
    """Listens in to all that a synth plays from now on.

    Parameters
    ----------
    synth : Synth
    """

    def __init__(self, synth):
        frames = int(SECONDS * synth.sample_rate)
        self._memory, address = zeroed(lib.tap_bytes(frames))
        self._c = lib.tap_init(ffi.cast("void *", address), frames)
        self.sample_rate = synth.sample_rate
        synth.keep(self)
        lib.synth_tap(synth.c, self._c)

    def written(self) -> int:
        """Frames that were played so far."""
        return lib.tap_written(self._c)

    def read(self, start: int, most: int) -> np.ndarray | None:
        """Up to `most` frames from frame `start` on, float32 [frames, 2]; None where they are forgotten."""
        out = np.empty((most, 2), np.float32)
        count = lib.tap_read(self._c, start, ffi.from_buffer("float *", out), most)
        return None if count < 0 else out[:count]

    def latest(self, frames: int) -> np.ndarray:
        """The last `frames` frames, silence before the first, float32 [frames, 2]."""
        start = self.written() - frames
        got = self.read(max(0, start), frames + min(0, start))
        out = np.zeros((frames, 2), np.float32)
        if got is not None and len(got):
            out[-len(got) :] = got
        return out
