"""`ddsp-live play --learn`, and the lines that are typed while it plays."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from ..modulation.matrix import TARGETS
from ..modulation.matrix_file import DEFAULT, MapError, find_map, write_map


def add_learning(parser) -> None:
    parser.add_argument(
        "--learn",
        choices=TARGETS,
        metavar="TARGET",
        help=f"MIDI learn: the next controller that you move moves TARGET from now on: {', '.join(TARGETS)}",
    )


def settle_map(arguments) -> Path | None:
    """Return the file that --map names, or None; if it is to be learned into and is not there, it begins as usual."""
    path = Path(arguments.map)
    if path.suffix != ".toml":
        return None
    if arguments.learn and not path.exists():
        arguments.map = DEFAULT
    return path


def keep_map(session, path: Path) -> Callable[[], None]:
    """Write the map into a file whenever something was learned; what comes back ends that."""
    from ..live.knobs import with_knobs

    def keep(kind: str, what) -> None:
        if kind != "learned":
            return
        try:
            write_map(path, find_map(with_knobs(session.synth.map, session.learned)))
        except MapError as error:
            session.say(str(error))
        else:
            session.say(f"Kept in {path}: `ddsp-live play --map {path}` plays with it.")

    return session.listen(keep)


def obey_lines(session, say: Callable[[str], None], ended: threading.Event) -> None:
    """Until an empty line: `learn TARGET` learns the next gesture that moves."""
    for line in sys.stdin:
        words = line.split()
        if words[:1] != ["learn"]:
            break
        try:
            session.learn(" ".join(words[1:]))
        except ValueError as error:
            say(str(error))
    ended.set()
