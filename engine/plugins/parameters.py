"""The plug-in's parameters: those of the common table that a host can set, and some of its own."""

from ..modulation.matrix import PRESETS
from ..parameters import BY_NAME, CHANNEL, LINEAR, STEPS, SWITCH, SYNTH, Parameter
from ..patch.room import MADE, NONE, OWN

MOST_PATCHES = 1024
ROOMS = (OWN, NONE, *MADE)
MAPS = tuple(PRESETS)
SHARED = ("life", "expression", "performer", "voices", "mode", "mpe")
"""Parameters of the common table beside the channels'; the plug-in lacks the others, as docs/howto/daw.md says."""
OFF_ON = ("off", "on")
EFFECTS = "effects"
"""The group of what adds to the rack, of which the plug-in has all units at their defaults, off."""


def _choice(
    id: int, name: str, label: str, choices: tuple[str, ...], default: float, meaning: str
) -> Parameter:
    most = len(choices) - 1
    return Parameter(
        id, name, label, "engine", SYNTH, meaning, 0, most, default, curve=STEPS, choices=choices
    )


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(60, "patch", "Patch", "engine", SYNTH, "instrument", 0, MOST_PATCHES - 1, 0, "", STEPS),
    *(row for row in BY_NAME.values() if row.scope == CHANNEL and row.group != EFFECTS),
    *(BY_NAME[name] for name in SHARED),
    _choice(61, "room_kind", "Room kind", ROOMS, 0, "room that the parameter Room adds"),
    _choice(62, "trim", "Level match", OFF_ON, 1, "gain of each patch by which all are about equally loud"),
    _choice(63, "map", "Controller map", MAPS, 0, "choice of what controllers move"),
    Parameter(64, "a4", "A4", "engine", SYNTH, "pitch of the key A4", 400.0, 480.0, 440.0, "Hz", LINEAR),
    *(row for row in BY_NAME.values() if row.scope == CHANNEL and row.group == EFFECTS),
)
"""In the order in which hosts show them; an LV2's ports have this order, so new ones come last."""


def names_of_values(row: Parameter) -> tuple[str, ...]:
    """Return what the values of a parameter are called, none for a number."""
    return OFF_ON if row.curve == SWITCH else row.choices


def kind_of(row: Parameter) -> str:
    """Return what native/plugin/core_parameters.c does with a parameter."""
    return "controller" if row.scope == CHANNEL else row.name


def plugin_markdown() -> str:
    """Return the parameters as a Markdown table, for the documentation."""
    lines = ["| parameter | symbol | range | default | is |", "|---|---|---|---|---|"]
    for row in PARAMETERS:
        span = "your patches" if row.name == "patch" else row.range
        default = "the first" if row.name == "patch" else row.written(row.default)
        lines.append(f"| {row.label} | `{row.name}` | {span} | {default} | {row.meaning} |")
    return "\n".join(lines) + "\n"
