"""What a synth is made with: one table for `Synth`, `Ensemble`, `render_midi` and the command line."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import DdspLiveError
from .modulation.matrix_file import DEFAULT, ModRoute
from .native._kernel import lib
from .patch.room import OWN, Room
from .tuning import mts

MODES = {"poly": lib.MODE_POLY, "mono": lib.MODE_MONO, "legato": lib.MODE_LEGATO}
MOST_VOICES = 64
MOST_BLOCK = 4096
MOST_RULES = 10.0
MOST_JOIN = 0.3  # seconds, after which no note leads into the next
RANGES = {
    "sample_rate": (8000, 192000),
    "block_size": (1, MOST_BLOCK),
    "voices": (1, MOST_VOICES),
    "mpe": (0, 15),
    "performer": (0, 1),
    "expression": (0, 1),
    "life": (0, 1),
    "rules": (0, MOST_RULES),
    "humanize": (0, MOST_RULES),
    "prior": (0, 1),
    "join": (0, MOST_JOIN),
}

WHOLE = ("block_size", "voices", "mpe")


class OptionError(DdspLiveError):
    """An option that a synth cannot be made with; the message is one sentence."""


@dataclass(frozen=True)
class SynthOptions:
    """What a `Synth` is made with.

    Raises TypeError if a number is none, and OptionError if it is out of its range or a mode is unknown.
    """

    sample_rate: float = 48_000
    """Of the output in Hz, 8000 to 192000."""
    block_size: int = 64
    """Samples that a device asks for at once, 1 to 4096. Offline it changes nothing."""
    voices: int = 16
    """Notes that sound together, 1 to 64."""
    decoder: str = "native"
    """``"native"`` decodes in the callback, and ``"int8"``, with products of 8-bit integers; ``"onnx"`` and
    ``"torchscript"`` in a worker, 12 ms ahead."""
    seed: int = 0
    """Of the noise. The same seed and notes give the same samples."""
    mode: str = "poly"
    """``"poly"``, ``"mono"`` (each key starts a note) or ``"legato"`` (keys within a breath glide)."""
    mpe: int = 0
    """Members of a lower MPE zone that is there from the start, 0 to 15. Most MPE controllers ask for theirs
    themselves."""
    room: str | Path | Room = OWN
    """What controller 91 adds: ``"own"`` for the patch's, ``"none"``, a made one (``"small-studio"``, ``"chamber"``,
    ``"hall"``, ``"plate"``), another patch whose room it is, or a sound file with an impulse response."""
    map: str | Path | tuple[ModRoute, ...] = DEFAULT
    """The modulation matrix: ``"keyboard"``, ``"wind"``, ``"mpe"``, a file as `matrix_file.write_map` writes it, or
    its routes themselves, as in `ddsp_live.modulation.matrix`."""
    performer: float = 1.0
    """How much of the instrument's own way of playing a note is heard, if the patch knows it: 0 to 1."""
    expression: float = 1.0
    """How notes of a line (modes mono and legato, controller 68) lead into each other, and how vibrato goes: 0, each as
    if it stood alone, to 1, with all that players' notes differ by."""
    life: float = 1.0
    """How much notes move by themselves, as the instrument's recordings do: 0, not at all, to 1. What an attribute says
    stays as it was said."""
    rules: float = 0.0
    """Quantity of the performance rules that need no future, 0 to 10: 1 is as their authors mean it. A note whose
    volume is set stays as it is."""
    humanize: float = 0.0
    """Amount of small irregularities, seeded, 0 to 10; no note is delayed."""
    prior: float = 1.0
    """How much of what the patch has learned of how notes follow each other is played, if it has: 0 to 1."""
    join: float = 0.0
    """Seconds of silence between two notes that legato bridges. 0 for who plays live; files are written with gaps."""
    trim: bool = False
    """Whether every patch is played with its trim, one gain by which all are about equally loud. What is asked for
    and read of loudness is before the trim, as the patch was recorded."""
    tuning: mts.Tuning | float | str | Path | None = None
    """What each key sounds: A4 in Hz, a Scala file (.scl), or a `Tuning`; 12 equal steps at 440 Hz by default."""
    trust: bool = False
    """Whether a patch may be loaded while it plays live though no machine of today runs its network in time."""

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            check(name, getattr(self, name), low, high)
        for name in WHOLE:
            if int(getattr(self, name)) != getattr(self, name):
                raise OptionError(f"{name} is {getattr(self, name)}: give a whole number.")
        if self.mode not in MODES:
            raise OptionError(f"There is no mode {self.mode!r}: choose one of {', '.join(MODES)}.")


def check(name: str, value: object, low: float, high: float) -> None:
    """Raise TypeError if `value` is no number, and OptionError if it is not within low to high."""
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}: give a number from {low} to {high}.")
    if not low <= float(value) <= high:
        raise OptionError(f"{name} is {value}: give a number from {low} to {high}.")
