"""How an instrument's notes follow each other, and how its vibrato goes: the families' numbers, and a patch's own."""

import re
import zlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .families import family_of


class Number(NamedTuple):
    """One of a patch's numbers in its patch.json: where the kernel keeps it, in what unit, and what it may be."""

    name: str
    field: str
    scale: float
    """From the unit in patch.json to the kernel's."""
    low: float
    high: float
    meaning: str


NUMBERS = {
    number.name: number
    for number in (
        Number(
            "step_ms", "step_seconds", 1e-3, 4, 250, "a slurred semitone's pitch from 10 to 90 % of its way"
        ),
        Number("step_power", "step_power", 1, -1, 2, "by which power of the interval that is shorter"),
        Number(
            "leap_ms", "leap_seconds", 1e-3, 0, 250, "the same for 2.5 semitones and more; 0: no different"
        ),
        Number("step_spread", "step_spread", 1, 0, 1.5, "standard deviation of that time's logarithm"),
        Number("slur_db", "slur.depth_db", 1, 0, 30, "dip of the level in a slur"),
        Number("slur_spread", "slur.spread", 1, 0, 1, "standard deviation of that, as a share"),
        Number("slur_fall_ms", "slur.fall", 1e-3, 1, 250, "from the key to the dip"),
        Number("slur_rise_ms", "slur.rise", 1e-3, 1, 500, "from the dip to the new note's level"),
        Number("slur_late_ms", "slur.late", 1e-3, -50, 100, "from the dip to the middle of the pitch's way"),
        Number("detached_db", "detached.depth_db", 1, 0, 40, "dip between detached notes"),
        Number("detached_spread", "detached.spread", 1, 0, 1, "standard deviation of that, as a share"),
        Number("detached_fall_ms", "detached.fall", 1e-3, 1, 250, "from the key to the dip"),
        Number("detached_rise_ms", "detached.rise", 1e-3, 1, 500, "from the dip to the new note's level"),
        Number(
            "detached_late_ms",
            "detached.late",
            1e-3,
            -50,
            100,
            "from the dip to the middle of the pitch's way",
        ),
        Number("burst_db", "burst_db", 1, 0, 12, "noise above 6 kHz after a detached note's dip"),
        Number("onset_octaves", "onset_octaves", 1, -1, 1, "centroid of a detached note's first moments"),
        Number("onset_ms", "onset_seconds", 1e-3, 1, 250, "how long those are"),
        Number("vibrato_hz", "vibrato_hz", 1, 2, 10, "rate"),
        Number("vibrato_wander", "vibrato_wander", 1, 0, 0.4, "standard deviation of the rate, as a share"),
        Number("vibrato_delay_ms", "vibrato_delay", 1e-3, 0, 3000, "from a note's beginning to its vibrato"),
        Number("vibrato_fade_ms", "vibrato_fade", 1e-3, 1, 3000, "in which that comes to its full depth"),
        Number("vibrato_db", "vibrato_db", 1, -12, 12, "level with the pitch, for a semitone"),
        Number(
            "resonance_slope",
            "",
            1,
            0,
            25,
            "by how many dB vibrato moves each partial, for a semitone: a median",
        ),
        Number(
            "jitter_cents", "jitter_cents", 1, 0, 6, "deviation of the pitch at 12 to 60 Hz, within a line"
        ),
    )
}
"""By their names in the section `expression` of patch.json; what a patch does not have is its family's."""

_SLUR = ("slur_db", "slur_spread", "slur_fall_ms", "slur_rise_ms", "slur_late_ms")
_DETACHED = tuple(name.replace("slur", "detached") for name in _SLUR)
_STEP = ("step_ms", "step_power", "leap_ms", "step_spread")
_ONSET = ("burst_db", "onset_octaves", "onset_ms")
_VIBRATO = (
    "vibrato_hz",
    "vibrato_wander",
    "vibrato_delay_ms",
    "vibrato_fade_ms",
    "vibrato_db",
    "resonance_slope",
    "jitter_cents",
)
_NAMES = (*_STEP, *_SLUR, *_DETACHED, *_ONSET, *_VIBRATO)


def _kind(step, slur, detached, onset, vibrato) -> dict[str, float]:
    return dict(zip(_NAMES, (*step, *slur, *detached, *onset, *vibrato), strict=True))


