"""Between MIDI messages and the rows of a performance table."""

from collections import defaultdict, deque
from typing import NamedTuple

import numpy as np

from ..midi.files import Event
from ..midi.messages import note_off, note_on
from .table import TableError, blank_rows
from .units import NAMES

SHORTEST_SECONDS = 0.001


class Note(NamedTuple):
    """A note-on with what MIDI cannot say: `attributes` by name, those that are set, and its length."""

    note: int
    velocity: int
    channel: int
    attributes: dict[str, float]
    seconds: float


def from_events(events: list[Event]) -> np.ndarray:
    """The notes of timed channel messages as [notes] of type `ROW`, sorted by onset, no attribute set.

    A key that is pressed again while it is down starts another note; the first note off ends the oldest one.
    Durations are the keys', whatever pedals do; notes that never end are left out.
    """
    held: dict[tuple[int, int], deque] = defaultdict(deque)
    notes = []
    for seconds, event in events:
        raw = note_on(event.note, event.velocity, event.channel) if isinstance(event, Note) else event
        kind, key = raw[0] & 0xF0, (raw[0] & 0x0F, raw[1])
        if kind == 0x90 and raw[2] > 0:
            held[key].append((seconds, raw[2]))
        elif kind in (0x80, 0x90) and held[key]:
            onset, velocity = held[key].popleft()
            notes.append((onset, max(SHORTEST_SECONDS, seconds - onset), key[1], velocity, key[0]))
    rows = blank_rows(len(notes))
    for row, note in zip(rows, notes, strict=True):
        row["onset_seconds"], row["duration_seconds"], row["pitch"], row["velocity"], row["channel"] = note
    return rows[np.argsort(rows["onset_seconds"], kind="stable")]


def to_events(rows: np.ndarray) -> list[tuple[float, Note | bytes]]:
    """Rows of type `ROW` as timed notes and note-offs; at the same time, keys are let go before others are pressed."""
    events = []
    for row in rows:
        key, channel = round(float(row["pitch"])), int(row["channel"])
        onset, length = float(row["onset_seconds"]), float(row["duration_seconds"])
        wanted = {name: float(row[name]) for name in NAMES if not np.isnan(row[name])}
        events.append((onset, 1, Note(key, int(row["velocity"]), channel, wanted, length)))
        events.append((onset + length, 0, note_off(key, channel=channel)))
    return [(seconds, event) for seconds, _, event in sorted(events, key=lambda event: event[:2])]


def with_notes(events: list[Event], rows: np.ndarray) -> list[tuple[float, Note | bytes]]:
    """Timed messages whose notes are replaced by `rows`; controllers, bends and pedals stay as they are."""
    others = [(seconds, 0, raw) for seconds, raw in events if raw[0] & 0xF0 not in (0x80, 0x90)]
    notes = [(seconds, 1, event) for seconds, event in to_events(rows)]
    return [(seconds, event) for seconds, _, event in sorted(others + notes, key=lambda event: event[:2])]


def match_score(rows: np.ndarray, score: np.ndarray, name: str = "The table") -> np.ndarray:
    """Which note of `score` each of `rows` is, both of type `ROW` and sorted: int [rows].

    The n-th note of a pitch on a channel is the n-th of that pitch there, since a performance may move notes
    far in time. Raises TableError for the first row that the score has not.
    """
    places: dict[tuple[int, int], deque] = defaultdict(deque)
    for i, note in enumerate(score):
        places[_key(note)].append(i)
    found = np.empty(len(rows), int)
    for i, row in enumerate(rows):
        if not places[_key(row)]:
            raise TableError(
                f"{name}, line {row['line']}: there is no such note in the score, with the pitch"
                f" {row['pitch']:g} on channel {row['channel'] + 1} at {row['onset_seconds']:.3f} s; remove the line."
            )
        found[i] = places[_key(row)].popleft()
    return found


def _key(row) -> tuple[int, int]:
    return int(row["channel"]), round(float(row["pitch"]))
