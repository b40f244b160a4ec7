"""A rack for sound that is there already: the kernel's units, outside a synth."""

import math

import numpy as np

from ..effects import Rack
from ..native._kernel import ffi, lib
from .memory import zeroed

SILENCE = 10.0 ** (-90.0 / 20.0)
TAIL_STEP_SECONDS = 0.5
LONGEST_GAP_SECONDS = 2.0  # between two echoes
LONGEST_TAIL_SECONDS = 120.0


class RackProcessor:
    """Puts sound through a rack, block by block; any split into blocks gives the same samples.

    Parameters
    ----------
    rack : Rack
        Set to another, it goes over to that within 32 ms.
    sample_rate : float
        In Hz.
    """

    def __init__(self, rack: Rack, sample_rate: float) -> None:
        self._memory, address = zeroed(lib.offline_rack_bytes(sample_rate))
        self._c = ffi.cast("void *", address)
        lib.offline_rack_init(self._c, sample_rate)
        self.rack = rack

    @property
    def rack(self) -> Rack:
        """What it is set to."""
        return self._rack

    @rack.setter
    def rack(self, rack: Rack) -> None:
        self._rack, self._compiled = rack, rack.compiled()

    def process(self, sound: np.ndarray) -> np.ndarray:
        """Return what comes out, float32 [frames, 2]. sound: [frames, 2]; raises ValueError for other shapes."""
        if sound.ndim != 2 or sound.shape[1] != 2:
            raise ValueError(f"The sound has the shape {sound.shape}; give [frames, 2].")
        out = np.array(sound, np.float32, order="C")
        if len(out):
            lib.offline_rack(self._c, self._compiled, ffi.from_buffer("float *", out), len(out))
        return out

    def reduction_db(self) -> float:
        """Return by how many dB the compressor lowered most since this was asked last, 0 or less."""
        return 20 * math.log10(max(1e-6, lib.offline_rack_reduction(self._c)))


def through(rack: Rack, sound: np.ndarray, sample_rate: float) -> np.ndarray:
    """Return a whole recording behind a rack and the limiter, float32 [frames, 2], until it has died away.

    sound: [frames, 2]. With all units off it is what it was.
    """
    if not rack.units:
        return np.ascontiguousarray(sound, np.float32)
    processor, step = RackProcessor(rack, sample_rate), max(1, int(TAIL_STEP_SECONDS * sample_rate))
    pieces, silent = [processor.process(sound)], 0.0
    rings = rack["echo_on"] or rack["reverb_on"] or rack["chorus_on"]
    while rings and len(pieces) * TAIL_STEP_SECONDS < LONGEST_TAIL_SECONDS:
        pieces.append(processor.process(np.zeros((step, 2), np.float32)))
        silent = 0.0 if np.abs(pieces[-1]).max() > SILENCE else silent + TAIL_STEP_SECONDS
        if silent > LONGEST_GAP_SECONDS:
            break
    whole = np.concatenate(pieces)
    loud = np.flatnonzero(np.abs(whole).max(axis=1) > SILENCE)
    whole = np.ascontiguousarray(whole[: max(len(sound), loud[-1] + 1 if len(loud) else 0)])
    _memory, address = zeroed(lib.offline_limiter_bytes())
    limiter = ffi.cast("void *", address)
    lib.offline_limiter_init(limiter, sample_rate)
    if len(whole):
        lib.offline_limiter(limiter, ffi.from_buffer("float *", whole), len(whole))
    return whole
