"""`ddsp-live evaluate`: how near a patch comes to recordings of its instrument."""

from dataclasses import asdict
from pathlib import Path

from ddsp_live.tools.evaluation.score_labels import FIGURES, in_words

from ..errors import DdspLiveError, MissingPackageError
from ..terminal import print_json, print_table, progress
from .options import add_json, number

EXAMPLES = """examples:
  ddsp-live evaluate cello.ddsp recordings/cello              what was held out of training
  ddsp-live evaluate cello.ddsp recordings/cello --all --write played
  ddsp-live evaluate trumpet other-recordings --json
  ddsp-live evaluate --realism recordings                     can played notes be told from recorded ones?
"""


def add_arguments(parser) -> None:
    parser.add_argument("patch", nargs="?", metavar="PATCH", help="patch, by name or path")
    parser.add_argument(
        "folder",
        nargs="?",
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
    _add_realism(parser)
    add_json(parser)


def _add_realism(parser) -> None:
    """Add the judgement of whole instruments."""
    parser.add_argument(
        "--realism",
        type=Path,
        metavar="FOLDER",
        help="judge all factory patches that have a folder of recordings there, named as they are, by how well notes "
        "played from key and velocity can be told from recorded ones",
    )
    parser.add_argument(
        "--life",
        type=number(float, 0, 1),
        default=1.0,
        metavar="AMOUNT",
        help="with --realism: how much notes move by themselves (default: 1)",
    )
    parser.add_argument(
        "--seeds",
        type=number(int, 1, 20),
        default=3,
        metavar="N",
        help="with --realism: of chance (default: 3)",
    )


def run(arguments) -> int:
    if arguments.realism:
        return _realism(arguments)
    if arguments.folder is None:
        raise DdspLiveError(
            "Name a patch and a folder of recordings, or --realism and a folder of such folders."
        )
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


def _realism(arguments) -> int:
    try:
        import sklearn  # noqa: F401, which only this needs
        from ddsp_live.tools.evaluation.realism import measure_realism
    except ModuleNotFoundError as error:
        raise MissingPackageError("Judging realism", "realism", error) from error
    from ..patch import list_patches, load_patch

    if arguments.patch is not None:
        raise DdspLiveError("--realism judges all factory patches together: leave PATCH and FOLDER out.")
    patches = [load_patch(entry.path) for entry in list_patches()]
    with progress("Playing and judging") as show:
        found = measure_realism(
            patches, arguments.realism, seeds=range(arguments.seeds), life=arguments.life, progress=show
        )
    if arguments.json:
        print_json(asdict(found))
        return 0
    for sentence in found.left_out:
        print(f"Left out: {sentence}")
    print(f"{found.notes} notes of {len(found.instruments)} instruments, {arguments.seeds} seeds\n")
    print_table(("told apart by", "AUC"), [(name, f"{value:.3f}") for name, value in found.auc.items()])
    print()
    rows = [(name, f"{real:.3f}", f"{ours:.3f}") for name, (real, ours) in found.medians.items()]
    print_table(("median of", "recorded", "played"), rows)
    named = ", ".join(f"{100 * share:.0f} % of the {which}" for which, share in found.named.items())
    print(f"\nTaken for their instrument by a forest that knows recorded notes alone: {named} notes.")
    return 0
