"""Tunings from Scala's files: a scale (.scl), and how it lies on the keys (.kbm).

Formats: Op de Coul, "Scala scale file format" and "Keyboard mappings", huygens-fokker.org/scala.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DdspLiveError
from ..folders import as_path

KEYS = 128
MOST_DEGREES = 1024
LARGEST_FILE = 1 << 20
LOWEST_HZ, HIGHEST_HZ = 1.0, 100_000.0  # of the reference
MOST_CENTS = 120_000.0
CENTS = re.compile(r"[+-]?(\d+\.\d*|\.\d+)")
RATIO = re.compile(r"(\d+)(?:\s*/\s*(\d+))?(?=\s|$)")
LONGEST_NUMBER = 300  # digits of a ratio's terms


class ScalaError(DdspLiveError):
    """A Scala file that can't be used; one sentence names the file, the line and what is wrong."""


@dataclass(frozen=True)
class Scale:
    """What a .scl file holds."""

    description: str
    cents: tuple[float, ...]  # of the degrees above the first, which is 0; the last is the period


@dataclass(frozen=True)
class Mapping:
    """What a .kbm file holds."""

    first: int = 0  # keys outside first … last keep their ordinary pitch
    last: int = 127
    middle: int = 60  # the key of degree 0, and of the map's first entry
    reference: int = 69
    reference_hz: float = 440.0
    octave_degree: int = 0  # that a repetition of the map is apart; 0 is the scale's period
    degrees: tuple[
        int | None, ...
    ] = ()  # of successive keys, None where a key is mute; empty: one after the other


C_261 = Mapping(reference=60, reference_hz=440.0 * 2.0 ** (-9 / 12))
"""Without a .kbm file: degree 0 on middle C, where equal temperament has it (Scala's default)."""


def read_scale(path: str | Path) -> Scale:
    """A .scl file. Raises ScalaError."""
    lines, name = _lines(path)
    lines = iter(lines)
    _, description = next(lines, (0, None))
    if description is None:
        raise ScalaError(f"{name} is empty: a scale begins with a line that describes it.")
    number, text = next(_filled(lines), (0, None))
    if text is None:
        raise ScalaError(f"{name} ends before the number of notes.")
    where = f"{name}, line {number}"
    count = _whole(text, 0, MOST_DEGREES, f"{where}: the number of notes")
    cents = []
    for number, text in _filled(lines):
        if len(cents) == count:
            break  # the format allows anything after the last note
        cents.append(_pitch(text, f"{name}, line {number}"))
    if len(cents) < count:
        raise ScalaError(f"{name} ends after {len(cents)} of {count} notes.")
    if not cents:
        raise ScalaError(f"{where}: a scale of no notes can't be played.")
    return Scale(description.strip(), tuple(cents))


def read_mapping(path: str | Path) -> Mapping:
    """A .kbm file. Raises ScalaError."""
    lines, name = _lines(path)
    lines = _filled(lines)

    def field(what: str, low: int, high: int) -> int:
        number, text = next(lines, (0, None))
        if text is None:
            raise ScalaError(f"{name} ends before {what}.")
        return _whole(text, low, high, f"{name}, line {number}: {what}")

    size = field("the size of the map", 0, KEYS)
    first, last = (field(f"the {which} key", 0, KEYS - 1) for which in ("first", "last"))
    middle, reference = (field(f"the {which} key", 0, KEYS - 1) for which in ("middle", "reference"))
    number, text = next(lines, (0, None))
    if text is None:
        raise ScalaError(f"{name} ends before the reference frequency.")
    hertz = _frequency(text, f"{name}, line {number}")
    octave = field("the degree of the octave", 0, MOST_DEGREES)
    degrees: list[int | None] = []
    for number, text in lines:
        if len(degrees) == size:
            break
        mute = text.split()[0].lower() == "x"
        where = f"{name}, line {number}: the degree"
        degrees.append(None if mute else _whole(text, 0, MOST_DEGREES, where))
    # The format lets unmapped keys at the end of the map be left out.
    degrees += [None] * (size - len(degrees))
    return Mapping(first, last, middle, reference, hertz, octave, tuple(degrees))


