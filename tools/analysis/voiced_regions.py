"""Where a recording sounds: its stretches between rests that are too long to learn from."""

import numpy as np

from ...input.loudness import FLOOR_DB

REST_SECONDS = 1.0  # a rest that is skipped
KEPT_SECONDS = 0.4  # of it, on each side, so that releases and onsets are learned
QUIET_DB = 50.0  # below the loudest frame
SHORTEST_SECONDS = 0.1  # of voiced frames, for a stretch to be worth having


def stretches(
    voiced: np.ndarray, loudness_db: np.ndarray, frame_rate: int, *, step: int = 1
) -> list[tuple[int, int]]:
    """First frame and last frame + 1 of each, from voiced [frames] and loudness_db [frames].

    step: frames that a stretch's first frame is a multiple of.
    """
    # A note that has rung out until it has no pitch is still learned from.
    active = np.flatnonzero(loudness_db >= max(loudness_db.max() - QUIET_DB, FLOOR_DB + 1))
    if not len(active):
        return []
    rest, kept = round(REST_SECONDS * frame_rate), round(KEPT_SECONDS * frame_rate)
    gaps = np.flatnonzero(np.diff(active) > rest)
    begins = np.concatenate([active[:1], active[gaps + 1]])
    ends = np.concatenate([active[gaps], active[-1:]]) + 1
    # What is shorter than a rest stays, at the ends of the file too.
    begins = np.where(begins <= rest, 0, begins - kept) // step * step
    ends = np.where(ends >= len(voiced) - rest, len(voiced), ends + kept)
    found = zip(begins.tolist(), ends.tolist(), strict=True)
    return [(a, b) for a, b in found if voiced[a:b].sum() >= SHORTEST_SECONDS * frame_rate]
