"""Patches by name: those of the factory and the user's own, in a folder of theirs."""

import difflib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any

from ..folders import data_folder
from .container import PatchError, read_json, read_members
from .file import read_patch
from .model import Patch
from .schema import check_info

SUFFIX = ".ddsp"


@dataclass(frozen=True)
class PatchEntry:
    """A patch in a list, by the name that it is known by; only its patch.json was read."""

    name: str
    title: str
    path: Path
    info: Mapping[str, Any] = field(repr=False)


def load_patch(name_or_path: str | Path) -> Patch:
    """A factory patch or one of the user's own by its name, or any patch by its path.

    Raises PatchError, in one sentence, if there is no such patch or it can't be used, and TypeError for what is
    neither.
    """
    if not isinstance(name_or_path, str | PathLike):
        raise TypeError(f"A patch is a name, a path or a Patch, and not {name_or_path!r}.")
    return read_patch(_find(name_or_path))


def loaded(patch: "Patch | str | Path") -> Patch:
    """The patch itself where it is one, else as `load_patch` finds it."""
    return patch if isinstance(patch, Patch) else load_patch(patch)


def list_patches() -> list[PatchEntry]:
    """The factory patches by name, then those of `own_folder` that can be used.

    Raises PatchError for a factory patch that can't be read.
    """
    own, _ = own_patches()
    return [_entry(path, None) for path in _factory().values()] + own


def own_patches() -> tuple[list[PatchEntry], list[str]]:
    """The user's own patches by their files' names, and a sentence about each file that can't be used."""
    entries, problems, factory = [], [], _factory()
    for name, path in _own().items():
        if name in factory:
            problems.append(f"{path}: a factory patch is named {name}, too; rename the file.")
            continue
        try:
            entries.append(_entry(path, name))
        except (PatchError, OSError) as error:
            problems.append(str(error))
    return entries, problems


def own_folder() -> Path:
    """Where the user's own patches lie, so that they are known by name."""
    return data_folder() / "patches"


def add_patch(path: str | Path) -> PatchEntry:
    """Copy a patch into `own_folder`, whole or not at all, once it is sure that it can be used.

    Raises PatchError where it can't, or where its name is taken.
    """
    path = Path(path)
    name = _plain(path.stem)
    patch = load_patch(path)
    known = _factory() | _own()
    if name in known and not (
        known[name].parent == own_folder() and known[name].read_bytes() == path.read_bytes()
    ):
        raise PatchError(f"There is a patch named {name} already, {known[name]}: give the file another name.")
    target = own_folder() / f"{name}{SUFFIX}"
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    try:
        shutil.copyfile(path, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return PatchEntry(name, patch.title, target, patch.info)


def _entry(path: Path, name: str | None) -> PatchEntry:
    """Of one file, of which only its patch.json is read; name: what it is called, by default as that says."""
    found = path.stat()
    try:
        info = _info(path, found.st_mtime_ns, found.st_size)
    except PatchError as error:
        raise PatchError(f"{path.name} cannot be used: {error}") from error
    return PatchEntry(name or info["name"], info["title"], path, info)


@lru_cache(maxsize=256)
def _info(path: Path, changed: int, size: int) -> Mapping[str, Any]:
    """A file's patch.json, checked; read again only when the file has changed, as each Synth lists all patches."""
    info = read_json(read_members(path, ["patch.json"])["patch.json"], "patch.json")
    check_info(info)
    return info


def _find(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and path.name == name_or_path and path.suffix != SUFFIX:
        known = _own() | _factory()
        plain = _plain(name_or_path)
        if plain in known and (name_or_path == plain or not _is_file(path)):
            return known[plain]
        if not _is_file(path):
            near = difflib.get_close_matches(plain, known, cutoff=0.4) or sorted(known)[:5]
            hint = f"the nearest are {', '.join(near)}" if near else "give the path of a .ddsp file"
            raise PatchError(f"There is no patch named {name_or_path!r}; {hint}.")
    if not _is_file(path):
        raise PatchError(f"There is no patch file {str(path)!r}; check the path.")
    return path


def _is_file(path: Path) -> bool:
    """Whether a file is there; a text that no path can be, such as one far too long, names none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _factory() -> dict[str, Path]:
    """The factory patches' paths by name."""
    folder = resources.files("ddsp_live.patches")
    paths = sorted(Path(str(item)) for item in folder.iterdir() if item.name.endswith(SUFFIX))
    return {path.stem: path for path in paths}


def _own() -> dict[str, Path]:
    """The paths of the user's own patches by name."""
    paths = sorted(path for path in own_folder().glob(f"*{SUFFIX}") if not path.name.startswith("."))
    return {_plain(path.stem): path for path in paths}


def _plain(name: str) -> str:
    """A name as it is looked up: without regard to case, blanks or underscores."""
    return name.strip().lower().replace(" ", "-").replace("_", "-")
