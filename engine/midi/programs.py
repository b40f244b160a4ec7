"""What messages ask of the program around the kernel: another patch, another tuning."""

import heapq
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..native._kernel import ffi, lib
from ..tuning import mts
from .universal import RESET, decode_master

BANKS = BANK, BANK_FINE = 0, 32  # controllers
CONTROL_CHANGE, PROGRAM_CHANGE, SYSEX = 0xB0, 0xC0, 0xF0


def is_request(message: bytes) -> bool:
    """Return whether a message is one for Python: bank select, program change, system exclusive."""
    kind = message[0] & 0xF0
    if kind == CONTROL_CHANGE:
        return len(message) == 3 and message[1] in BANKS
    return message[0] == SYSEX or (kind == PROGRAM_CHANGE and len(message) == 2)


class Programs:
    """Answers the requests that reach one synth.

    Parameters
    ----------
    c
        The kernel's synth.
    load : callable
        Called with the one of `choices` that a program change asked for.
    choices : sequence
        What program changes choose from, the first by program 0 of bank 0.
    """

    def __init__(self, c: Any, load: Callable[[Any], None], choices: Sequence[Any] = ()):
        self._c, self._load = c, load
        self.choices = list(choices)
        self.tuning = self._own = mts.Tuning()
        self._banks = [[0, 0] for _ in range(16)]
        self._wanted: int | None = None
        self._heap: list[tuple[int, int, bytes]] = []
        self._sent = itertools.count()

    def receive(self, message: bytes) -> None:
        """Follow a request: a tuning counts at once, a program with the next `change`."""
        if message[0] == SYSEX:
            self._retune(message)
        elif message[0] & 0xF0 == CONTROL_CHANGE:
            self._banks[message[0] & 0x0F][message[1] == BANK_FINE] = message[2] & 0x7F
        else:
            bank = self._banks[message[0] & 0x0F]
            self._wanted = (bank[0] << 7 | bank[1]) << 7 | message[1] & 0x7F

    def _retune(self, message: bytes) -> None:
        try:
            change = mts.decode(message)
        except mts.TuningError:
            return  # a message that was damaged changes nothing
        if change is not None:
            self._apply(change.apply(self.tuning), sounding=change.realtime)
        elif (master := decode_master(message)) and master.kind == RESET and self.tuning is not self._own:
            self._apply(self._own, sounding=True)

    def tune(self, tuning: mts.Tuning, sounding: bool) -> None:
        """Give every key the pitch that it has in this tuning; sounding: to notes that sound, too. Resets keep it."""
        self._own = tuning
        self._apply(tuning, sounding)

    def _apply(self, tuning: mts.Tuning, sounding: bool) -> None:
        pitches = np.nan_to_num(tuning.pitches(), nan=-1.0).astype(np.float32)
        lib.synth_tune(self._c, ffi.from_buffer("float *", np.ascontiguousarray(pitches)), sounding)
        self.tuning = tuning

    def wanted(self) -> int | None:
        """Take the program that was asked for since the last time, counted on from bank to bank; None: none was."""
        wanted, self._wanted = self._wanted, None
        return wanted

    def change(self) -> None:
        """Load the program that was asked for last. A program beyond the choices changes nothing."""
        wanted = self.wanted()
        if wanted is not None and wanted < len(self.choices):
            self._load(self.choices[wanted])

    # Offline, requests wait for their sample; equal times keep their order.

    def wait(self, time: int, message: bytes) -> None:
        """Keep a request until `take_due` reaches its sample."""
        heapq.heappush(self._heap, (time, next(self._sent), message))

    def take_due(self, position: int) -> None:
        """Answer the requests whose time has come."""
        while self._heap and self._heap[0][0] <= position:
            self.receive(heapq.heappop(self._heap)[2])
            self.change()

    def until_next(self, position: int, most: int) -> int:
        """Return how many samples can be rendered before the next request, at most `most`."""
        return min(most, self._heap[0][0] - position) if self._heap else most
