"""What a patch says about its instrument: ranges and times measured from the recordings."""

from collections.abc import Sequence

import numpy as np

from .analysis import Take

QUANTILES = np.linspace(0, 100, 21)
SUSTAINED_DB = 20.0  # below a note's peak; frames above are its sustained part
TENTH_DB, NINE_TENTHS_DB = -20.0, 20 * np.log10(0.9)
SLOWEST_ATTACK_MS, SLOWEST_RELEASE_MS = (
    150.0,
    400.0,
)  # beyond, a swell was recorded, and keys would answer late
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
    return {
        "pitch": _span(min(notes), max(notes), 1.0) | {"quantiles": _quantiles(pitch)},
        "loudness": _span(low, high, 3.0) | {"quantiles": _quantiles(level)},
        "performance": {
            "attack_ms": round(min(float(np.median(attacks)), SLOWEST_ATTACK_MS), 1),
            "release_ms": round(min(float(np.median(found)), SLOWEST_RELEASE_MS), 1) if found else RELEASE_MS,
        },
    }


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
