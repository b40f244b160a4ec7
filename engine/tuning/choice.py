"""The tuning that a player asks for: A4 in Hz, or a Scala scale, on a keyboard mapping or as it is usual."""

import math
import numbers
from pathlib import Path

import numpy as np

from ..errors import DdspLiveError
from ..folders import data_folder
from .mts import KEYS, Tuning
from .scala import C_261, Mapping, Scale, key_pitches, read_mapping, read_scale

SUFFIX = ".scl"
A4, HIGHEST_PITCH = 69, 140.0  # above, nothing is heard
LOWEST_A4_HZ, HIGHEST_A4_HZ = 220.0, 880.0
TWELVE = Scale("12 equal steps", tuple(100.0 * (step + 1) for step in range(12)))
EQUAL, CHANGED = "12 equal steps", "changed by MIDI"


class TuningChoiceError(DdspLiveError):
    """A tuning that there is not; one sentence says what there is."""


def find_tuning(wanted: float | str | Path | None = None, keyboard: str | Path | None = None) -> Tuning:
    """The tuning for A4 in Hz, for a Scala file by its path or its name in `tunings_folder`, or as usual.

    keyboard: a .kbm file; without it, degree 0 lies on middle C, as equal temperament has it. Raises
    TuningChoiceError, or ScalaError for a file that can't be used.
    """
    hertz = _number(wanted)
    if wanted is not None and hertz is None:
        path = _scale_path(str(wanted))
        scale, name = read_scale(path), path.name
    else:
        scale, name = TWELVE, ""
    if keyboard is None:
        tuning = Tuning(_keys(scale, C_261), name=name)
    elif hertz is not None:
        raise TuningChoiceError(
            "A keyboard mapping says itself how high A4 is: leave out the number, or the mapping."
        )
    else:
        name = f"{name} on {Path(keyboard).name}" if name else Path(keyboard).name
        tuning = Tuning(_keys(scale, read_mapping(keyboard)), name=name)
    return tuning if hertz is None else with_a4(tuning, hertz)


def as_tuning(wanted: Tuning | float | str | Path | None) -> Tuning:
    """A tuning itself, or as `find_tuning` finds it; None is 12 equal steps with A4 at 440 Hz."""
    if isinstance(wanted, Tuning):
        return wanted
    return Tuning() if wanted is None else find_tuning(wanted)


def a4_hz(tuning: Tuning) -> float | None:
    """What the key of A4 sounds, in Hz; None where it is mute."""
    pitch = tuning.pitch(A4)
    return 440.0 * 2 ** ((pitch - 69) / 12) if math.isfinite(pitch) else None


def with_a4(tuning: Tuning, hertz: float) -> Tuning:
    """All keys moved together, so that A4 sounds `hertz`. Raises TuningChoiceError where it is mute, or too far off."""
    before = a4_hz(tuning)
    if before is None:
        raise TuningChoiceError("The key of A4 is mute in this tuning, so that nothing can be tuned by it.")
    if not LOWEST_A4_HZ <= hertz <= HIGHEST_A4_HZ:
        raise TuningChoiceError(
            f"A4 is {hertz:g} Hz: give a number from {LOWEST_A4_HZ:g} to {HIGHEST_A4_HZ:g}."
        )
    keys = np.maximum(0.0, tuning.keys + 12 * math.log2(hertz / before))  # below 0, a key would be mute
    return Tuning(keys, tuning.octave_cents, name=tuning.name)


def label(tuning: Tuning) -> str:
    """What a tuning is, but for how high A4 is."""
    if tuning.name:
        return tuning.name
    steps = tuning.keys - np.arange(float(KEYS))
    inner = np.abs(steps - steps[A4])[12:-12]  # the outermost may be at a limit; NaN: a key is mute
    equal = not tuning.octave_cents.any() and inner.max() < 1e-4
    return EQUAL if equal else CHANGED


def tunings_folder() -> Path:
    """Where a player's own Scala files lie, so that they are known by name."""
    return data_folder() / "tunings"


def scale_names() -> list[str]:
    """The names of the Scala files there, in alphabetical order."""
    return sorted((path.stem for path in tunings_folder().glob(f"*{SUFFIX}")), key=str.casefold)


def _keys(scale: Scale, mapping: Mapping) -> np.ndarray:
    """The keys' pitches within what MIDI has, NaN where one is mute."""
    return np.clip(key_pitches(scale, mapping), 0.0, HIGHEST_PITCH)


def _number(wanted) -> float | None:
    if isinstance(wanted, numbers.Real):
        return float(wanted)
    try:
        return float(str(wanted))
    except ValueError:
        return None


def _scale_path(wanted: str) -> Path:
    path = Path(wanted)
    if path.suffix.lower() == SUFFIX:
        return path
    if path.name == wanted and wanted in scale_names():
        return tunings_folder() / f"{wanted}{SUFFIX}"
    known = ", ".join(scale_names())
    known = f", or one of {known}" if known else ""
    raise TuningChoiceError(
        f"There is no tuning {wanted!r}: give A4 in Hz, as 415, or a Scala file that ends in {SUFFIX}{known}."
    )
