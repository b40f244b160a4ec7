"""The plug-in's parameters: those of a session that are numbers, and what a `Synth` is made with."""

from typing import NamedTuple

from ..live.parameters import CONTROLS, KEYS
from ..modulation.matrix import PRESETS
from ..patch.room import MADE, NONE, OWN

MODES = ("poly", "mono", "legato")
ROOMS = (OWN, NONE, *MADE)
MAPS = tuple(PRESETS)
MOST_PATCHES = 1024


class Parameter(NamedTuple):
    """A number that hosts show, automate and keep."""

    symbol: str
    label: str
    group: str
    kind: str
    """What native/plugin/parameters.c does with it; CONTROLLER sends `argument`."""
    argument: int
    low: float
    high: float
    default: float
    names: tuple[str, ...]
    """Of the values 0, 1, … of a choice; none for a number."""
    whole: bool
    unit: str
    meaning: str


def _choice(symbol: str, label: str, kind: str, names: tuple[str, ...], meaning: str) -> Parameter:
    return Parameter(symbol, label, "synth", kind, 0, 0.0, len(names) - 1.0, 0.0, names, True, "", meaning)


def _amount(symbol: str, label: str, meaning: str) -> Parameter:
    return Parameter(symbol, label, "playing", symbol, 0, 0.0, 1.0, 1.0, (), False, "%", meaning)


PARAMETERS = (
    Parameter(
        "patch", "Patch", "synth", "patch", 0, 0.0, MOST_PATCHES - 1.0, 0.0, (), True, "", "the instrument"
    ),
    *(
        Parameter(
            control.name,
            control.label,
            control.group,
            "controller",
            control.controller,
            0.0,
            1.0,
            control.default,
            ("off", "on") if control.group == KEYS else (),
            control.group == KEYS,
            "" if control.group == KEYS else "%",
            control.meaning,
        )
        for control in CONTROLS
    ),
    _amount("performer", "Performer", "how much of the instrument's own way of playing a note, if the patch knows it"),
    _amount("expression", "Line", "how notes of a line lead into each other, and how vibrato goes"),
    _amount("life", "Life", "how much notes move by themselves"),
    _choice("mode", "Mode", "mode", MODES, "many voices, or one for all keys"),
    _choice("room_kind", "Room kind", "room", ROOMS, "which room the control Room adds"),
    _choice("trim", "Level match", "trim", ("off", "on"), "a gain for each patch, by which all are about equally loud"),
    _choice("map", "Controller map", "map", MAPS, "which controllers move what"),
    Parameter(
        "mpe",
        "MPE members",
        "synth",
        "mpe",
        0,
        0.0,
        15.0,
        0.0,
        (),
        True,
        "",
        "member channels of a lower MPE zone; 0: none, unless the controller asks for its own",
    ),
    Parameter("a4", "A4", "synth", "a4", 0, 400.0, 480.0, 440.0, (), False, "Hz", "pitch of the key A4"),
    Parameter(
        "voices",
        "Voices",
        "synth",
        "voices",
        0,
        1.0,
        64.0,
        16.0,
        (),
        True,
        "",
        "notes that sound together; counts when the host activates the plug-in the next time",
    ),
)  # fmt: skip
BY_SYMBOL = {parameter.symbol: parameter for parameter in PARAMETERS}


def parameters_markdown() -> str:
    """Return the parameters as a Markdown table, for the documentation."""
    lines = ["| parameter | from | to | default | does |", "|---|---|---|---|---|"]
    for row in PARAMETERS:
        values = [row.names[int(v)] if row.names else f"{v:g}" for v in (row.low, row.high, row.default)]
        if row.unit == "%":
            values = [f"{100 * v:.0f} %" for v in (row.low, row.high, row.default)]
        lines.append(f"| {row.label} | {' | '.join(values)} | {row.meaning} |")
    return "\n".join(lines) + "\n"
