"""Fits a voice or an instrument that comes in to a patch: its register by octaves, its dynamics by quantiles."""

from collections.abc import Sequence

import numpy as np

from ..patch import Patch

HEARD_DB = np.arange(-80.0, 1.0, 2.0)  # of the tables below
PERCENTS = np.array([5.0, 25.0, 50.0, 75.0, 95.0])
USUAL_DB = np.array([-46.0, -36.0, -29.0, -23.0, -16.0])
"""What a microphone hears of somebody at these percents, until it is known."""
LOUDEST = 4  # of PERCENTS
PATCH_PERCENTS = np.linspace(0, 100, 21)
LEAST_SPREAD_DB = 1.5  # between two of the percents: what was played at one level has no quantiles
BELOW_SOFTEST_DB = 3.0
MOST_OCTAVES = 4
BETTER = 0.1  # share of the frames that another octave must bring into the patch's range


def quantiles(counts: Sequence[int] | np.ndarray, values: np.ndarray) -> np.ndarray:
    """The values [5] at PERCENTS of a histogram."""
    below = (np.cumsum(counts) - 0.5 * np.asarray(counts)) / max(1, np.sum(counts))
    return np.interp(PERCENTS / 100, below, values)


def octaves_to(patch: Patch, pitches: Sequence[int] | np.ndarray, now: int = 0) -> int:
    """How many octaves up the input is best played by the patch.

    pitches: [128], frames by MIDI note, as heard. The fewest octaves that bring the most frames into the patch's
    range; `now` stays where no other is clearly better.
    """
    pitches = np.asarray(pitches, float)
    if not pitches.sum():
        return now
    notes = np.arange(len(pitches))
    choices = np.arange(-MOST_OCTAVES, MOST_OCTAVES + 1)
    moved = notes + 12 * choices[:, None]
    inside = (moved >= patch.pitch_low - 0.5) & (moved <= patch.pitch_high + 0.5)
    shares = (inside * pitches).sum(1) / pitches.sum()
    if shares.max() < shares[choices == now] + BETTER:
        return now
    good = choices[shares > shares.max() - BETTER / 2]
    return int(good[np.argmin(np.abs(good))])


def loudness_tables(patch: Patch, heard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the decoder is told, and how loud it is to be, by HEARD_DB: float32 [41] each, dB.

    heard: the input's loudness [5] at PERCENTS. The decoder is told the patch's loudness at the same percents, so that
    soft is played with the timbre of soft; how loud that is goes dB for dB with the input, below the patch's loud
    end, as recordings are often levelled and people are not.
    """
    own = np.interp(PERCENTS, PATCH_PERCENTS, patch.loudness_quantiles)
    own = np.maximum.accumulate(np.maximum(own, patch.loudness_low - BELOW_SOFTEST_DB))
    heard = np.maximum.accumulate(np.asarray(heard, float) + 1e-3 * np.arange(len(PERCENTS)))
    middle = heard[2]
    spread = np.maximum(np.abs(heard - middle), LEAST_SPREAD_DB * np.abs(np.arange(5) - 2))
    heard = middle + np.sign(np.arange(5) - 2) * spread
    told = np.interp(HEARD_DB, heard, own)
    told += np.minimum(0, HEARD_DB - heard[0]) + np.maximum(0, HEARD_DB - heard[-1]) / 2
    target = own[-1] + np.minimum(0, HEARD_DB - heard[-1]) + np.maximum(0, HEARD_DB - heard[-1]) / 2
    return np.clip(told, -80, 0).astype(np.float32), np.clip(target, -80, 0).astype(np.float32)
