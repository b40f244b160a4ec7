"""Maps of gestures: read from a file that a player can edit, checked whole, and made ready for the kernel."""

import difflib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from ..errors import DdspLiveError
from ..folders import as_path
from ..native._kernel import ffi, lib
from ..ranges import is_whole
from .matrix import CODES, CURVES, DEFAULT, INPUTS, PRESETS, SHARED, TARGETS, VELOCITY, ModRoute

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "DEFAULT",
    "MapError",
    "ModRoute",
    "compile_map",
    "find_map",
    "map_of_rows",
    "read_map",
    "replaced",
    "write_map",
]

RESERVED = {
    0: "bank select",
    5: "portamento time",
    6: "data entry",
    32: "bank select",
    37: "portamento time",
    38: "data entry",
    64: "the sustain pedal",
    65: "portamento",
    66: "the sostenuto pedal",
    68: "legato",
    84: "portamento",
    **dict.fromkeys(range(96, 102), "registered parameters"),
}
"""Controllers that mean something else, whatever the map."""
LAST_CONTROLLER = 119  # those above are modes
SLOWEST_MS = 10_000.0
LARGEST_FILE = 1 << 20
LARGEST_WHOLE = 1 << 62
BY_RANGE = ("bend", "pitch")


class MapError(DdspLiveError):
    """A map of gestures that can't be used; one sentence names the row and what to change."""


def find_map(wanted) -> tuple[ModRoute, ...]:
    """The rows of a preset by its name, of a file by its path, or as they are given. Raises MapError."""
    if isinstance(wanted, str) and wanted in PRESETS:
        return PRESETS[wanted]
    if isinstance(wanted, str) and not Path(wanted).suffix and not Path(wanted).exists():
        raise MapError(
            f"There is no map {wanted!r}: choose one of {', '.join(PRESETS)}, or name a file that ends in .toml."
        )
    if isinstance(wanted, str) or hasattr(wanted, "__fspath__"):
        return read_map(wanted)
    return _checked([(f"row {i} ({row.gesture})", row) for i, row in enumerate(wanted, 1)])


