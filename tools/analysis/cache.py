"""Keeps what was measured of a recording in the user's cache folder, by the file's content and the settings."""

import hashlib
import json
import os
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from .tracks import VERSION, Tracks


def cache_folder() -> Path:
    """Where the platform wants caches: XDG_CACHE_HOME where it is set, or the system's own place."""
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named) / "ddsp-live"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ddsp-live"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "ddsp-live" / "Cache"
    return Path.home() / ".cache" / "ddsp-live"


def cached(content: str | None, settings: dict[str, int], make: Callable[[], Tracks]) -> Tracks:
    """What `make` measures, from the cache where it is there; without a content hash it is always made."""
    if content is None:
        return make()
    key = json.dumps([content, settings, VERSION], sort_keys=True)
    path = cache_folder() / "analysis" / f"{hashlib.sha256(key.encode()).hexdigest()}.npz"
    if (tracks := _read(path)) is None:
        tracks = make()
        with suppress(OSError):  # a full disk costs only time
            _write(path, tracks)
    return tracks


def _read(path: Path) -> Tracks | None:
    try:
        with np.load(path, allow_pickle=False) as held:
            tracks = Tracks(**{name: held[name] for name in Tracks._fields})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    frames = {len(tracks[i]) if tracks[i].ndim == 1 else -1 for i in range(6)}
    sound = all(np.isfinite(array).all() for array in tracks if array.dtype.kind == "f")
    return tracks if len(frames) == 1 and -1 not in frames and sound else None


def _write(path: Path, tracks: Tracks) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        try:
            np.savez(file, **tracks._asdict())
            file.close()
            os.replace(file.name, path)
        except BaseException:
            file.close()
            Path(file.name).unlink(missing_ok=True)
            raise
