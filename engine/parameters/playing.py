"""What a player moves: the attributes of notes, tone, pedals, and how notes are interpreted."""

from .row import CHANNEL, LINEAR, SWITCH, SYNTH, Parameter

MIDDLE = 64 / 127  # of a controller whose middle is 64


def _channel(
    id: int, name: str, label: str, group: str, target: str | None, cc: int, default: float, meaning: str
) -> Parameter:
    curve = SWITCH if target is None else LINEAR
    return Parameter(
        id, name, label, group, CHANNEL, meaning, 0.0, 1.0, default, "", curve, target=target, controller=cc
    )


def _amount(id: int, name: str, label: str, high: float, default: float, meaning: str) -> Parameter:
    return Parameter(id, name, label, "interpretation", SYNTH, meaning, 0.0, high, default)


# One row a parameter.
# fmt: off
CHANNELS = (
    _channel(1, "volume", "Volume", "attributes", "level", 11, 1.0,
            "how loud, and with that how bright"),
    _channel(2, "fluctuation", "Fluctuation", "attributes", "volume_fluctuation", 20, 0.0,
            "how much a note swells and fades"),
    _channel(3, "peak", "Peak", "attributes", "volume_peak_position", 21, MIDDLE,
            "where in a note it is loudest"),
    _channel(4, "vibrato", "Vibrato", "attributes", "vibrato", 1, 0.0, "how far the pitch sways"),
    _channel(5, "brightness", "Brightness", "attributes", "brightness", 74, MIDDLE,
            "centroid of the harmonics"),
    _channel(6, "attack", "Attack noise", "attributes", "attack_noise", 22, MIDDLE,
            "breath or bow as a note begins"),
    _channel(7, "balance", "Noise", "tone", "balance", 71, MIDDLE,
            "noise against harmonics, all through a note"),
    _channel(8, "room", "Room", "tone", "room", 91, 0.0, "how much of the room"),
    _channel(9, "gain", "Output", "tone", "gain", 7, 100 / 127,
            "gain after synthesis, timbre unchanged"),
    _channel(10, "sustain", "Hold", "keys", None, 64, 0.0,
            "pedal: released keys go on sounding"),
    _channel(11, "formant", "Formants", "tone", "formant", 18, MIDDLE,
            "how far resonances move, while the pitch stays: 12 semitones to either side"),
)
INTERPRETATION = (
    _amount(20, "life", "Life", 1.0, 1.0,
            "strength of the small random movements that recorded notes have; attributes that are set stay exact"),
    _amount(21, "expression", "Line", 1.0, 1.0,
            "how notes of a line lead into each other, and how vibrato goes; at 0 each note stands alone"),
    _amount(22, "performer", "Performer", 1.0, 1.0,
            "strength of the patch's learned expression within a note"),
    _amount(23, "prior", "Phrasing", 1.0, 1.0,
            "strength of the patch's learned phrasing, from note to note"),
    _amount(24, "rules", "Rules", 10.0, 0.0,
            "strength of the KTH performance rules; 1 is nominal"),
    _amount(25, "humanize", "Humanize", 10.0, 0.0,
            "strength of random deviations from note to note; none is delayed"),
)
MACROS = (
    _channel(90, "drive", "Drive", "effects", "drive", 92, 0.0,
            "more overdrive than the rack is set to"),
    _channel(91, "squeeze", "Squeeze", "effects", "squeeze", 102, 0.0,
            "more compression than the rack is set to"),
    _channel(92, "low", "Low", "effects", "low", 103, MIDDLE,
            "less or more low sound than the rack is set to"),
    _channel(93, "high", "High", "effects", "high", 104, MIDDLE,
            "less or more high sound than the rack is set to"),
    _channel(94, "chorus", "Chorus", "effects", "chorus", 93, 0.0,
            "more chorus than the rack is set to"),
    _channel(95, "echo", "Echo", "effects", "echo", 94, 0.0,
            "more echo than the rack is set to"),
    _channel(96, "reverb", "Reverb", "effects", "reverb", 95, 0.0,
            "more reverberation than the rack is set to"),
)
# fmt: on
