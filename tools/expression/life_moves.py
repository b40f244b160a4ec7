"""How much notes move, as the few numbers that life is fitted by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..analysis.movement import BANDS_HZ, FRAME_RATE, Movement, correlations, deviation

VIBRATO_HZ = (3.5, 7.0)  # where an unsteady vibrato is looked for
RESONANCE_HZ = 0.8  # to either side
DEEPEST_DB = 40.0
LAST_SLOPED = 24  # from this partial on, the number makes no more difference, as in the kernel
SLOW = slice(0, 3)  # bands of partials by which these are compared: the fastest holds noise
MIDDLE = slice(1, 3)  # bands that a note is long enough to tell the deviation of
RIDGE = 0.5
LEAST = 1e-5


@dataclass(frozen=True)
class Moves:
    """What is fitted of one note; bands are those of `BANDS_HZ`. Deviations are in dB or cents."""

    partials: np.ndarray  # [bands] mean deviation of the partials
    level: np.ndarray  # [bands]
    pitch: np.ndarray  # [bands + 1]; the last is around the vibrato's rate
    noise: np.ndarray  # [2] of the noise's level, slow and fast
    in_step: float  # how far the noise follows the phase of f0
    neighbours: float  # correlation of partials next to each other
    number: np.ndarray  # [partials] binary logarithm
    depth: np.ndarray  # [partials] tens of dB below the strongest
    log_variance: np.ndarray  # [partials] mean over the bands of SLOW


@dataclass(frozen=True)
class Typical:
    """How several notes move on the average: variances are geometric means over notes."""

    partials: np.ndarray
    level: np.ndarray
    pitch: np.ndarray
    noise: np.ndarray
    in_step: float
    neighbours: float
    slope: float  # of the logarithm of a partial's variance, over the logarithm of its number
    depth: float  # and over 10 dB below the strongest
    spreads: np.ndarray  # [3] deviation from note to note of log deviations: partials, level, pitch


def moves_of(movement: Movement, vibrato_hz: float) -> Moves:
    """Reads what is fitted of a note."""
    held = movement.held
    partials = np.array([deviation(movement.partials_db, band) for band in BANDS_HZ])
    around = (vibrato_hz - RESONANCE_HZ, vibrato_hz + RESONANCE_HZ)
    return Moves(
        partials=partials.mean(1),
        level=np.array([deviation(movement.loudness_db[held], band) for band in BANDS_HZ]),
        pitch=np.array([deviation(movement.cents[held], band) for band in (*BANDS_HZ, around)]),
        noise=np.array(movement.noise_sway_db),
        in_step=movement.in_step,
        neighbours=correlations(movement.partials_db)[0],
        number=np.log2(np.minimum(movement.counted + 1, LAST_SLOPED)),
        depth=np.minimum(movement.depth_db, DEEPEST_DB) / 10,
        log_variance=2 * np.log(partials[SLOW] + LEAST).mean(0),
    )


def typical(rows: Sequence[Moves]) -> Typical:
    """What notes have in common."""

    def variance(name: str) -> np.ndarray:
        return np.exp(np.mean([2 * np.log(getattr(row, name) + LEAST) for row in rows], axis=0))

    def spread(name: str) -> float:
        return float(np.std([np.log(getattr(row, name)[MIDDLE] + LEAST).mean() for row in rows]))

    slope, depth = over_partials(rows)
    return Typical(
        *(variance(name) for name in ("partials", "level", "pitch", "noise")),
        in_step=float(np.median([row.in_step for row in rows])),
        neighbours=float(np.mean([row.neighbours for row in rows])),
        slope=slope,
        depth=depth,
        spreads=np.array([spread(name) for name in ("partials", "level", "pitch")]),
    )


def over_partials(rows: Sequence[Moves]) -> tuple[float, float]:
    """Returns how the logarithm of a partial's variance goes with its number and with its depth, within notes."""
    left, right = RIDGE * np.eye(2), np.zeros(2)
    for row in rows:
        columns = np.stack([row.number, row.depth])
        columns = columns - columns.mean(1, keepdims=True)
        left += columns @ columns.T
        right += columns @ (row.log_variance - row.log_variance.mean())
    slope, depth = np.linalg.solve(left, right)
    return float(slope), float(depth)


def vibrato_hz(movements: Sequence[Movement]) -> float:
    """Returns the rate at which pitch moves most, between the bands' own movement."""
    hz = np.arange(VIBRATO_HZ[0], VIBRATO_HZ[1], 0.25)
    power = np.zeros(len(hz))
    for movement in movements:
        cents = movement.cents[movement.held]
        turns = np.exp(-2j * np.pi * np.outer(hz, np.arange(len(cents)) / FRAME_RATE))
        own = np.abs(turns @ ((cents - cents.mean()) * np.hanning(len(cents)))) ** 2
        power += own / max(own.sum(), 1e-12)
    return float(hz[np.argmax(power * hz)])  # less the fall of what moves at every rate
