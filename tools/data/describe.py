"""What a patch says about its instrument: ranges and times measured from the recordings."""

from collections.abc import Sequence

import numpy as np

from ..analysis.takes import Take

QUANTILES = np.linspace(0, 100, 21)
SUSTAINED_DB = 20.0  # below a note's peak; frames above are its sustained part
TENTH_DB, NINE_TENTHS_DB = -20.0, 20 * np.log10(0.9)
SLOWEST_ATTACK_MS, SLOWEST_RELEASE_MS = (
    150.0,
    400.0,
)  # beyond, a swell was recorded, and keys would answer late
RINGS_FROM_DB, RINGS_TO_DB = -25.0, -60.0  # of a held note's level, between which a ring is read off
ABOVE_BACKGROUND_DB = 6.0
SHORTEST_RING_SECONDS = 0.1
LOUDEST_RING_DB = -6.0  # of a held note's: what falls slower from higher up is a diminuendo
LONGER_THAN_RELEASE = 3.0  # times, by 60 dB against the release's 40
LONGEST_RING_MS = 4000.0
RELEASE_MS = 120.0  # where no recording has a release, because notes were cut while they sounded


def describe(takes: Sequence[Take]) -> dict:
    """pitch, loudness and performance of patch.json.

    The loudness range is that of sustained notes, from the 5th to the 95th percentile of their medians;
    quantiles are over all voiced frames.
    """
    pitch = np.concatenate([take.midi[take.voiced] for take in takes])
    level = np.concatenate([take.loudness_db[take.voiced] for take in takes])
    notes = [float(np.median(take.midi[take.voiced])) for take in takes]
    low, high = np.percentile([sustained_level(take.loudness_db) for take in takes], [5, 95])
    attacks = [attack_ms(take.loudness_db, take.frame_rate) for take in takes]
    releases = [attack_ms(take.loudness_db[::-1], take.frame_rate, complete=True) for take in takes]
    found = [release for release in releases if release is not None]
    release_ms = round(min(float(np.median(found)), SLOWEST_RELEASE_MS), 1) if found else RELEASE_MS
    return {
        "pitch": _span(min(notes), max(notes), 1.0) | {"quantiles": _quantiles(pitch)},
        "loudness": _span(low, high, 3.0) | {"quantiles": _quantiles(level)},
        "performance": {
            "attack_ms": round(min(float(np.median(attacks)), SLOWEST_ATTACK_MS), 1),
            "release_ms": release_ms,
            **_ring(takes, release_ms),
        },
    }


def ringing(take: Take) -> tuple[float, float] | None:
    """How a note rings on after it was let go: dB below the held note, < 0, and ms for 60 dB; None if it does not.

    A line through its level, from where it has fallen by RINGS_FROM_DB to what is too soft, drawn back to its end.
    """
    level = take.loudness_db - sustained_level(take.loudness_db)
    tail = level[len(level) - int(np.argmax(level[::-1] >= NINE_TENTHS_DB)) - 1 :]
    softest = max(RINGS_TO_DB, float(tail.min()) + ABOVE_BACKGROUND_DB)
    first = int(np.argmax(tail < RINGS_FROM_DB))
    below = tail[first:] <= softest
    last = first + (int(np.argmax(below)) if below.any() else len(below))
    if tail[first] >= RINGS_FROM_DB or last - first < SHORTEST_RING_SECONDS * take.frame_rate:
        return None
    ms = 1000 * np.arange(first, last) / take.frame_rate
    slope, level_db = np.polyfit(ms, tail[first:last], 1)
    return (float(level_db), -60 / float(slope)) if slope < 0 else None


def _ring(takes: Sequence[Take], release_ms: float) -> dict[str, float]:
    """ring_db and ring_ms, where half of the takes ring clearly longer than a release lasts."""
    found = [ring for take in takes if (ring := ringing(take)) is not None]
    if len(found) < len(takes) / 2:
        return {}
    level_db, ms = np.median(found, axis=0)
    if not (level_db < LOUDEST_RING_DB and ms > LONGER_THAN_RELEASE * release_ms):
        return {}
    return {"ring_db": round(float(level_db), 1), "ring_ms": round(min(float(ms), LONGEST_RING_MS), 1)}


def _span(low: float, high: float, least: float) -> dict[str, float]:
    """low and high, moved apart where they span less than `least`: a single note has no range."""
    missing = max(0.0, least - (high - low)) / 2
    return {"low": round(float(low - missing), 2), "high": round(float(high + missing), 2)}


def sustained_level(loudness_db: np.ndarray) -> float:
    """A note's median loudness in dB, without what leads into it and out of it."""
    return float(np.median(loudness_db[loudness_db > loudness_db.max() - SUSTAINED_DB]))


def attack_ms(loudness_db: np.ndarray, frame_rate: int, *, complete: bool = False) -> float | None:
    """Time from a tenth to nine tenths of the sustained amplitude; backwards, a release.

    A recording that begins above a tenth counts from its first frame; None for it if `complete`.
    """
    above = loudness_db - sustained_level(loudness_db)
    begins = int(np.argmax(above >= TENTH_DB))
    if complete and begins == 0:
        return None
    return 1000 * (int(np.argmax(above >= NINE_TENTHS_DB)) - begins) / frame_rate


def _quantiles(values: np.ndarray) -> list[float]:
    return [round(float(value), 2) for value in np.percentile(values, QUANTILES)]
