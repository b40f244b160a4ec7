"""What the player's hands move: a table of gestures, the attribute or sound that each one changes, and how."""

from typing import NamedTuple

from ..native._kernel import lib

VELOCITY, PRESSURE, KEY_PRESSURE, BEND = "velocity", "pressure", "key_pressure", "bend"
INPUT_LEVEL, INPUT_BRIGHTNESS, INPUT_NOISE = "input_level", "input_brightness", "input_noise"
INPUT_PITCH, INPUT_ONSET = "input_pitch", "input_onset"
INPUTS = {
    INPUT_LEVEL: lib.MOD_INPUT_LEVEL,
    INPUT_BRIGHTNESS: lib.MOD_INPUT_BRIGHTNESS,
    INPUT_NOISE: lib.MOD_INPUT_NOISE,
    INPUT_PITCH: lib.MOD_INPUT_PITCH,
    INPUT_ONSET: lib.MOD_INPUT_ONSET,
}
"""What the audio input plays if it is a controller, and what the kernel calls it."""
INPUT_MEANINGS = {
    INPUT_LEVEL: "loudness, from the gate to your loudest",
    INPUT_BRIGHTNESS: "1.5 octaves of the spectrum's root mean square frequency below and above its usual one",
    INPUT_NOISE: "from a clear tone to breath",
    INPUT_PITCH: "a semitone below and above the pitch of the last half second: vibrato and bends, no melody",
    INPUT_ONSET: "1 for 5 ms as the level rises by 8 dB",
}
CODES = {
    VELOCITY: lib.MOD_VELOCITY,
    PRESSURE: lib.MOD_PRESSURE,
    KEY_PRESSURE: lib.MOD_KEY_PRESSURE,
    BEND: lib.MOD_BEND,
    **INPUTS,
}
"""Gestures beside the controllers, which are called cc0 to cc119, and what the kernel calls them."""


class Target(NamedTuple):
    """What a gesture can move; its rows' ranges lie within low … high.

    How several rows combine is a row of C's table, native/api/mod_targets.h.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str

    @property
    def code(self) -> int:
        """The kernel's number of it."""
        return getattr(lib, f"MOD_{self.name.upper()}")


TARGETS = {
    target.name: target
    for target in (
        Target(
            "volume",
            "of the trained range",
            0.0,
            1.0,
            "velocity: where the note lies between the softest and the loudest that the patch was trained on; "
            "others: how far from there to the loudest, and of several the strongest counts",
        ),
        Target("level", "dB", -200.0, 24.0, "loudness that the note is played with; they add up"),
        Target(
            "volume_fluctuation",
            "dB",
            -24.0,
            24.0,
            "how much the note swells and fades, added to the note's own",
        ),
        Target(
            "volume_peak_position",
            "of the note",
            -1.0,
            1.0,
            "where in the note it is loudest, added to the note's own",
        ),
        Target(
            "vibrato",
            "cents",
            0.0,
            200.0,
            "how far the pitch sways to either side, beside the note's own; the strongest counts",
        ),
        Target(
            "brightness",
            "octaves",
            -2.0,
            2.0,
            "how far the harmonics' centroid moves; they add up",
        ),
        Target(
            "attack_noise",
            "dB",
            -40.0,
            40.0,
            "level of the noise in a note's first 40 ms; they add up",
        ),
        Target("pitch", "semitones", -96.0, 96.0, "added to the note's"),
        Target("gain", "dB", -200.0, 12.0, "after synthesis, timbre unchanged; the whole zone's"),
        Target("pan", "left to right", -1.0, 1.0, "place between the speakers; the whole zone's"),
        Target(
            "balance",
            "dB",
            -48.0,
            48.0,
            "of the noise against the harmonics: above 0 they step back by as much as it comes forward; they add up",
        ),
        Target(
            "legato_time",
            "octaves",
            -2.0,
            2.0,
            "how long the pitch takes from note to note of a line: 1 is twice as long; looked at as a key comes",
        ),
        Target(
            "transition_depth",
            "times",
            -1.0,
            1.0,
            "dip between notes of a line: -1 none, 0 the patch's, 1 twice that; looked at as a key comes",
        ),
        Target(
            "expression",
            "times",
            -1.0,
            0.0,
            "how much notes of a line differ: -1 not at all, each as if it stood alone, 0 as the synth is set; looked "
            "at as a key comes",
        ),
        Target(
            "vibrato_rate",
            "octaves",
            -2.0,
            2.0,
            "how much faster the vibrato is than the patch's; they add up",
        ),
        Target(
            "vibrato_delay",
            "seconds",
            -3.0,
            3.0,
            "how much later than the patch's the vibrato begins, never before the note; they add up",
        ),
        Target(
            "formant",
            "semitones",
            -12.0,
            12.0,
            "how far resonances move, as if the instrument or singer were smaller (above 0) or larger; they add up",
        ),
        Target("room", "wet", 0.0, 1.0, "how much of the room; all channels share it"),
        *(
            Target(name, "of the way", 0.0, 1.0, f"{meaning} than the rack is set to; all channels share it")
            for name, meaning in (
                ("drive", "more overdrive"),
                ("squeeze", "more compression"),
                ("low", "less or, above 0.5, more low sound"),
                ("high", "less or, above 0.5, more high sound"),
                ("chorus", "more chorus"),
                ("echo", "more echo"),
                ("reverb", "more reverberation"),
            )
        ),
    )
}