def read_map(path: str | Path) -> tuple[ModRoute, ...]:
    """A map from a TOML file.

    ``base`` names a preset that it begins with, none by default; each ``[[row]]`` has the fields of `ModRoute` and
    takes the place of the base's row with the same gesture and target. Raises MapError.
    """
    path = as_path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise MapError(f"{path.name} is larger than a map of gestures can be.")
        text = path.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except OSError as error:
        raise MapError(f"{path.name} can't be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise MapError(f"{path.name} is not a text file: save it as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MapError(f"{path.name} is not TOML: {str(error) or 'it is nested too deeply'}.") from error
    except MapError:
        raise
    except ValueError as error:  # Python turns no more than 4300 digits into a number
        raise MapError(f"{path.name} holds a number of too many digits.") from error
    return _parse(table, path.name)


def map_of_rows(rows: object, name: str) -> tuple[ModRoute, ...]:
    """Return the map that is kept as a list of tables, each with the fields of `ModRoute`; name: its, for errors.

    Raises MapError.
    """
    return _parse({"row": rows}, name)


def write_map(path: str | Path, rows: Iterable[ModRoute]) -> None:
    """Write a map whole or not at all; reading it gives the same rows. Raises MapError."""
    path = Path(path)
    partial = path.with_name(f".{path.name}.part")
    text = "# What gestures move, for ddsp-live: `ddsp-live play --map FILE`; docs/midi.md explains the fields.\n"
    try:
        partial.write_text(text + "".join(map(_written, rows)), encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise MapError(f"{path.name} can't be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)


def replaced(rows: Iterable[ModRoute], row: ModRoute) -> tuple[ModRoute, ...]:
    """The map with this row, in the place of the one with its gesture and target where there is one."""
    rows, key = list(rows), (row.gesture, row.target)
    for i, old in enumerate(rows):
        if (old.gesture, old.target) == key:
            rows[i] = row
            return tuple(rows)
    return (*rows, row)


def controller_of(gesture: str) -> int | None:
    """The number of a gesture that is a controller, None for others."""
    number = gesture[2:]
    digits = gesture.startswith("cc") and number.isascii() and number.isdigit() and len(number) <= 3
    return int(number) if digits else None


def room_controllers(rows: Iterable[ModRoute]) -> list[int]:
    """The controllers that move the room."""
    numbers = [controller_of(row.gesture) for row in rows if row.target == "room"]
    return [number for number in numbers if number is not None]


def compile_map(rows: Iterable[ModRoute]):
    """The kernel's `ModMatrix *` of rows that have been checked."""
    rows = list(rows)
    compiled = ffi.new("ModMatrix *")
    compiled.count = len(rows)
    for c, row in zip(compiled.rows, rows, strict=False):
        controller = controller_of(row.gesture)
        c.gesture = CODES[row.gesture] if controller is None else controller
        c.target, c.curve = TARGETS[row.target].code, CURVES[row.curve].code
        c.onset, c.rest = row.onset, row.default
        c.low, c.high = (0.0, 0.0) if row.low is None else (row.low, row.high)
        c.smoothing_seconds = row.smoothing_ms / 1000
    return compiled


def _parse(table: dict, name: str) -> tuple[ModRoute, ...]:
    if unknown := set(table) - {"base", "row"}:
        raise MapError(f"{name}: {sorted(unknown)[0]!r} is unknown; a map has base and [[row]].")
    base, found = table.get("base"), table.get("row", [])
    if base is not None and (not isinstance(base, str) or base not in PRESETS):
        raise MapError(f"{name}: there is no base {base!r}; choose one of {', '.join(PRESETS)}.")
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise MapError(f"{name}: write each row under a line of its own that says [[row]].")
    own = [(f"{name}, row {i}", entry) for i, entry in enumerate(found, 1)]
    own = [(_where(where, entry), _row(_where(where, entry), entry)) for where, entry in own]
    replaced_keys = {(row.gesture, row.target) for _, row in own}
    kept = [row for row in PRESETS.get(base, ()) if (row.gesture, row.target) not in replaced_keys]
    return _checked([*((f"{name}, base", row) for row in kept), *own])


def _where(where: str, entry: dict) -> str:
    gesture = entry.get("gesture")
    return f"{where} ({gesture[:20]})" if isinstance(gesture, str) else where


def _row(where: str, entry: dict) -> ModRoute:
    """A row as the file has it: every field is known and of the right kind."""
    if unknown := set(entry) - set(ModRoute._fields):
        raise MapError(
            f"{where}: the field {str(sorted(unknown)[0])[:40]!r} is unknown; rows have {', '.join(ModRoute._fields)}."
        )
    row = ModRoute(**dict.fromkeys(("gesture", "target", "low", "high")) | entry)
    _check_kinds(where, row)
    return row


def _checked(rows: list[tuple[str, ModRoute]]) -> tuple[ModRoute, ...]:
    """The rows, where all can be used together."""
    seen = set()
    for where, row in rows:
        _check(where, row)
        if (row.gesture, row.target) in seen:
            raise MapError(f"{where}: {row.gesture} moves {row.target} already; remove one of the rows.")
        seen.add((row.gesture, row.target))
    if len(rows) > lib.MOST_MOD_ROUTES:
        raise MapError(f"A map has {lib.MOST_MOD_ROUTES} rows at the most, but this one has {len(rows)}.")
    return tuple(row for _, row in rows)


def _check_kinds(where: str, row: ModRoute) -> None:
    """Each field is of the right kind, whatever its value."""
    for field in ("gesture", "target"):
        if not isinstance(getattr(row, field), str):
            raise MapError(f"{where}: say its {field} in quotes.")
    for field in ("low", "high", "smoothing_ms", "default"):
        value, may_lack = getattr(row, field), field in ("low", "high")
        number = isinstance(value, float) or is_whole(value, -LARGEST_WHOLE, LARGEST_WHOLE)
        if not number and not (value is None and may_lack):
            raise MapError(f"{where}: {field} must be a number.")
    if not isinstance(row.curve, str) or not isinstance(row.onset, bool):
        raise MapError(f"{where}: curve is a name in quotes, and onset is true or false.")


def _check(where: str, row: ModRoute) -> None:
    _check_kinds(where, row)
    controller = controller_of(row.gesture)
    if controller is None and row.gesture not in CODES:
        raise MapError(
            f"{where}: there is no gesture {row.gesture[:40]!r}; say {', '.join(CODES)} or cc0 to cc119."
        )
    if controller is not None and (controller > LAST_CONTROLLER or row.gesture != f"cc{controller}"):
        raise MapError(
            f"{where}: there is no controller {row.gesture[:40]!r}; say cc0 to cc{LAST_CONTROLLER}."
        )
    if controller in RESERVED:
        raise MapError(f"{where}: controller {controller} is {RESERVED[controller]}; choose another.")
    target = TARGETS.get(row.target)
    if target is None:
        near = difflib.get_close_matches(row.target, TARGETS, 1)
        hint = f"did you mean {near[0]!r}?" if near else "docs/midi.md lists them all."
        raise MapError(f"{where}: there is no target {row.target[:40]!r}: {hint}")
    if row.curve not in CURVES:
        raise MapError(f"{where}: there is no curve {row.curve[:40]!r}; choose one of {', '.join(CURVES)}.")
    _check_range(where, row, target)
    for field, value, most in (("smoothing_ms", row.smoothing_ms, SLOWEST_MS), ("default", row.default, 127)):
        if not 0 <= value <= most:
            raise MapError(f"{where}: {field} is {value}, which is not within 0 to {most:g}.")
    if row.target in SHARED and row.gesture in (VELOCITY, "key_pressure"):
        raise MapError(f"{where}: all notes share the {row.target}, so that no single key can move it.")
    if row.target in SHARED and row.gesture in INPUTS:
        raise MapError(
            f"{where}: only MIDI moves the {row.target}; let {row.gesture} move the balance or the gain."
        )


def _check_range(where: str, row: ModRoute, target) -> None:
    if row.low is None and row.high is None:
        if (row.gesture, row.target) != BY_RANGE:
            raise MapError(f"{where}: say from where to where it moves {row.target}, as low and high.")
        return
    for field, value in (("low", row.low), ("high", row.high)):
        if value is None:
            raise MapError(f"{where}: {field} is missing.")
        if not target.low <= value <= target.high:
            raise MapError(
                f"{where}: {field} is {value}, which is not within {target.low:g} to {target.high:g} {target.unit}."
            )
    if row.low == row.high:
        raise MapError(f"{where}: low and high are both {row.low:g}, so that it moves nothing.")
    if row.curve in ("decibel", "gate") and (target.unit != "dB" or row.low > row.high):
        raise MapError(f"{where}: the curve {row.curve} is for decibels, from a low to a higher value.")


def _written(row: ModRoute) -> str:
    """A row in TOML, without the fields that are as they are anyway."""
    lines = ["\n[[row]]", f'gesture = "{row.gesture}"', f'target = "{row.target}"']
    if row.low is not None:
        lines += [f"low = {float(row.low)!r}", f"high = {float(row.high)!r}"]
    if row.curve != "linear":
        lines.append(f'curve = "{row.curve}"')
    if row.smoothing_ms:
        lines.append(f"smoothing_ms = {float(row.smoothing_ms)!r}")
    if row.default:
        lines.append(f"default = {row.default!r}")
    if row.onset:
        lines.append("onset = true")
    return "\n".join(lines) + "\n"
