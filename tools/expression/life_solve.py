"""From variances in bands to the deviations of the kernel's random processes that have them."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from ...performance.life import SPEEDS
from ..analysis.movement import BANDS_HZ, FRAME_RATE, deviation
from .life_moves import RESONANCE_HZ

VIBRATO_BANDWIDTH_HZ = 0.7  # as in native/expression/life_contour.c
STEPS = 400
LEAST_DEVIATION = 1e-3
UNIT_NOTES, UNIT_FRAMES, WARM_FRAMES = 100, 300, 1500


def deviations(units: np.ndarray, variance: np.ndarray, most: Sequence[float]) -> tuple[float, ...]:
    """Returns deviations [processes] whose variances in the bands are the likeliest to show as those that are wanted.

    units: variances [processes, bands] of the processes at deviation 1. Multiplicative steps of the Itakura-Saito
    divergence (Févotte, Bertin and Durrieu 2009), for which a band that is missed by a factor counts alike whether it
    is loud or soft.
    """
    power = np.full(len(units), variance.mean())
    for _ in range(STEPS):
        made = power @ units
        power *= np.sqrt((units @ (variance / made**2)) / (units @ (1 / made)))
    found = np.minimum(np.sqrt(power), most)
    return tuple(float(x) if x > LEAST_DEVIATION else 0.0 for x in found)


@cache
def unit_variances(vibrato_hz: float) -> np.ndarray:
    """Returns variances [processes, bands] of the kernel's processes of deviation 1, over notes of an ordinary length.

    The processes are those of SPEEDS, and an unsteady vibrato's; the bands BANDS_HZ, and around the vibrato's rate.
    """
    bands = (*BANDS_HZ, (vibrato_hz - RESONANCE_HZ, vibrato_hz + RESONANCE_HZ))
    rng = np.random.default_rng(0)
    radius = np.exp(-np.pi * VIBRATO_BANDWIDTH_HZ / FRAME_RATE)
    poles = [np.exp(-1 / (FRAME_RATE * seconds)) for seconds in SPEEDS]
    recursions = [(2 * a, -(a**2)) for a in poles]
    recursions.append((2 * radius * np.cos(2 * np.pi * vibrato_hz / FRAME_RATE), -(radius**2)))
    rows = []
    for a1, a2 in recursions:
        x = np.zeros((WARM_FRAMES + UNIT_FRAMES, UNIT_NOTES))
        z = rng.normal(size=x.shape)
        for n in range(2, len(x)):
            x[n] = a1 * x[n - 1] + a2 * x[n - 2] + z[n]
        gain = np.sqrt((1 - a2) / ((1 + a2) * ((1 - a2) ** 2 - a1**2)))
        rows.append([np.mean(deviation(x[WARM_FRAMES:] / gain, band) ** 2) for band in bands])
    return np.array(rows)
