"""Those rules that need no future: what can be said of a note at the moment it is struck."""

from dataclasses import dataclass

import numpy as np

from .phrase_context import CHORD_SECONDS
from .rules import CONTRAST_DB, CONTRAST_MS, SEMITONES_PER_DB

MEMORY_NOTES = 16.0
LONGEST_IOI_SECONDS = 2.0  # a longer one was a rest, and tells nothing of the notes to come


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
            level_db += contrast * float(np.interp(1000 * self.ioi_seconds, CONTRAST_MS, CONTRAST_DB))
        self.mean_pitch += (pitch - self.mean_pitch) / MEMORY_NOTES
        return level_db
