"""What each stage of the kernel costs on this machine, beside what the machine can do at best.

Costs are real-time factors (RTF): processor seconds for a second of sound. The stages take turns, run after
run, so that whatever else the machine does meets all of them alike; figures are medians over the runs.
"""

import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from ddsp_live.decoders.program import Program
from ddsp_live.memory import zeroed
from ddsp_live.native._kernel import ffi, lib
from ddsp_live.patch import Patch
from ddsp_live.synth import Synth

SAMPLE_RATE = 48000
BLOCK = 64
BODY_SECTIONS = 8
ROOM_SECONDS = 1.0
SYNTH_VOICES = (1, 8, 16, 32, 64)
DECODER_VOICES = (1, 4, 8, 16, 32, 64)
LOWEST_NOTE, NOTES = 33, 20  # up to 165 Hz: all of a hundred partials sound
REFERENCE = {"harmonics": 100, "noise_bands": 65, "width": 256, "frame_rate": 250}
"""Sizes that the targets are for."""


@dataclass(frozen=True)
class Target:
    """A figure of the report, and the most (or least) that it should be."""

    name: str
    limit: float
    measured: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def measure(
    patch: Patch,
    *,
    runs: int = 5,
    seconds: float = 2.0,
    synth_voices: tuple[int, ...] = SYNTH_VOICES,
    decoder_voices: tuple[int, ...] = DECODER_VOICES,
    progress: Callable[[float], None] = lambda share: None,
) -> dict:
    """The whole report, ready for JSON.

    patch: its decoder is timed. Body and room are made up, so that all is on. seconds: of sound per run.
    """
    program = Program.from_layers(patch.layers, patch.weights)
    probes: dict[str, Callable[[], object]] = {
        "peak": lambda: lib.bench_multiply_add(0.1),
        "cache": _reading(1 << 16),
        "memory": _reading(1 << 24),
        "harmonic": _harmonic(patch.harmonics, patch.frame_rate, 5 * seconds),
        "noise": _noise(patch.noise_bands, patch.frame_rate, 5 * seconds),
        "body": _body(seconds),
        "room": _room(seconds),
    }
    for voices in decoder_voices:
        probes[f"native {voices}"] = _native_steps(program, voices)
        probes[f"onnx {voices}"] = _onnx_steps(patch, voices)
    everything_on = _everything_on(patch)
    for voices in synth_voices:
        probes[f"synth {voices}"] = _callbacks(everything_on, voices, seconds)
    probes["synth dry"] = _callbacks(replace(everything_on, room=None), 1, seconds)
    taken: dict[str, list] = {name: [] for name in probes}
    for run in range(runs):
        for index, (name, probe) in enumerate(probes.items()):
            taken[name].append(probe())
            progress((run + (index + 1) / len(probes)) / runs)
    return _report(patch, program, taken, synth_voices, decoder_voices)


def _report(patch, program, taken, synth_voices, decoder_voices) -> dict:
    middle = {
        name: float(np.median(np.stack(values))) for name, values in taken.items() if "synth" not in name
    }
    width = max(step.output_size for step in program.steps if step.op in ("dense", "gru"))
    decoder = []
    for voices in decoder_voices:
        native, onnx = middle[f"native {voices}"], middle[f"onnx {voices}"]
        gflops = 2e-9 * voices * program.multiply_adds / native
        row = {"voices": voices, "native_us": 1e6 * native, "onnx_us": 1e6 * onnx, "ratio": native / onnx}
        decoder.append(row | {"gflops": gflops, "of_peak": gflops / middle["peak"]})
    synth = [{"voices": voices} | _shares(taken[f"synth {voices}"]) for voices in synth_voices]
    report = {
        "machine": {
            "processor": processor_name(),
            "vector_bits": lib.bench_vector_bits(),
            "gflops": middle["peak"],
            "cache_gb_per_s": middle["cache"],
            "memory_gb_per_s": middle["memory"],
        },
        "patch": {
            "name": patch.name,
            "harmonics": patch.harmonics,
            "noise_bands": patch.noise_bands,
            "frame_rate": patch.frame_rate,
            "width": width,
            "multiply_adds": program.multiply_adds,
        },
        "sample_rate": SAMPLE_RATE,
        "block": BLOCK,
        "stages": {name: middle[name] for name in ("harmonic", "noise", "body", "room")}
        | {"dry_voice": _shares(taken["synth dry"])["rtf"]},
        "decoder": decoder,
        "synth": synth,
        "resident_mb": resident_mb(patch.path),
    }
    return report | {"targets": [asdict(target) | {"met": target.met} for target in targets(report)]}


