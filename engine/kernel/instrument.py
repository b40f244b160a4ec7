"""A patch made ready to sound: its C instrument, and the worker that decodes for it where the kernel does not."""

from typing import Any

import numpy as np

from ..decoders.program import Program
from ..decoders.worker import DECODERS, Worker
from ..native._kernel import ffi, lib
from ..patch import Patch, PatchError
from ..patch.room import Room
from ..performance.expression import expression_config, resonances
from ..performance.performer import OUTPUT
from .filters import sections_at_rate
from .memory import zeroed
from .rounding import rounded

IN_CALLBACK = ("native", "int8")
"""Decoders that the kernel runs itself."""
WORKER_FRAMES = 3  # that a worker's decoder runs ahead: 12 ms at 250 frames a second
HEADROOM_DB = 3.0  # above the loudest trained note that pressure and expression may still reach


class Instrument:
    """The C kernel's instrument of one patch; keeps all that C points to alive.

    Parameters
    ----------
    patch : Patch
    sample_rate : float
        The device's, in Hz; the patch's own may differ.
    voices : int
    decoder : str
        ``"native"``, ``"int8"``, ``"onnx"`` or ``"torchscript"``.
    room : Room, optional
        What the wet control adds; none unless given.
    trim : bool
        Whether the patch's trim is added.
    """

    def __init__(
        self,
        patch: Patch,
        sample_rate: float,
        voices: int,
        decoder: str = "native",
        room: Room | None = None,
        trim: bool = False,
    ):
        if decoder not in (known := (*IN_CALLBACK, *DECODERS)):
            raise ValueError(f"There is no decoder {decoder!r}: choose one of {', '.join(known)}.")
        self.patch = patch
        self.delay_frames = 0 if decoder in IN_CALLBACK else WORKER_FRAMES
        self._config, self._alive = described(patch, in_8_bits=decoder == "int8")
        self.hop = self._config.hop = max(1, round(sample_rate / patch.frame_rate))
        self._config.sample_rate, self._config.voices = sample_rate, voices
        self._config.delay_frames = self.delay_frames
        if not trim:
            self._config.trim_db = 0.0
        if patch.body is not None:
            self._set("body", sections_at_rate(patch.body, patch.sample_rate, sample_rate), "double *")
        if patch.inserts is not None:
            self._config.inserts = inserts = patch.inserts.compiled()
            self.keep(inserts)
        if room is not None:
            samples = room.at_rate(sample_rate)
            self._set("room", samples, "float *")
            self._config.room_channels, self._config.room_length = samples.shape
        size = lib.instrument_bytes(self._config)
        if not size:
            raise PatchError(
                f"The patch {patch.name!r} cannot be used: its decoder's layers do not fit together."
            )
        self._memory, address = zeroed(size)
        self.c = lib.instrument_init(ffi.cast("void *", address), self._config)
        self.worker = None if decoder in IN_CALLBACK else Worker(self.c, DECODERS[decoder](patch), voices)

    def _set(self, name: str, array: np.ndarray, kind: str) -> None:
        """Point a field of the configuration to an array that lives as long as the instrument."""
        setattr(self._config, name, ffi.from_buffer(kind, array))
        self.keep(array)

    def keep(self, memory) -> None:
        """Let memory that was handed to the kernel live as long as the instrument."""
        self._alive = (*self._alive, memory)

    def close(self) -> None:
        """Stop the worker; the memory goes with the object."""
        if self.worker is not None:
            self.worker.stop()


def described(patch: Patch, in_8_bits: bool = False) -> tuple[Any, tuple]:
    """The kernel's configuration of a patch at its own rate, with its trim, dry; and what it points to.

    in_8_bits: whether the network's large products are. Raises ValueError if the network can't be run.
    """
    program = Program.from_layers(patch.layers, patch.weights)
    if in_8_bits:
        loudness_db = patch.loudness_low, patch.loudness_high
        program = rounded(program, (patch.pitch_low, patch.pitch_high), loudness_db)
    curve = resonances(patch.info, lib.RESONANCE_STEPS, lib.RESONANCE_OCTAVES)
    body = None if patch.body is None else np.ascontiguousarray(patch.body, np.float64)
    performer = patch.performer_program
    config = ffi.new(
        "InstrumentConfig *",
        {
            "sample_rate": patch.sample_rate,
            "patch_rate": patch.sample_rate,
            "hop": max(1, round(patch.sample_rate / patch.frame_rate)),
            "voices": 1,
            "harmonics": patch.harmonics,
            "noise_bands": patch.noise_bands,
            "state_size": program.state_size,
            "layers": program.specs,
            "layer_count": program.layer_count,
            "activations": program.activations,
            "f0_input": program.offsets["f0_scaled"],
            "loudness_input": program.offsets["loudness_scaled"],
            "amplitude": program.offsets["amplitude"],
            "distribution": program.offsets["harmonic_distribution"],
            "noise_magnitudes": program.offsets["noise_magnitudes"],
            "loudness_low": patch.loudness_low,
            "loudness_high": patch.loudness_high,
            "loudness_top": min(0.0, max(patch.loudness_high, patch.loudness_quantiles[-2]) + HEADROOM_DB),
            "pitch_low": patch.pitch_low,
            "pitch_high": patch.pitch_high,
            "keeps_formants": patch.keeps_formants,
            "trim_db": patch.trim_db,
            "attack_ms": patch.attack_ms,
            "release_ms": patch.release_ms,
            "ring_db": patch.ring_db,
            "ring_ms": patch.ring_ms,
            "expression": expression_config(patch.info),
            "resonances": ffi.NULL if curve is None else ffi.from_buffer("float *", curve),
            "life": patch.life.config(),
            "body": ffi.NULL if body is None else ffi.from_buffer("double *", body),
            "body_sections": 0 if body is None else len(body),
        },
    )
    if performer is not None:
        config.performer_layers = performer.specs
        config.performer_layer_count = performer.layer_count
        config.performer_activations = performer.activations
        config.performer_state_size = performer.state_size
        config.performer_contour = performer.offsets[OUTPUT]
    return config, (program, curve, body, performer)


class Instruments:
    """Those that a kernel's synth `c` may still read, and their decoders' workers."""

    def __init__(self, c: Any) -> None:
        self._c = c
        self._known: dict[int, Instrument] = {}  # by C address

    def __len__(self) -> int:
        return len(self._known)

    def load(self, instrument: Instrument, live: bool) -> None:
        """Let the synth play this one from its next block on; live: while a stream plays."""
        self._known[_address(instrument.c)] = instrument
        if live and instrument.worker is not None:
            instrument.worker.start()
        self._let_go(lib.synth_load(self._c, instrument.c))
        self.collect()

    def collect(self) -> None:
        """Free those that the audio thread no longer reads."""
        self._let_go(lib.synth_retired(self._c))

    def _let_go(self, c) -> None:
        if c != ffi.NULL:
            self._known.pop(_address(c)).close()

    def start(self) -> None:
        """Let the decoders' workers run by themselves, for a live stream."""
        for worker in self._workers():
            worker.start()

    def stop(self) -> None:
        """Let the workers end."""
        for instrument in self._known.values():
            instrument.close()

    def pump(self) -> None:
        """Offline: let the workers do what is asked of them by now."""
        for worker in self._workers():
            worker.pump()

    def _workers(self) -> list[Worker]:
        return [each.worker for each in list(self._known.values()) if each.worker is not None]


def _address(pointer) -> int:
    return int(ffi.cast("uintptr_t", pointer))
