"""How good a decoder is, measured from its audio."""

from collections.abc import Callable, Sequence

import numpy as np
import soxr
import torch

from ..loudness import loudness
from .analysis import Take
from .losses import spectral_distance
from .yin import yin

COMPARED_RATE = 16000  # Hz; figures of other trainers are for this rate
AUDIBLE_DB = -60.0
PERIODIC = 0.3

Player = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""f0_hz [frames], loudness_db [frames] -> audio [samples]."""


def evaluate(takes: Sequence[Take], play: Player) -> dict[str, float]:
    """Means over takes that are played with their own pitch and loudness.

    distance, distance_16k: multi-scale spectral distance at the take's rate, and with both at 16 kHz.
    loudness_error_db: mean absolute. f0_cents: median absolute, between the takes' pitch and YIN's of the
    audio; f0_within_50_cents: share of the frames that YIN finds periodic.
    """
    rows = [evaluate_take(take, play(take.f0_hz, take.loudness_db)) for take in takes]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def evaluate_take(take: Take, made: np.ndarray) -> dict[str, float]:
    """The figures of one take."""
    made = made[: len(take.audio)]
    wanted = take.audio[: len(made)]
    level = loudness(made, take.sample_rate, take.frame_rate)
    asked = take.loudness_db[: len(level)]
    audible = asked > AUDIBLE_DB
    off_cents = pitch_error_cents(made, take.sample_rate, take.f0_hz, take.frame_rate)
    return {
        "distance": distance(made, wanted),
        "distance_16k": distance(
            *(soxr.resample(x, take.sample_rate, COMPARED_RATE) for x in (made, wanted))
        ),
        "loudness_error_db": float(np.abs(level - asked)[audible].mean()),
        "f0_cents": float(np.median(off_cents)),
        "f0_within_50_cents": float(np.mean(off_cents < 50)),
    }


def distance(x: np.ndarray, y: np.ndarray) -> float:
    """Multi-scale spectral distance of two signals [samples]."""
    return float(spectral_distance(*(torch.from_numpy(np.asarray(z, np.float32))[None] for z in (x, y))))


def pitch_error_cents(audio: np.ndarray, sample_rate: int, f0_hz: np.ndarray, frame_rate: int) -> np.ndarray:
    """|YIN's pitch - f0_hz| in cents at the frames that YIN finds periodic; one 1200 where none are."""
    low_hz = max(25.0, float(f0_hz.min()) * 0.7)
    times, found_hz, aperiodicity = yin(audio, sample_rate, low_hz=low_hz)
    asked_hz = np.interp(times, np.arange(len(f0_hz)) / frame_rate, f0_hz)
    periodic = aperiodicity < PERIODIC
    if not periodic.any():
        return np.array([1200.0])
    return np.abs(1200 * np.log2(found_hz / asked_hz))[periodic]


def sustained(
    play: Player, midi: Sequence[float], loudness_db: Sequence[float], *, sample_rate: int, frame_rate: int
) -> dict[str, np.ndarray]:
    """Held notes at every pitch and loudness: what loudness and pitch their audio has.

    Returns loudness_db, f0_cents (of YIN, signed median) and peak, each [pitches, levels].
    """
    frames = frame_rate // 2
    results = {name: np.zeros((len(midi), len(loudness_db))) for name in ("loudness_db", "f0_cents", "peak")}
    for i, note in enumerate(midi):
        f0_hz = np.full(frames, 440 * 2 ** ((note - 69) / 12), np.float32)
        for j, asked in enumerate(loudness_db):
            audio = play(f0_hz, np.full(frames, asked, np.float32))
            steady = audio[len(audio) // 4 :]
            _, found_hz, aperiodicity = yin(steady, sample_rate, low_hz=0.7 * f0_hz[0])
            heard = found_hz[aperiodicity < PERIODIC]
            cents = np.median(1200 * np.log2(heard / f0_hz[0])) if len(heard) else np.nan
            level = np.mean(loudness(steady, sample_rate, frame_rate)[10:-10])
            for name, value in zip(results, (level, cents, np.abs(audio).max()), strict=True):
                results[name][i, j] = value
    return results