def targets(report: dict) -> list[Target]:
    """What the project aims at, where the report has the figure and the patch has the sizes."""
    decoder = {row["voices"]: row for row in report["decoder"]}
    synth = {row["voices"]: row for row in report["synth"]}
    aims = []
    if all(report["patch"][name] == size for name, size in REFERENCE.items()):
        aims += [
            Target("harmonic bank, one voice: RTF", 0.0006, report["stages"]["harmonic"]),
            Target("filtered noise, one voice: RTF", 0.001, report["stages"]["noise"]),
        ]
        if 1 in synth:
            aims.append(
                Target("one voice with everything on, body and room too: RTF", 0.010, synth[1]["rtf"])
            )
        if 32 in synth:
            aims.append(Target("32 voices: RTF", 0.35, synth[32]["rtf"]))
            under = synth[32]["under_half"]
            aims.append(Target("32 voices: callbacks under half a block", 0.999, under, at_least=True))
    if 1 in decoder:
        aims.append(Target("decoder, 1 voice: time against ONNX Runtime", 0.5, decoder[1]["ratio"]))
    if 16 in decoder:
        aims.append(Target("decoder, 16 voices: time against ONNX Runtime", 1.0, decoder[16]["ratio"]))
    aims.append(Target("memory with 16 voices: MB resident", 150.0, report["resident_mb"]))
    return aims


def _shares(runs: list[tuple[np.ndarray, np.ndarray]]) -> dict:
    """Of [processor, wall] seconds per callback: the median run's RTF, the share under half a block."""
    block = BLOCK / SAMPLE_RATE
    processor, wall = np.concatenate(runs, axis=1) / block
    return {
        "rtf": float(np.median([np.mean(taken) / block for taken, _ in runs])),
        "under_half": float(np.mean(processor < 0.5)),
        "under_half_wall": float(np.mean(wall < 0.5)),
        "highest": float(processor.max()),
        "callbacks": len(processor),
    }


def _reading(size: int) -> Callable[[], float]:
    data = np.ones(size, np.float32)
    return lambda: lib.bench_read(ffi.from_buffer("float *", data), size, 0.05)


def _timed(run: Callable[[], object], seconds: float) -> float:
    begin = time.thread_time()
    run()
    return (time.thread_time() - begin) / seconds


def _frames(frame_rate: int, seconds: float) -> tuple[np.ndarray, int]:
    frames = max(2, round(seconds * frame_rate))
    return np.round(np.arange(frames + 1) * SAMPLE_RATE / frame_rate).astype(np.int64), frames


def _harmonic(partials: int, frame_rate: int, seconds: float) -> Callable[[], float]:
    starts, frames = _frames(frame_rate, seconds)
    f0_hz = np.linspace(110.0, 165.0, frames, dtype=np.float32)
    amplitude = np.linspace(0.1, 0.2, frames, dtype=np.float32)
    distribution = np.full((frames, partials), 1.0 / partials, np.float32)
    arrays = [ffi.from_buffer("float *", array) for array in (f0_hz, amplitude, distribution)]
    where, out = ffi.from_buffer("int64_t *", starts), np.empty(starts[-1] + 16, np.float32)

    def run() -> float:
        memory, address = zeroed(lib.parts_harmonic_bytes(partials))
        sound = ffi.from_buffer("float *", out)
        arguments = (ffi.cast("void *", address), partials, SAMPLE_RATE, *arrays, where, frames, sound)
        return _timed(lambda: (lib.parts_harmonic(*arguments), memory), starts[-1] / SAMPLE_RATE)

    return run


