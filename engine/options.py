"""What a synth is made with: one table for `Synth`, `Ensemble`, `render_midi` and the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .effects import NONE, Rack
from .errors import DdspLiveError
from .modulation.matrix_file import DEFAULT, ModRoute
from .native._kernel import lib
from .parameters import BY_NAME, START, SYNTH, attribute_lines, default, default_choice, names_of
from .patch.room import OWN, Room
from .tuning import mts

MODES = {name: getattr(lib, f"MODE_{name.upper()}") for name in BY_NAME["mode"].choices}
AMOUNTS = names_of(SYNTH)
"""Options that a synth can be set to while it plays."""
NAMES = (*names_of(START), *AMOUNTS)
"""Options that are rows of the table of parameters."""


class OptionError(DdspLiveError):
    """An option that a synth cannot be made with; the message is one sentence."""


@dataclass(frozen=True)
class SynthOptions:
    """What a `Synth` is made with.

    Attributes
    ----------
    seed : int
        Of the noise. The same seed and notes give the same samples.
    room : str, path-like or Room
        What controller 91 adds: ``"own"`` for the patch's, ``"none"``, a made one (``"small-studio"``, ``"chamber"``,
        ``"hall"``, ``"plate"``), another patch whose room it is, or a sound file with an impulse response.
    rack : str, path-like or Rack
        The effects behind all notes: ``"none"``, a factory rack (`ddsp_live.effects.list_racks`), a file, or a `Rack`.
    map : str, path-like or tuple of ModRoute
        The modulation matrix: ``"keyboard"``, ``"wind"``, ``"mpe"``, ``"voice"``, a file as `matrix_file.write_map`
        writes it, or its routes themselves, as in `ddsp_live.modulation.matrix`.
    trim : bool
        Whether every patch is played with its trim, one gain by which all are about equally loud. What is asked for
        and read of loudness is before the trim, as the patch was recorded.
    tuning : Tuning, float, str or path-like, optional
        What each key sounds: A4 in Hz, a Scala file (.scl), or a `Tuning`; 12 equal steps at 440 Hz by default.
    trust : bool
        Whether a patch may be loaded while it plays live though no machine of today runs its network in time.
    {parameters}

    Raises
    ------
    TypeError
        If a number is none.
    OptionError
        If a number is out of its range, or a mode is unknown.
    """

    sample_rate: float = default("sample_rate")
    block_size: int = int(default("block_size"))
    voices: int = int(default("voices"))
    decoder: str = default_choice("decoder")
    seed: int = 0
    mode: str = default_choice("mode")
    mpe: int = int(default("mpe"))
    room: str | Path | Room = OWN
    rack: str | Path | Rack = NONE.name
    map: str | Path | tuple[ModRoute, ...] = DEFAULT
    performer: float = default("performer")
    expression: float = default("expression")
    life: float = default("life")
    rules: float = default("rules")
    humanize: float = default("humanize")
    prior: float = default("prior")
    join: float = default("join")
    trim: bool = False
    tuning: mts.Tuning | float | str | Path | None = None
    trust: bool = False

    def __post_init__(self) -> None:
        for name in NAMES:
            if not BY_NAME[name].choices:
                check(name, getattr(self, name))
        if self.mode not in MODES:
            raise OptionError(f"There is no mode {self.mode!r}: choose one of {', '.join(MODES)}.")


if SynthOptions.__doc__:  # there is none with python -OO
    SynthOptions.__doc__ = SynthOptions.__doc__.replace("{parameters}", "\n    ".join(attribute_lines(NAMES)))


def check(name: str, value: object) -> None:
    """Raise TypeError if a parameter's value is no number, and OptionError if it is out of the parameter's range."""
    row = BY_NAME[name]
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}: give a number from {row.low:g} to {row.high:g}.")
    if not row.low <= float(value) <= row.high:
        raise OptionError(f"{name} is {value}: give a number from {row.low:g} to {row.high:g}.")
    if row.is_whole and int(value) != value:
        raise OptionError(f"{name} is {value}: give a whole number.")


class Amount:
    """An amount that a synth can be set to while it plays: a number in its range, which `apply` hands on."""

    def __init__(self, apply: Callable[[Any, float], None]):
        self._apply = apply

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, synth: Any, owner: type) -> Any:
        return vars(synth)[self._name] if synth is not None else self

    def __set__(self, synth: Any, amount: float) -> None:
        check(self._name, amount)
        vars(synth)[self._name] = float(amount)
        self._apply(synth, float(amount))
