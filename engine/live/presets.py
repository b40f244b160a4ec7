"""Presets: what a player set, by name, each one readable file; and the last state, which comes back by itself."""

import json
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from ..errors import DdspLiveError
from ..folders import config_folder
from ..modulation.matrix import PRESETS
from ..modulation.matrix_file import DEFAULT, LAST_CONTROLLER, map_of_rows
from ..parameters import CONTROLS
from ..patch import Patch, list_patches
from ..patch.room import OWN
from ..ranges import is_number, is_whole
from ..tuning.mts import CHANNELS, KEYS, OCTAVE, Tuning

FORMAT = 1
SUFFIX = ".json"
LAST = "last"
MOST_BYTES = 200_000
LONGEST_NAME = 60
HIGHEST_PITCH, MOST_CENTS = 2000.0, 10_000.0  # of a key's tuning and of an octave's
PANEL = {"octave": (0, 8), "velocity": (1, 127)}


class PresetError(DdspLiveError):
    """A preset that is not there or cannot be used; one sentence says why."""


@dataclass
class Preset:
    """What a player set. Controls have values in their own units."""

    patch: str  # a factory patch's name, or a path
    controls: dict[str, float] = field(default_factory=dict)
    map: str | list[dict] = DEFAULT  # of gestures: a preset's name, or rows
    knobs: dict[str, list[int]] = field(default_factory=dict)  # controllers that were learned for a control
    room: str = OWN
    tuning: Tuning | None = None  # None: equal temperament
    panel: dict[str, int] = field(default_factory=dict)


def preset_names() -> list[str]:
    """The names of all presets, in alphabetical order."""
    return sorted((path.stem for path in _folder().glob(f"*{SUFFIX}")), key=str.casefold)


def save_preset(name: str, preset: Preset) -> Path:
    """Keep a preset under a name, whole or not at all, in place of one that has it. Raises PresetError."""
    return _write(_path(name), preset)


def load_preset(name: str) -> Preset:
    """The preset of that name. Raises PresetError."""
    path = _path(name)
    if not path.is_file():
        known = ", ".join(preset_names()) or "none yet: save one in the panel"
        raise PresetError(f"There is no preset {name!r}: there is {known}.")
    try:
        return _read(path)
    except ValueError as error:
        raise PresetError(f"The preset {name!r} cannot be used: {error}") from error


def delete_preset(name: str) -> None:
    """Forget a preset; nothing where it is not there. Raises PresetError for what is no name."""
    _path(name).unlink(missing_ok=True)


def save_last(preset: Preset) -> None:
    """Keep what is set now for the next start."""
    _write(config_folder() / f"{LAST}{SUFFIX}", preset)


def load_last() -> tuple[Preset | None, str]:
    """Return what was set when it last played, and a sentence if that was damaged: it is then set aside."""
    path = config_folder() / f"{LAST}{SUFFIX}"
    try:
        return (_read(path), "") if path.is_file() else (None, "")
    except (ValueError, OSError) as error:
        return None, f"What was set last cannot be read{_set_aside(path)}: {error}"


def _set_aside(path: Path) -> str:
    """Move a damaged file out of the way, and say where it is now; nothing if it cannot be moved."""
    aside = path.with_name(f"{path.stem}-damaged{path.suffix}")
    try:
        os.replace(path, aside)
    except OSError:
        return ""
    return f" and was put aside as {aside}"


def patch_reference(patch: Patch) -> str:
    """How a preset names a patch: a factory one or one of the user's own by name, any other by its path."""
    known = {entry.path: entry.name for entry in list_patches()}
    return known.get(Path(patch.path)) or str(Path(patch.path).absolute())


def _folder() -> Path:
    return config_folder() / "presets"


def _path(name: str) -> Path:
    name = name.strip()
    bad = not name or len(name) > LONGEST_NAME or name.startswith(".") or not name.isprintable()
    if bad or set(name) & set('/\\:*?"<>|'):
        raise PresetError(
            f"A preset's name has 1 to {LONGEST_NAME} characters, none of / \\ : * ? \" < > |, and begins with no dot."
        )
    return _folder() / f"{name}{SUFFIX}"


