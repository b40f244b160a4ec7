"""`ddsp-live bench`: what each stage costs on this machine, and beside the last version."""

import sys
from pathlib import Path

from ..terminal import print_json, print_table, progress
from .options import DEFAULT_PATCH, add_json, number
from .words import tell_without_effect

EXAMPLES = """examples:
  ddsp-live bench
  ddsp-live bench --runs 15 --json > bench.json
  ddsp-live bench --compare
  ddsp-live bench --save --history mine.json --note "studio laptop, on mains"
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
    kept = parser.add_argument_group("runs that are kept")
    kept.add_argument(
        "--compare",
        action="store_true",
        help="print each figure beside the last run that was kept, as a ratio",
    )
    kept.add_argument("--save", action="store_true", help="add this run to the file")
    kept.add_argument(
        "--history", metavar="FILE", help="file of runs (default: the one that ddsp-live brings)"
    )
    kept.add_argument(
        "--note", default="", metavar="TEXT", help="what to know of the machine, kept with the run"
    )
    add_json(parser)


def run(arguments) -> int:
    from ddsp_live.tools.bench import history
    from ddsp_live.tools.bench.bench import measure

    from ..patch import load_patch

    _tell_idle_options(arguments)
    kept = Path(arguments.history) if arguments.history else history.SHIPPED
    rows = history.read(kept) if arguments.compare or arguments.save else []
    patch = load_patch(arguments.patch)
    with progress("Measuring") as show:
        report = measure(patch, runs=arguments.runs, seconds=arguments.seconds, progress=show)
    row = history.row_of(report, arguments.note)
    old = history.last_like(rows, row) if arguments.compare else None
    if old is not None:
        report["compared"] = {"before": old, "figures": history.compare(row, old)}
    print_json(report) if arguments.json else _say(report)
    if arguments.compare and old is None:
        print(f"{kept} has no run of {patch.title} to compare with: keep one by --save.", file=sys.stderr)
    if arguments.save:
        history.append(kept, row)
    return 0


def _tell_idle_options(arguments) -> None:
    if not arguments.save:
        tell_without_effect(arguments, ["note"], "without --save")
    if not (arguments.save or arguments.compare):
        tell_without_effect(arguments, ["history"], "without --compare or --save")


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
    if "compared" in report:
        _say_compared(report["machine"], **report["compared"])


def _say_compared(machine: dict, before: dict, figures: list[dict]) -> None:
    """Print each figure beside the run before; on another processor the ratios tell of the machine as well."""
    note = f" ({before['note']})" if before["note"] else ""
    print(f"\nbeside version {before['version']} of {before['date']}, {before['machine']['processor']}{note}")
    if before["machine"]["processor"] != machine["processor"]:
        print("This is another processor: the ratios tell of the machine as well as of the version.")
    rows = [(row["name"], f"{row['old']:.4g}", f"{row['now']:.4g}", f"{row['times']:.2f}") for row in figures]
    print_table(("figure", "before", "now", "times"), rows)


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
