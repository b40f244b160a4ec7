"""What a MIDI system has to offer: its ports, and how one is opened."""

from collections.abc import Callable
from typing import Protocol

from ...errors import DdspLiveError

Receive = Callable[[bytes, float], None]
"""Gets one whole message and when it arrived, in seconds of `time.monotonic`."""


class MidiPortError(DdspLiveError):
    """A MIDI port or system that cannot be used; the message is one sentence that says why."""


class Connection(Protocol):
    """An open port. After `close` returns it delivers nothing more."""

    def close(self) -> None: ...


class Backend:
    """A MIDI system. To give ports of another kind, override these."""

    def names(self) -> list[str]:
        """The input ports that are there now, in the system's order."""
        return []

    def open(self, index: int, deliver: Receive) -> Connection:
        """Open the port at `index` of `names`. Raises MidiPortError."""
        raise MidiPortError(f"There is no MIDI port {index}.")

    def open_virtual(self, name: str, deliver: Receive) -> Connection:
        """Make a port that other programs can connect to. Raises MidiPortError."""
        raise MidiPortError("This MIDI system has no virtual ports.")

    def stable_name(self, name: str) -> str:
        """The part of a port's name that is the same when it comes back."""
        return name

    def close(self) -> None:
        """Let go of the MIDI system."""
