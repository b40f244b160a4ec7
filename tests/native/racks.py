"""Settings for tests of the rack's units: everything as it is by default, and what a test asks for."""

import numpy as np
import units
from ddsp_live.parameters.effects import EFFECTS, UNITS

RATE = 48000
HOP = 192
DEFAULTS: dict[str, dict[str, float]] = {unit: {} for unit in UNITS}
for row in EFFECTS:
    unit, _, field = row.name.partition("_")
    if field != "on":
        DEFAULTS[unit][field] = int(row.default) if row.is_whole else row.default
DEFAULTS["reverb"]["level"] = -6.0  # loud enough beside the dry sound to be measured


def settings(ffi, unit: str, **changes):
    """The C settings of one unit, on."""
    kind = f"{unit.capitalize()}Settings *"
    return ffi.new(kind, {"on": 1, **DEFAULTS[unit], **changes})


def rack(ffi, **changes):
    """The C settings of a rack in which the units that are named are on; each with its changes."""
    told = {name: {"on": name in changes, **DEFAULTS[name], **changes.get(name, {})} for name in DEFAULTS}
    return ffi.new("RackSettings *", told)


def noise(size: int, seed: int = 0, level: float = 0.5) -> np.ndarray:
    """Both sides, float32 [2, size]."""
    return np.random.default_rng(seed).uniform(-level, level, (2, size)).astype(np.float32)


def sine(hertz: float, size: int, level: float = 0.5, rate: float = RATE) -> np.ndarray:
    """Both sides alike, float32 [2, size]."""
    one = level * np.sin(2 * np.pi * hertz * np.arange(size) / rate)
    return np.stack([one, one]).astype(np.float32)


def sides(ffi, sound: np.ndarray) -> list:
    """C pointers to the left and the right side of a sound [2, size]."""
    return [units.pointer(ffi, side) for side in sound]


def in_place(ffi, render, unit, sound: np.ndarray, splits=None) -> np.ndarray:
    """What a unit that works in place makes of a sound [2, size] from position 0, in pieces (first, size)."""
    out = sound.copy()
    for first, size in splits or [(0, sound.shape[1])]:
        piece = np.ascontiguousarray(out[:, first : first + size])
        render(unit, first, *sides(ffi, piece), size)
        out[:, first : first + size] = piece
    return out


def bands_beside(sound: np.ndarray, hertz: float, apart: float, rate: float = RATE) -> float:
    """The loudest line of the spectrum more than `apart` Hz beside a sine, in dB of the sine's."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    frequency = np.fft.rfftfreq(len(sound), 1 / rate)
    beside = np.abs(frequency - hertz) > apart
    return float(20 * np.log10(spectrum[beside].max() / spectrum[~beside].max()))
