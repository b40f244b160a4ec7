"""The benchmark's probes: each makes what it needs once, and returns a function that measures one stage once."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from ddsp_live.decoders.program import Program
from ddsp_live.effects import Rack
from ddsp_live.kernel.instrument import Instrument
from ddsp_live.kernel.memory import zeroed
from ddsp_live.modulation import matrix_file
from ddsp_live.native._kernel import ffi, lib
from ddsp_live.parameters.effects import UNITS
from ddsp_live.patch import Patch
from ddsp_live.performance.prior import INPUTS, Prior
from ddsp_live.performance.units import NAMES
from ddsp_live.synth import Synth

SAMPLE_RATE = 48000
BLOCK = 64
BODY_SECTIONS = 8
ROOM_SECONDS = 1.0
NOTES_SENT = 50
LOWEST_NOTE, NOTES = 33, 20  # up to 165 Hz: all of a hundred partials sound


def reading(size: int) -> Callable[[], float]:
    data = np.ones(size, np.float32)
    return lambda: lib.bench_read(ffi.from_buffer("float *", data), size, 0.05)


def _timed(run: Callable[[], object], seconds: float) -> float:
    begin = time.thread_time()
    run()
    return (time.thread_time() - begin) / seconds


def _frames(frame_rate: int, seconds: float) -> tuple[np.ndarray, int]:
    frames = max(2, round(seconds * frame_rate))
    return np.round(np.arange(frames + 1) * SAMPLE_RATE / frame_rate).astype(np.int64), frames


def harmonic(partials: int, frame_rate: int, seconds: float) -> Callable[[], float]:
    starts, frames = _frames(frame_rate, seconds)
    f0_hz = np.linspace(110.0, 165.0, frames, dtype=np.float32)
    amplitude = np.linspace(0.1, 0.2, frames, dtype=np.float32)
    distribution = np.full((frames, partials), 1.0 / partials, np.float32)
    arrays = [ffi.from_buffer("float *", array) for array in (f0_hz, amplitude, distribution)]
    where, out = ffi.from_buffer("int64_t *", starts), np.empty(starts[-1] + 16, np.float32)

    def run() -> float:
        memory, address = zeroed(lib.offline_harmonic_bytes(partials))
        sound = ffi.from_buffer("float *", out)
        arguments = (ffi.cast("void *", address), partials, SAMPLE_RATE, *arrays, where, frames, sound)
        return _timed(lambda: (lib.offline_harmonic(*arguments), memory), starts[-1] / SAMPLE_RATE)

    return run


def noise(bands: int, frame_rate: int, seconds: float) -> Callable[[], float]:
    starts, frames = _frames(frame_rate, seconds)
    magnitudes = np.random.default_rng(0).uniform(0, 0.1, (frames, bands)).astype(np.float32)
    out = np.empty(starts[-1] + 16, np.float32)
    pointers = [ffi.from_buffer("float *", magnitudes), ffi.from_buffer("int64_t *", starts)]

    def run() -> float:
        memory, address = zeroed(lib.offline_noise_bytes(bands, SAMPLE_RATE))
        sound = ffi.from_buffer("float *", out)
        arguments = (ffi.cast("void *", address), bands, SAMPLE_RATE, 1, *pointers, frames, sound)
        return _timed(lambda: (lib.offline_noise(*arguments), memory), starts[-1] / SAMPLE_RATE)

    return run


def made_up_body() -> np.ndarray:
    """Resonances as a body may have them, float64 [sections, 6]."""
    angles = 2 * np.pi * np.geomspace(100, 6000, BODY_SECTIONS) / SAMPLE_RATE
    poles = 0.99 * np.exp(1j * angles)
    zeros = 0.97 * np.exp(1j * angles)
    ones, nothing = np.ones(BODY_SECTIONS), np.abs(zeros) ** 2
    return np.stack([ones, -2 * zeros.real, nothing, ones, -2 * poles.real, np.abs(poles) ** 2], axis=1)


def made_up_room() -> np.ndarray:
    """Noise that dies away by 60 dB, float32 [length, 2]."""
    length = int(ROOM_SECONDS * SAMPLE_RATE)
    noise = np.random.default_rng(0).normal(0, 0.01, (length, 2))
    return (noise * 10.0 ** (-3.0 * np.arange(length) / length)[:, None]).astype(np.float32)


def body(seconds: float) -> Callable[[], float]:
    samples = np.random.default_rng(0).normal(0, 0.1, (2, int(seconds * SAMPLE_RATE))).astype(np.float32)
    sos = made_up_body()

    def run() -> float:
        memory, address = zeroed(lib.offline_sosfilt_bytes(BODY_SECTIONS))
        state, sound = np.zeros((2, BODY_SECTIONS, 2)), samples.copy()

        def both_channels():
            for channel in range(2):
                lib.offline_sosfilt(
                    ffi.cast("void *", address),
                    ffi.from_buffer("double *", sos),
                    BODY_SECTIONS,
                    ffi.from_buffer("double *", state[channel]),
                    ffi.from_buffer("float *", sound[channel]),
                    sound.shape[1],
                )
            return memory

        return _timed(both_channels, seconds)

    return run


def room(seconds: float) -> Callable[[], float]:
    impulse = np.ascontiguousarray(made_up_room().T)
    blocks = int(seconds * SAMPLE_RATE / BLOCK)

    def run() -> float:
        _memory, address = zeroed(lib.bench_room_bytes(*impulse.shape))
        samples = ffi.from_buffer("float *", impulse)
        taken = lib.bench_room(ffi.cast("void *", address), samples, *impulse.shape, BLOCK, blocks)
        return taken * SAMPLE_RATE / (blocks * BLOCK)

    return run


def rack(seconds: float) -> Callable[[], float]:
    """A rack with all units on, in blocks as a device asks for them."""
    settings = {f"{unit}_on": 1 for unit in UNITS} | {"compressor_threshold": -40, "equalizer_peak_1_gain": 6}
    compiled = Rack(**settings).compiled()
    sound = np.random.default_rng(0).normal(0, 0.1, (int(seconds * SAMPLE_RATE), 2)).astype(np.float32)

    def run() -> float:
        _memory, address = zeroed(lib.offline_rack_bytes(SAMPLE_RATE))
        memory, heard = ffi.cast("void *", address), sound.copy()
        lib.offline_rack_init(memory, SAMPLE_RATE)
        blocks = [
            ffi.from_buffer("float *", heard[first : first + BLOCK]) for first in range(0, len(heard), BLOCK)
        ]

        def all_blocks() -> None:
            for block in blocks[:-1]:
                lib.offline_rack(memory, compiled, block, BLOCK)

        return _timed(all_blocks, seconds)

    return run


def _steps(voices: int) -> int:
    return max(20, 400 // voices)


def native_steps(program: Program, voices: int) -> Callable[[], float]:
    sizes = program.specs, program.layer_count, program.activations, program.state_size, voices
    taken = np.zeros(_steps(voices), np.float32)

    def run() -> float:
        _memory, address = zeroed(lib.bench_decoder_bytes(*sizes))
        lib.bench_decoder(ffi.cast("void *", address), *sizes, len(taken), ffi.from_buffer("float *", taken))
        return float(np.median(taken))

    return run


def performance(patch: Patch, voices: int) -> Callable[[], float]:
    """Processor seconds for a second of one voice's performance: all between a note's attributes and its frames."""
    instrument = Instrument(patch, SAMPLE_RATE, voices)
    rows = matrix_file.compile_map(matrix_file.find_map(matrix_file.DEFAULT))
    taken = np.zeros(_steps(voices), np.float32)

    def run() -> float:
        lib.bench_performance(instrument.c, rows, voices, len(taken), ffi.from_buffer("float *", taken))
        return float(np.median(taken)) * patch.frame_rate / voices

    return run


def prior_notes(patch: Patch) -> Callable[[], float]:
    """Processor seconds of the thread that sends a note which rules, humanize and a prior of all attributes fill in."""
    synth = Synth(
        replace(patch, prior=made_up_prior()), sample_rate=SAMPLE_RATE, voices=1, rules=1.0, humanize=1.0
    )

    def run() -> float:
        begin = time.thread_time()
        for i in range(NOTES_SENT):
            synth.note_on(LOWEST_NOTE + i % NOTES, 90)
            synth.note_off(LOWEST_NOTE + i % NOTES)
        taken = time.thread_time() - begin
        synth.render(BLOCK * NOTES_SENT)
        return taken / NOTES_SENT

    return run


def made_up_prior() -> Prior:
    """One that has something to say of every attribute."""
    row = {"bias": 0.5, "low": 0.0, "high": 1.0, "left": 0.1, "weights": [0.01] * (2 * len(INPUTS))}
    numbers = {"centre": [0.0] * len(INPUTS), "spread": [10.0] * len(INPUTS)}
    return Prior(numbers | {"attributes": dict.fromkeys(NAMES, row)})


def onnx_steps(patch: Patch, voices: int) -> Callable[[], float]:
    from ddsp_live.decoders.onnx_decoder import OnnxDecoder

    decoder = OnnxDecoder(patch.onnx)
    row = np.full((voices, 1), 0.5, np.float32)
    state = np.zeros((voices, patch.state_size), np.float32)

    def run() -> float:
        taken = []
        for _ in range(_steps(voices)):
            begin = time.thread_time()
            decoder.step(row, row, state)
            taken.append(time.thread_time() - begin)
        return float(np.median(taken))

    return run


def callbacks(patch: Patch, voices: int, seconds: float) -> Callable[[], np.ndarray]:
    synth = Synth(patch, sample_rate=SAMPLE_RATE, block_size=BLOCK, voices=voices)
    synth.control_change(91, 40)
    for voice in range(voices):
        synth.note_on(LOWEST_NOTE + voice % NOTES, 60 + voice, channel=voice // NOTES)
    synth.render(SAMPLE_RATE // 2)
    count = max(10, int(seconds * SAMPLE_RATE / BLOCK))
    out = np.empty((BLOCK, 2), np.float32)

    def run() -> np.ndarray:
        times = np.zeros((2, count), np.float32)
        pointers = [ffi.from_buffer("float *", row) for row in times]
        lib.bench_callbacks(synth.c, ffi.from_buffer("float *", out), BLOCK, count, *pointers)
        return times

    return run
