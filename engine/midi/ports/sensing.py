"""Active sensing (MIDI 1.0): a keyboard that sends 0xFE promises not to be silent for longer than 300 ms."""

from ..messages import ACTIVE_SENSING

LONGEST_SILENCE_SECONDS = 0.3
ALLOWANCE_SECONDS = 0.03  # of those who send it, and of this machine


class Sensing:
    """One cable, which is watched once it has asked for it."""

    def __init__(self) -> None:
        self.last: float | None = None  # None: never asked, or known to be cut

    def receive(self, message: bytes, arrival: float) -> None:
        """Follow one whole message; `arrival` in seconds."""
        if self.last is not None or message[0] == ACTIVE_SENSING:
            self.last = arrival

    def is_cut(self, now: float) -> bool:
        """Whether the cable has just been found silent for too long; it is watched no more until it asks again."""
        if self.last is None or now - self.last <= LONGEST_SILENCE_SECONDS + ALLOWANCE_SECONDS:
            return False
        self.last = None
        return True
