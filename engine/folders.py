"""Paths: those that a user gives, and where this system keeps settings, patches and tunings of the user's own."""

import os
import sys
from pathlib import Path

from .errors import DdspLiveError

NAME = "ddsp-live"


def as_path(path: str | Path) -> Path:
    """Return a path that a user gives. Raises DdspLiveError for one that no system can have."""
    if "\0" in str(path):
        raise DdspLiveError(f"The path {str(path)!r} has a null character in it: leave that out.")
    return Path(path)


def config_folder() -> Path:
    """Settings: the last state, presets."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or _home() / "AppData/Roaming") / NAME
    if sys.platform == "darwin":
        return _home() / "Library/Application Support" / NAME
    return Path(os.environ.get("XDG_CONFIG_HOME") or _home() / ".config") / NAME


def data_folder() -> Path:
    """What the user brings: ``patches`` and ``tunings`` lie in it."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData/Local") / NAME
    if sys.platform == "darwin":
        return _home() / "Library/Application Support" / NAME
    return Path(os.environ.get("XDG_DATA_HOME") or _home() / ".local/share") / NAME


def _home() -> Path:
    """The user's folder; what is no folder at all where the system knows of none, instead of an error."""
    return Path(os.path.expanduser("~"))
