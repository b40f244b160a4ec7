"""Racks as files that a player can edit: one JSON object for each unit. Files come from strangers."""

import difflib
import json
import os
from importlib import resources
from pathlib import Path

from ..folders import as_path
from ..parameters import BY_NAME
from ..parameters.effects import UNITS
from .rack import NONE, Rack, RackError

FORMAT = 1
LARGEST = 64 << 10
SUFFIX = ".json"
INSERTS = ("drive", "equalizer", "compressor")
"""Units that a patch may bring along."""
LONGEST_TEXT = 200


def list_racks() -> dict[str, Rack]:
    """Return the factory racks by name."""
    folder = resources.files(__package__) / "racks"
    files = sorted((item for item in folder.iterdir() if item.name.endswith(SUFFIX)), key=lambda f: f.name)
    return {item.name[: -len(SUFFIX)]: parse_rack(item.read_bytes()) for item in files}


def find_rack(choice: "str | Path | Rack") -> Rack:
    """Return a factory rack by its name, one from a file by its path, or "none". Raises RackError."""
    if isinstance(choice, Rack):
        return choice
    if choice == NONE.name:
        return NONE
    path = Path(choice)
    if isinstance(choice, str) and path.name == choice and path.suffix != SUFFIX:
        racks, plain = list_racks(), choice.strip().lower().replace(" ", "-").replace("_", "-")
        if plain in racks:
            return racks[plain]
        if not path.is_file():
            near = difflib.get_close_matches(plain, racks, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose none, {', '.join(racks)}, or a file."
            raise RackError(f"There is no rack {choice[:60]!r}: {hint}")
    return read_rack(path)


def read_rack(path: str | Path) -> Rack:
    """Return the rack in a file. Raises RackError, in one sentence, if it is not there or cannot be used."""
    path = as_path(path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise RackError(f"The rack {str(path)!r} cannot be read: {error.strerror or error}.") from error
    try:
        return parse_rack(data)
    except RackError as error:
        raise RackError(f"The rack {path.name} cannot be used: {error}") from error


def write_rack(path: str | Path, rack: Rack) -> None:
    """Write a rack whole or not at all; reading it gives the same one. Raises RackError."""
    path = as_path(path)
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_bytes(written(rack))
        os.replace(partial, path)
    except OSError as error:
        raise RackError(f"The rack {path.name} cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)


def written(rack: Rack) -> bytes:
    """Return a rack as a file has it: the units that are on, each with all its settings."""
    units: dict[str, object] = {"format": FORMAT, "name": rack.name, "about": rack.about}
    for unit in rack.units:
        names = [name for name in rack if name.startswith(f"{unit}_") and name != f"{unit}_on"]
        units[unit] = {name.removeprefix(f"{unit}_"): _plain(name, rack[name]) for name in names}
    return (json.dumps(units, indent=1, allow_nan=False) + "\n").encode()


def parse_rack(data: bytes, units: tuple[str, ...] = UNITS) -> Rack:
    """Return the rack that a file's bytes hold; units: those that it may have. Raises RackError.

    A unit that is there is on, unless it says `"on": false`; a setting that is not there is at its default.
    """
    if len(data) > LARGEST:
        raise RackError(f"it is larger than {LARGEST >> 10} kB.")
    try:
        kept = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise RackError("it is not JSON, or was cut off.") from error
    if not isinstance(kept, dict):
        raise RackError("it is not a JSON object of units.")
    version = kept.pop("format", None)
    if isinstance(version, int) and not isinstance(version, bool) and version > FORMAT:
        raise RackError(f"it was made by a newer ddsp-live (rack format {version}); update to use it.")
    if version != FORMAT or isinstance(version, bool):
        raise RackError(f"it does not say format {FORMAT}.")
    name, about = (_text(kept.pop(key, ""), key) for key in ("name", "about"))
    settings: dict[str, float | str] = {}
    for unit, values in kept.items():
        if unit not in units:
            raise RackError(f"it has a unit {unit[:40]!a}; here there are {', '.join(units)}.")
        if not isinstance(values, dict):
            raise RackError(f"its {unit} is no object of settings.")
        settings |= {f"{unit}_on": True} | {f"{unit}_{key}": value for key, value in values.items()}
    return Rack(name, about, **settings)


def parse_inserts(data: bytes) -> Rack:
    """Return the units that a patch brings along, from its rack.json. Raises RackError."""
    return parse_rack(data, INSERTS)


def _plain(name: str, value: float) -> float | str | bool:
    row = BY_NAME[name]
    if row.choices:
        return row.written(value)
    return bool(value) if row.is_whole else value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key is there twice")
    return values


def _refused(text: str) -> float:
    raise ValueError(text)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not (value.isprintable()):
        raise RackError(f"its {name} is no text of at most {LONGEST_TEXT} letters.")
    return value