def _noise(bands: int, frame_rate: int, seconds: float) -> Callable[[], float]:
    starts, frames = _frames(frame_rate, seconds)
    magnitudes = np.random.default_rng(0).uniform(0, 0.1, (frames, bands)).astype(np.float32)
    out = np.empty(starts[-1] + 16, np.float32)
    pointers = [ffi.from_buffer("float *", magnitudes), ffi.from_buffer("int64_t *", starts)]

    def run() -> float:
        memory, address = zeroed(lib.parts_noise_bytes(bands, SAMPLE_RATE))
        sound = ffi.from_buffer("float *", out)
        arguments = (ffi.cast("void *", address), bands, SAMPLE_RATE, 1, *pointers, frames, sound)
        return _timed(lambda: (lib.parts_noise(*arguments), memory), starts[-1] / SAMPLE_RATE)

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


def _body(seconds: float) -> Callable[[], float]:
    samples = np.random.default_rng(0).normal(0, 0.1, (2, int(seconds * SAMPLE_RATE))).astype(np.float32)
    sos = made_up_body()

    def run() -> float:
        memory, address = zeroed(lib.parts_sosfilt_bytes(BODY_SECTIONS))
        state, sound = np.zeros((2, BODY_SECTIONS, 2)), samples.copy()

        def both_channels():
            for channel in range(2):
                lib.parts_sosfilt(
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


def _room(seconds: float) -> Callable[[], float]:
    impulse = np.ascontiguousarray(made_up_room()[:, 0])
    blocks = int(seconds * SAMPLE_RATE / BLOCK)
    taken = np.zeros(blocks, np.float32)

    def run() -> float:
        _memory, address = zeroed(lib.bench_room_bytes(len(impulse)))
        pointers = ffi.from_buffer("float *", impulse), ffi.from_buffer("float *", taken)
        lib.bench_room(ffi.cast("void *", address), pointers[0], len(impulse), BLOCK, blocks, pointers[1])
        return 2 * float(taken.mean()) * SAMPLE_RATE / BLOCK  # two channels

    return run


def _steps(voices: int) -> int:
    return max(20, 400 // voices)


def _native_steps(program: Program, voices: int) -> Callable[[], float]:
    sizes = program.specs, program.layer_count, program.activations, program.state_size, voices
    taken = np.zeros(_steps(voices), np.float32)

    def run() -> float:
        _memory, address = zeroed(lib.bench_decoder_bytes(*sizes))
        lib.bench_decoder(ffi.cast("void *", address), *sizes, len(taken), ffi.from_buffer("float *", taken))
        return float(np.median(taken))

    return run


def _onnx_steps(patch: Patch, voices: int) -> Callable[[], float]:
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


def _everything_on(patch: Patch) -> Patch:
    return replace(patch, body=made_up_body(), room=made_up_room(), room_rate=SAMPLE_RATE)


def _callbacks(patch: Patch, voices: int, seconds: float) -> Callable[[], np.ndarray]:
    synth = Synth(patch, SAMPLE_RATE, BLOCK, voices)
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


def resident_mb(patch: str | Path, voices: int = 16) -> float:
    """Megabytes that a process of its own holds while it plays the patch with 16 voices."""
    program = (
        "import sys, ddsp_live\n"
        "synth = ddsp_live.Synth(sys.argv[1], voices=int(sys.argv[2]))\n"
        "for voice in range(synth.voices): synth.note_on(48 + voice)\n"
        "synth.render(synth.sample_rate)\n"
        "from ddsp_live.tools.bench import own_resident_mb\n"
        "print(own_resident_mb())\n"
    )
    command = [sys.executable, "-c", program, str(patch), str(voices)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def own_resident_mb() -> float:
    """Of this process; its peak where the system tells no more."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1e6 if sys.platform == "darwin" else 1e3)
    import resource

    return pages * resource.getpagesize() / 1e6


def processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
