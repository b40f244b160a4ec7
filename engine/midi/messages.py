"""The MIDI that this synth speaks, as tables: the parser, help and documentation are made from them."""

import operator
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of message: its status byte (channel 0), its data in order, and what it does here."""

    status: int
    name: str
    fields: tuple[str, ...]
    meaning: str


class Controller(NamedTuple):
    """A controller that is answered, or a registered parameter (RPN): values are low … high."""

    number: int
    name: str
    low: int
    high: int
    default: int | None
    """None: nothing happens until it is first sent."""
    meaning: str


CHANNEL_KINDS = (
    Kind(0x80, "note_off", ("note", "velocity"), "lets a key go; the release velocity is not used"),
    Kind(
        0x90,
        "note_on",
        ("note", "velocity"),
        "presses a key; how hard is velocity in the map below, and 0 lets it go",
    ),
    Kind(
        0xA0, "poly_pressure", ("note", "value"), "presses one held key deeper: key_pressure in the map below"
    ),
    Kind(0xB0, "control_change", ("number", "value"), "moves a controller of the table below"),
    Kind(
        0xC0,
        "program_change",
        ("program",),
        "chooses a patch of the bank, while it plays: program 0 of bank 0 is the first of `ddsp-live patches`",
    ),
    Kind(
        0xD0,
        "channel_pressure",
        ("value",),
        "presses all keys of the channel deeper: pressure in the map below",
    ),
    Kind(0xE0, "pitch_bend", ("low bits", "high bits"), "bends: by -8192 to 8191 of the pitch bend range"),
)
SYSTEM_KINDS = (
    Kind(
        0xF0,
        "sysex",
        (),
        "General MIDI system on, master volume, master tuning and the MIDI Tuning Standard, as below; others are not"
        " used",
    ),
    Kind(0xF1, "quarter_frame", ("value",), "is not used"),
    Kind(0xF2, "song_position", ("low bits", "high bits"), "is not used"),
    Kind(0xF3, "song_select", ("song",), "is not used"),
    Kind(0xF6, "tune_request", (), "is not used"),
    Kind(0xF8, "clock", (), "is not used"),
    Kind(0xFA, "start", (), "is not used"),
    Kind(0xFB, "continue", (), "is not used"),
    Kind(0xFC, "stop", (), "is not used"),
    Kind(
        0xFE,
        "active_sensing",
        (),
        "once it was sent, 300 ms of silence on the cable let go of all that is held on it",
    ),
    Kind(0xFF, "reset", (), "as General MIDI system on: silence, and all as it was in the beginning"),
)
DATA_BYTES = {kind.status: len(kind.fields) for kind in (*CHANNEL_KINDS, *SYSTEM_KINDS)}
"""How many data bytes follow a status (channel 0); sysex, which ends itself, counts none."""

ACTIVE_SENSING = 0xFE
ROOM_CONTROLLER = 91
# What the map of gestures moves (gestures.py) stands here as the preset `keyboard` has it.
CONTROLLERS = (
    Controller(0, "bank select", 0, 127, 0, "of the next program change: 128 programs each"),
    Controller(1, "modulation", 0, 127, 0, "vibrato depth"),
    Controller(2, "breath", 0, 127, None, "loudness, in the decibels of expression, once it was sent"),
    Controller(
        5, "portamento time", 0, 127, 0, "of a glide: 0.5 s at 64, 4 s at 127; 0.1 s until it is sent"
    ),
    Controller(6, "data entry", 0, 127, None, "value of the selected registered parameter"),
    Controller(7, "volume", 0, 127, 100, "gain after synthesis: 0 dB at 100, silence at 0, timbre unchanged"),
    Controller(10, "pan", 0, 127, 64, "place: 1 is left, 64 the middle, 127 right"),
    Controller(11, "expression", 0, 127, 127, "loudness: 127 as the key was struck, 12 dB less at 64"),
    Controller(18, "formant", 0, 127, 64, "resonances, up to 12 semitones down and up"),
    Controller(20, "fluctuation", 0, 127, 0, "how much notes swell and fade, up to 12 dB of deviation"),
    Controller(
        21, "peak", 0, 127, 64, "where in a note it is loudest: earlier below the middle, later above"
    ),
    Controller(22, "attack noise", 0, 127, 64, "noise of a note's beginning, 24 dB down and up"),
    Controller(32, "bank select fine", 0, 127, 0, "the lower seven bits"),
    Controller(37, "portamento time fine", 0, 127, 0, "the lower seven bits"),
    Controller(38, "data entry fine", 0, 127, None, "hundredths of the selected registered parameter"),
    Controller(64, "sustain", 0, 127, 0, "pedal, down from 64: released keys go on sounding"),
    Controller(65, "portamento", 0, 127, 0, "on from 64: a note glides from the channel's last one"),
    Controller(
        66, "sostenuto", 0, 127, 0, "pedal, down from 64: holds the keys that are down at that moment"
    ),
    Controller(67, "soft", 0, 127, 0, "pedal: new notes up to 6 dB softer and duller"),
    Controller(68, "legato", 0, 127, 0, "on from 64: a key takes over the voice of the one that is held"),
    Controller(71, "balance", 0, 127, 64, "noise against harmonics, 24 dB to either side"),
    Controller(74, "brightness", 0, 127, 64, "centroid of the harmonics, up to an octave down and up"),
    Controller(76, "vibrato rate", 0, 127, 64, "half an octave slower and faster"),
    Controller(78, "vibrato delay", 0, 127, 64, "up to 1.5 s earlier or later, never before the note"),
    Controller(84, "portamento control", 0, 127, None, "the key that the next note glides from"),
    Controller(ROOM_CONTROLLER, "room", 0, 127, 0, "wet level: of the patch's room, or of the one chosen"),
    Controller(92, "drive", 0, 127, 0, "macro of the rack: what is added to its drive"),
    Controller(93, "chorus", 0, 127, 0, "macro of the rack: what is added to its chorus"),
    Controller(94, "echo", 0, 127, 0, "macro of the rack: what is added to its echo"),
    Controller(95, "reverb", 0, 127, 0, "macro of the rack: what is added to its reverb"),
    Controller(96, "data increment", 0, 127, None, "steps the selected registered parameter up"),
    Controller(97, "data decrement", 0, 127, None, "steps the selected registered parameter down"),
    Controller(98, "NRPN fine", 0, 127, None, "deselects the registered parameter"),
    Controller(99, "NRPN", 0, 127, None, "deselects the registered parameter"),
    Controller(100, "RPN fine", 0, 127, 127, "selects a registered parameter; 127 selects none"),
    Controller(101, "RPN", 0, 127, 127, "selects a registered parameter; 127 selects none"),
    Controller(102, "squeeze", 0, 127, 0, "macro of the rack: what is added to its compressor"),
    Controller(103, "low", 0, 127, 64, "macro of the rack: its equalizer's low shelf, down and up"),
    Controller(104, "high", 0, 127, 64, "macro of the rack: its equalizer's high shelf, down and up"),
    Controller(120, "all sound off", 0, 127, None, "silences the channel at once"),
    Controller(
        121, "reset controllers", 0, 127, None, "as RP-015: not volume, pan, brightness, room, tuning"
    ),
    Controller(
        123, "all notes off", 0, 127, None, "lets all keys of the channel go; the pedal still holds them"
    ),
    Controller(124, "omni off", 0, 127, None, "as all notes off"),
    Controller(125, "omni on", 0, 127, None, "as all notes off"),
    Controller(126, "mono on", 0, 127, None, "one voice from now on"),
    Controller(127, "poly on", 0, 127, None, "many voices from now on"),
)
REGISTERED_PARAMETERS = (
    Controller(
        0, "pitch bend range", 0, 96, 2, "semitones by data entry, hundredths of one by data entry fine"
    ),
    Controller(1, "fine tuning", 0, 127, 64, "of the channel, ±1 semitone by data entry and data entry fine"),
    Controller(2, "coarse tuning", 0, 127, 64, "of the channel, in semitones from 64"),
    Controller(
        5,
        "modulation depth range",
        0,
        127,
        0,
        "of modulation: semitones by data entry, 128ths of one by data entry fine; 64 of these until it is sent, and"
        " no more than 2 semitones",
    ),
    Controller(6, "MPE configuration", 0, 15, 0, "on channel 1 or 16: members of the lower or upper zone"),
)


def note_on(note: int, velocity: int = 100, channel: int = 0) -> bytes:
    return _encode(0x90, channel, note=note, velocity=velocity)


def note_off(note: int, velocity: int = 64, channel: int = 0) -> bytes:
    return _encode(0x80, channel, note=note, velocity=velocity)


def poly_pressure(note: int, value: int, channel: int = 0) -> bytes:
    return _encode(0xA0, channel, note=note, value=value)


def control_change(number: int, value: int, channel: int = 0) -> bytes:
    return _encode(0xB0, channel, number=number, value=value)


def program_change(program: int, channel: int = 0) -> bytes:
    return _encode(0xC0, channel, program=program)


def channel_pressure(value: int, channel: int = 0) -> bytes:
    return _encode(0xD0, channel, value=value)


def pitch_bend(value: int, channel: int = 0) -> bytes:
    """value: -8192 … 8191, 0 is the middle."""
    value = whole("pitch bend", value, ", from -8192 to 8191")
    if not -8192 <= value <= 8191:
        raise ValueError(f"The pitch bend {value} is not within -8192 to 8191.")
    return _encode(0xE0, channel, value=(value + 8192) & 127, high=(value + 8192) >> 7)


def registered_parameter(number: int, coarse: int, channel: int = 0) -> list[bytes]:
    """The messages that set an RPN by its coarse value, and then select none."""
    pairs = ((101, number >> 7), (100, number & 127), (6, coarse), (101, 127), (100, 127))
    return [control_change(controller, value, channel) for controller, value in pairs]


def mpe_zone(members: int, upper: bool = False) -> list[bytes]:
    """The messages that make an MPE zone of 0 (none) to 15 member channels, the lower one or the upper."""
    return registered_parameter(6, members, 15 if upper else 0)


def controllers_markdown() -> str:
    """The tables as Markdown, for the documentation."""
    lines = ["| message | does |", "|---|---|"]
    lines += [f"| {kind.name.replace('_', ' ')} | {kind.meaning} |" for kind in CHANNEL_KINDS]
    lines += [f"| {kind.name} | {kind.meaning} |" for kind in SYSTEM_KINDS if kind.meaning != "is not used"]
    for title, table in (("CC", CONTROLLERS), ("RPN", REGISTERED_PARAMETERS)):
        lines += ["", f"| {title} | name | values | default | does |", "|---|---|---|---|---|"]
        for row in table:
            default = "–" if row.default is None else row.default
            lines.append(f"| {row.number} | {row.name} | {row.low}–{row.high} | {default} | {row.meaning} |")
    return "\n".join(lines) + "\n"


def _encode(status: int, channel: int, **data: int) -> bytes:
    """Raises ValueError for a channel above 15 or data above 127, and TypeError for what is no whole number."""
    if not 0 <= whole("channel", channel) <= 15:
        raise ValueError(f"The MIDI channel {channel} is not within 0 to 15.")
    for name, value in data.items():
        if not 0 <= whole(name, value) <= 127:
            raise ValueError(f"The MIDI {name} {value} is not within 0 to 127.")
    return bytes([status | channel, *map(int, data.values())])


def whole(name: str, value, more: str = "") -> int:
    """The value as an int; raises TypeError, in a sentence, for what is no whole number."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"The MIDI {name} must be a whole number{more}, but is {value!r}.") from None
