"""`ddsp-live doctor`: why it stutters, or why nothing is heard, and what to change."""

from ..terminal import print_json, progress, quiet_libraries
from .options import DEFAULT_PATCH, add_json, number

EXAMPLES = """examples:
  ddsp-live doctor
  ddsp-live doctor --sound                   plays a quiet chord for a second
  ddsp-live doctor --device USB --block 32   would this work?

The exit status is 1 where something prevents sound, 0 otherwise.
"""
MARKS = {"ok": "ok", "warning": "warning", "problem": "PROBLEM"}


def add_arguments(parser) -> None:
    parser.add_argument(
        "--device", metavar="NAME", help="audio device, by number or part of its name (default: the system's)"
    )
    parser.add_argument("--rate", "--sample-rate", type=number(int, 8000, 192000), metavar="HZ")
    parser.add_argument("--block", type=number(int, 1, 4096), default=64, metavar="SAMPLES")
    parser.add_argument(
        "--patch", default=DEFAULT_PATCH, help=f"patch, by name or path (default: {DEFAULT_PATCH})"
    )
    parser.add_argument("--sound", action="store_true", help="play a quiet chord instead of silence")
    add_json(parser)


def run(arguments) -> int:
    from dataclasses import asdict

    from ..patch import load_patch
    from .doctor_checks import PROBLEM, check_all

    patch = load_patch(arguments.patch)
    with progress("Looking") as show, quiet_libraries():
        findings = check_all(
            patch,
            device=arguments.device,
            rate=arguments.rate,
            block=arguments.block,
            sound=arguments.sound,
            progress=show,
        )
    if arguments.json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            print(f"{MARKS[finding.level]:>7}  {finding.name}: {finding.found}")
            if finding.change:
                print(f"{'':>7}  {finding.change}")
    return int(any(finding.level == PROBLEM for finding in findings))
