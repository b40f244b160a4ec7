"""A phrase to hear an instrument by: the opening of "Greensleeves" (England, 16th century), with chords."""

from .files import Event
from .messages import control_change, note_off, note_on

EIGHTH_SECONDS = 0.36
MELODY, CHORDS = 0, 1
EXPRESSION, MODULATION = 11, 1

# Note, length in eighths, velocity: it grows towards the top of each half and gives way after it.
TUNE = (
    (69, 1, 62),
    (72, 2, 76), (74, 1, 80), (76, 1.5, 96), (78, 0.5, 88), (76, 1, 92),
    (74, 2, 90), (71, 1, 72), (67, 1.5, 70), (69, 0.5, 64), (71, 1, 74),
    (72, 2, 84), (69, 1, 70), (69, 1.5, 72), (68, 0.5, 62), (69, 1, 66),
    (71, 2, 78), (68, 1, 62), (64, 3, 56),
)  # fmt: skip
# The notes, where they start and how long they last in eighths, velocity.
ACCOMPANIMENT = (
    ((57, 60, 64), 1, 5.5, 44),
    ((55, 59, 62), 7, 5.5, 48),
    ((57, 60, 64), 13, 5.5, 42),
    ((52, 56, 59), 19, 6, 36),
)  # fmt: skip
LEGATO = 0.97
"""Share of its length that a note of the tune sounds."""


def phrase() -> list[Event]:
    """Nine seconds of music as (seconds, channel message), of MIDI notes 52 to 78, on channels 1 and 2."""
    events = [(0.0, control_change(EXPRESSION, 100, CHORDS))]
    at = 0.0
    for note, length, velocity in TUNE:
        events += _note(note, velocity, at, length * LEGATO, MELODY)
        at += length
    for notes, start, length, velocity in ACCOMPANIMENT:
        for note in notes:
            events += _note(note, velocity, start, length, CHORDS)
    events += _last_note(at - TUNE[-1][1], at)
    return sorted(events, key=lambda event: event[0])


def _note(note: int, velocity: int, start: float, length: float, channel: int) -> list[Event]:
    return [
        (start * EIGHTH_SECONDS, note_on(note, velocity, channel)),
        ((start + length) * EIGHTH_SECONDS, note_off(note, channel=channel)),
    ]


def _last_note(start: float, end: float) -> list[Event]:
    """It swells with vibrato and dies away; afterwards the controllers are back at their defaults."""
    events: list[Event] = []
    steps = 60
    for i in range(steps + 1):
        share = i / steps
        seconds = (start + share * (end - start) * LEGATO) * EIGHTH_SECONDS
        expression = 96 + 31 * share / 0.3 if share < 0.3 else 127 - 79 * (share - 0.3) / 0.7
        events.append((seconds, control_change(EXPRESSION, round(expression), MELODY)))
        events.append((seconds, control_change(MODULATION, round(70 * max(0.0, share - 0.2)), MELODY)))
    after = end * EIGHTH_SECONDS + 0.3
    defaults = ((EXPRESSION, 127, MELODY), (MODULATION, 0, MELODY), (EXPRESSION, 127, CHORDS))
    return events + [(after, control_change(*change)) for change in defaults]
