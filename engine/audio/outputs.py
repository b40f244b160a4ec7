"""Whether a file can be written, found out before the work begins, and why not, in the system's words."""

import contextlib
import os
import secrets
from pathlib import Path

from ..errors import DdspLiveError
from ..folders import as_path

PROBE = bytes(4096)  # what is written to find out; a disk that is full takes no more


class OutputError(DdspLiveError):
    """A file that cannot be written; one sentence says why."""


def check_writable(path: str | Path) -> None:
    """Find out whether a file can be written, without touching the one that is there.

    Raises OutputError for a folder that is not there, is full or may not be written to, and for a path that is one.
    """
    path = as_path(path)
    folder = path.absolute().parent
    if not folder.is_dir():
        raise OutputError(
            f"The folder {str(path.parent)!r} does not exist: make it first, or choose another."
        )
    if path.is_dir():
        raise OutputError(f"{str(path)!r} cannot be written: it is a folder; name a file in it.")
    if reason := why_not(path):
        raise OutputError(
            f"{str(path)!r} cannot be written: {reason}; choose another folder, or make room there."
        )


def beside(source: Path, end: str) -> Path:
    """Return the path of a file that is named after another, as song.wav after song.mid, with `end` for its suffix.

    Raises OutputError for a folder such as ``.`` or ``/``, whose path has no name to take.
    """
    if source.name in ("", ".."):
        raise OutputError(f"{str(source)!r} is a folder: name a file.")
    return source.with_name(source.stem + end)


def make_folder(path: str | Path) -> None:
    """Make a folder to write to, if it is not there, and find out whether files can be written in it.

    Raises OutputError.
    """
    path = as_path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {str(path)!r} cannot be made: {error.strerror or error}.") from error
    check_writable(path / "probe")


def why_not(path: str | Path) -> str:
    """Return why nothing can be written beside `path` now, such as "Permission denied"; nothing if something can."""
    path = Path(path)
    probe = path.absolute().parent / f".ddsp-live-{secrets.token_hex(4)}.part"
    try:
        with probe.open("xb") as file:
            file.write(PROBE)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror or str(error)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return ""
