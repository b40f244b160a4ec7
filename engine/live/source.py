"""Keys and fingers of one page or OSC sender, which are let go when it vanishes."""

from ..midi import messages
from .session import Session

KEYS_CHANNEL = 0  # where keyboards usually are


class Source:
    """One page, or one sender of OSC: its keys and fingers, which are let go when it vanishes."""

    def __init__(self, session: Session):
        self._session = session

    def key_down(self, key: int, velocity: int) -> None:
        with self._session.lock:
            holders = self._session.holders.setdefault(key, set())
            if self not in holders:
                holders.add(self)
                self._session.send(messages.note_on(key, velocity, KEYS_CHANNEL))

    def key_up(self, key: int) -> None:
        """A key that another source still holds goes on sounding."""
        with self._session.lock:
            holders = self._session.holders.get(key, set())
            if self in holders:
                holders.remove(self)
                if not holders:
                    self._session.send(messages.note_off(key, channel=KEYS_CHANNEL))

    def finger_down(self, finger: int, pitch: float, strength: float) -> None:
        self._gesture(self._session.fingers.down, finger, pitch, strength)

    def finger_move(self, finger: int, pitch: float, strength: float) -> None:
        self._gesture(self._session.fingers.move, finger, pitch, strength)

    def finger_up(self, finger: int) -> None:
        self._gesture(self._session.fingers.up, finger)

    def _gesture(self, gesture, finger: int, *place: float) -> None:
        with self._session.lock:
            for raw in gesture((self, finger), *place):
                self._session.send(raw)

    def let_go(self) -> None:
        """The source is gone: what it held is let go, and nothing else."""
        with self._session.lock:
            for key in [key for key, holders in self._session.holders.items() if self in holders]:
                self.key_up(key)
            for source, finger in self._session.fingers.held():
                if source is self:
                    self.finger_up(finger)
