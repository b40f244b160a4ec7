"""The table of parameters: the panel, OSC, presets, options, checks and the documentation are made from it."""

from collections.abc import Iterable

from .effects import EFFECTS, UNITS
from .playing import CHANNELS, INTERPRETATION, MACROS
from .row import CHANNEL, LINEAR, LOG, RACK, START, STEPS, SWITCH, SYNTH, Parameter
from .start import STARTING

__all__ = [
    "BY_NAME",
    "CHANNEL",
    "CONTROLS",
    "GROUPS",
    "LINEAR",
    "LOG",
    "PARAMETERS",
    "RACK",
    "START",
    "STEPS",
    "SWITCH",
    "SYNTH",
    "Parameter",
    "attribute_lines",
    "default",
    "default_choice",
    "names_of",
    "parameters_markdown",
]

PARAMETERS: tuple[Parameter, ...] = (*CHANNELS, *INTERPRETATION, *MACROS, *EFFECTS, *STARTING)
"""All rows. A new one goes into one of the tuples above, with an `id` that none has had."""
GROUPS = {
    "attributes": "How notes are played",
    "tone": "Tone and room",
    "interpretation": "Interpretation",
    "effects": "Effects",
    **{unit: unit.capitalize() for unit in UNITS},
    "keys": "Pedals",
    "engine": "Engine",
}
"""The groups in the panel's order, and their titles."""
BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}
CONTROLS = {name: parameter for name, parameter in BY_NAME.items() if parameter.scope != START}
"""Those that move while it plays: on the panel, in OSC and in presets."""


def names_of(scope: str) -> tuple[str, ...]:
    """Return the names of a scope's parameters."""
    return tuple(name for name, parameter in BY_NAME.items() if parameter.scope == scope)


def default(name: str) -> float:
    """Return the default of a parameter."""
    return BY_NAME[name].default


def default_choice(name: str) -> str:
    """Return what the default of a parameter with choices is called."""
    row = BY_NAME[name]
    return row.written(row.default)


def attribute_lines(names: Iterable[str]) -> list[str]:
    """Return the lines of a docstring that describe these parameters as attributes."""
    lines = []
    for row in map(BY_NAME.__getitem__, names):
        kind = "str" if row.choices else "int" if row.is_whole else "float"
        lines += [f"{row.name} : {kind}", f"    {row.phrase[:1].upper()}{row.phrase[1:]}."]
    return lines


def parameters_markdown() -> str:
    """Return the table as Markdown, for the documentation."""
    lines = []
    for group, title in GROUPS.items():
        rows = [parameter for parameter in PARAMETERS if parameter.group == group]
        lines += [f"## {title}", "", "| name | label | id | range | default | scope | is |", "|" + "---|" * 7]
        lines += map(_markdown, rows)
        lines += [""]
    return "\n".join(lines)


def _markdown(row: Parameter) -> str:
    scope = f"{row.scope}, CC {row.controller}" if row.scope == CHANNEL else row.scope
    cells = (f"`{row.name}`", row.label, row.id, row.range, row.written(row.default), scope, row.meaning)
    return f"| {' | '.join(map(str, cells))} |"