SHARED = frozenset(
    name for name, target in TARGETS.items() if target.code == lib.MOD_ROOM or target.code >= lib.MOD_DRIVE
)
"""Targets that all notes and channels share, so that no single key can move them."""


class Curve(NamedTuple):
    """How a gesture's place on its way becomes a place in the row's range."""

    code: int
    meaning: str


CURVES = {
    "linear": Curve(lib.MOD_LINEAR, "in proportion"),
    "centred": Curve(lib.MOD_CENTRED, "in proportion, with 64 in the very middle"),
    "soft": Curve(lib.MOD_SOFT, "slowly at first: the square"),
    "hard": Curve(lib.MOD_HARD, "quickly at first: the square from the other end"),
    "switch": Curve(lib.MOD_SWITCH, "low below the middle, high from 64 on"),
    "decibel": Curve(lib.MOD_DECIBEL, "General MIDI's: 12 dB less at half, low at 0"),
    "gate": Curve(lib.MOD_GATE, "as decibel, but at high from an eighth of the way on"),
}


class ModRoute(NamedTuple):
    """One gesture that moves one target from `low` to `high`, in the target's unit."""

    gesture: str
    """``velocity``, ``pressure``, ``key_pressure``, ``bend``, ``cc0`` to ``cc119``, or one of `INPUTS`."""
    target: str
    low: float | None
    high: float | None
    """None, in both and only for bend → pitch: by the channel's bend range (RPN 0)."""
    curve: str = "linear"
    smoothing_ms: float = 0.0
    """In which a sudden move has come 63 % of its way."""
    default: int = 0
    """Of a controller, 0 to 127: where it counts as standing until it is first sent. The same of what the audio input
    plays, while it plays nothing."""
    onset: bool = False
    """Looked at when a note begins, and no more, as velocity always is."""


