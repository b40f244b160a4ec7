"""A row of the table of parameters, and how a slider's way becomes its value."""

import math
from typing import NamedTuple

CHANNEL, SYNTH, RACK, START = "channel", "synth", "rack", "start"
"""Scopes: a MIDI channel's, by the controller that the modulation matrix gives it; the synth's, while it plays; of its
rack of effects, likewise; and what a synth is made with and keeps."""
LINEAR, LOG, STEPS, SWITCH = "linear", "log", "steps", "switch"
"""Curves from the way of a slider, 0 to 1, to a value: in proportion; each octave as long as the next; whole numbers;
off and on."""


class Parameter(NamedTuple):
    """One number that is set: what it is called, what it may be, and who sets it."""

    id: int
    """For hosts that keep settings by number. It never changes, and is not used again once a parameter is gone."""
    name: str
    """In Python, on the command line, in OSC and in presets."""
    label: str
    """On the panel and in hosts."""
    group: str
    """One of `GROUPS`: what it stands beside on the panel."""
    scope: str
    meaning: str
    """A phrase that completes "This is the …"; help texts and the documentation show it."""
    low: float = 0.0
    high: float = 1.0
    default: float = 0.0
    unit: str = ""
    curve: str = LINEAR
    target: str | None = None
    """Of a channel's: the target of the modulation matrix; None for a pedal."""
    controller: int | None = None
    """Of a channel's: the controller that is sent, unless the matrix moves the target by others alone."""
    choices: tuple[str, ...] = ()
    """What whole numbers from `low` on are called."""

    @property
    def is_pedal(self) -> bool:
        """Whether it holds notes while it is down."""
        return self.scope == CHANNEL and self.target is None

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.curve in (STEPS, SWITCH)

    def value(self, place: float) -> float:
        """Return the value of a slider that stands at `place`, 0 to 1."""
        if self.curve == LOG:
            return self.low * (self.high / self.low) ** place
        value = self.low + (self.high - self.low) * place
        return float(round(value)) if self.is_whole else value

    def place(self, value: float) -> float:
        """Return where a slider stands that is set to `value`, 0 to 1."""
        value = min(self.high, max(self.low, value))
        if self.curve == LOG:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def within(self, value: float) -> float:
        """Return the value that is in the range and next to `value`."""
        return min(self.high, max(self.low, value))

    def written(self, value: float) -> str:
        """Return a value as it is written: by its name if it has one, else with three digits or as a whole number."""
        if self.choices:
            return self.choices[int(value - self.low)]
        return f"{value:.0f}" if value == int(value) else f"{value:.3g}"

    @property
    def range(self) -> str:
        """The range in words, with the unit."""
        if self.choices:
            return ", ".join(self.choices)
        return f"{self.written(self.low)} to {self.written(self.high)}{f' {self.unit}' if self.unit else ''}"

    @property
    def phrase(self) -> str:
        """What it is, with its range and default, for help texts and docstrings."""
        limits = "" if self.choices else f"{self.range}, "
        return f"{self.meaning} ({limits}default: {self.written(self.default)})"
