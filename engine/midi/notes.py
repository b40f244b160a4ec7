"""Notes by name: middle C, MIDI note 60, is C4; "A4+50c" stands 50 cents above A4."""

import math
import numbers
import re

from .messages import whole

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHARPS_AND_FLATS = {"#": 1, "♯": 1, "b": -1, "♭": -1}
NAMED = re.compile(r"([A-Ga-g])([#♯b♭]{0,2})(-?\d{1,2})(?:\s*([+-]\s*\d{1,4}(?:\.\d+)?)\s*c(?:ents?)?)?")


def note_name(note: float) -> str:
    """The nearest note's name."""
    octave, step = divmod(round(note), 12)
    return f"{NAMES[step]}{octave - 1}"


def note_number(name: str) -> float:
    """The fractional MIDI note of a name such as "C4", "Bb3", "F#5" or "A4+50c". Raises ValueError."""
    found = NAMED.fullmatch(name.strip())
    if not found:
        raise ValueError(
            f"There is no note {name!r}: say a name as C4, Bb3, F#5 or A4+50c, or a MIDI note number."
        )
    letter, accidentals, octave, cents = found.groups()
    number = 12 * (int(octave) + 1) + STEPS[letter.upper()] + sum(SHARPS_AND_FLATS[a] for a in accidentals)
    return number + float(cents.replace(" ", "")) / 100 if cents else number


def key_and_cents(note: int | float | str) -> tuple[int, float]:
    """The key, 0 to 127, that plays a note given as a MIDI note or by its name, and the cents above that key.

    Raises TypeError for what is neither, and ValueError for a note that no key has.
    """
    if isinstance(note, str):
        number = note_number(note)
    elif isinstance(note, numbers.Real) and not isinstance(note, numbers.Integral):
        number = float(note)
    else:
        number = whole("note", note)
    if not (math.isfinite(number) and 0 <= math.ceil(number - 0.5) <= 127):
        raise ValueError(f"The note {note!r} is not within MIDI's 0 to 127, C-1 to G9.")
    key = math.ceil(number - 0.5)
    return key, round(100 * (number - key), 6)
