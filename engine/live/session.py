"""The session: what keyboards, the panel and OSC send passes through here on its way to the synth."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from ..midi import messages
from ..midi.zones import DATA_ENTRY
from ..modulation.learn import Learn, SoftTakeover
from ..modulation.matrix_file import MapError, controller_of
from ..patch.room import OWN
from .fingers import MOST_FINGERS, Fingers
from .knobs import by_control
from .parameters import BY_NAME, CONTROLS, controllers

FIRST_THAT_MOVES, CONTROL_CHANGE = 0xA0, 0xB0  # notes only pass
KEYS_CHANNEL = 0  # of the panel's keys and OSC's: where keyboards usually are

Listener = Callable[[str, Mapping], None]
Forward = Callable[[bytes, float], object]


class Session:
    """Keeps what the player has set, whoever moved it, and sends it on as MIDI by the synth's map of gestures.

    Parameters
    ----------
    synth : Synth
    room : str
        That the synth plays in, as its option is called.
    forward : callable, optional
        Called as forward(message, arrival) with what goes on to the synth; by default `Synth.send_live`.

    Attributes
    ----------
    values : dict of str to float
        Where each control stands, 0 to 1.
    learned : dict of int to str
        The control that each controller moves which was learned.
    armed : str or None
        The control that the next knob is learned for.
    """

    def __init__(self, synth, room: str = OWN, forward: Forward | None = None):
        self.synth, self.room = synth, room
        self._forward = forward or synth.send_live
        self.values: dict[str, float] = {control.name: control.default for control in CONTROLS}
        self.learned: dict[int, str] = {}
        self.armed: str | None = None
        self._learn: Learn | None = None
        self._read_map()
        self._knobs: dict[int, SoftTakeover] = {}
        self._moved: set[str] = set()  # controls that anybody has moved
        self.holders: dict[int, set[Source]] = {}  # of the keys that sources hold
        self._listeners: list[Listener] = []
        self.fingers = Fingers(lambda: synth.zones.members[:MOST_FINGERS], lambda: synth.map)
        self.lock = threading.RLock()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(kind, what)` on every change, from any thread; what comes back ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, kind: str, **what) -> None:
        for listener in list(self._listeners):
            listener(kind, what)

    def say(self, text: str) -> None:
        """Tell the player something, in a sentence."""
        self.tell("say", text=text)

    def open_zone(self, members: int) -> None:
        """Make room for fingers: in the lower zone of `members` that there is, or in an upper zone."""
        for raw in messages.mpe_zone(members) if members else messages.mpe_zone(MOST_FINGERS, upper=True):
            self.synth.send(raw)

    def _read_map(self) -> None:
        """Read which controller moves each control from the map that is played now; others may change it."""
        self._rows = self.synth.map
        self._controllers = controllers(self._rows)
        self._names: dict[int, str] = {}
        for name, number in self._controllers.items():
            self._names.setdefault(number, name)

    @property
    def _numbers(self) -> dict[str, int]:
        """The controller of each control."""
        if self.synth.map is not self._rows:
            self._read_map()
        return self._controllers

    # From keyboards.

    def receive(self, raw: bytes, arrival: float) -> None:
        """Take one message from a MIDI port, that arrived at `arrival` (`time.monotonic` seconds)."""
        if raw[0] >= FIRST_THAT_MOVES:
            if self._learn is not None:
                with self.lock:
                    self._learn_from(raw)
            if raw[0] & 0xF0 == CONTROL_CHANGE and len(raw) == 3:
                with self.lock:
                    if self._keeps(raw, arrival):
                        return
        self._forward(raw, arrival)

    def _keeps(self, raw: bytes, arrival: float) -> bool:
        """Follow a controller; returns whether it goes no further."""
        number, place = raw[1], raw[2] / 127
        if number == DATA_ENTRY:
            zoned = self.synth.zones.members
            self._forward(raw, arrival)
            if zoned and not self.synth.zones.members:  # a keyboard ended the zone that fingers play in
                self.open_zone(0)
            return True
        learned = self.learned.get(number)
        if self.synth.map is not self._rows:
            self._read_map()
        name = learned or self._names.get(number)
        if name is None:
            return False
        finger = not learned and raw[0] & 15 in self.synth.zones.members
        if not finger and BY_NAME[name].target is not None:  # fingers and pedals are where they are
            knob = self._knobs.get(number)
            if knob is None:
                knob = self._knobs[number] = SoftTakeover()
            if not knob.holds(place, self.values[name] if name in self._moved else None):
                self.tell("waiting", name=name, knob=place, value=self.values[name])
                return True
        self._moved.add(name)
        if learned:
            self._set(name, place, by="knob")
            return True
        self.values[name] = place  # the message itself goes on, on its own channel
        self.tell("control", name=name, value=place, by="knob")
        return False

    def _learn_from(self, raw: bytes) -> None:
        """Follow a message; once a gesture has moved far enough, it moves what was asked for from now on."""
        learn, name = self._learn, self.armed
        gesture = learn.receive(raw) if learn else None
        if gesture is None:
            return
        number, learned = controller_of(gesture), True
        said = f"{gesture} moves {BY_NAME[name].label if name else learn.target} from now on."
        try:
            if number is not None and name in self._numbers:
                self.learned[number] = name  # it is being turned, and so has hold of the slider at once
                self._knobs[number] = SoftTakeover(self.values[name])
            else:  # no slider can follow it
                self.set_map(learn.into(self.synth.map, gesture))
                self.learned.pop(number, None)
        except MapError as error:
            said, learned = str(error), False
        self._await(None, None)
        self.say(said)
        if learned:
            self.tell("learned", gesture=gesture)

    # From the panel, OSC and presets.

    def set(self, name: str, value: float | None, by: str = "player") -> None:
        """Move a control, 0 to 1; None: to where it usually is. Knobs let go of it until they pass it."""
        with self.lock:
            self._set(name, BY_NAME[name].default if value is None else min(1.0, max(0.0, value)), by)
            self._moved.add(name)

    def _set(self, name: str, value: float, by: str) -> None:
        self.values[name] = value
        number = self._numbers.get(name)
        if number is not None:
            for channel in self.synth.zones.others():
                self.send(messages.control_change(number, round(127 * value), channel))
        self.tell("control", name=name, value=value, by=by)

    def set_map(self, rows) -> None:
        """Play by another map of gestures, as `Synth.map` takes it. Raises MapError."""
        with self.lock:
            self.synth.map = rows
            for name, value in self.values.items():
                self._set(name, value, by="map")
        self.tell("map")

    def learn(self, target: str) -> None:
        """Learn the next gesture that moves for a target: a knob for its control, if it has one, else by a map.

        Raises ValueError for a target that there is not.
        """
        learn = Learn(target)
        control = next((control.name for control in CONTROLS if control.target == target), None)
        self._await(control, learn)
        self.say(f"Move what is to move {target}.")

    def arm(self, name: str | None) -> None:
        """Learn the next knob that moves for a control; None: no more."""
        self._await(name, None if name is None else Learn(BY_NAME[name].target or "level", knobs=True))

    def _await(self, name: str | None, learn: Learn | None) -> None:
        with self.lock:
            self.armed, self._learn = name, learn
            self.tell("learn", armed=name, learned=self.learned_by_name())

    def forget(self, name: str) -> None:
        """No learned knob moves this control any more."""
        with self.lock:
            self.learned = {number: other for number, other in self.learned.items() if other != name}
            self.arm(None)

    def learn_all(self, learned: Mapping[str, Sequence[int]]) -> None:
        """Replace all that was learned: controllers by the control that they move."""
        with self.lock:
            self.learned = {number: name for name, numbers in learned.items() for number in numbers}
            self._knobs.clear()
            self.arm(None)

    def learned_by_name(self) -> dict[str, list[int]]:
        """The controllers that were learned for each control."""
        return by_control(self.learned)

    def load(self, patch) -> None:
        """Play another patch. Raises PatchError."""
        self.synth.load(patch)
        self.tell("patch")

    def play_in(self, room: str) -> None:
        """Play in another room. Raises RoomError or PatchError."""
        self.synth.play_in(room)
        self.room = room
        self.tell("room")

    def tune(self, tuning) -> None:
        """Play in another tuning, as `Synth.tuning` takes it; notes that sound follow. Raises ValueError."""
        self.synth.tuning = tuning
        self.tell("tuning")

    def panic(self) -> None:
        """Silence at once; controls stay where they are, but for the pedal."""
        with self.lock:
            self.synth.panic()
            self.holders.clear()
            self.fingers.clear()
            for name, value in self.values.items():
                self._set(name, 0.0 if BY_NAME[name].target is None else value, by="panic")
        self.tell("panic")

    def send(self, raw: bytes) -> None:
        """One message from a page or from OSC, now."""
        self._forward(raw, time.monotonic())


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
