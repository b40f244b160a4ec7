"""`ddsp-live bench`: what each stage costs on this machine."""

from ..terminal import print_json, print_table, progress
from .options import DEFAULT_PATCH, add_json, number

EXAMPLES = """examples:
  ddsp-live bench
  ddsp-live bench --runs 15 --json > bench.json
"""


def add_arguments(parser) -> None:
    parser.add_argument(
        "patch", nargs="?", default=DEFAULT_PATCH, metavar="PATCH", help="patch whose decoder is timed"
    )
    parser.add_argument(
        "--runs", type=number(int, 1, 100), default=5, metavar="N", help="number of runs (default: 5)"
    )
    parser.add_argument(
        "--seconds",
        type=number(float, 0.01, 60),
        default=2.0,
        metavar="S",
        help="seconds of sound in each run (default: 2)",
    )
    add_json(parser)


def run(arguments) -> int:
    from ddsp_live.tools.bench.bench import measure

    from ..patch import load_patch

    patch = load_patch(arguments.patch)
    with progress("Measuring") as show:
        report = measure(patch, runs=arguments.runs, seconds=arguments.seconds, progress=show)
    print_json(report) if arguments.json else _say(report)
    return 0


STAGES = {
    "harmonic": "harmonic bank, one voice",
    "noise": "filtered noise, one voice",
    "body": "body, 8 sections, stereo",
    "room": "room of 1 s, stereo",
    "rack": "rack of effects, all units on, stereo",
    "performance": "performance and performer, one voice",
    "performance_of_16": "the same, each of 16 voices",
    "prior": "prior, rules and humanize, one voice of 8 notes a second",
    "dry_voice": "one voice with its decoder and body, no room",
}
DECODERS = ("decoder: voices", "native µs", "int8 µs", "ONNX Runtime µs", "native / ONNX", "native")
SYNTH = (
    "everything on: voices",
    "RTF",
    "under half a block",
    "by the clock on the wall",
    "longest, in blocks",
)


def _say(report: dict) -> None:
    _say_what(report)
    print("\nRTF: processor seconds for a second of sound\n")
    print_table(
        ("stage", "RTF"), [(words, f"{report['stages'][name]:.5f}") for name, words in STAGES.items()]
    )
    print()
    print_table(DECODERS, map(_decoder_row, report["decoder"]))
    print()
    print_table(SYNTH, map(_synth_row, report["synth"]))
    print(f"\nmemory while 16 voices sound: {report['resident_mb']:.0f} MB\n")
    print_table(("target", "measured", "aim", ""), map(_target_row, report["targets"]))


def _say_what(report: dict) -> None:
    """Say on what machine what was measured."""
    machine, patch = report["machine"], report["patch"]
    print(
        f"{machine['processor']}, one core: {machine['gflops']:.0f} GFLOP/s at best "
        f"in {machine['vector_bits']}-bit vectors, "
        f"{machine['cache_gb_per_s']:.0f} GB/s from cache, {machine['memory_gb_per_s']:.0f} GB/s from memory"
    )
    print(
        f"{patch['name']}: width {patch['width']}, "
        f"{patch['harmonics']} harmonics, {patch['noise_bands']} noise bands, "
        f"{patch['frame_rate']} frames/s, {patch['multiply_adds']} multiply-adds a frame; "
        f"{report['sample_rate']} Hz, blocks of {report['block']}"
    )


def _decoder_row(row: dict) -> tuple:
    return (
        row["voices"],
        f"{row['native_us']:.1f}",
        f"{row['int8_us']:.1f}",
        f"{row['onnx_us']:.1f}",
        f"{row['ratio']:.2f}",
        f"{row['gflops']:.0f} GFLOP/s, {100 * row['of_peak']:.0f} % of the peak",
    )


def _synth_row(row: dict) -> tuple:
    return (
        row["voices"],
        f"{row['rtf']:.4f}",
        f"{100 * row['under_half']:.2f} %",
        f"{100 * row['under_half_wall']:.2f} %",
        f"{row['highest']:.2f}",
    )


def _target_row(target: dict) -> tuple:
    aim = f"{'at least' if target['at_least'] else 'at most'} {target['limit']:g}"
    return target["name"], f"{target['measured']:.4g}", aim, "met" if target["met"] else "NOT MET"
