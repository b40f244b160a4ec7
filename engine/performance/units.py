"""What the six attributes are called, and how each is scaled from the units that players know."""

from typing import NamedTuple

import numpy as np

FLOOR_DB = -80.0
VIBRATO_GAIN = 0.375
"""The largest |rfft| / length of a steady sine of amplitude 1 under a Tukey window (α = 0.5), whose mean is 3/4."""


class Attribute(NamedTuple):
    """One attribute: its value is `scale` times the amount in `unit`, plus `offset`, and lies in low … high."""

    name: str
    unit: str
    scale: float
    offset: float
    low: float
    high: float
    meaning: str


ATTRIBUTES = (
    Attribute("volume", "dB", 1 / 60, 1.5, 0.0, 2.0, "mean level of the harmonic part"),
    Attribute(
        "volume_fluctuation", "dB", 2.5 / 60, 0.0, 0.0, 2.0, "standard deviation of that level in the note"
    ),
    Attribute("volume_peak_position", "of the note", 1.0, 0.0, 0.0, 1.0, "where in the note it is loudest"),
    Attribute(
        "vibrato", "cents", VIBRATO_GAIN / 10, 0.0, 0.0, 10.0, "how far the pitch sways to either side"
    ),
    Attribute(
        "brightness", "harmonics", 1 / 12, 0.0, 0.0, 12.0, "centroid of the harmonics; the fundamental is 1"
    ),
    Attribute(
        "attack_noise", "dB", 1 / 40, 2.625, 0.0, 3.0, "mean gain of the noise bands in the first 40 ms"
    ),
)
NAMES = tuple(attribute.name for attribute in ATTRIBUTES)
BY_NAME = {attribute.name: attribute for attribute in ATTRIBUTES}


def to_units(name: str, value):
    """An attribute's value, a number or an array, in the attribute's unit."""
    attribute = BY_NAME[name]
    return (value - attribute.offset) / attribute.scale


def from_units(name: str, amount):
    """The inverse of `to_units`."""
    attribute = BY_NAME[name]
    return amount * attribute.scale + attribute.offset


def decibels(gain: np.ndarray) -> np.ndarray:
    """20·log10 of a gain, no less than -80 dB."""
    return 20 * np.log10(np.maximum(gain, 10 ** (FLOOR_DB / 20)))
