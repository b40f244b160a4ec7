"""Bench runs kept over versions, and what a run costs beside the last one that was kept.

The file is a JSON list of rows in the order in which they were kept. A row has `version`, `date`, `machine`, `note`,
`patch`, `sample_rate`, `block` and `figures`: RTF of stages and of the whole synth, µs of decoders, MB of memory.
"""

import datetime
import json
import os
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from ddsp_live.errors import DdspLiveError

SHIPPED = Path(__file__).with_name("history.json")
SAME = ("patch", "sample_rate", "block")
"""What two runs must have alike, or their costs are of different things."""
TEXTS, TABLES, NUMBERS = (
    ("version", "date", "note"),
    ("machine", "patch", "figures"),
    ("sample_rate", "block"),
)
DIGITS = 4


def row_of(report: dict, note: str = "") -> dict:
    """Make the row of today's run from the report that `bench.measure` gives. note: what to know of the machine."""
    return {
        "version": version("ddsp-live"),
        "date": datetime.date.today().isoformat(),
        "note": note,
        "machine": {**_rounded(report["machine"]), "cores": os.cpu_count()},
        **{name: report[name] for name in SAME},
        "figures": _rounded(dict(_figures(report))),
    }


def read(path: Path) -> list[dict]:
    """Read a file's rows, the oldest first; a file that is not there has none.

    Raises DdspLiveError if it cannot be read or is no such file.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise DdspLiveError(
            f"{path} cannot be read as a file of bench runs ({error}): choose another."
        ) from None
    if not isinstance(rows, list):
        raise DdspLiveError(f"{path} is not a list of bench runs: choose a file that `bench --save` wrote.")
    for number, row in enumerate(rows, 1):
        if not _is_row(row):
            raise DdspLiveError(
                f"Run {number} of {path} lacks a field or has a wrong one: remove it from the file."
            )
    return rows


def append(path: Path, row: dict) -> None:
    """Write the file with one more row, whole or not at all. Raises DdspLiveError if that fails."""
    text = json.dumps([*read(path), row], indent=1, ensure_ascii=False) + "\n"
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise DdspLiveError(
            f"{path} cannot be written ({error.strerror}): choose another file with --history."
        ) from None


def last_like(rows: list[dict], row: dict) -> dict | None:
    """Find the newest row of the same patch, sample rate and block, or None."""
    return next((old for old in reversed(rows) if all(old[name] == row[name] for name in SAME)), None)


def compare(row: dict, old: dict) -> list[dict]:
    """Set each figure that both rows have beside the old one: `name`, `old`, `now` and `times` (now / old)."""
    return [
        {"name": name, "old": old["figures"][name], "now": now, "times": now / old["figures"][name]}
        for name, now in row["figures"].items()
        if old["figures"].get(name)
    ]


def _figures(report: dict) -> Iterable[tuple[str, float]]:
    yield from report["stages"].items()
    for row in report["decoder"]:
        for name in ("native_us", "int8_us", "onnx_us"):
            yield f"decoder_{row['voices']}_{name}", row[name]
    for row in report["synth"]:
        yield f"synth_{row['voices']}", row["rtf"]
    yield "resident_mb", report["resident_mb"]


def _rounded(values: dict) -> dict:
    return {
        name: float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
        for name, value in values.items()
    }


def _is_row(row: object) -> bool:
    if not isinstance(row, dict):
        return False
    kinds = {str: TEXTS, dict: TABLES, int: NUMBERS}
    if not all(isinstance(row.get(name), kind) for kind, names in kinds.items() for name in names):
        return False
    if not isinstance(row["machine"].get("processor"), str):
        return False
    return all(isinstance(value, int | float) and value >= 0 for value in row["figures"].values())
