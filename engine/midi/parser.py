"""A stream of MIDI bytes, as it comes from a cable, into whole messages (MIDI 1.0 Detailed Specification)."""

from .messages import DATA_BYTES

LONGEST_SYSEX = 1 << 16
SYSEX, END_OF_SYSEX, FIRST_REALTIME = 0xF0, 0xF7, 0xF8


class Parser:
    """Takes bytes in pieces of any size; any bytes at all are fine, those that make no message are dropped.

    Running status is spelled out. Realtime bytes are given at once, even from within another message.

    running: the status that data bytes belong to, 0 for none. message: the one that is not yet complete.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the unfinished message and the running status."""
        self.running = 0
        self.message = bytearray()
        self._missing = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that `data` completes, each with its status byte."""
        complete: list[bytes] = []
        for byte in data:
            if byte >= FIRST_REALTIME:
                if byte in DATA_BYTES:
                    complete.append(bytes([byte]))
            elif byte >= 0x80:
                self._status(byte, complete)
            else:
                self._data(byte, complete)
        return complete

    def _status(self, byte: int, complete: list[bytes]) -> None:
        if byte == END_OF_SYSEX and self.message[:1] == bytes([SYSEX]):
            complete.append(bytes(self.message) + bytes([byte]))
        size = DATA_BYTES.get(byte if byte >= SYSEX else byte & 0xF0)
        self.running = byte if byte < SYSEX else 0
        self.message.clear()
        if byte == SYSEX or size:
            self.message.append(byte)
            self._missing = size or 0
        elif size == 0:
            complete.append(bytes([byte]))

    def _data(self, byte: int, complete: list[bytes]) -> None:
        if not self.message:
            if not self.running:
                return
            self.message.append(self.running)
            self._missing = DATA_BYTES[self.running & 0xF0]
        self.message.append(byte)
        if self.message[0] == SYSEX:
            if len(self.message) >= LONGEST_SYSEX:
                self.message.clear()  # the rest has no status, so it is dropped until one comes
            return
        self._missing -= 1
        if self._missing == 0:
            complete.append(bytes(self.message))
            self.message.clear()
