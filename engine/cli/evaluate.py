"""`ddsp-live evaluate`: how near a patch comes to recordings of its instrument."""

from dataclasses import asdict
from pathlib import Path

from ddsp_live.tools.evaluation.score_labels import FIGURES, in_words

from ..errors import DdspLiveError, MissingPackageError
from ..terminal import print_json, print_table, progress
from .options import add_json, number

FOLD_FIGURES = ("distance", "gap_closed", "partials_db", "sustain")
EXAMPLES = """examples:
  ddsp-live evaluate cello.ddsp recordings/cello              what was held out of training
  ddsp-live evaluate cello.ddsp recordings/cello --all --write played
  ddsp-live evaluate trumpet other-recordings --json
  ddsp-live evaluate cello.ddsp recordings/cello --learned    what it was trained on
  ddsp-live evaluate cello.ddsp recordings/cello --folds 5    trained again for four other hold-outs
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
    chosen.add_argument(
        "--learned", action="store_true", help="use a dozen of the recordings that it was trained on"
    )
    chosen.add_argument(
        "--folds",
        type=number(int, 2, 20),
        metavar="N",
        help="judge by N hold-outs, the patch's own and others of as many pitches: mean and spread. Network, body and "
        "tables are trained anew for each, which takes minutes; the patch stays as it is",
    )
    parser.add_argument(
        "--steps",
        type=number(int, 1, 1_000_000),
        metavar="S",
        help="with --folds: training steps (default: as many as the patch took)",
    )
    parser.add_argument(
        "--jobs",
        type=number(int, 1, 1024),
        default=-1,
        metavar="N",
        help="with --folds: trainings side by side (default: one on each core)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="with --folds: a Dask scheduler to train on, such as tcp://host:8786",
    )
    parser.add_argument("--save", action="store_true", help="with --folds: write mean and spread into PATCH")
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
    if arguments.folds:
        return _folds(arguments, patch)
    asked = {"all": arguments.all, "held out": arguments.held_out, "learned": arguments.learned}
    which = next((name for name, wanted in asked.items() if wanted), "either")
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
            print(f"{words:<48}  {in_words(name, answer.figures[name])}")
    for sentence in answer.left_out:
        print(f"Left out: {sentence}")


def _folds(arguments, patch) -> int:
    from ddsp_live.tools.build.folds import judge_folds, keep_folds

    with progress("Training for each hold-out") as show:
        answer = judge_folds(
            patch,
            arguments.folder,
            arguments.folds,
            steps=arguments.steps,
            jobs=arguments.jobs,
            scheduler=arguments.scheduler,
            progress=show,
        )
    if arguments.save:
        keep_folds(patch, answer)
    if arguments.json:
        print_json(answer.to_json())
        return 0
    head = ("held out", *(FIGURES[name] for name in FOLD_FIGURES))
    rows = [
        (", ".join(fold.held_out), *(in_words(name, fold.figures[name]) for name in FOLD_FIGURES))
        for fold in answer.folds
    ]
    print_table(head, rows)
    print(f"\n{answer.patch}, {len(answer.folds)} hold-outs; {answer.trained}. Mean, deviation, and ends:\n")
    for name, words in FIGURES.items():
        if name in answer.figures:
            found = answer.figures[name]
            mean, *others = (in_words(name, found[part]) for part in ("mean", "deviation", "low", "high"))
            print(f"{words:<48}  {mean} ± {others[0]} ({others[1]} to {others[2]})")
    return 0


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
