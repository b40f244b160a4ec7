"""What a page may send, as a table; whatever does not fit a row is nothing."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from ..modulation.matrix import PRESETS
from ..parameters import CONTROLS
from ..ranges import is_number
from ..tuning.choice import HIGHEST_A4_HZ, LOWEST_A4_HZ

MOST_BYTES = 2048
MOST_NAME = 80  # characters


class Number(NamedTuple):
    """A field that is a finite number from `low` to `high`."""

    low: float
    high: float
    whole: bool = False
    may_lack: bool = False

    def fits(self, value: object) -> bool:
        if value is None:
            return self.may_lack
        return is_number(value, self.low, self.high) and (not self.whole or value == int(value))


class Name(NamedTuple):
    """A field that is a short text, one of `choices` where there are any."""

    choices: Mapping[str, object] | None = None
    may_lack: bool = False

    def fits(self, value: object) -> bool:
        if value is None:
            return self.may_lack
        if not isinstance(value, str) or not 0 < len(value) <= MOST_NAME or not value.isprintable():
            return False
        return self.choices is None or value in self.choices


KEY = Number(0, 127, whole=True)
FINGER = Number(0, 2**31, whole=True)
PITCH, STRENGTH = Number(0, 127), Number(0, 1)
CONTROL = Name(CONTROLS)
MESSAGES: Mapping[str, Mapping[str, Number | Name]] = {
    "key_down": {"key": KEY, "velocity": Number(1, 127, whole=True)},
    "key_up": {"key": KEY},
    "finger_down": {"finger": FINGER, "pitch": PITCH, "strength": STRENGTH},
    "finger_move": {"finger": FINGER, "pitch": PITCH, "strength": STRENGTH},
    "finger_up": {"finger": FINGER},
    "let_go": {},
    "set": {"name": CONTROL, "place": Number(0, 1, may_lack=True)},
    "learn": {"name": Name(CONTROLS, may_lack=True)},
    "forget": {"name": CONTROL},
    "patch": {"name": Name()},
    "room": {"name": Name()},
    "tuning": {"name": Name(may_lack=True)},
    "a4": {"hz": Number(LOWEST_A4_HZ, HIGHEST_A4_HZ)},
    "map": {"name": Name(PRESETS)},
    "panic": {},
    "calibrate": {},
    "record": {"on": Number(0, 1, whole=True)},
    "save": {"name": Name()},
    "recall": {"name": Name()},
    "delete": {"name": Name()},
    "panel": {"octave": Number(0, 8, whole=True), "velocity": Number(1, 127, whole=True)},
}
ALWAYS = frozenset({"key_up", "finger_up", "let_go", "panic"})
"""Messages that end something: a page that sends too many is still allowed these."""


def read(text: str | bytes) -> tuple[str, dict] | None:
    """The kind and the fields of a message; None for one that is cut, malformed or out of range."""
    if not isinstance(text, str) or len(text) > MOST_BYTES:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or not isinstance(message.get("do"), str):
        return None
    kind = message.pop("do")
    fields = MESSAGES.get(kind)
    if fields is None or set(message) - set(fields):
        return None
    values = {name: message.get(name) for name in fields}
    if not all(field.fits(values[name]) for name, field in fields.items()):
        return None
    return kind, values