def key_frequencies(scale: Scale, mapping: Mapping = C_261) -> np.ndarray:
    """The frequency in Hz of each key, float64 [128]; NaN where a key is mute.

    Keys outside the mapping's range are tuned to A 440 in equal temperament. Raises ScalaError where the reference
    key is mute, or the mapping's octave is a degree that the scale has not.
    """
    size, period = len(scale.cents), scale.cents[-1]
    octave = mapping.octave_degree or size
    if octave > size:
        raise ScalaError(f"The mapping's octave is the degree {octave}, but the scale has {size} notes.")

    def degree_cents(degree: int) -> float:
        periods, step = divmod(degree, size)
        return periods * period + (scale.cents[step - 1] if step else 0.0)

    def key_cents(key: int) -> float:
        if not mapping.degrees:
            return degree_cents(key - mapping.middle)
        octaves, place = divmod(key - mapping.middle, len(mapping.degrees))
        degree = mapping.degrees[place]
        return math.nan if degree is None else degree_cents(degree) + octaves * degree_cents(octave)

    cents = np.array([key_cents(key) for key in range(KEYS)])
    if np.isnan(cents[mapping.reference]):
        raise ScalaError(f"The mapping's reference key {mapping.reference} is mute: it needs a degree.")
    above = np.clip(cents - cents[mapping.reference], -MOST_CENTS, MOST_CENTS)
    keys = np.arange(KEYS)
    tuned = (mapping.first <= keys) & (keys <= mapping.last)
    return np.where(tuned, mapping.reference_hz * 2.0 ** (above / 1200), 440.0 * 2.0 ** ((keys - 69) / 12))


def key_pitches(scale: Scale, mapping: Mapping = C_261) -> np.ndarray:
    """The same as `key_frequencies` in fractional MIDI notes."""
    return 69 + 12 * np.log2(key_frequencies(scale, mapping) / 440)


def _lines(path: str | Path) -> tuple[list[tuple[int, str]], str]:
    """A file's numbered lines that are no comments, and its name."""
    path = as_path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ScalaError(f"{path.name} is larger than {LARGEST_FILE >> 20} MB: it is no Scala file.")
        # The format is ISO 8859-1; in UTF-8 files only the description may look odd.
        text = path.read_bytes().decode("latin-1").removeprefix("ï»¿")
    except OSError as error:
        raise ScalaError(f"{path.name} can't be read: {error.strerror or error}.") from error
    if "\0" in text:
        raise ScalaError(f"{path.name} is not a text file.")
    numbered = enumerate(re.split(r"\r\n|\n|\r", text), 1)
    lines = [(number, line) for number, line in numbered if not line.startswith("!")]
    while lines and not lines[-1][1].strip():
        lines.pop()
    return lines, path.name


def _filled(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    return ((number, text) for number, text in lines if text.strip())


def _pitch(text: str, where: str) -> float:
    """A line of a scale in cents: a number with a period is cents, else it is a ratio; the rest is a label."""
    text = text.partition("!")[0].strip()
    word = text.split(maxsplit=1)[0] if text else ""
    if "." in word:
        if not CENTS.fullmatch(word):
            raise ScalaError(f"{where}: {_shown(word)} is not a number of cents.")
        cents = float(word)
    else:
        match = RATIO.match(text)
        if not match:
            raise ScalaError(f"{where}: {_shown(text)} is neither cents (with a period) nor a ratio.")
        if any(len(term or "") > LONGEST_NUMBER for term in match.groups()):
            raise ScalaError(f"{where}: the ratio's numbers are too long.")
        above, below = int(match[1]), int(match[2] or 1)
        if not above or not below:
            raise ScalaError(f"{where}: {_shown(match[0])} is not a ratio: both numbers must be above 0.")
        cents = 1200 * (math.log2(above) - math.log2(below))
    if abs(cents) > MOST_CENTS:
        raise ScalaError(f"{where}: {_shown(text)} is more than {MOST_CENTS:g} cents.")
    return cents


def _whole(text: str, low: int, high: int, what: str) -> int:
    word = (text.split() or [""])[0]
    if not re.fullmatch(r"\d{1,6}", word) or not low <= int(word) <= high:
        raise ScalaError(f"{what} is {_shown(word)}, which is not a whole number from {low} to {high}.")
    return int(word)


def _frequency(text: str, where: str) -> float:
    word = text.split()[0]
    try:
        hertz = float(word)
    except ValueError:
        hertz = math.nan
    if not LOWEST_HZ <= hertz <= HIGHEST_HZ:
        raise ScalaError(
            f"{where}: the reference frequency is {_shown(word)}, which is not from {LOWEST_HZ:g} to"
            f" {HIGHEST_HZ:g} Hz."
        )
    return hertz


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
