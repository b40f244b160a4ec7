"""Settings for tests of the rack's units: everything as it is by default, and what a test asks for."""

import numpy as np
import units

RATE = 48000
HOP = 192
DEFAULTS = {
    "drive": {"shape": 0, "amount": 12.0, "bias": 0.0, "tone": 20000.0, "level": 0.0, "mix": 1.0},
    "equalizer": {
        "high_pass": 16.0,
        "high_pass_q": 0.707,
        "low_shelf": 120.0,
        "low_shelf_gain": 0.0,
        "peak_1": 500.0,
        "peak_1_gain": 0.0,
        "peak_1_q": 1.0,
        "peak_2": 3000.0,
        "peak_2_gain": 0.0,
        "peak_2_q": 1.0,
        "high_shelf": 6000.0,
        "high_shelf_gain": 0.0,
        "low_pass": 20000.0,
        "low_pass_q": 0.707,
    },
    "compressor": {
        "threshold": -18.0,
        "ratio": 3.0,
        "attack": 5.0,
        "release": 200.0,
        "gate": -90.0,
        "expansion": 1.0,
        "makeup": 0.0,
        "automatic": 0,
        "detector": 0,
        "mean": 10.0,
        "order": 0,
    },
    "chorus": {"rate": 0.6, "depth": 2.0, "mix": 0.5, "width": 1.0},
    "echo": {
        "time": 350.0,
        "feedback": 0.35,
        "tone": 6000.0,
        "first": 0,
        "width": 0.7,
        "level": -12.0,
        "send": 0.0,
    },
    "reverb": {
        "decay": 1.6,
        "low": 250.0,
        "high": 4000.0,
        "low_times": 1.1,
        "high_times": 0.5,
        "size": 1.0,
        "predelay": 0.0,
        "level": -6.0,
    },
}


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
