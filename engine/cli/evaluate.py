"""`ddsp-live evaluate`: how near a patch comes to recordings of its instrument."""

from pathlib import Path

from ddsp_live.tools.evaluation.score_labels import FIGURES, in_words

from ..errors import MissingPackageError
from ..terminal import print_json, print_table, progress
from .options import add_json

EXAMPLES = """examples:
  ddsp-live evaluate cello.ddsp recordings/cello              what was held out of training
  ddsp-live evaluate cello.ddsp recordings/cello --all --write played
  ddsp-live evaluate trumpet other-recordings --json
"""


def add_arguments(parser) -> None:
    parser.add_argument("patch", metavar="PATCH", help="patch, by name or path")
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="recordings to compare with; the patch plays each one's pitch and loudness",
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--all", action="store_true", help="use every file in the folder")
    chosen.add_argument(
        "--held-out",
        action="store_true",
        help="use only the test set that was held out of training (default, if the folder has it)",
    )
    parser.add_argument(
        "--write", type=Path, metavar="DIR", help="save what the patch plays as DIR/<path in FOLDER>.wav"
    )
    parser.add_argument("--dry", action="store_true", help="play without the patch's room")
    add_json(parser)


def run(arguments) -> int:
    try:
        from ddsp_live.tools.evaluation.evaluate_patch import evaluate_patch
    except ModuleNotFoundError as error:
        raise MissingPackageError("Evaluation", "train", error) from error
    from ..patch import load_patch

    patch = load_patch(arguments.patch)
    which = "all" if arguments.all else "held out" if arguments.held_out else "either"
    with progress("Evaluating") as show:
        answer = evaluate_patch(
            patch,
            arguments.folder,
            which=which,
            write=arguments.write,
            room=not arguments.dry,
            progress=show,
        )
    print_json(answer.to_json()) if arguments.json else _say(answer)
    return 0


def _say(answer) -> None:
    head = ("file", "distance", "loudness", "pitch")
    rows = [
        (
            row["file"],
            f"{row['distance']:.2f}",
            f"{row['loudness_error_db']:.2f} dB",
            f"{row['f0_cents']:.1f} cents" if "f0_cents" in row else "none heard",
        )
        for row in answer.files
    ]
    print_table(head, rows)
    print(f"\n{answer.patch}, {answer.judged_by}, {len(rows)} files:\n")
    for name, words in FIGURES.items():
        if name in answer.figures:
            print(f"{words:<44}  {in_words(name, answer.figures[name])}")
    for sentence in answer.left_out:
        print(f"Left out: {sentence}")
