"""Which controller a parameter is sent by: what the modulation matrix has for its target."""

from collections.abc import Iterable

from ..modulation.matrix_file import ModRoute, controller_of
from ..parameters import CONTROLS, Parameter


def row_of(parameter: Parameter, rows: Iterable[ModRoute]) -> ModRoute | None:
    """Return the row of a map by which a controller moves what this parameter is for; None if there is none."""
    found = [row for row in rows if row.target == parameter.target and controller_of(row.gesture) is not None]
    usual = f"cc{parameter.controller}"
    return next((row for row in found if row.gesture == usual), found[0] if found else None)


def controllers(rows: Iterable[ModRoute]) -> dict[str, int]:
    """Return the controller by which each parameter is sent, by its name; those that the map lacks are not there."""
    rows, numbers = list(rows), {}
    for name, parameter in CONTROLS.items():
        row = row_of(parameter, rows)
        if row is not None:
            numbers[name] = controller_of(row.gesture)
        elif parameter.is_pedal:
            numbers[name] = parameter.controller
    return numbers
