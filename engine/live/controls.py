"""The controls of the desk, as a table: the panel, OSC, presets and their documentation are made from it."""

from typing import NamedTuple


class Control(NamedTuple):
    """One thing that a player sets, from 0 to 1."""

    name: str
    label: str
    group: str
    controller: int | None
    """The MIDI controller that it sends; None: it is an attribute that each new note is given."""
    default: float | None
    """None: the instrument's own."""
    low: float
    high: float
    unit: str
    """What 0 and 1 are called: values in between lie on a straight line."""
    meaning: str


ATTRIBUTES, TONE, KEYS = "attributes", "tone", "keys"
CONTROLS = (
    Control("volume", "Volume", ATTRIBUTES, 11, 1.0, 0, 127, "", "how loud, and with that how bright"),
    Control(
        "volume_fluctuation",
        "Fluctuation",
        ATTRIBUTES,
        None,
        None,
        0,
        0.5,
        "",
        "how much a new note swells and fades",
    ),
    Control(
        "volume_peak_position", "Peak", ATTRIBUTES, None, None, 0, 1, "", "where in a new note it is loudest"
    ),
    Control("vibrato", "Vibrato", ATTRIBUTES, 1, 0.0, 0, 127, "", "how far the pitch sways"),
    Control("brightness", "Brightness", ATTRIBUTES, 74, 64 / 127, 0, 127, "", "centroid of the harmonics"),
    Control(
        "attack_noise",
        "Attack noise",
        ATTRIBUTES,
        None,
        None,
        0,
        2.0,
        "",
        "breath or bow as a new note begins",
    ),
    Control("room", "Room", TONE, 91, 0.0, 0, 127, "", "how much of the room"),
    Control("gain", "Output", TONE, 7, 100 / 127, 0, 127, "", "gain after synthesis, timbre unchanged"),
    Control("sustain", "Hold", KEYS, 64, 0.0, 0, 127, "", "pedal: released keys go on sounding"),
)
BY_NAME = {control.name: control for control in CONTROLS}
BY_CONTROLLER = {control.controller: control for control in CONTROLS if control.controller is not None}


def attribute_value(control: Control, value: float) -> float:
    """What a control at `value`, 0 to 1, gives a note, in MIDI-DDSP's units."""
    return control.low + value * (control.high - control.low)
