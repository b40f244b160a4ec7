"""Where this system keeps what a user of ddsp-live has: settings, and patches and tunings of their own."""

import os
import sys
from pathlib import Path

NAME = "ddsp-live"


def config_folder() -> Path:
    """Settings: the last state, presets."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData/Roaming") / NAME
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support" / NAME
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / NAME


def data_folder() -> Path:
    """What the user brings: ``patches`` and ``tunings`` lie in it."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / NAME
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support" / NAME
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / NAME
