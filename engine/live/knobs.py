"""Learned knobs and the rows of a map: as a file keeps them, and back."""

from collections.abc import Iterable, Mapping, Sequence

from ..modulation.matrix import PRESETS
from ..modulation.matrix_file import ModRoute, controller_of
from ..parameters import CONTROLS
from .controllers import row_of

USUAL = {row for rows in PRESETS.values() for row in rows}


def with_knobs(rows: Iterable[ModRoute], learned: Mapping[int, str]) -> tuple[ModRoute, ...]:
    """Return a map that plays as `rows` do with knobs that were learned.

    learned: the control that each controller moves. A learned controller moves nothing else; each gets the row that
    moves its control. What is no channel's target has no row, and is left out.
    """
    rows = list(rows)
    of_knobs = {number: row_of(CONTROLS[name], rows) for number, name in learned.items()}
    of_knobs = {f"cc{number}": row for number, row in of_knobs.items() if row is not None}
    kept = [row for row in rows if row.gesture not in of_knobs]
    return (*kept, *(row._replace(gesture=gesture) for gesture, row in of_knobs.items()))


def knobs_in(rows: Iterable[ModRoute]) -> dict[int, str]:
    """Return the knobs that `with_knobs` has put into a map: the control that each controller moves."""
    rows, found = list(rows), {}
    for name, parameter in CONTROLS.items():
        own = row_of(parameter, rows)
        for row in rows:
            number = controller_of(row.gesture)
            other = number is not None and row != own and row not in USUAL
            if own is not None and other and row._replace(gesture=own.gesture) == own:
                found[number] = name
    return found


def knobs_over(rows: Iterable[ModRoute], kept: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """Return the knobs to play with by a map that was asked for: its own, and of those `kept` what it says nothing of.

    kept: controllers by the control that they move, as is what comes back.
    """
    rows = list(rows)
    said = {row.gesture for row in rows if row not in USUAL}
    learned = {n: name for name, numbers in kept.items() for n in numbers if f"cc{n}" not in said}
    return by_control(learned | knobs_in(rows))


def by_control(learned: Mapping[int, str]) -> dict[str, list[int]]:
    """Return the controllers of each control that some were learned for."""
    named: dict[str, list[int]] = {}
    for number, name in learned.items():
        named.setdefault(name, []).append(number)
    return named
