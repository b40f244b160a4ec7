"""What a part has played so far: all that may be known of a note at the moment it is struck."""

from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

LENGTHS = 15  # of the last notes that ended, whose median is expected of the next
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

    def length_seconds(self) -> float:
        """How long notes have lasted, NaN before the first has ended."""
        return median(self.lengths) if self.lengths else float("nan")

    def note_on(self, key: int, seconds: float, pitch: float | None = None) -> Context:
        """Strike a key; what went before this note."""
        pitch = float(key) if pitch is None else pitch
        gap = 0.0 if self.held else _bounded(seconds - self.ended_seconds)
        since = _bounded(seconds - self.struck_seconds)
        context = Context(pitch, pitch - self.pitch, gap, since, self.length_seconds())
        self.pitch, self.struck_seconds = pitch, seconds
        self.held[key] = seconds
        return context

    def note_off(self, key: int, seconds: float) -> None:
        """Let a key go."""
        struck = self.held.pop(key, None)
        if struck is not None and seconds > struck:
            self.lengths.append(seconds - struck)
            self.ended_seconds = seconds

    def let_go(self) -> None:
        """All keys are let go at a time that tells nothing of how long notes last."""
        self.held.clear()


def _bounded(seconds: float) -> float:
    """Of NaN, NaN."""
    return max(0.0, min(LONGEST_SECONDS, seconds)) if seconds == seconds else seconds
