"""Fingers on the pad: each plays a voice of its own by MPE's messages, on a member channel that nobody else uses."""

from collections.abc import Callable
from dataclasses import dataclass

from ..midi import messages

BEND_RANGE = 48.0  # semitones, of an MPE member
MOST_FINGERS = 6


@dataclass
class Finger:
    """One touch: the channel that it has, and the key that its bend is counted from."""

    channel: int
    key: int
    strength: float


class Fingers:
    """Turns touches, at a fractional MIDI note and a strength from 0 to 1, into messages.

    Parameters
    ----------
    channels : callable
        Gives the member channels that may be used now, 0 to 15.
    """

    def __init__(self, channels: Callable[[], list[int]]):
        self._channels = channels
        self._down: dict[object, Finger] = {}
        self._rested = [0] * 16
        self._count = 0

    def __contains__(self, finger: object) -> bool:
        return finger in self._down

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
        self._down[finger] = Finger(channel, key, strength)
        # As MPE asks: bend and pressure are there before the note. Its loudness is the pressure's alone.
        return [*self.move(finger, pitch, strength), messages.note_on(key, 1, channel)]

    def move(self, finger: object, pitch: float, strength: float) -> list[bytes]:
        """A touch goes elsewhere: bend and pressure."""
        here = self._down.get(finger)
        if here is None:
            return []
        here.strength = strength
        bend = round((pitch - here.key) / BEND_RANGE * 8192)
        return [
            messages.pitch_bend(min(8191, max(-8192, bend)), here.channel),
            messages.channel_pressure(min(127, max(0, round(127 * strength))), here.channel),
        ]

    def up(self, finger: object) -> list[bytes]:
        """A touch ends. Bend and pressure stay, so that its release sounds as it was."""
        here = self._down.pop(finger, None)
        if here is None:
            return []
        self._count += 1
        self._rested[here.channel] = self._count
        return [messages.note_off(here.key, channel=here.channel)]
