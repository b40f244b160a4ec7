"""What messages ask of the program around the kernel: another patch, another tuning."""

import heapq
import itertools

BANK, BANK_FINE = 0, 32  # controllers
CONTROL_CHANGE, PROGRAM_CHANGE, SYSEX = 0xB0, 0xC0, 0xF0


def is_request(message: bytes) -> bool:
    """Whether a message is one for Python: bank select, program change, system exclusive."""
    kind = message[0] & 0xF0
    if kind == CONTROL_CHANGE:
        return len(message) == 3 and message[1] in (BANK, BANK_FINE)
    return message[0] == SYSEX or (kind == PROGRAM_CHANGE and len(message) == 2)


class Programs:
    """The banks that channels have selected, and the program that was asked for last."""

    def __init__(self) -> None:
        self._banks = [[0, 0] for _ in range(16)]
        self._wanted: int | None = None

    def hear(self, message: bytes) -> None:
        """Follow a bank select or a program change."""
        bank = self._banks[message[0] & 0x0F]
        if message[0] & 0xF0 == CONTROL_CHANGE:
            bank[message[1] == BANK_FINE] = message[2] & 0x7F
        else:
            self._wanted = (bank[0] << 7 | bank[1]) << 7 | message[1] & 0x7F

    def take(self) -> int | None:
        """The program that was asked for since the last time, counted on from bank to bank; None: none was."""
        wanted, self._wanted = self._wanted, None
        return wanted


class Waiting:
    """Messages that wait for their sample while a synth renders offline; equal times keep their order."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, bytes]] = []
        self._sent = itertools.count()

    def add(self, time: int, message: bytes) -> None:
        heapq.heappush(self._heap, (time, next(self._sent), message))

    def take(self, position: int) -> list[bytes]:
        """Those whose time has come."""
        due = []
        while self._heap and self._heap[0][0] <= position:
            due.append(heapq.heappop(self._heap)[2])
        return due

    def until_next(self, position: int, most: int) -> int:
        """Samples that can be rendered before the next one, `most` at the most."""
        return min(most, self._heap[0][0] - position) if self._heap else most
