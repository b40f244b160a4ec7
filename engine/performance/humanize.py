"""The small irregularities of a player, seeded: the same seed gives the same performance."""

import numpy as np

from .phrase_context import Line

HUMAN = np.dtype(
    [
        ("level_db", float),
        ("ioi_seconds", float),  # the inner clock's: it moves all that follows
        ("onset_seconds", float),  # the hand's: it moves this event alone
    ]
)
MOTOR_SECONDS = 0.00678  # standard deviation of the hand
MOTOR_DB = 1.0
CLOCK_TO_MOTOR = 0.57  # at intervals of 300 ms (Gilden, Thornton and Mallon, Science 267, 1995)
FARTHEST = 3.0  # standard deviations
MEMORIES = 4.0 ** np.arange(6)  # notes that each of the clock's drifts lasts


def humanize(melody: Line, amount: float = 1.0, *, seed: int = 0) -> np.ndarray:
    """Deviations of level and time, [events] of type `HUMAN`; amount 1 is a good player, 0 a machine.

    The noise rule of Director Musices (Friberg, Bresin and Sundberg 2006): a hand that misses by 6.8 ms and 1 dB
    (standard deviation), never by more than three of these, and an inner clock whose error is 1/f noise that grows
    with the interval.
    """
    result = np.zeros(len(melody.onset), HUMAN)
    rng = np.random.default_rng(seed)
    # Three uniform numbers have the variance 1 and the bound 3; drawn per event, so that later notes change nothing.
    draws = rng.uniform(-1, 1, (len(result), 6))
    result["onset_seconds"] = amount * MOTOR_SECONDS * draws[:, :3].sum(axis=1)
    result["level_db"] = amount * MOTOR_DB * draws[:, 3:].sum(axis=1)
    result["ioi_seconds"] = amount * clock_seconds(melody.ioi) * drift(len(result), rng.spawn(1)[0])
    return result


def clock_seconds(ioi_seconds: np.ndarray) -> np.ndarray:
    """The inner clock's standard deviation at an interval, as Director Musices fits it to tapping."""
    ms = 1000 * np.asarray(ioi_seconds, float)

    def fit(ms):
        spread = np.where(ms > 1300, 0.0975 * ms - 75.976, 0.032 * ms + 6.7398)
        return spread * (0.57 + 0.00143 * ms)

    return CLOCK_TO_MOTOR * MOTOR_SECONDS * fit(ms) / fit(300.0)


def drift(count: int, rng: np.random.Generator) -> np.ndarray:
    """Noise of variance 1 and a spectrum near 1/f, within ±3: [count].

    A sum of first-order drifts whose memories grow by 4 (after Voss), each started in its stationary state.
    """
    shocks = rng.standard_normal((count, len(MEMORIES)))
    keep = np.exp(-1 / MEMORIES)
    states = np.empty_like(shocks)
    for i, shock in enumerate(shocks):
        states[i] = shock if i == 0 else keep * states[i - 1] + np.sqrt(1 - keep**2) * shock
    return np.clip(states.sum(axis=1) / np.sqrt(len(MEMORIES)), -FARTHEST, FARTHEST)
