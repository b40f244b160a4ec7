"""The compressor between two recordings, by Levenberg and Marquardt's method on its own recursion.

Derivatives run forward beside the recursion (native/effects/compressor_fit.c), so that a step is one pass.
Published for an LA-2A by Newton's method: Yu and Fazekas, "Sound matching an analogue levelling amplifier using the
Newton-Raphson method" (2025).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ddsp_live.native._kernel import ffi, lib

ORDERS = {"gain": lib.SMOOTH_GAIN, "level": lib.SMOOTH_LEVEL}
PACES = {"gain": 2200.0, "level": 2000.0 * np.pi}
"""Of attack and release, per second and per millisecond, as native/effects/compressor.c has them."""
STEEPEST = 0.95  # a ratio of 20
STARTS_DB = (-18.0, -30.0)
TRIED = 6  # steps from each start
MOST_STEPS = 60
ENOUGH = 1e-9  # of the energy of the difference, that a step still brings
LEAST, MOST = np.array([-60, -6, -3, 1, -24.0]), np.array([0, 6, 6.2, 8.5, 36.0])


@dataclass(frozen=True)
class Dynamics:
    """What a compressor was found to be."""

    settings: Mapping[str, float | str]
    """By the table's names, ``compressor_threshold`` and so on."""
    uncertain: Mapping[str, float]
    """Standard errors: of threshold and make-up in dB, of the others relative."""
    error: float
    """Energy of the difference by that of the wet sound, both with their high sound raised."""
    steps: int
    gain: np.ndarray
    """The factor of each sample, make-up left out."""


def fit_compressor(dry: np.ndarray, wet: np.ndarray, rate: float, order: str) -> Dynamics:
    """Return the compressor that makes `wet` of `dry`, both [samples], in one of the `ORDERS`."""
    dry, wet = (np.ascontiguousarray(sound, np.float64) for sound in (dry, wet))
    begun = [_descend(dry, wet, rate, order, _start(level, dry, wet), TRIED) for level in STARTS_DB]
    place, _, steps = min(begun, key=lambda found: found[1])
    place, energy, more = _descend(dry, wet, rate, order, place, MOST_STEPS)
    gain = np.empty(len(dry))
    _, normal, _ = _step(dry, wet, rate, order, place, gain)
    spread = _spread(normal, energy / max(1, len(dry) - len(place)))
    numbers = _physical(place)
    names = ("threshold", "ratio", "attack", "release", "makeup")
    ends = {
        "threshold": (-60, 0),
        "ratio": (1, 20),
        "attack": (0.1, 200),
        "release": (5, 3000),
        "makeup": (-12, 24),
    }
    settings: dict[str, float | str] = {
        f"compressor_{name}": float(np.clip(value, *ends[name]))
        for name, value in zip(names, numbers, strict=True)
    }
    return Dynamics(
        settings | {"compressor_on": 1, "compressor_order": order},
        dict(zip(names, map(float, spread), strict=True)),
        energy / max(1e-30, _emphasized_energy(wet)),
        steps + more,
        gain,
    )


def _start(level_db: float, dry: np.ndarray, wet: np.ndarray) -> np.ndarray:
    """2 : 1, 20 and 100 ms, from a threshold below the loudest, with the make-up that both levels suggest."""
    loudest = 20 * np.log10(max(1e-6, float(np.percentile(np.abs(dry), 99.9))))
    makeup = 10 * np.log10(max(1e-12, float(np.mean(wet**2))) / max(1e-12, float(np.mean(dry**2))))
    return np.array([np.clip(loudest + level_db / 2, -59, -1), 0.1, np.log(20), np.log(100), makeup + 3])


def _physical(place: np.ndarray) -> np.ndarray:
    """Threshold, ratio, attack, release and make-up."""
    slope = STEEPEST / (1 + np.exp(-place[1]))
    return np.array([place[0], 1 / (1 - slope), np.exp(place[2]), np.exp(place[3]), place[4]])


def _step(
    dry: np.ndarray,
    wet: np.ndarray,
    rate: float,
    order: str,
    place: np.ndarray,
    gain: np.ndarray | None = None,
) -> tuple[float, np.ndarray, np.ndarray]:
    """The energy of the difference, the normal matrix and the slope, by the numbers of `place`."""
    slope, times = STEEPEST / (1 + np.exp(-place[1])), np.exp(place[2:4])
    shares = 1 - np.exp(-PACES[order] / (times * rate))
    numbers = np.array([place[0], slope, *shares, place[4]])
    by = np.array([1, slope * (1 - slope / STEEPEST), *(-(1 - shares) * PACES[order] / (times * rate)), 1])
    normal, down = np.empty((5, 5)), np.empty(5)
    pointers = [ffi.from_buffer("double *", array) for array in (dry, wet, numbers, normal, down)]
    kept: Any = ffi.NULL if gain is None else ffi.from_buffer("double *", gain)
    energy = lib.compressor_fit_step(
        *pointers[:2], len(dry), pointers[2], ORDERS[order], pointers[3], pointers[4], kept
    )
    return energy, normal * np.outer(by, by), down * by


def _descend(
    dry: np.ndarray, wet: np.ndarray, rate: float, order: str, place: np.ndarray, most: int
) -> tuple[np.ndarray, float, int]:
    """The place that was reached, the energy there, and in how many steps."""
    damping, steps = 1e-2, 0
    energy, normal, down = _step(dry, wet, rate, order, place)
    while steps < most and damping < 1e6:
        steps += 1
        damped = normal + damping * np.diag(np.diag(normal)) + 1e-12 * np.trace(normal) * np.eye(5)
        tried = np.clip(place - np.linalg.solve(damped, down), LEAST, MOST)
        found = _step(dry, wet, rate, order, tried)
        if not found[0] < energy:
            damping *= 4
            continue
        brought = energy - found[0]
        place, (energy, normal, down) = tried, found
        damping /= 5
        if brought < ENOUGH * energy:
            break
    return place, float(energy), steps


def _spread(normal: np.ndarray, variance: float) -> np.ndarray:
    """Standard errors of the numbers, infinite for what the sound says nothing of."""
    scale = np.sqrt(np.maximum(np.diag(normal), 1e-30))
    inverse = np.linalg.pinv(normal / np.outer(scale, scale), rcond=1e-10, hermitian=True)
    errors: np.ndarray = np.sqrt(np.maximum(np.diag(inverse), 0) * variance) / scale
    return np.where(np.diag(normal) > 1e-12 * max(1e-30, np.trace(normal)), errors, np.inf)


def _emphasized_energy(sound: np.ndarray) -> float:
    """As compressor_fit_step's, of a sound alone: from silence, nothing but the difference is left."""
    numbers, normal, down = np.array([0.0, 0.0, 1.0, 1.0, 0.0]), np.empty((5, 5)), np.empty(5)
    silence = np.zeros_like(sound)
    pointers = [ffi.from_buffer("double *", array) for array in (silence, sound, numbers, normal, down)]
    return float(
        lib.compressor_fit_step(
            *pointers[:2], len(sound), pointers[2], ORDERS["gain"], pointers[3], pointers[4], ffi.NULL
        )
    )
