"""Notes, controllers and other messages on their way to the kernel's synth."""

import threading
import time as clock
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import mido
import numpy as np

from ..midi import messages
from ..midi.notes import key_and_cents
from ..midi.programs import BANKS, SYSEX, Programs, is_request
from ..midi.universal import RESET, decode_master
from ..midi.zones import Zones
from ..modulation import matrix_file
from ..modulation.matrix import TARGETS
from ..native._kernel import ffi, lib
from ..performance.interpreter import FOLLOWED, Interpreter

ATTRIBUTES = tuple(name for name, _ in ffi.typeof("Attributes").fields)
QUEUE_FULL = "The queue of events is full: render or play the synth before sending more."
NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE = 0x90, 0xB0, 0xC0


class Events:
    """What a `Synth` is told: notes and controllers, each at a sample. `time` is that sample; None is now."""

    c: Any
    sample_rate: float
    stream: Any
    instrument: Any
    _interpreter: Interpreter
    _programs: Programs
    _mapping: threading.Lock  # the kernel takes maps from one thread at a time

    @property
    def map(self) -> tuple[matrix_file.ModRoute, ...]:
        """The modulation matrix: the routes by which controllers move notes.

        Set to another map, it counts from the next block on, for notes that sound, too. Raises `MapError` if it can't
        be used: then the one before stays.
        """
        return self._map

    @map.setter
    def map(self, wanted: str | Path | Iterable[matrix_file.ModRoute]) -> None:
        rows = matrix_file.find_map(wanted)
        compiled = matrix_file.compile_map(rows)
        with self._mapping:
            lib.synth_map(self.c, compiled)
            self._map, self._compiled = rows, compiled

    @property
    def zones(self) -> Zones:
        """The MPE zones that were asked for, by the messages that were sent so far; to be read only."""
        return self._interpreter.zones

    def note_on(
        self,
        note: int | float | str,
        velocity: int = 100,
        channel: int = 0,
        time: int | None = None,
        attributes: Mapping[str, float] | None = None,
        seconds: float = 0.0,
    ) -> None:
        """Press a key.

        Parameters
        ----------
        note : int, float or str
            MIDI note 0 to 127, or its name: ``"C4"`` is middle C. A fraction, or ``"A4+50c"``, is played by the
            nearest key, so many cents off its pitch.
        velocity, channel : int
            1 to 127, where 0 lets go; 0 to 15.
        attributes : mapping, optional
            Any of MIDI-DDSP's six for this note, by name, in its units; what is not there is the instrument's own.
        seconds : float
            How long the note will be, if that is known: its fluctuation and its peak are laid out over it.

        Raises
        ------
        ValueError
            If there is no such note or attribute.
        """
        key, cents = key_and_cents(note)
        raw = messages.note_on(key, velocity, channel)
        attributes = attributes or {}
        if velocity == 0 or not (attributes or seconds or cents):
            self.send(raw, time)
            return
        if unknown := set(attributes) - set(ATTRIBUTES):
            raise ValueError(
                f"There is no attribute {sorted(unknown)[0]!r}: a note has {', '.join(ATTRIBUTES)}."
            )
        if not self._push(self._sample_of(time), raw, attributes, seconds, cents):
            raise OverflowError(QUEUE_FULL)

    def note_off(
        self, note: int | float | str, velocity: int = 64, channel: int = 0, time: int | None = None
    ) -> None:
        """Let a key go; note: as for `note_on`."""
        self.send(messages.note_off(key_and_cents(note)[0], velocity, channel), time)

    def control_change(self, number: int, value: int, channel: int = 0, time: int | None = None) -> None:
        """Move a controller, 0 to 127; `ddsp_live.midi.messages.CONTROLLERS` lists those that are answered."""
        self.send(messages.control_change(number, value, channel), time)

    def pitch_bend(self, value: int, channel: int = 0, time: int | None = None) -> None:
        """Bend by -8192 to 8191, which is plus or minus two semitones until RPN 0 says otherwise."""
        self.send(messages.pitch_bend(value, channel), time)

    def pressure(
        self, value: int, note: int | float | str | None = None, channel: int = 0, time: int | None = None
    ) -> None:
        """Press deeper, 0 to 127, on one note or on the whole channel: louder, up to the patch's loudest."""
        message = messages.channel_pressure(value, channel)
        if note is not None:
            message = messages.poly_pressure(key_and_cents(note)[0], value, channel)
        self.send(message, time)

    def panic(self) -> None:
        """Silence all channels at once."""
        for channel in range(16):
            self.control_change(120, 0, channel)
            self.control_change(121, 0, channel)

    def send(self, message: Any, time: int | None = None) -> None:
        """Send a `mido.Message` or raw bytes of one message, at sample `time` or now.

        Raises
        ------
        OverflowError
            If more than 4096 events wait to be rendered.
        """
        raw = bytes(message.bytes()) if isinstance(message, mido.Message) else bytes(message)
        if not raw:
            return
        if not is_request(raw):
            if not self._push(self._sample_of(time), raw):
                raise OverflowError(QUEUE_FULL)
            return
        if not self._send_master(raw, self._sample_of(time)):
            raise OverflowError(QUEUE_FULL)
        if self.stream is None:
            self._programs.wait(-1 if time is None else int(time), raw)
            self._programs.take_due(lib.synth_position(self.c))
        else:
            self._programs.receive(raw)

    def send_live(self, raw: bytes, arrival: float) -> bool:
        """Send one message that arrived at `arrival` (`time.monotonic` seconds): it sounds exactly a block later.

        Returns whether the queue had room for it.
        """
        # Notes and controllers, nearly all that come, are seen at once to be none.
        if (len(raw) == 3 and raw[0] < PROGRAM_CHANGE and raw[1] not in BANKS) or not is_request(raw):
            return self._push(lib.synth_event_time(self.c, arrival), raw)
        self._programs.receive(raw)
        return self._send_master(raw, lib.synth_event_time(self.c, arrival))

    def _send_master(self, raw: bytes, at: int) -> bool:
        """Hand on what a system exclusive message changes of the whole synth; False if the queue is full."""
        master = decode_master(raw) if raw[0] == SYSEX else None
        if master is None:
            return True
        if master.kind == RESET:
            self._interpreter.reset()
        return bool(lib.synth_send_master(self.c, at, master.kind, master.value))

    def volume(self, note: float, velocity: int) -> float:
        """MIDI-DDSP's volume that a key has with the present patch, where nothing else is asked for."""
        strength = lib.mod_matrix_strength(self._compiled, velocity)
        return lib.instrument_volume(self.instrument.c, note, strength)

    def _struck(self, attribute: str, velocity: int) -> float:
        """What the map adds to an attribute by the velocity alone, in the unit of the map's target."""
        return lib.mod_matrix_velocity(self._compiled, TARGETS[attribute].code, velocity)

    def _push(
        self,
        at: int,
        raw: bytes,
        attributes: Mapping[str, float] | None = None,
        seconds: float = 0.0,
        cents: float = 0.0,
    ) -> bool:
        """Hand a message to the kernel, a note with what it is to be like; False if the queue is full."""
        now = (at if at >= 0 else lib.synth_position(self.c)) / self.sample_rate
        struck = len(raw) == 3 and raw[0] & 0xF0 == NOTE_ON and raw[2] > 0
        if not struck:
            if raw[0] & 0xF0 != CONTROL_CHANGE or len(raw) != 3 or raw[1] in FOLLOWED:
                self._interpreter.receive(raw, now)
            return bool(lib.synth_send(self.c, at, raw, len(raw)))
        channel, note, velocity = raw[0] & 0x0F, raw[1], raw[2]
        attributes, seconds = self._interpreter.note_on(note, velocity, channel, now, attributes, seconds)
        if attributes is None and not cents:
            return bool(lib.synth_send(self.c, at, raw, 3))
        values = ffi.NULL
        if attributes or seconds:
            values = ffi.new("Attributes *", dict.fromkeys(ATTRIBUTES, np.nan) | dict(attributes or {}))
        return bool(lib.synth_send_note(self.c, at, channel, note, velocity, cents, seconds, values))

    def _sample_of(self, time: int | None) -> int:
        """Return the sample at which to play an event: live, what is sent now sounds exactly a block later."""
        if time is not None:
            return max(int(time), -1)  # what is due before all else keeps the order in which it was sent
        return -1 if self.stream is None else lib.synth_event_time(self.c, clock.monotonic())
