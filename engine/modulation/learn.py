"""MIDI learn: the next gesture that moves is bound to a target; knobs that stand elsewhere wait to be picked up."""

from collections.abc import Callable, Iterable

from ..midi.messages import control_change
from .matrix import BEND, KEY_PRESSURE, PRESETS, PRESSURE, TARGETS
from .matrix_file import RESERVED, ModRoute, controller_of, replaced

TRAVEL = 6  # of 127: a move, and not a knob that trembles
NEAR = 3 / 127
USUAL_SMOOTHING_MS = 10.0
CONTROL_CHANGE, POLY_PRESSURE, CHANNEL_PRESSURE, PITCH_BEND = 0xB0, 0xA0, 0xD0, 0xE0

BY_TARGET = {
    row.target: row for rows in reversed(PRESETS.values()) for row in rows if controller_of(row.gesture)
}
"""The row that a learned gesture is made after, for each target that a controller moves in a preset."""
USUAL_GESTURES = {row.gesture for rows in PRESETS.values() for row in rows}
"""Wheels, pedals and breath, which are where they are."""


def gesture_of(message: bytes) -> tuple[str, float] | None:
    """The gesture that a message makes and where it is, 0 to 1; None where the message is none that can be mapped."""
    kind = message[0] & 0xF0
    if kind == CONTROL_CHANGE and len(message) == 3 and message[1] < 120 and message[1] not in RESERVED:
        return f"cc{message[1]}", message[2] / 127
    if kind == CHANNEL_PRESSURE and len(message) == 2:
        return PRESSURE, message[1] / 127
    if kind == POLY_PRESSURE and len(message) == 3:
        return KEY_PRESSURE, message[2] / 127
    if kind == PITCH_BEND and len(message) == 3:
        return BEND, (message[2] << 7 | message[1]) / 16383
    return None


class Learn:
    """Waits for the gesture that is to move a target.

    Parameters
    ----------
    target : str
        One of `gestures.TARGETS`.

    Raises
    ------
    ValueError
        For a target that there is not.

    Examples
    --------
    >>> learn = Learn("brightness")
    >>> if (gesture := learn.receive(message)) is not None:
    ...     synth.map = learn.into(synth.map, gesture)
    """

    def __init__(self, target: str):
        if target not in TARGETS:
            raise ValueError(f"There is no target {target!r}: choose one of {', '.join(TARGETS)}.")
        self.target = target
        self._first: dict[str, float] = {}

    def receive(self, message: bytes) -> str | None:
        """Follow one message: the gesture's name once one has moved far enough, else None."""
        heard = gesture_of(message)
        if heard is None:
            return None
        gesture, place = heard
        if self.target == "room" and gesture == KEY_PRESSURE:
            return None  # all notes share the room
        # Pressure and bends begin at rest; a knob may stand anywhere.
        first = self._first.setdefault(
            gesture, {PRESSURE: 0.0, KEY_PRESSURE: 0.0, BEND: 0.5}.get(gesture, place)
        )
        return gesture if abs(place - first) * 127 >= TRAVEL else None

    def row(self, gesture: str) -> ModRoute:
        """The row by which this gesture moves the target."""
        usual = BY_TARGET.get(self.target)
        if usual is None:
            target = TARGETS[self.target]
            usual = ModRoute(gesture, self.target, max(target.low, -12.0), min(target.high, 12.0))
        smoothing = usual.smoothing_ms or USUAL_SMOOTHING_MS
        return usual._replace(gesture=gesture, smoothing_ms=smoothing, onset=False)

    def into(self, rows: Iterable[ModRoute], gesture: str) -> tuple[ModRoute, ...]:
        """A map in which this gesture moves the target, and, where it is a controller, nothing else."""
        number = controller_of(gesture)
        kept = [row for row in rows if number is None or row.gesture != gesture or row.target == self.target]
        return replaced(kept, self.row(gesture))


