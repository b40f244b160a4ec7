"""The map of what recordings hold: for how many frames each pitch sounds at each loudness."""

from collections.abc import Sequence

import numpy as np

from ..analysis.takes import Take

PITCH_STEP = 1.0  # semitones
LOUDNESS_STEP = 3.0  # dB
QUIETEST_DB = -60.0


def coverage(takes: Sequence[Take]) -> dict:
    """`coverage` of patch.json: voiced frames, [pitches][levels], and where the map's first cell lies.

    Cell [i][j] counts frames within half a `pitch_step` of pitch_low + i pitch_step (MIDI notes), and from
    loudness_low + j loudness_step (dB) on, for `loudness_step`.
    """
    pitch = np.concatenate([take.midi[take.voiced] for take in takes])
    level = np.concatenate([take.loudness_db[take.voiced] for take in takes])
    heard = level >= QUIETEST_DB
    rows = np.round(pitch[heard] / PITCH_STEP).astype(int)
    columns = np.floor((level[heard] - QUIETEST_DB) / LOUDNESS_STEP).astype(int)
    first, last = (int(rows.min()), int(rows.max())) if len(rows) else (0, 0)
    frames = np.zeros((last - first + 1, int(columns.max(initial=0)) + 1), int)
    np.add.at(frames, (rows - first, columns), 1)
    return {
        "pitch_low": first * PITCH_STEP,
        "pitch_step": PITCH_STEP,
        "loudness_low": QUIETEST_DB,
        "loudness_step": LOUDNESS_STEP,
        "frames": frames.tolist(),
    }
