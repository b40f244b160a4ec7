"""What a part has played so far, and the rules that need no more: all that is known of a note when it is struck."""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from .phrase_context import CHORD_SECONDS
from .rules import CONTRAST_DB, CONTRAST_MS, SEMITONES_PER_DB

LENGTHS = 15  # of the last notes that ended, whose median is expected of the next
MEMORY_NOTES = 16.0
LONGEST_IOI_SECONDS = 2.0  # a longer one was a rest, and tells nothing of the notes to come
LONGEST_SECONDS = 2.0  # a longer time was a rest, and tells no more than that


class Context(NamedTuple):
    """A note and what went before it; NaN where nothing did."""

    pitch: float  # MIDI note
    interval: float  # semitones from the note before
    gap_seconds: float  # since a key was last let go; 0 where one is held
    since_seconds: float  # since the note before was struck
    length_seconds: float  # that notes have lasted


@dataclass
class NoteHistory:
    """One part; time is in seconds from anywhere."""

    pitch: float = float("nan")
    struck_seconds: float = float("nan")
    ended_seconds: float = float("nan")
    held: dict[int, float] = field(default_factory=dict)  # key: when it was struck
    lengths: deque[float] = field(default_factory=lambda: deque(maxlen=LENGTHS))
    length_seconds: float = float("nan")  # that notes have lasted, NaN before the first has ended

    def context(self, key: int, seconds: float, pitch: float | None = None) -> Context:
        """Return what went before a note that is struck now."""
        pitch = float(key) if pitch is None else pitch
        gap = 0.0 if self.held else _bounded(seconds - self.ended_seconds)
        since = _bounded(seconds - self.struck_seconds)
        return Context(pitch, pitch - self.pitch, gap, since, self.length_seconds)

    def note_on(self, key: int, seconds: float, pitch: float | None = None) -> None:
        """Strike a key."""
        self.pitch, self.struck_seconds = float(key) if pitch is None else pitch, seconds
        self.held[key] = seconds

    def note_off(self, key: int, seconds: float) -> None:
        """Let a key go."""
        struck = self.held.pop(key, None)
        if struck is not None and seconds > struck:
            self.lengths.append(seconds - struck)
            self.length_seconds = median(self.lengths)
            self.ended_seconds = seconds

    def let_go(self) -> None:
        """Let all keys go, at a time that tells nothing of how long notes last."""
        self.held.clear()


@dataclass
class LiveRules:
    """One part's running mean pitch and its usual interval, after each note that was struck."""

    mean_pitch: float | None = None  # MIDI note
    ioi_seconds: float | None = None  # predicted until the next note
    struck_seconds: float | None = None  # when the last note was

    def reset(self) -> None:
        """Forget what was played."""
        self.mean_pitch = self.ioi_seconds = self.struck_seconds = None

    def note_on(
        self, pitch: float, seconds: float, *, high_loud: float = 1.0, contrast: float = 1.0
    ) -> float:
        """The level in dB that high-loud and duration contrast add to a note now; k as in `rules`.

        The part's mean pitch is that of the last sixteen notes or so, and the interval to the next note is taken
        to be the last one; keys that go down together are one event.
        """
        if self.mean_pitch is None:
            self.mean_pitch = pitch
        ioi_seconds = None if self.struck_seconds is None else seconds - self.struck_seconds
        if ioi_seconds is None or not 0 <= ioi_seconds <= CHORD_SECONDS:  # a chord's keys are one event
            if ioi_seconds is not None and 0 < ioi_seconds <= LONGEST_IOI_SECONDS:
                self.ioi_seconds = ioi_seconds
            self.struck_seconds = seconds
        level_db = high_loud * (pitch - self.mean_pitch) / SEMITONES_PER_DB
        if self.ioi_seconds is not None:
            # As np.interp, which takes longer than all the rest.
            ms = min(CONTRAST_MS[-1], max(CONTRAST_MS[0], 1000 * self.ioi_seconds))
            i = min(bisect_right(CONTRAST_MS, ms), len(CONTRAST_MS) - 1)
            slope = (CONTRAST_DB[i] - CONTRAST_DB[i - 1]) / (CONTRAST_MS[i] - CONTRAST_MS[i - 1])
            level_db += contrast * (slope * (ms - CONTRAST_MS[i - 1]) + CONTRAST_DB[i - 1])
        self.mean_pitch += (pitch - self.mean_pitch) / MEMORY_NOTES
        return level_db


def _bounded(seconds: float) -> float:
    """Of NaN, NaN."""
    return max(0.0, min(LONGEST_SECONDS, seconds)) if seconds == seconds else seconds
