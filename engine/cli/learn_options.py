"""`ddsp-live play --learn`, and the lines that are typed while it plays."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from ..modulation.learn import Learner
from ..modulation.matrix import TARGETS
from ..modulation.matrix_file import DEFAULT, MapError, write_map

USUAL_FILE = Path("my-map.toml")


def add_learning(parser) -> None:
    parser.add_argument(
        "--learn",
        choices=TARGETS,
        metavar="TARGET",
        help=f"MIDI learn: bind the next controller that moves to {', '.join(TARGETS)} and save it",
    )


def settle_map(arguments) -> Path:
    """The file that learned rows are kept in; where --map names one that is not there yet, it begins as usual."""
    path = Path(arguments.map)
    if path.suffix != ".toml":
        return USUAL_FILE
    if arguments.learn and not path.exists():
        arguments.map = DEFAULT
    return path


def make_learner(arguments, path: Path, synth, send, say: Callable[[str], None]) -> Learner:
    """A learner before `send` that keeps its map in a file; it begins with what --learn asks for."""

    def keep(rows) -> None:
        try:
            write_map(path, rows)
        except MapError as error:
            say(str(error))
        else:
            say(f"Kept in {path}: `ddsp-live play --map {path}` plays with it.")

    learner = Learner(synth, say, keep, send)
    if arguments.learn:
        learner.learn(arguments.learn)
    return learner


def obey_lines(learner: Learner, say: Callable[[str], None], ended: threading.Event) -> None:
    """Until an empty line: `learn TARGET` binds the next controller."""
    for line in sys.stdin:
        words = line.split()
        if words[:1] != ["learn"]:
            break
        try:
            learner.learn(" ".join(words[1:]))
        except ValueError as error:
            say(str(error))
    ended.set()
