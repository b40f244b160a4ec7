"""From the score's notes to a performance, by rules alone."""

from collections.abc import Mapping

import numpy as np

from ..errors import DdspLiveError
from .humanize import humanize
from .phrase_context import Line, line
from .rules import DEVIATION, RULES
from .table import LIMITS
from .units import NAMES, from_units

REST_VOLUME = from_units("volume", -40.0)
VELOCITY_DB = 0.2  # a step of velocity, around 64
SHORTEST_SHARE = 0.5  # of a note's time that always sounds
FASTEST, SLOWEST = 0.5, 2.0  # an interval's change in time, at most


class RuleError(DdspLiveError):
    """A quantity for a rule that there is not, or that is no number."""


def perform(
    rows: np.ndarray,
    quantities: Mapping[str, float] | None = None,
    *,
    human: float = 0.0,
    seed: int = 0,
    rest: Mapping[str, float] | None = None,
) -> np.ndarray:
    """Give notes the volume and timing that the rules of `rules.RULES` ask for.

    Parameters
    ----------
    rows : numpy.ndarray
        [notes] of type `ROW`, sorted by onset; a channel is a part.
    quantities : mapping, optional
        k of each rule, 1 for those not named, 0 for off.
    human : float
        Amount of random deviation, 0 for none.
    seed : int
        Of that deviation.
    rest : mapping, optional
        Attributes of an ordinary note of the instrument, for what is not set.

    Returns
    -------
    numpy.ndarray
        A copy. Attributes that were set stay as they are. All parts keep together in time, led by the part with
        the most notes, and the first and the last onset of that part stay where they were, but for the hand's
        deviation. With all quantities and `human` at 0, onsets and durations are the same to the last bit.

    Raises
    ------
    RuleError
    """
    quantities = dict.fromkeys(RULES, 1.0) | dict(quantities or {})
    for name, k in quantities.items():
        if name not in RULES:
            raise RuleError(f"There is no rule {name!r}; there are {', '.join(RULES)}.")
        if not np.isfinite(k):
            raise RuleError(f"The quantity of {name} must be a number, but is {k}.")
    if not (np.isfinite(human) and human >= 0):
        raise RuleError(f"The amount of humanize must be a number from 0, but is {human}.")
    result = fill(rows, rest)
    parts = {channel: np.flatnonzero(rows["channel"] == channel) for channel in np.unique(rows["channel"])}
    if not parts:
        return result
    lines = {channel: line(rows[own]) for channel, own in parts.items()}
    lead = max(lines, key=lambda channel: (len(lines[channel].onset), -channel))
    deviations = {channel: _by_rules(melody, quantities) for channel, melody in lines.items()}
    hands = {channel: humanize(melody, human, seed=seed + channel) for channel, melody in lines.items()}
    ioi_seconds = deviations[lead]["ioi_seconds"] + hands[lead]["ioi_seconds"]
    if np.any(ioi_seconds):
        _warp(result, lines[lead], ioi_seconds)
    for channel, own in parts.items():
        event = lines[channel].event
        _level(result, rows, own, (deviations[channel]["level_db"] + hands[channel]["level_db"])[event])
        _pause(result, own, lines[channel], deviations[channel]["pause_seconds"])
        if human:
            moved = result["onset_seconds"][own] + hands[channel]["onset_seconds"][event]
            result["onset_seconds"][own] = np.maximum(0.0, moved)
    return result[np.argsort(result["onset_seconds"], kind="stable")]


def fill(rows: np.ndarray, rest: Mapping[str, float] | None = None) -> np.ndarray:
    """A copy whose unset attributes are those of `rest`; the volume, always set, goes with velocity as well."""
    result = rows.copy()
    rest = {"volume": REST_VOLUME} | dict(rest or {})
    for name, value in rest.items():
        if name not in NAMES:
            raise RuleError(f"There is no attribute {name!r}; there are {', '.join(NAMES)}.")
        struck = VELOCITY_DB * (rows["velocity"] - 64) / 60 if name == "volume" else 0.0
        result[name] = np.where(np.isnan(rows[name]), np.clip(value + struck, *LIMITS[name]), rows[name])
    return result


def _by_rules(melody: Line, quantities: Mapping[str, float]) -> np.ndarray:
    total = np.zeros(len(melody.onset), DEVIATION)
    for name, k in quantities.items():
        one = RULES[name](melody, k)
        for field in DEVIATION.names:
            total[field] += one[field]
    return total


def _level(result: np.ndarray, rows: np.ndarray, own: np.ndarray, level_db: np.ndarray) -> None:
    unset = np.isnan(rows["volume"][own])
    louder = np.clip(result["volume"][own] + level_db / 60, *LIMITS["volume"])
    result["volume"][own] = np.where(unset, louder, result["volume"][own])


def _warp(result: np.ndarray, melody: Line, ioi_seconds: np.ndarray) -> None:
    """Bend time at the leading part's onsets; every part follows, so that they stay together."""
    ioi = melody.ioi * np.clip(1 + ioi_seconds / melody.ioi, FASTEST, SLOWEST)
    # The rules change proportions, not the tempo: all but the last interval keep their sum.
    if len(ioi) > 1:
        ioi[:-1] *= melody.ioi[:-1].sum() / ioi[:-1].sum()
    before = np.append(melody.onset, melody.onset[-1] + melody.ioi[-1])
    after = melody.onset[0] + np.append(0.0, np.cumsum(ioi))

    def bend(seconds):
        late = np.maximum(0.0, seconds - before[-1])
        early = np.minimum(0.0, seconds - before[0])
        return np.interp(seconds, before, after) + late + early

    end = bend(result["onset_seconds"] + result["duration_seconds"])
    result["onset_seconds"] = bend(result["onset_seconds"])
    result["duration_seconds"] = end - result["onset_seconds"]


def _pause(result: np.ndarray, own: np.ndarray, melody: Line, pause_seconds: np.ndarray) -> None:
    """Cut what sounds into the silence that is due before the next event's onset."""
    onset = np.full(len(melody.onset), np.inf)
    np.minimum.at(onset, melody.event, result["onset_seconds"][own])
    next_onset = np.append(onset[1:], np.inf)[melody.event]
    latest = next_onset - pause_seconds[melody.event] - result["onset_seconds"][own]
    duration = result["duration_seconds"][own]
    paused = pause_seconds[melody.event] > 0
    cut = np.minimum(duration, np.maximum(latest, SHORTEST_SHARE * duration))
    result["duration_seconds"][own] = np.where(paused, cut, duration)
