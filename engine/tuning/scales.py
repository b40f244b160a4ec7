"""Scales to sing on: by name, or from a Scala file, as the pitches that a voice is drawn to."""

import re
from pathlib import Path

import numpy as np

from ..errors import DdspLiveError
from .scala import key_pitches, read_scale

STEPS = {
    "chromatic": range(12),
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic-minor": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "pentatonic": (0, 2, 4, 7, 9),
    "minor-pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "whole-tone": (0, 2, 4, 6, 8, 10),
}
TONICS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}  # H is B in much of Europe
NAMED = re.compile(r"(?:([a-h])([#b]?)[ -]+)?([a-z-]+)")


class ScaleError(DdspLiveError):
    """A scale that there is not, in one sentence."""


def scale_pitches(choice: str | Path) -> np.ndarray:
    """The MIDI notes, ascending, of "D minor", "major" (on C), "chromatic", or a Scala file.

    Raises ScaleError, or ScalaError for a file that can't be used.
    """
    if str(choice).lower().endswith(".scl"):
        pitches = key_pitches(read_scale(choice))
        return np.unique(pitches[np.isfinite(pitches) & (pitches >= 0) & (pitches <= 127)])
    found = NAMED.fullmatch(str(choice).strip().lower())
    if not found or found[3] not in STEPS:
        raise ScaleError(
            f"There is no scale {str(choice)!r}: say one of {', '.join(STEPS)}, as in 'D minor', or a .scl file."
        )
    tonic = TONICS[found[1] or "c"] + {"#": 1, "b": -1}.get(found[2], 0)
    keys = np.arange(128)
    return keys[np.isin((keys - tonic) % 12, list(STEPS[found[3]]))].astype(float)
