"""What the rules look at: the melody line of a part, and where its phrases begin."""

from typing import NamedTuple

import numpy as np

CHORD_SECONDS = 0.03  # keys that go down within this are meant together
FEWEST_NOTES = 4  # of a phrase
BOUNDARY = 0.5  # strength from which a place may be a boundary


class Line(NamedTuple):
    """A part's notes and chords in order of time; a chord counts once, with its highest pitch."""

    onset: np.ndarray  # s [events]
    ioi: np.ndarray  # s until the next onset, of the last until its end [events]
    end: np.ndarray  # s [events]
    pitch: np.ndarray  # MIDI note [events]
    event: np.ndarray  # which event each row belongs to, int [rows]


def line(rows: np.ndarray) -> Line:
    """The line of one part's rows, of type `ROW`, sorted by onset."""
    starts: list[int] = []
    event = np.empty(len(rows), int)
    for i, onset in enumerate(rows["onset_seconds"]):
        if not starts or onset - rows["onset_seconds"][starts[-1]] > CHORD_SECONDS:
            starts.append(i)
        event[i] = len(starts) - 1
    if not starts:
        return Line(*(np.empty(0) for _ in range(4)), event)
    onset = rows["onset_seconds"][starts]
    end = np.maximum.reduceat(rows["onset_seconds"] + rows["duration_seconds"], starts)
    return Line(
        onset=onset,
        ioi=np.diff(onset, append=max(end[-1], onset[-1] + CHORD_SECONDS)),
        end=end,
        pitch=np.maximum.reduceat(rows["pitch"], starts),
        event=event,
    )


def phrase_starts(melody: Line) -> np.ndarray:
    """Where phrases begin, bool [events]: at the strongest local boundaries, four notes apart at least.

    The Local Boundary Detection Model of Cambouropoulos (2001): a listener hears a boundary where intervals of
    pitch, time and rest change. Weights 0.25, 0.5 and 0.25 are the paper's; the rest is bounded to four times the
    median interval, so that one long pause does not hide all other boundaries.
    """
    count = len(melody.onset)
    starts = np.zeros(count, bool)
    starts[:1] = True
    if count < 2 * FEWEST_NOTES:
        return starts
    ioi = melody.ioi[:-1]
    longest = 4 * np.median(ioi)
    rest = np.clip(melody.onset[1:] - melody.end[:-1], 0.0, longest)
    strength = (
        0.25 * _boundaries(np.abs(np.diff(melody.pitch)))
        + 0.5 * _boundaries(np.minimum(ioi, longest))
        + 0.25 * _boundaries(np.where(rest > CHORD_SECONDS, rest, 0.0))
    )
    for i in np.argsort(-strength, kind="stable"):
        if strength[i] < BOUNDARY:
            break
        places = np.append(np.flatnonzero(starts), count)
        if np.abs(places - (i + 1)).min() >= FEWEST_NOTES:
            starts[i + 1] = True
    return starts


def _boundaries(interval: np.ndarray) -> np.ndarray:
    """How strongly each interval [n] parts what is before from what is after, 0 to 1."""
    total = interval[1:] + interval[:-1]
    change = np.abs(np.diff(interval)) / np.where(total > 0, total, 1.0)
    strength = interval * (np.append(0.0, change) + np.append(change, 0.0))
    return strength / max(strength.max(), 1e-12)
