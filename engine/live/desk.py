"""The desk: what keyboards, the panel and OSC send passes through here on its way to the synth."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from ..midi import messages
from ..native._kernel import lib
from ..room import OWN
from .controls import BY_CONTROLLER, BY_NAME, CONTROLS, attribute_value
from .fingers import MOST_FINGERS, Fingers
from .takeover import Takeover
from .zones import Zones

NOTE_OFF, NOTE_ON, CONTROL_CHANGE = 0x80, 0x90, 0xB0
KNOBS = range(120)  # controllers above are messages of the channel's mode
KEYS_CHANNEL = 0  # of the panel's keys and OSC's: where keyboards usually are

Listener = Callable[[str, Mapping], None]


class Desk:
    """Keeps what the player has set, whoever moved it, and sends it on as MIDI by one map.

    Parameters
    ----------
    synth : Synth
    room : str
        That the synth plays in, as its option is called.

    Attributes
    ----------
    values : dict of str to float or None
        Where each control stands, 0 to 1; None: the instrument's own.
    learned : dict of int to str
        The control that each controller moves, beside those of the table.
    """

    def __init__(self, synth, room: str = OWN):
        self.synth, self.room = synth, room
        self.values: dict[str, float | None] = {control.name: control.default for control in CONTROLS}
        self.learned: dict[int, str] = {}
        self.armed: str | None = None  # the control that the next knob is learned for
        self._knobs: dict[int, Takeover] = {}
        self._holders: dict[tuple[int, int], set] = {}  # of the keys that sources hold
        self._listeners: list[Listener] = []
        self._zones = Zones()
        self.fingers = Fingers(lambda: self._zones.members()[:MOST_FINGERS])
        self._lock = threading.RLock()

    def say(self, text: str) -> None:
        """Tell the player something, in a sentence."""
        self.tell("say", text=text)

    def open_zone(self, members: int) -> None:
        """Make room for fingers: beside the `members` of a lower zone that is there, or in an upper zone."""
        for raw in messages.mpe_zone(members) if members else messages.mpe_zone(MOST_FINGERS, upper=True):
            self._zones.hear(raw)
            self.synth.send(raw)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(kind, what)` on every change, from any thread; what comes back ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, kind: str, **what) -> None:
        for listener in list(self._listeners):
            listener(kind, what)

    # From keyboards.

    def hear(self, raw: bytes, arrival: float) -> None:
        """One message from a MIDI port, that arrived at `arrival` (`time.monotonic` seconds)."""
        if raw[0] & 0xF0 == CONTROL_CHANGE and len(raw) == 3:
            with self._lock:
                if self._zones.hear(raw) and not self._zones.members():
                    self.open_zone(0)
                if raw[1] in KNOBS and self._knob(raw[1], raw[2] / 127):
                    return
        self._send(raw, arrival)

    def _knob(self, number: int, value: float) -> bool:
        """A knob was moved: whether that was all there is to do."""
        if self.armed is not None:
            self._learn(number)
        name = self.learned.get(number)
        control = BY_NAME[name] if name else BY_CONTROLLER.get(number)
        if control is None:
            return False
        knob = self._knobs.setdefault(number, Takeover())
        if not knob.moved(value, self.values[control.name]):
            self.tell("waiting", name=control.name, knob=value)
            return True
        if name is None and control.controller == number:
            self.values[control.name] = value  # the message itself goes on, on its own channel
            self.tell("control", name=control.name, value=value, by="midi")
            return False
        self._set(control.name, value, by="midi")
        return True

    # From the panel, OSC and presets.

    def set(self, name: str, value: float | None, by: str = "player") -> None:
        """Move a control, 0 to 1; None gives it back to the instrument. Knobs let go of it until they pass it."""
        with self._lock:
            for number, knob in self._knobs.items():
                if name == self.learned.get(number) or BY_CONTROLLER.get(number) is BY_NAME[name]:
                    knob.let_go()
            self._set(name, value, by)

    def _set(self, name: str, value: float | None, by: str) -> None:
        control = BY_NAME[name]
        if value is None:
            value = control.default
        self.values[name] = None if value is None else min(1.0, max(0.0, value))
        if control.controller is not None:
            now = time.monotonic()
            for channel in self._zones.others():
                self.synth.send_live(
                    messages.control_change(control.controller, round(127 * self.values[name]), channel), now
                )
        self.tell("control", name=name, value=self.values[name], by=by)

    def arm(self, name: str | None) -> None:
        """Learn the next knob that moves for a control; None: no more."""
        self.armed = name
        self.tell("learn", armed=name, learned=self.learned_by_name())

    def forget(self, name: str) -> None:
        """No knob moves this control any more, but for the controller that it has by itself."""
        with self._lock:
            self.learned = {number: other for number, other in self.learned.items() if other != name}
        self.arm(None)

    def learned_by_name(self) -> dict[str, list[int]]:
        """The controllers that were learned for each control."""
        named: dict[str, list[int]] = {}
        for number, name in self.learned.items():
            named.setdefault(name, []).append(number)
        return named

    def _learn(self, number: int) -> None:
        self.learned[number] = self.armed
        knob = self._knobs[number] = Takeover()
        knob.moved(0.0, None)  # it has hold at once: the player is turning it now
        self.arm(None)

    def learn_all(self, learned: Mapping[str, Sequence[int]]) -> None:
        """Replace all that was learned: controllers by the control that they move."""
        with self._lock:
            self.learned = {number: name for name, numbers in learned.items() for number in numbers}
            self._knobs.clear()
        self.arm(None)

    def load(self, patch) -> None:
        """Play another patch. Raises PatchError."""
        self.synth.load(patch)
        self.tell("patch")

    def play_in(self, room: str) -> None:
        """Play in another room. Raises RoomError or PatchError."""
        self.synth.play_in(room)
        self.room = room
        self.tell("room", room=room)

    def panic(self) -> None:
        """Silence at once; controls stay where they are."""
        self.synth.panic()
        with self._lock:
            for name, value in self.values.items():
                self._set(name, 0.0 if name == "sustain" else value, by="panic")
        self.tell("panic")

    def _send(self, raw: bytes, arrival: float) -> None:
        attributes = self.note_attributes() if raw[0] & 0xF0 == NOTE_ON and len(raw) == 3 and raw[2] else None
        if attributes:
            at = lib.synth_event_time(self.synth.c, arrival)
            self.synth.note_on(raw[1], raw[2], raw[0] & 15, at, attributes)
        else:
            self.synth.send_live(raw, arrival)

    def note_attributes(self) -> dict[str, float]:
        """What new notes are given, in MIDI-DDSP's units; what is not there is the instrument's own."""
        return {
            control.name: attribute_value(control, self.values[control.name])
            for control in CONTROLS
            if control.controller is None and self.values[control.name] is not None
        }


class Source:
    """One page, or one sender of OSC: its keys and fingers, which are let go when it vanishes."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self._keys: set[int] = set()
        self._fingers: set = set()

    def key_down(self, key: int, velocity: int) -> None:
        desk = self._desk
        with desk._lock:
            if key not in self._keys:
                self._keys.add(key)
                desk._holders.setdefault((KEYS_CHANNEL, key), set()).add(self)
                desk._send(messages.note_on(key, velocity, KEYS_CHANNEL), time.monotonic())

    def key_up(self, key: int) -> None:
        """A key that another source still holds goes on sounding."""
        desk = self._desk
        with desk._lock:
            if key in self._keys:
                self._keys.remove(key)
                holders = desk._holders[KEYS_CHANNEL, key]
                holders.discard(self)
                if not holders:
                    desk._send(messages.note_off(key, channel=KEYS_CHANNEL), time.monotonic())

    def finger_down(self, finger: int, pitch: float, strength: float) -> None:
        self._fingers.add(finger)
        self._send(self._desk.fingers.down, (self, finger), pitch, strength)

    def finger_move(self, finger: int, pitch: float, strength: float) -> None:
        self._send(self._desk.fingers.move, (self, finger), pitch, strength)

    def finger_up(self, finger: int) -> None:
        self._fingers.discard(finger)
        self._send(self._desk.fingers.up, (self, finger))

    def _send(self, gesture, *arguments) -> None:
        with self._desk._lock:
            now = time.monotonic()
            for raw in gesture(*arguments):
                self._desk._send(raw, now)

    def let_go(self) -> None:
        """The source is gone: what it held is let go, and nothing else."""
        for key in list(self._keys):
            self.key_up(key)
        for finger in list(self._fingers):
            self.finger_up(finger)
