"""Decodes outside the audio thread, a few frames ahead of it."""

import threading

import numpy as np

from ..native import _kernel
from .onnx_decoder import OnnxDecoder
from .torchscript_decoder import TorchScriptDecoder

POLL_SECONDS = 0.0005


def onnx_decoder(patch) -> OnnxDecoder:
    return _fitting(OnnxDecoder(patch.onnx), patch)


def torchscript_decoder(patch) -> TorchScriptDecoder:
    return _fitting(TorchScriptDecoder(patch.layers, patch.weights), patch)


DECODERS = {"onnx": onnx_decoder, "torchscript": torchscript_decoder}
"""{name: patch -> decoder}, those that need a worker."""


class Worker:
    """Answers an instrument's requests for frames; owns the voices' decoder states, float32 [voices, S].

    Parameters
    ----------
    instrument
        The C instrument (cffi); it must outlive the worker's thread.
    decoder
        Made by one of `DECODERS` from the instrument's patch.
    voices : int
        The instrument's.
    kernel
        The cffi module that the instrument is of.
    """

    def __init__(self, instrument, decoder, voices: int, kernel=_kernel):
        self.error: Exception | None = None
        """What ended the thread; the sound then fades as it does for any late frame."""
        self._instrument, self._decoder, self._kernel = instrument, decoder, kernel
        self._states = np.zeros((voices, decoder.sizes[-1]), np.float32)
        self._voices, self._fresh = np.zeros((2, voices), np.int32)
        self._inputs = np.zeros((2, voices), np.float32)
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def pump(self) -> int:
        """Answer all requests that wait, in the caller's thread; how many there were.

        Raises ValueError where the decoder's output has not the patch's shape.
        """
        answered = 0
        while count := self._requests():
            self._answer(count)
            answered += count
        return answered

    def start(self) -> None:
        """Pump in a thread of its own until `stop`."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="ddsp-live decoder", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread, where there is one; after this the worker does not touch the instrument."""
        if self._thread is not None:
            self._stopping.set()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        try:
            while not self._stopping.wait(POLL_SECONDS):
                self.pump()
        except Exception as error:
            self.error = error

    def _requests(self) -> int:
        voices, fresh = (self._pointer(array, "int *") for array in (self._voices, self._fresh))
        inputs = (self._pointer(array, "float *") for array in self._inputs)
        return self._kernel.lib.instrument_requests(
            self._instrument, len(self._voices), voices, fresh, *inputs
        )

    def _answer(self, count: int) -> None:
        voices = self._voices[:count]
        self._states[voices[self._fresh[:count] != 0]] = 0.0
        f0_scaled, loudness_scaled = (row[:count, None] for row in self._inputs)
        outputs = self._decoder.step(f0_scaled, loudness_scaled, self._states[voices])
        for rows, size in zip(outputs, self._decoder.sizes, strict=True):
            if rows.shape != (count, size):
                raise ValueError(f"The decoder returned {list(rows.shape)} where {[count, size]} is needed.")
        rows = [np.ascontiguousarray(output, np.float32) for output in outputs]
        self._states[voices] = rows.pop()
        self._kernel.lib.instrument_answer(
            self._instrument, count, *(self._pointer(array, "float *") for array in rows)
        )

    def _pointer(self, array: np.ndarray, kind: str):
        return self._kernel.ffi.cast(kind, array.ctypes.data)


def _fitting(decoder, patch):
    """The decoder, where it makes what the patch promises: the kernel reads that many numbers."""
    promised = (1, patch.harmonics, patch.noise_bands, patch.state_size)
    if decoder.sizes != promised:
        raise ValueError(
            f"The decoder's outputs have sizes {list(decoder.sizes)}, but its patch says {list(promised)}."
        )
    return decoder
