"""What each stage of the kernel costs on this machine, beside what the machine can do at best.

Costs are real-time factors (RTF): processor seconds for a second of sound. The stages take turns, run after
run, so that whatever else the machine does meets all of them alike; figures are medians over the runs.
"""

import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from ddsp_live.decoders.program import Program
from ddsp_live.native._kernel import lib
from ddsp_live.patch import Patch

from . import probe

SYNTH_VOICES = (1, 8, 16, 32, 64)
DECODER_VOICES = (1, 4, 8, 16, 32, 64)
NOTES_A_SECOND = 8  # that one voice plays, for what filling in a note costs it
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
        "cache": probe.reading(1 << 16),
        "memory": probe.reading(1 << 24),
        "harmonic": probe.harmonic(patch.harmonics, patch.frame_rate, 5 * seconds),
        "noise": probe.noise(patch.noise_bands, patch.frame_rate, 5 * seconds),
        "body": probe.body(seconds),
        "room": probe.room(seconds),
        "rack": probe.rack(seconds),
        "performance": probe.performance(patch, 1),
        "performance of 16": probe.performance(patch, 16),
        "prior": probe.prior_notes(patch),
    }
    for voices in decoder_voices:
        probes[f"native {voices}"] = probe.native_steps(program, voices)
        probes[f"int8 {voices}"] = probe.native_steps(program.quantized(), voices)
        probes[f"onnx {voices}"] = probe.onnx_steps(patch, voices)
    everything_on = _everything_on(patch)
    for voices in synth_voices:
        probes[f"synth {voices}"] = probe.callbacks(everything_on, voices, seconds)
    probes["synth dry"] = probe.callbacks(replace(everything_on, room=None), 1, seconds)
    taken: dict[str, list] = {name: [] for name in probes}
    for run in range(runs):
        for index, (name, measure_once) in enumerate(probes.items()):
            taken[name].append(measure_once())
            progress((run + (index + 1) / len(probes)) / runs)
    return _report(patch, program, taken, synth_voices, decoder_voices)


def _report(patch, program, taken, synth_voices, decoder_voices) -> dict:
    middle = {
        name: float(np.median(np.stack(values))) for name, values in taken.items() if "synth" not in name
    }
    width = max(step.output_size for step in program.steps if step.op in ("dense", "gru"))
    decoder = []
    for voices in decoder_voices:
        native, int8, onnx = (middle[f"{name} {voices}"] for name in ("native", "int8", "onnx"))
        gflops = 2e-9 * voices * program.multiply_adds / native
        row = {"voices": voices, "native_us": 1e6 * native, "int8_us": 1e6 * int8, "onnx_us": 1e6 * onnx}
        row |= {"ratio": native / onnx, "int8_ratio": int8 / native}
        decoder.append(row | {"gflops": gflops, "of_peak": gflops / middle["peak"]})
    synth = [{"voices": voices} | _shares(taken[f"synth {voices}"]) for voices in synth_voices]
    report = {
        "machine": {
            "processor": processor_name(),
            "vector_bits": lib.bench_vector_bits(),
            "int8_products": bool(lib.bench_int8_products()),
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
        "sample_rate": probe.SAMPLE_RATE,
        "block": probe.BLOCK,
        "stages": {
            name: middle[name] for name in ("harmonic", "noise", "body", "room", "rack", "performance")
        }
        | {"performance_of_16": middle["performance of 16"], "prior": NOTES_A_SECOND * middle["prior"]}
        | {"dry_voice": _shares(taken["synth dry"])["rtf"]},
        "prior_us": 1e6 * middle["prior"],
        "decoder": decoder,
        "synth": synth,
        "resident_mb": resident_mb(patch.path),
    }
    return report | {"targets": [asdict(target) | {"met": target.met} for target in targets(report)]}


def targets(report: dict) -> list[Target]:
    """What the project aims at, where the report has the figure and the patch has the sizes."""
    decoder = {row["voices"]: row for row in report["decoder"]}
    synth = {row["voices"]: row for row in report["synth"]}
    played = report["stages"]["performance"] + report["stages"]["prior"]
    aims = [
        Target("performance, performer and prior, one voice: RTF", 0.003, played),
        Target("prior, one note: µs", 1000.0, report["prior_us"]),
        Target("rack, all units on: RTF", 0.010, report["stages"]["rack"]),
    ]
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
    block = probe.BLOCK / probe.SAMPLE_RATE
    processor, wall = np.concatenate(runs, axis=1) / block
    return {
        "rtf": float(np.median([np.mean(taken) / block for taken, _ in runs])),
        "under_half": float(np.mean(processor < 0.5)),
        "under_half_wall": float(np.mean(wall < 0.5)),
        "highest": float(processor.max()),
        "callbacks": len(processor),
    }


def _everything_on(patch: Patch) -> Patch:
    return replace(patch, body=probe.made_up_body(), room=probe.made_up_room(), room_rate=probe.SAMPLE_RATE)


def resident_mb(patch: str | Path, voices: int = 16) -> float:
    """Megabytes that a process of its own holds while it plays the patch with 16 voices."""
    program = (
        "import sys, ddsp_live\n"
        "synth = ddsp_live.Synth(sys.argv[1], voices=int(sys.argv[2]))\n"
        "for voice in range(synth.voices): synth.note_on(48 + voice)\n"
        "synth.render(synth.sample_rate)\n"
        "from ddsp_live.tools.bench.bench import own_resident_mb\n"
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
