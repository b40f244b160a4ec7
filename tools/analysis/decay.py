"""Whether notes die away by themselves, as those of strings that are plucked and of bars that are struck."""

import numpy as np

SOUNDING_DB = 40.0  # below the loudest frame; above it there is sound
ONSET_DB, ONSET_SECONDS = 6.0, 0.04  # a rise in which a note begins
PEAK_SECONDS = 0.15  # after which a note that dies away has been loudest
FAR_DB, LEAST_FALL_DB = 20.0, 10.0  # of the fall that is looked at, and that there must be
LEAST_SECONDS = 0.3  # of that fall: shorter ones of a string and of a tongued note look alike
BULGE = 0.25  # of the fall, by which the level stands above a straight line; held notes measure 0.5 to 1
SHARE = 0.6  # of the notes, from which it is told


def notes_that_die(loudness_db: np.ndarray, frame_rate: float) -> list[bool]:
    """Return for each note of a recording that lasts long enough to tell whether it dies away by itself.

    loudness_db: [frames]. The level in dB of a string that is left alone falls in a line or, as its modes die one by
    one, below it; that of a note that is bowed, blown or sung stands above the line until it is let go. Looked at are
    the first `FAR_DB`, so that the room adds nothing.
    """
    judged = (_dies(note, frame_rate) for note in _notes(loudness_db, frame_rate))
    return [dies for dies in judged if dies is not None]


def _notes(level: np.ndarray, frame_rate: float) -> list[np.ndarray]:
    """The level of each note, from its onset to the next one or to silence."""
    step = max(1, round(ONSET_SECONDS * frame_rate))
    before = np.concatenate([np.full(step, -np.inf), level])[: len(level)]
    sounds = level > level.max(initial=-np.inf) - SOUNDING_DB
    rises = sounds & (level - before > ONSET_DB)
    begins = np.flatnonzero(rises & ~np.concatenate([[False], rises])[:-1])
    ends = np.append(begins[1:], len(level))
    notes = []
    for begin, end in zip(begins, ends, strict=True):
        silent = np.flatnonzero(~sounds[begin:end])
        notes.append(level[begin : begin + (silent[0] if len(silent) else end - begin)])
    return notes


def _dies(note: np.ndarray, frame_rate: float) -> bool | None:
    """Whether a note's level [frames] falls straight from its peak on; None if it is too short to tell."""
    peak = int(note.argmax()) if len(note) else 0
    fallen = note[peak : peak + 1].sum() - note[peak:]
    far = np.flatnonzero(fallen >= FAR_DB)
    end = int(far[0]) if len(far) else len(fallen) - 1
    if end < LEAST_SECONDS * frame_rate:
        return None
    fall = float(fallen[end])
    if fall < LEAST_FALL_DB or peak > PEAK_SECONDS * frame_rate:
        return False
    above = fall * np.arange(end + 1) / end - fallen[: end + 1]
    return bool(above.max() <= BULGE * fall)
