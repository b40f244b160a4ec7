"""The session: what keyboards, the panel and OSC send passes through here on its way to the synth."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from ..midi import messages
from ..midi.zones import DATA_ENTRY
from ..modulation.learn import Learn, SoftTakeover
from ..modulation.matrix_file import MapError, controller_of
from ..parameters import CHANNEL, CONTROLS, SWITCH
from ..patch.room import OWN
from .controllers import controllers
from .fingers import MOST_FINGERS, Fingers
from .knobs import by_control

FIRST_THAT_MOVES, CONTROL_CHANGE = 0xA0, 0xB0  # notes only pass

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
        What each control is set to, in its own unit.
    learned : dict of int to str
        The control that each controller moves which was learned.
    armed : str or None
        The control that the next knob is learned for.
    """

    def __init__(self, synth, room: str = OWN, forward: Forward | None = None):
        self.synth, self.room = synth, room
        self._forward = forward or synth.send_live
        self.values: dict[str, float] = {
            name: row.default if row.scope == CHANNEL else getattr(synth, name)
            for name, row in CONTROLS.items()
        }
        self.learned: dict[int, str] = {}
        self.armed: str | None = None
        self._learn: Learn | None = None
        self._read_map()
        self._knobs: dict[int, SoftTakeover] = {}
        self._moved: set[str] = set()  # controls that anybody has moved
        self.holders: dict[int, set[object]] = {}  # of each key: the sources that hold it
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
        row = CONTROLS[name]
        if not finger and row.curve != SWITCH:  # fingers and pedals are where they are
            knob = self._knobs.get(number)
            if knob is None:
                knob = self._knobs[number] = SoftTakeover()
            slider = self.values[name]
            if row.scope != CHANNEL:  # a channel's values are places
                slider = row.place(slider)
            if not knob.holds(place, slider if name in self._moved else None):
                self.tell("waiting", name=name, knob=place, place=slider)
                return True
        self._moved.add(name)
        if learned:
            self._set(name, row.value(place), by="knob")
            return True
        self.values[name] = place  # the message itself goes on, on its own channel
        self.tell("control", name=name, value=place, place=place, by="knob")
        return False

    def _learn_from(self, raw: bytes) -> None:
        """Follow a message; once a gesture has moved far enough, it moves what was asked for from now on."""
        learn, name = self._learn, self.armed
        gesture = learn.receive(raw) if learn else None
        if gesture is None:
            return
        number, learned = controller_of(gesture), True
        said = f"{gesture} moves {CONTROLS[name].label if name else learn.target} from now on."
        try:
            if number is not None and self._has_slider(name):
                self.learned[number] = name  # it is being turned, and so has hold of the slider at once
                self._knobs[number] = SoftTakeover(CONTROLS[name].place(self.values[name]))
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
        """Set a control, in its own unit; None: to its default. Knobs let go of it until they pass it."""
        row = CONTROLS[name]
        with self.lock:
            value = row.default if value is None else row.within(value)
            if row.is_whole and row.scope != CHANNEL:
                value = float(round(value))
            self._set(name, value, by)
            self._moved.add(name)

    def move(self, name: str, place: float | None, by: str = "player") -> None:
        """Move a control's slider, 0 to 1; None: to its default."""
        self.set(name, None if place is None else CONTROLS[name].value(place), by)

    def _set(self, name: str, value: float, by: str) -> None:
        row = CONTROLS[name]
        self.values[name] = value
        if row.scope == CHANNEL:
            self._send_controller(name, value)
        else:
            setattr(self.synth, name, value)
        self.tell("control", name=name, value=value, place=row.place(value), by=by)

    def _send_controller(self, name: str, place: float) -> None:
        number = self._numbers.get(name)
        if number is not None:
            for channel in self.synth.zones.others():
                self.send(messages.control_change(number, round(127 * place), channel))

    def _has_slider(self, name: str | None) -> bool:
        """Whether moving this control's slider does anything now."""
        return name is not None and (CONTROLS[name].scope != CHANNEL or name in self._numbers)

    def set_map(self, rows) -> None:
        """Play by another map of gestures, as `Synth.map` takes it. Raises MapError."""
        with self.lock:
            self.synth.map = rows
            for name, value in self.values.items():
                if CONTROLS[name].scope == CHANNEL:
                    self._set(name, value, by="map")
        self.tell("map")

    def learn(self, target: str) -> None:
        """Learn the next gesture that moves for a target: a knob for its control, if it has one, else by a map.

        Raises ValueError for a target that there is not.
        """
        learn = Learn(target)
        control = next((name for name, row in CONTROLS.items() if row.target == target), None)
        self._await(control, learn)
        self.say(f"Move what is to move {target}.")

    def arm(self, name: str | None) -> None:
        """Learn the next knob that moves for a control; None: no more."""
        self._await(name, None if name is None else Learn(CONTROLS[name].target or "level", knobs=True))

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
                self._set(name, 0.0 if CONTROLS[name].is_pedal else value, by="panic")
        self.tell("panic")

    def send(self, raw: bytes) -> None:
        """One message from a page or from OSC, now."""
        self._forward(raw, time.monotonic())
