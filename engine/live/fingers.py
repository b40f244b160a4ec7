"""Fingers on the pad: each plays a voice of its own by MPE's messages, on a member channel that nobody else uses."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..midi import messages
from ..modulation.matrix import PRESSURE
from ..modulation.matrix_file import ModRoute, controller_of

BEND_RANGE = 48.0  # semitones, of an MPE member
MOST_FINGERS = 6
INVERSES = {
    "linear": lambda share: share,
    "soft": math.sqrt,
    "hard": lambda share: 1 - math.sqrt(1 - share),
}
"""Where a gesture stands for a share of the way from low to high, by the curve of its row."""


@dataclass
class Finger:
    """One touch: the channel that it has, and the key that its bend is counted from."""

    channel: int
    key: int


class Fingers:
    """Turns touches, at a fractional MIDI note and a strength from 0 to 1, into messages.

    Parameters
    ----------
    channels : callable
        Gives the member channels that may be used now, 0 to 15.
    rows : callable
        Gives the map of gestures that is played by.
    """

    def __init__(self, channels: Callable[[], Sequence[int]], rows: Callable[[], Iterable[ModRoute]]):
        self._channels, self._rows = channels, rows
        self._down: dict[object, Finger] = {}
        self._rested = [0] * 16  # by which end of a touch each channel came free
        self._ended = 0

    def held(self) -> list:
        """The touches that have not ended."""
        return list(self._down)

    def clear(self) -> None:
        """All sound was ended by other means."""
        self._down.clear()

    def down(self, finger: object, pitch: float, strength: float) -> list[bytes]:
        """A touch begins. No messages where all channels are taken."""
        if finger in self._down:
            return self.move(finger, pitch, strength)
        taken = {other.channel for other in self._down.values()}
        free = [channel for channel in self._channels() if channel not in taken]
        if not free:
            return []
        channel = min(free, key=lambda channel: self._rested[channel])
        key = min(127, max(0, round(pitch)))
        self._down[finger] = Finger(channel, key)
        # As MPE asks: bend and loudness are there before the note, whose velocity leaves them all room.
        velocity = 1 if loudness_row(self._rows()) else 1 + round(126 * strength)
        return [*self.move(finger, pitch, strength), messages.note_on(key, velocity, channel)]

    def move(self, finger: object, pitch: float, strength: float) -> list[bytes]:
        """A touch goes elsewhere."""
        here = self._down.get(finger)
        if here is None:
            return []
        bend = round((pitch - here.key) / BEND_RANGE * 8192)
        bent = messages.pitch_bend(min(8191, max(-8192, bend)), here.channel)
        return [bent, *loudness(self._rows(), strength, here.channel)]

    def up(self, finger: object) -> list[bytes]:
        """A touch ends. Bend and loudness stay, so that its release sounds as it was."""
        here = self._down.pop(finger, None)
        if here is None:
            return []
        self._ended += 1
        self._rested[here.channel] = self._ended
        return [messages.note_off(here.key, channel=here.channel)]


def loudness_row(rows: Iterable[ModRoute]) -> ModRoute | None:
    """The row by which pressure, or else a controller, moves the volume while a note sounds."""
    found = [
        row
        for row in rows
        if row.target == "volume" and (row.gesture == PRESSURE or controller_of(row.gesture) is not None)
    ]
    found.sort(key=lambda row: row.gesture != PRESSURE)
    return next((row for row in found if row.curve in INVERSES and not row.onset), None)


def loudness(rows: Iterable[ModRoute], strength: float, channel: int) -> list[bytes]:
    """The message that makes a channel's voice as strong as that by the map; none where the map has no way."""
    row = loudness_row(rows)
    if row is None:
        return []
    share = min(1.0, max(0.0, (strength - row.low) / (row.high - row.low)))
    place = round(127 * INVERSES[row.curve](share))
    if row.gesture == PRESSURE:
        return [messages.channel_pressure(place, channel)]
    return [messages.control_change(controller_of(row.gesture), place, channel)]