_REED_SLUR = (3.8, 0.4, 10, 26, 0)
KINDS: dict[str, dict[str, float]] = {
    "bowed": _kind(
        (27, 0.6, 5, 0.5),
        (4.0, 0.45, 12, 50, 5),
        (11, 0.25, 24, 76, 8),
        (0, 0.07, 20),
        (6.1, 0.08, 60, 110, 0, 13, 1.5),
    ),
    "saxophone": _kind(
        (20, 0, 0, 0.4), _REED_SLUR, (13, 0.3, 16, 38, 2), (2.5, 0, 20), (5.0, 0.1, 200, 200, 4, 5, 1.0)
    ),
    "clarinet": _kind(
        (20, 0, 0, 0.4), _REED_SLUR, (10.5, 0.3, 16, 50, 2), (0, -0.32, 20), (5.0, 0.1, 200, 200, 4, 5, 1.0)
    ),
    "flute": _kind(
        (20, 0, 0, 0.4), _REED_SLUR, (9, 0.3, 16, 50, 2), (1.5, 0, 20), (5.1, 0.18, 200, 200, 10, 5, 1.0)
    ),
    "woodwind": _kind(
        (20, 0, 0, 0.4), _REED_SLUR, (11, 0.3, 16, 46, 2), (1, 0, 20), (5.0, 0.1, 200, 200, 4, 5, 1.0)
    ),
    "brass": _kind(
        (20, 0, 0, 0.4),
        (4.6, 0.3, 10, 30, 5),
        (17, 0.3, 18, 38, 9),
        (4, -0.07, 20),
        (5.2, 0.1, 120, 150, 5, 5, 1.0),
    ),
    "voice": _kind(
        (57, 0, 0, 0.4),
        (1.9, 0.7, 20, 40, 6),
        (9, 0.25, 24, 70, 2),
        (0, -0.32, 50),
        (5.7, 0.2, 40, 80, 3.5, 8, 2.0),
    ),
}
"""Medians of lines and single notes that were measured; what few notes bear out is said in docs/performance.md."""
_KIND_OF_FAMILY = {"bowed": "bowed", "brass": "brass", "voice": "voice", "flute": "flute"}


def kind_of(info: Mapping) -> str:
    """Which of `KINDS` a patch is, by the family or else the name that its patch.json has."""
    names = (str(info.get("name", "")), str(info.get("title", "")))
    family = info.get("family") or family_of(*names)
    words = set(re.findall("[a-z]+", " ".join(names).lower()))
    if family == "single-reed":
        return (
            "clarinet" if "clarinet" in words else "saxophone" if words & {"saxophone", "sax"} else "woodwind"
        )
    return _KIND_OF_FAMILY.get(family or "", "woodwind")


def numbers_of(info: Mapping) -> dict[str, float]:
    """All of a patch's numbers, by name: its own, kept within what each may be, and its family's for the rest."""
    own = info.get("expression")
    numbers = dict(KINDS[kind_of(info)])
    for name, number in NUMBERS.items():
        value = own.get(name) if isinstance(own, Mapping) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
            numbers[name] = min(number.high, max(number.low, float(value)))
    return numbers


def expression_config(info: Mapping) -> dict:
    """The kernel's `Expression` of a patch, for cffi."""
    config: dict = {"slur": {}, "detached": {}}
    for name, value in numbers_of(info).items():
        if not NUMBERS[name].field:
            continue
        group, _, field = NUMBERS[name].field.rpartition(".")
        (config[group] if group else config)[field] = value * NUMBERS[name].scale
    return config


RESONANCE_CENTS = 50.0  # from one of an instrument's close resonances to the trough beside it
MOST_RESONANCE_DB = 6.0
VIBRATO_CENTS = 10.0  # to either side, over which the slope is meant


def resonances(info: Mapping, steps: int, octaves: int) -> np.ndarray | None:
    """What vibrato moves a patch's partials through: dB, float32 [steps * octaves + 1] over the logarithm of frequency.

    Drawn by the patch's name, so that it is always the same, as steep as its numbers say. None: no partial moves.
    """
    slope = numbers_of(info)["resonance_slope"]
    if not slope:
        return None
    random = np.random.default_rng(zlib.crc32(str(info.get("name", "")).encode()))
    at = np.arange(steps * octaves + 1) * 1200 / steps
    count = int(at[-1] / RESONANCE_CENTS * 1.5)
    places = np.cumsum(RESONANCE_CENTS * random.uniform(0.7, 1.3, count)) - RESONANCE_CENTS
    heights = random.uniform(0.2, 1.8, count) * (-1.0) ** np.arange(count)  # peaks and troughs
    i = np.searchsorted(places, at, side="right").clip(1, count - 1)
    x = ((at - places[i - 1]) / (places[i] - places[i - 1])).clip(0, 1)
    curve = heights[i - 1] + (heights[i] - heights[i - 1]) * x * x * (3 - 2 * x)
    low, high, reach = 0.1, 30.0, round(VIBRATO_CENTS / 1200 * steps)
    for _ in range(30):
        size = np.sqrt(low * high)
        made = MOST_RESONANCE_DB * np.tanh(size * curve / MOST_RESONANCE_DB)
        steep = np.median(np.abs(made[2 * reach :] - made[: -2 * reach])) / (2 * VIBRATO_CENTS) * 100
        low, high = (size, high) if steep < slope else (low, size)
    return made.astype(np.float32)
