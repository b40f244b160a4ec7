"""`ddsp-live train`: a folder of recordings becomes a patch."""

import glob
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ddsp_live.tools.evaluation.score_labels import FIGURES, in_words

from ..errors import MissingPackageError
from ..terminal import bars, print_json
from .options import add_json, number
from .words import tell_without_effect

EXAMPLES = """examples:
  ddsp-live train recordings/cello -o cello.ddsp
  ddsp-live train recordings/cello -o cello.ddsp        again, after it was stopped: it goes on
  ddsp-live train recordings/cello -o cello.ddsp --expression     how it is played, for a patch that is there
  ddsp-live train recordings/cello -o cello.ddsp --tables         its tables anew, for a patch that is there
  ddsp-live train recordings/cello -o tiny-cello.ddsp --size tiny
  ddsp-live train recordings/cello -o cello.ddsp --licence CC0-1.0 --recordings "my own cello"
"""
LINE_SECONDS = 10.0  # between lines of progress, where the output is a file
NOT_FOR_EXPRESSION = (
    *("size", "room", "steps", "threads", "device", "sample_rate", "no_cache"),
    *("title", "recordings", "licence", "url", "formants"),
)
SETTINGS = ("steps", "seed", "threads", "device", "sample_rate", "dynamics")
SOURCE = ("title", "recordings", "licence", "url", "formants")


def add_arguments(parser) -> None:
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="recordings of one instrument: wav, flac, ogg, mp3 or aiff, notes or longer takes; with --expression also "
        "performance tables (.csv)",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="NAME.ddsp", help="patch to write"
    )
    _add_network(parser)
    _add_source(parser)
    _add_parts(parser)
    add_json(parser)


def _add_network(parser) -> None:
    """Add what is trained, and how long."""
    parser.add_argument(
        "--size",
        choices=("tiny", "standard", "rich"),
        default="standard",
        help="network size; tiny costs a fifth of standard, rich three times as much (default: standard)",
    )
    parser.add_argument(
        "--room",
        choices=("none", "trained"),
        default="none",
        help="trained: learn the room of the recordings apart from the instrument, which then plays dry, in this "
        "room or in another; needs notes that die away (default: none)",
    )
    parser.add_argument(
        "--steps", type=number(int, 1, 1_000_000), metavar="N", help="maximum number of training steps"
    )
    parser.add_argument(
        "--seed", type=number(int, 0, 2**32 - 1), metavar="N", help="random seed (default: 0)"
    )
    parser.add_argument(
        "--threads", type=number(int, 1, 256), metavar="N", help="processor threads (default: 2)"
    )
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda", "mps"),
        help="training device; auto uses a graphics card if PyTorch finds one (default: auto)",
    )
    parser.add_argument(
        "--rate",
        "--sample-rate",
        dest="sample_rate",
        type=number(int, 8000, 192000),
        metavar="HZ",
        help="sample rate to train at (default: 44100)",
    )
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="analyse the recordings again, and save nothing for the next time",
    )


def _add_source(parser) -> None:
    """Add what the recordings are."""
    parser.add_argument(
        "--keep",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="learn from this recording although it seems to hold several notes, speech or noise; may be repeated",
    )
    parser.add_argument("--keep-all", action="store_true", help="the same for every recording")
    parser.add_argument("--title", help="name of the instrument, as shown to players")
    for name, meaning in (
        ("recordings", "title and author"),
        ("licence", "licence (such as CC0-1.0)"),
        ("url", "web address"),
    ):
        parser.add_argument(f"--{name}", metavar="TEXT", help=f"{meaning} of the recordings")
    parser.add_argument(
        "--formants",
        choices=("kept", "moved"),
        help="beyond the recorded pitches: kept, the spectrum stays in Hz, as a singer's does; moved, it follows the "
        "pitch (default: kept)",
    )


def _add_parts(parser) -> None:
    """Add what can be made for a patch that is there."""
    parser.add_argument(
        "--expression",
        action="store_true",
        help="add expression, learned from phrases, to an existing patch (OUTPUT, or --patch)",
    )
    parser.add_argument(
        "--dynamics",
        choices=("own", "borrowed", "none"),
        help="how timbre follows loudness, besides what the network learned. own: from recordings at several dynamics, "
        "if it helps; borrowed: where these have one dynamic, from the family (brass, saxophones); none: as the "
        "network does (default: borrowed)",
    )
    parser.add_argument(
        "--tables",
        action="store_true",
        help="make only the tables that correct the network's spectra, in seconds, and put them into the patch that is "
        "there: OUTPUT, or --patch",
    )
    parser.add_argument(
        "--patch", help="with --expression or --tables: the patch to put it into, a name or a path"
    )