def _write(path: Path, preset: Preset) -> Path:
    text = json.dumps({"format": FORMAT, **asdict(preset), "tuning": _tuning_json(preset.tuning)}, indent=2)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, new = tempfile.mkstemp(dir=path.parent, prefix=".new-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise
    return path


def _read(path: Path) -> Preset:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("it is too large.")
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON, or was cut off.") from error
    _need(isinstance(kept, dict) and kept.get("format") == FORMAT, f"its format is not {FORMAT}")
    patch, room = kept.get("patch"), kept.get("room", OWN)
    _need(isinstance(patch, str) and patch, "it names no patch")
    _need(isinstance(room, str) and room, "its room is no name")
    return Preset(
        patch=patch,
        controls=_controls(kept.get("controls", {})),
        map=_map(kept.get("map", DEFAULT)),
        knobs=_knobs(kept.get("knobs", {})),
        room=room,
        tuning=_tuning(kept.get("tuning")),
        panel=_panel(kept.get("panel", {})),
    )


def _need(fulfilled: object, otherwise: str) -> None:
    if not fulfilled:
        raise ValueError(f"{otherwise}.")


def _controls(kept: object) -> dict[str, float]:
    _need(isinstance(kept, Mapping), "its controls are no table")
    known = {
        name: value for name, value in kept.items() if name in CONTROLS
    }  # a later version's are left out
    for name, value in known.items():
        row = CONTROLS[name]
        _need(
            is_number(value, row.low, row.high),
            f"its {name} is not a number from {row.low:g} to {row.high:g}",
        )
    return known


def _map(kept: object) -> str | list[dict]:
    if isinstance(kept, str):
        _need(kept in PRESETS, f"there is no map {kept[:40]!r}")
        return kept
    rows = isinstance(kept, list) and all(isinstance(row, dict) for row in kept)
    _need(rows, "its map is not made of rows of gestures")
    return [row._asdict() for row in map_of_rows(kept, "its map")]


def _knobs(kept: object) -> dict[str, list[int]]:
    _need(isinstance(kept, Mapping), "its knobs are no table")
    for name, numbers in kept.items():
        fits = isinstance(numbers, list) and all(is_whole(n, 0, LAST_CONTROLLER) for n in numbers)
        _need(fits, f"its knobs have controllers for {name[:40]!r} that are not from 0 to 119")
    return {name: list(numbers) for name, numbers in kept.items() if name in CONTROLS}


def _panel(kept: object) -> dict[str, int]:
    _need(isinstance(kept, Mapping), "its panel is no table")
    for name, (low, high) in PANEL.items():
        _need(is_whole(kept.get(name, low), low, high), f"its {name} is not from {low} to {high}")
    return {name: kept[name] for name in PANEL if name in kept}


def _tuning_json(tuning: Tuning | None) -> dict | None:
    if tuning is None or np.array_equal(tuning.pitches(), Tuning().pitches(), equal_nan=True):
        return None
    keys = [None if math.isnan(pitch) or pitch < 0 else round(float(pitch), 6) for pitch in tuning.keys]
    return {"name": tuning.name[:LONGEST_NAME], "keys": keys, "octave_cents": tuning.octave_cents.tolist()}


def _tuning(kept: object) -> Tuning | None:
    if kept is None:
        return None
    said = "its tuning is not the pitches of 128 keys and the cents of 12 notes on 16 channels"
    _need(isinstance(kept, Mapping), said)
    keys, cents = kept.get("keys"), kept.get("octave_cents")
    _need(_are_numbers(keys, KEYS, 0, HIGHEST_PITCH, may_lack=True), said)
    _need(isinstance(cents, list) and len(cents) == CHANNELS, said)
    _need(all(_are_numbers(row, OCTAVE, -MOST_CENTS, MOST_CENTS) for row in cents), said)
    name = kept.get("name", "")
    _need(
        isinstance(name, str) and len(name) <= LONGEST_NAME and (name.isprintable()),
        "its tuning's name is no name",
    )
    return Tuning(np.array(keys, float), np.array(cents, float), name)


def _are_numbers(row: object, count: int, low: float, high: float, may_lack: bool = False) -> bool:
    fits = isinstance(row, list) and len(row) == count
    return fits and all((each is None and may_lack) or is_number(each, low, high) for each in row)
