"""Between MIDI messages and the rows of a performance table."""

import math
from collections import defaultdict, deque
from typing import NamedTuple

import numpy as np

from ..midi.files import Event
from ..midi.messages import note_off, note_on
from .table import TableError, blank_rows
from .units import NAMES

SHORTEST_SECONDS = 0.001
DIGITS = 6  # of times that are the same: sums of seconds stray in their last bits
ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123


class Note(NamedTuple):
    """A note-on with what MIDI cannot say: `attributes` by name, those that are set, and its length."""

    note: int
    velocity: int
    channel: int
    attributes: dict[str, float]
    seconds: float


class Played(NamedTuple):
    """One note of a list of events."""

    onset: float  # s
    end: float  # s
    key: int
    velocity: int
    channel: int
    places: tuple[int, int]  # in the list, of what begins and of what ends it


def from_events(events: list[Event]) -> np.ndarray:
    """The notes of timed channel messages as [notes] of type `ROW`, sorted by onset, no attribute set.

    A key that is pressed again while it is down starts another note; the first note off ends the oldest one, and
    all notes off ends all. Durations are the keys', whatever pedals do; notes that never end are left out.
    """
    notes = _played(events)
    rows = blank_rows(len(notes))
    for row, note in zip(rows, notes, strict=True):
        row["onset_seconds"], row["duration_seconds"] = (
            note.onset,
            max(SHORTEST_SECONDS, note.end - note.onset),
        )
        row["pitch"], row["velocity"], row["channel"] = note.key, note.velocity, note.channel
    return rows[np.argsort(rows["onset_seconds"], kind="stable")]


def _played(events: list[tuple[float, Note | bytes]]) -> list[Played]:
    """The notes of timed messages, in the order in which they end."""
    held: dict[tuple[int, int], deque] = defaultdict(deque)
    notes = []

    def end(key: tuple[int, int], seconds: float, place: int) -> None:
        onset, velocity, begun = held[key].popleft()
        notes.append(Played(onset, seconds, key[1], velocity, key[0], (begun, place)))

    for place, (seconds, event) in enumerate(events):
        raw = note_on(event.note, event.velocity, event.channel) if isinstance(event, Note) else event
        kind, channel = raw[0] & 0xF0, raw[0] & 0x0F
        if kind == 0x90 and raw[2] > 0:
            held[channel, raw[1]].append((seconds, raw[2], place))
        elif kind in (0x80, 0x90) and held[channel, raw[1]]:
            end((channel, raw[1]), seconds, place)
        elif kind == 0xB0 and (raw[1] == ALL_SOUND_OFF or raw[1] >= ALL_NOTES_OFF):
            for key in [key for key in held if key[0] == channel]:
                while held[key]:
                    end(key, seconds, place)
    return notes


def to_events(rows: np.ndarray) -> list[tuple[float, Note | bytes]]:
    """Rows of type `ROW` as timed notes and note-offs; at the same time, keys are let go before others are pressed.

    A note ends where its key's next note begins, at the latest: what lets it go would end that one, too.
    """
    return with_notes([], rows)


def with_notes(
    events: list[tuple[float, Note | bytes]], rows: np.ndarray
) -> list[tuple[float, Note | bytes]]:
    """Timed messages whose notes are replaced by `rows`; controllers, bends and pedals stay as they are.

    Notes that have not moved keep their places among messages of the same time.
    """
    before = {
        (note.channel, note.key, round(note.onset, DIGITS)): (round(note.end, DIGITS), *note.places)
        for note in _played(events)
    }
    placed = [
        (seconds, round(seconds, DIGITS), place, event)
        for place, (seconds, event) in enumerate(events)
        if not isinstance(event, Note) and event[0] & 0xF0 not in (0x80, 0x90)
    ]
    following: dict[tuple[int, int], float] = {}  # when each key is pressed next
    for row in rows[::-1]:
        channel, key = _key(row)
        onset, length = float(row["onset_seconds"]), float(row["duration_seconds"])
        end = min(onset + length, following.get((channel, key), math.inf))
        following[channel, key] = onset
        was_end, began, ended = before.get((channel, key, round(onset, DIGITS)), (None, len(events), -1))
        wanted = {name: float(row[name]) for name in NAMES if not np.isnan(row[name])}
        note = Note(key, int(row["velocity"]), channel, wanted, length)
        placed.append((onset, round(onset, DIGITS), began, note))
        place = ended if round(end, DIGITS) == was_end else -1
        placed.append((end, round(end, DIGITS), place, note_off(key, channel=channel)))
    placed.sort(key=lambda event: event[1:3])
    return [(seconds, event) for seconds, _, _, event in placed]


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
