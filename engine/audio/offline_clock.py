"""A device that nobody hears: calls the audio callback at the pace of the clock, and keeps what it is given."""

import threading
import time

import numpy as np

from ..native._kernel import ffi, lib
from ..patch import PatchError
from ..patch.cost import tell_cost

WATCH_SECONDS = 0.1


class NullDevice:
    """Runs the synth's callback in a thread, a block at a time, in real time.

    Parameters
    ----------
    synth : Synth
    keep : bool
        Whether to keep the sound, for `audio`.
    """

    def __init__(self, synth, keep: bool = False):
        self._synth = synth
        self._blocks = [] if keep else None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ddsp-live null device", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    @property
    def audio(self) -> np.ndarray:
        """What was played so far, float32 [frames, 2]."""
        return np.concatenate([np.empty((0, 2), np.float32), *(self._blocks or [])])

    def _run(self) -> None:
        size = self._synth.block_size
        block = np.empty((size, 2), np.float32)
        pointer = ffi.from_buffer("float *", block)
        period = size / self._synth.sample_rate
        due = time.monotonic()
        while not self._stopping.is_set():
            lib.synth_callback(ffi.NULL, pointer, size, ffi.NULL, 0, self._synth.c)
            if self._blocks is not None:
                self._blocks.append(block.copy())
            due = max(
                due + period, time.monotonic() - 1.0
            )  # after a long stall, don't rush through all of it
            time.sleep(max(0.0, due - time.monotonic()))


class NullStream:
    """Stands in for a `Stream` where there is no device: all goes on, and nobody hears it."""

    device, input, priority, lost = None, None, 0, True
    latency_ms = input_latency_ms = 0.0

    def __init__(self, synth, say):
        self.synth = synth
        self._say = say
        tell_cost(synth, say)
        self._device = NullDevice(synth)
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="ddsp-live watcher", daemon=True)

    def __enter__(self):
        self.synth.stream = self
        self.synth.instruments.start()
        self._device.start()
        self._watcher.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._watcher.join()
        self._device.stop()
        self.synth.instruments.stop()
        self.synth.stream = None

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_SECONDS):
            self.synth.instruments.collect()
            try:
                self.synth.change_program()
            except PatchError as error:
                self._say(f"The patch before plays on: {error}")