def run(arguments) -> int:
    if arguments.expression:
        tell_without_effect(arguments, NOT_FOR_EXPRESSION, "with --expression")
        return learn_expression(arguments)
    if arguments.tables:
        tell_without_effect(arguments, NOT_FOR_EXPRESSION, "with --tables")
        return make_tables(arguments)
    tell_without_effect(arguments, ["patch"], "without --expression or --tables")
    try:
        made = _made(arguments)
    except KeyboardInterrupt:
        print(how_it_stopped(arguments.output, not arguments.no_cache), file=sys.stderr)
        raise
    if arguments.json:
        print_json(
            {
                "patch": str(made.patch),
                "report": str(made.report),
                "figures": made.figures,
                "verdict": made.verdict,
            }
        )
    else:
        print(f"{made.patch}, with a report in {made.report}:")
        for name, words in FIGURES.items():
            if name in made.figures:
                print(f"  {words:<44}  {in_words(name, made.figures[name])}")
        print("\n".join(made.verdict))
    return 0


def _made(arguments):
    """Make the patch that is asked for. Raises ValueError, OSError or MissingPackageError."""
    try:
        from ddsp_live.tools.build.make_patch import make_patch
        from ddsp_live.tools.build.source import known_source
        from ddsp_live.tools.training.settings import Settings
        from ddsp_live.tools.training.sizes import SIZES
    except ModuleNotFoundError as error:
        raise MissingPackageError("Training", "train", error) from error
    asked = vars(arguments)
    chosen = {name: asked[name] for name in SETTINGS if asked[name] is not None}
    settings = Settings(size=arguments.size, room=arguments.room, **SIZES[arguments.size] | chosen)
    given = {name: asked[name] for name in SOURCE if asked[name]}
    source = known_source(arguments.output.stem, arguments.folder) | given
    with stages() as (progress, complain):
        return make_patch(
            arguments.folder,
            arguments.output,
            settings,
            source,
            cache=not arguments.no_cache,
            keep=arguments.keep_all or arguments.keep,
            progress=progress,
            complain=complain,
        )


def make_tables(arguments) -> int:
    try:
        from ddsp_live.tools.spectra.finish import finish_patch
    except ModuleNotFoundError as error:
        raise MissingPackageError("Training", "train", error) from error
    with stages() as (progress, complain):
        figures = finish_patch(
            arguments.folder,
            arguments.patch or arguments.output,
            arguments.output,
            dynamics=arguments.dynamics or "borrowed",
            progress=progress,
            complain=complain,
        )
    if arguments.json:
        print_json({"patch": str(arguments.output), "figures": figures})
    else:
        print(f"{arguments.output}: " + ", ".join(f"{name} {value}" for name, value in figures.items()))
    return 0


def learn_expression(arguments) -> int:
    try:
        from ddsp_live.tools.expression.expression import add_expression
    except ModuleNotFoundError as error:
        raise MissingPackageError("Training", "train", error) from error
    with stages() as (progress, complain):
        figures = add_expression(
            arguments.folder,
            arguments.patch or arguments.output,
            arguments.output,
            seed=arguments.seed or 0,
            keep=arguments.keep_all or arguments.keep,
            progress=progress,
            complain=complain,
        )
    if arguments.json:
        print_json({"patch": str(arguments.output), "figures": figures})
    else:
        print(f"{arguments.output}: " + ", ".join(f"{name} {value:g}" for name, value in figures.items()))
    return 0


@contextmanager
def stages() -> Iterator[tuple[Callable[[str, float, str], None], Callable[[str], None]]]:
    """Bars on the terminal, one for each stage, lines elsewhere; and what to call with progress and with complaints."""
    from rich.console import Console

    console = Console(stderr=True)
    tasks: dict[str, int] = {}

    def complain(sentence: str) -> None:
        console.print(sentence, markup=False, soft_wrap=True)

    if not console.is_terminal:
        yield progress_lines(lambda line: print(line, file=sys.stderr, flush=True)), complain
        return
    with bars(console) as shown:

        def progress(stage: str, share: float, note: str) -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(stage, total=1.0, note=note)
            shown.update(tasks[stage], completed=share, note=note)

        yield progress, complain


def progress_lines(write: Callable[[str], None], now=time.monotonic) -> Callable[[str, float, str], None]:
    """Progress for a file: a line as a stage begins and ends, and one every so often between."""
    written: dict[str, tuple[float, bool]] = {}

    def progress(stage: str, share: float, note: str) -> None:
        at, ended = written.get(stage, (-math.inf, False))
        ends = share >= 1
        if not ended and (ends or now() - at >= LINE_SECONDS):
            written[stage] = now(), ends
            write(f"{stage:<20} {100 * share:3.0f} %  {note}".rstrip())

    return progress


def how_it_stopped(output: Path, cache: bool) -> str:
    """What the same command does after it was stopped."""
    if any(output.parent.glob(f"{glob.escape(output.name)}*.checkpoint")):
        return "Stopped: the same command goes on from the last checkpoint."
    kept = ", with what was measured of the recordings so far" if cache else ""
    return f"Stopped before the first checkpoint: the same command begins again{kept}."