class SoftTakeover:
    """Holds a knob's messages back until the knob passes the place where its parameter is.

    Examples
    --------
    >>> takeover = SoftTakeover(0.5)
    >>> takeover.move(0.1), takeover.move(0.45), takeover.move(0.6)
    (None, None, 0.6)
    """

    def __init__(self, place: float | None = None):
        self.place = place
        """Where the parameter is, 0 to 1; None: nowhere yet, so that the knob has hold of it at once."""
        self._knob: float | None = None
        self._holds = place is None

    def set(self, place: float | None) -> None:
        """Someone else has moved the parameter: the knob must pick it up again."""
        self.place, self._holds = place, place is None

    def move(self, knob: float) -> float | None:
        """The knob was turned to 0 … 1: the parameter's new place, or None while it waits."""
        before, self._knob = self._knob, knob
        if not self._holds:
            reached = (knob, knob) if before is None else (min(before, knob), max(before, knob))
            self._holds = reached[0] - NEAR <= self.place <= reached[1] + NEAR
        if not self._holds:
            return None
        self.place = knob
        return knob


class Learner:
    """In the way of a session's messages: learns gestures by request, and lets learned controllers take over softly.

    Parameters
    ----------
    synth : Synth
    say : callable
        Called with a sentence when something was learned or waits to be picked up.
    changed : callable, optional
        Called with the synth's new map whenever it was changed, for whoever keeps it.
    send : callable, optional
        Gets the messages that it adds, as `synth.send_live` does by default.
    """

    def __init__(
        self,
        synth,
        say: Callable[[str], None],
        changed: Callable[[tuple[ModRoute, ...]], None] | None = None,
        send: Callable[[bytes, float], object] | None = None,
    ):
        self._synth = synth
        self._say = say
        self._changed = changed or (lambda rows: None)
        self._send = send or synth.send_live
        self._learn: Learn | None = None
        self._takeovers: dict[tuple[int, str], SoftTakeover] = {}
        self._waiting: set[tuple[int, str]] = set()
        self._learned = {
            row.gesture for row in synth.map
        } - USUAL_GESTURES  # those of a file that was learned before

    def learn(self, target: str) -> None:
        """Bind the next gesture that moves. Raises ValueError for a target that there is not."""
        self._learn = Learn(target)
        self._say(f"Move what is to move {target}.")

    def passes(self, message: bytes, arrival: float) -> bool:
        """Follow a message; returns whether it goes on, or is held back until its knob takes over."""
        learn = self._learn
        gesture = learn.receive(message) if learn else None
        if gesture is not None:
            self._learn = None
            self._bind(learn, gesture, message[0] & 15, arrival)
        return self._takes_over(message)

    def _bind(self, learn: Learn, gesture: str, channel: int, arrival: float) -> None:
        rows = learn.into(self._synth.map, gesture)
        number = controller_of(gesture)
        if number is not None:  # where it stood before it was learned must not count
            rest = learn.row(gesture).default
            self._takeovers[channel, gesture] = SoftTakeover(rest / 127)
            self._send(control_change(number, rest, channel), arrival)
        self._synth.map = rows
        self._learned.add(gesture)
        self._say(f"{gesture} moves {learn.target} from now on.")
        self._changed(rows)

    def _takes_over(self, message: bytes) -> bool:
        heard = gesture_of(message)
        if heard is None or heard[0] not in self._learned or controller_of(heard[0]) is None:
            return True  # what springs back by itself needs no takeover
        gesture, place = heard
        key = message[0] & 15, gesture
        if key not in self._takeovers:
            rest = next((row.default for row in self._synth.map if row.gesture == gesture), 0)
            self._takeovers[key] = SoftTakeover(rest / 127)
        if self._takeovers[key].move(place) is not None:
            self._waiting.discard(key)
            return True
        if key not in self._waiting:
            self._waiting.add(key)
            self._say(f"{gesture} waits: turn it to {round(127 * self._takeovers[key].place)} to pick it up.")
        return False