COMMON = (
    ModRoute(VELOCITY, "attack_noise", -6.0, 6.0),
    ModRoute("cc7", "gain", -200.0, 0.0, "decibel", 5.0, 100),
    ModRoute("cc10", "pan", -1.0, 1.0, "centred", 5.0, 64),
    ModRoute("cc18", "formant", -12.0, 12.0, "centred", 20.0, 64),
    ModRoute("cc20", "volume_fluctuation", 0.0, 12.0, "linear", 20.0),
    ModRoute("cc21", "volume_peak_position", -0.5, 0.5, "centred", 20.0, 64),
    ModRoute("cc22", "attack_noise", -24.0, 24.0, "centred", 5.0, 64),
    ModRoute("cc67", "level", 0.0, -6.0, onset=True),
    ModRoute("cc67", "brightness", 0.0, -0.4, onset=True),
    ModRoute("cc71", "balance", -24.0, 24.0, "centred", 5.0, 64),
    ModRoute("cc74", "brightness", -1.0, 1.0, "centred", 5.0, 64),
    ModRoute("cc76", "vibrato_rate", -0.5, 0.5, "centred", 20.0, 64),
    ModRoute("cc78", "vibrato_delay", -1.5, 1.5, "centred", 0.0, 64),
    ModRoute("cc91", "room", 0.0, 1.0, "linear", 10.0),
    ModRoute("cc92", "drive", 0.0, 1.0),
    ModRoute("cc93", "chorus", 0.0, 1.0),
    ModRoute("cc94", "echo", 0.0, 1.0),
    ModRoute("cc95", "reverb", 0.0, 1.0),
    ModRoute("cc102", "squeeze", 0.0, 1.0),
    ModRoute("cc103", "low", 0.0, 1.0, "centred", 0.0, 64),
    ModRoute("cc104", "high", 0.0, 1.0, "centred", 0.0, 64),
    ModRoute(BEND, "pitch", None, None),
)
PRESETS = {
    "keyboard": (
        ModRoute(VELOCITY, "volume", 0.0, 1.0),
        ModRoute(PRESSURE, "volume", 0.0, 1.0, "linear", 10.0),
        ModRoute(KEY_PRESSURE, "volume", 0.0, 1.0, "linear", 10.0),
        ModRoute("cc1", "vibrato", 0.0, 50.0, "linear", 10.0),
        ModRoute("cc2", "level", -200.0, 0.0, "decibel", 5.0, 127),
        ModRoute("cc11", "level", -200.0, 0.0, "decibel", 5.0, 127),
        *COMMON,
    ),
    "wind": (
        # A soft strike of an overlapping key takes its time, a hard one is quick.
        ModRoute(VELOCITY, "legato_time", 1.43, -1.43),
        # Breath makes the loudness, from silence on; how the key was struck only its attack.
        ModRoute("cc2", "volume", 0.0, 1.0, "linear", 4.0),
        ModRoute("cc2", "level", -200.0, 0.0, "gate", 4.0),
        ModRoute(PRESSURE, "vibrato", 0.0, 50.0, "soft", 10.0),
        ModRoute("cc1", "vibrato", 0.0, 50.0, "linear", 10.0),
        ModRoute("cc11", "level", -200.0, 0.0, "decibel", 5.0, 127),
        *COMMON,
    ),
    "mpe": (
        # A finger's pressure begins at nothing, so that the strike leaves it room.
        ModRoute(VELOCITY, "volume", 0.0, 0.7),
        ModRoute(PRESSURE, "volume", 0.0, 1.0, "soft", 4.0),
        ModRoute(KEY_PRESSURE, "volume", 0.0, 1.0, "soft", 4.0),
        ModRoute("cc1", "vibrato", 0.0, 50.0, "linear", 10.0),
        ModRoute("cc2", "level", -200.0, 0.0, "decibel", 5.0, 127),
        ModRoute("cc11", "level", -200.0, 0.0, "decibel", 5.0, 127),
        *COMMON,
    ),
    "voice": (
        # Keys play as with `keyboard`; the voice makes them softer, down to silence, or louder.
        ModRoute(VELOCITY, "volume", 0.0, 1.0),
        ModRoute(PRESSURE, "volume", 0.0, 1.0, "linear", 10.0),
        ModRoute(KEY_PRESSURE, "volume", 0.0, 1.0, "linear", 10.0),
        ModRoute(INPUT_LEVEL, "level", -200.0, 0.0, "decibel", 2.0, 127),
        ModRoute(INPUT_LEVEL, "volume", 0.0, 1.0, "soft", 2.0),
        ModRoute(INPUT_PITCH, "pitch", -1.0, 1.0, "centred", 2.0, 64),
        ModRoute(INPUT_BRIGHTNESS, "brightness", -1.0, 1.0, "centred", 5.0, 64),
        ModRoute(INPUT_NOISE, "balance", 0.0, 12.0, "linear", 10.0),
        ModRoute(INPUT_ONSET, "brightness", 0.0, 0.4, "linear", 8.0),
        ModRoute("cc1", "vibrato", 0.0, 50.0, "linear", 10.0),
        ModRoute("cc2", "level", -200.0, 0.0, "decibel", 5.0, 127),
        ModRoute("cc11", "level", -200.0, 0.0, "decibel", 5.0, 127),
        *COMMON,
    ),
}
"""Maps that need no file: tuples of `ModRoute`."""
DEFAULT = "keyboard"
