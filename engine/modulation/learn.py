"""MIDI learn's parts: which gesture moved, the row that it gets, and whether a knob has hold of a slider."""

from collections.abc import Iterable

from .matrix import BEND, KEY_PRESSURE, PRESETS, PRESSURE, SHARED, TARGETS
from .matrix_file import RESERVED, ModRoute, controller_of, replaced

TRAVEL = 6  # of 127: a move, and not a knob that trembles
NEAR = 3 / 127
USUAL_SMOOTHING_MS = 10.0
CONTROL_CHANGE, POLY_PRESSURE, CHANNEL_PRESSURE, PITCH_BEND = 0xB0, 0xA0, 0xD0, 0xE0

BY_TARGET = {
    row.target: row for rows in reversed(PRESETS.values()) for row in rows if controller_of(row.gesture)
}
"""The row that a learned gesture is made after, for each target that a controller moves in a preset."""


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
        One of `matrix.TARGETS`.
    knobs : bool
        Whether controllers alone count, and no pressure or bend.

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

    def __init__(self, target: str, knobs: bool = False):
        if target not in TARGETS:
            raise ValueError(f"There is no target {target!r}: choose one of {', '.join(TARGETS)}.")
        self.target, self._knobs = target, knobs
        self._first: dict[str, float] = {}

    def receive(self, message: bytes) -> str | None:
        """Follow one message: the gesture's name once one has moved far enough, else None."""
        heard = gesture_of(message)
        if heard is None:
            return None
        gesture, place = heard
        if self._knobs and controller_of(gesture) is None:
            return None
        if self.target in SHARED and gesture == KEY_PRESSURE:
            return None
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
    """Whether a knob has hold of a slider: it has once it passes it, and until another moves the slider.

    Parameters
    ----------
    left : float, optional
        Where the slider is, 0 to 1, if the knob has hold of it already.

    Examples
    --------
    >>> takeover, slider = SoftTakeover(), 0.5
    >>> [takeover.holds(knob, slider) for knob in (0.1, 0.45, 0.6)]
    [False, False, True]
    """

    def __init__(self, left: float | None = None):
        self._left = left  # where the knob has left the slider; None: the knob has no hold of it
        self._knob: float | None = None

    def holds(self, knob: float, slider: float | None) -> bool:
        """Follow a knob that was turned to 0 … 1, and return whether the slider goes with it.

        slider: where it is before; None: nobody has moved it yet, so that any knob has hold of it at once.
        """
        before, self._knob = self._knob, knob
        if slider is not None and slider != self._left:
            reached = (knob, knob) if before is None else (min(before, knob), max(before, knob))
            if not reached[0] - NEAR <= slider <= reached[1] + NEAR:
                self._left = None
                return False
        self._left = knob
        return True
