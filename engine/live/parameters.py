"""The controls of the session, as a table: the panel, OSC, presets and their documentation are made from it."""

from collections.abc import Iterable
from typing import NamedTuple

from ..modulation.matrix_file import ModRoute, controller_of


class Control(NamedTuple):
    """One thing that a player sets, from 0 to 1: the way of the controller that it sends."""

    name: str
    label: str
    group: str
    target: str | None
    """What it moves, of `gestures.TARGETS`; None: a pedal, which no map has."""
    controller: int
    """The usual one: where the map of gestures has it not, another that moves the target is sent."""
    default: float
    meaning: str


ATTRIBUTES, TONE, KEYS = "attributes", "tone", "keys"
MIDDLE = 64 / 127
CONTROLS = (
    Control("volume", "Volume", ATTRIBUTES, "level", 11, 1.0, "how loud, and with that how bright"),
    Control(
        "fluctuation",
        "Fluctuation",
        ATTRIBUTES,
        "volume_fluctuation",
        20,
        0.0,
        "how much a note swells and fades",
    ),
    Control("peak", "Peak", ATTRIBUTES, "volume_peak_position", 21, MIDDLE, "where in a note it is loudest"),
    Control("vibrato", "Vibrato", ATTRIBUTES, "vibrato", 1, 0.0, "how far the pitch sways"),
    Control("brightness", "Brightness", ATTRIBUTES, "brightness", 74, MIDDLE, "centroid of the harmonics"),
    Control(
        "attack", "Attack noise", ATTRIBUTES, "attack_noise", 22, MIDDLE, "breath or bow as a note begins"
    ),
    Control("balance", "Noise", TONE, "balance", 71, MIDDLE, "noise against harmonics, all through a note"),
    Control("room", "Room", TONE, "room", 91, 0.0, "how much of the room"),
    Control("gain", "Output", TONE, "gain", 7, 100 / 127, "gain after synthesis, timbre unchanged"),
    Control("sustain", "Hold", KEYS, None, 64, 0.0, "pedal: released keys go on sounding"),
)
BY_NAME = {control.name: control for control in CONTROLS}


def row_of(control: Control, rows: Iterable[ModRoute]) -> ModRoute | None:
    """The row of a map by which a controller moves what this control is for; None where there is none."""
    found = [row for row in rows if row.target == control.target and controller_of(row.gesture) is not None]
    usual = f"cc{control.controller}"
    return next((row for row in found if row.gesture == usual), found[0] if found else None)


def controllers(rows: Iterable[ModRoute]) -> dict[str, int]:
    """The controller that each control sends by a map, by its name; a control that the map lacks is not there."""
    rows, numbers = list(rows), {}
    for control in CONTROLS:
        row = row_of(control, rows)
        if row is not None:
            numbers[control.name] = controller_of(row.gesture)
        elif control.target is None:
            numbers[control.name] = control.controller
    return numbers
