"""The note level as a table that a person can read and edit: a CSV file, one note a row, empty where not set."""

import csv
import math
import os
from pathlib import Path

import numpy as np

from ..errors import DdspLiveError
from ..folders import as_path
from .units import ATTRIBUTES, NAMES

ROW = np.dtype(
    [
        ("onset_seconds", float),
        ("duration_seconds", float),
        ("pitch", float),  # MIDI note
        ("velocity", int),  # 1 to 127
        ("channel", int),  # 0 to 15; 1 to 16 in the file
        *((name, float) for name in NAMES),  # NaN where not set
        ("line", int),  # of the file that the row was read from, 0 where it was not
    ]
)
COLUMNS = tuple(name for name in ROW.names if name != "line")
LIMITS = {
    "onset_seconds": (0.0, 6 * 3600.0),
    "duration_seconds": (0.0, 6 * 3600.0),
    "pitch": (0.0, 127.0),
    "velocity": (1, 127),
    "channel": (1, 16),
    **{attribute.name: (attribute.low, attribute.high) for attribute in ATTRIBUTES},
}
"""Of each column in the file; a duration must be above 0."""
WHOLE = ("velocity", "channel")
LARGEST_FILE = 64 << 20


class TableError(DdspLiveError):
    """A performance table that can't be used; one sentence names the file, the line and what to change."""


def blank_rows(notes: int) -> np.ndarray:
    """[notes] of type `ROW`, velocity 64, channel 0, no attribute set."""
    rows = np.zeros(notes, ROW)
    rows["velocity"] = 64
    for name in NAMES:
        rows[name] = np.nan
    return rows


def read_table(path: str | Path) -> np.ndarray:
    """A performance table from a CSV file: [notes] of type `ROW`, sorted by onset. Raises TableError."""
    path = as_path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise TableError(f"{path.name} is larger than {LARGEST_FILE >> 20} MB: split it.")
        # Spreadsheets put a byte order mark before the first name.
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _parse(csv.reader(file, strict=True), path.name)
    except OSError as error:
        raise TableError(f"{path.name} can't be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{path.name} is not a text file: save the table as CSV in UTF-8.") from error


def write_table(path: str | Path, rows: np.ndarray) -> None:
    """Write rows of type `ROW` whole or not at all; reading them gives the same numbers. Raises TableError."""
    path = as_path(path)
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows([_written(name, row[name]) for name in COLUMNS] for row in rows)
        os.replace(partial, path)
    except OSError as error:
        raise TableError(f"{path.name} can't be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)


def _parse(lines, name: str) -> np.ndarray:
    try:
        header = next(lines, None)
        if header is None:
            raise TableError(f"{name} is empty: its first line must name the columns {', '.join(COLUMNS)}.")
        _check_header(header, name)
        records = []
        for cells in lines:
            if cells:
                records.append(_record(header, cells, f"{name}, line {lines.line_num}"))
                records[-1]["line"] = lines.line_num
    except csv.Error as error:
        raise TableError(f"{name}, line {lines.line_num}: this is not CSV ({error}).") from error
    rows = blank_rows(len(records))
    for row, record in zip(rows, records, strict=True):
        for column, value in record.items():
            row[column] = value
    return rows[np.argsort(rows["onset_seconds"], kind="stable")]


def _check_header(header: list[str], name: str) -> None:
    if missing := [column for column in COLUMNS if column not in header]:
        raise TableError(
            f"{name}, line 1: the column {missing[0]!r} is missing; {', '.join(COLUMNS)} are needed."
        )
    for i, column in enumerate(header):
        if column not in COLUMNS:
            raise TableError(f"{name}, line 1: the column {column!r} is unknown; remove it.")
        if column in header[:i]:
            raise TableError(f"{name}, line 1: the column {column!r} stands there twice; remove one.")


def _record(header: list[str], cells: list[str], where: str) -> dict[str, float]:
    if len(cells) != len(header):
        raise TableError(f"{where}: there are {len(cells)} values for {len(header)} columns.")
    record = {}
    for column, cell in zip(header, cells, strict=True):
        if not (text := cell.strip()):
            if column not in NAMES:
                raise TableError(f"{where}: {column} is empty, but only attributes may be.")
            continue
        value = _number(text)
        low, high = LIMITS[column]
        if value is None:
            raise TableError(f"{where}: {column} is {_shown(text)}, which is not a number.")
        if column in WHOLE and value != int(value):
            raise TableError(f"{where}: {column} is {_shown(text)}, but must be whole.")
        if column == "duration_seconds" and value <= 0:
            raise TableError(f"{where}: {column} is {_shown(text)}, but a note must last longer than 0 s.")
        if not low <= value <= high:
            raise TableError(f"{where}: {column} is {_shown(text)}, which is not within {low:g} to {high:g}.")
        record[column] = value - 1 if column == "channel" else value
    return record


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _written(column: str, value) -> str:
    if column in WHOLE:
        return str(int(value) + (column == "channel"))
    return "" if np.isnan(value) else repr(float(value))
