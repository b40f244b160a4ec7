"""The prior: a patch's guess at how a note is played, from what was played before it, learned from its recordings.

For each attribute a sum of parabolas, one of each input: what few notes can support, and a few dozen products a note.
"""

import math
from collections.abc import Mapping

import numpy as np

from ..errors import DdspLiveError
from .note_history import Context
from .units import NAMES

INPUTS = (
    "pitch",  # MIDI note
    "volume",  # MIDI-DDSP's; unknown where it is itself guessed
    "velocity",
    "interval",  # semitones from the note before
    "leap",  # the same to either side
    "joined",  # exp(-gap / 0.2 s) to the note before
    "since",  # log2(s) from the start of the note before
    "length",  # log2(s) that notes have lasted
)
JOINED_SECONDS = 0.2
SHORTEST_SECONDS = 0.02
WIDEST = 2.5  # standard deviations: beyond, a note is taken to be there
MOST = 1e6
FIELDS = {"bias": 1, "low": 1, "high": 1, "left": 1, "weights": 2 * len(INPUTS)}
"""Of an attribute: how many numbers each has; `left` is the standard deviation of what stays unexplained."""


class PriorError(DdspLiveError):
    """A prior that can't be used, in one sentence."""


def prior_inputs(context: Context, velocity: float, volume: float) -> np.ndarray:
    """A note's inputs [len(INPUTS)], NaN where nothing is known."""
    return np.array(
        [
            context.pitch,
            volume,
            velocity,
            context.interval,
            abs(context.interval),
            math.exp(-context.gap_seconds / JOINED_SECONDS),
            math.log2(max(context.since_seconds, SHORTEST_SECONDS)),  # NaN stays NaN
            math.log2(max(context.length_seconds, SHORTEST_SECONDS)),
        ]
    )


def basis(inputs: np.ndarray, centre: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Lines and parabolas [..., 2 * len(INPUTS)] of inputs [..., len(INPUTS)], 0 where an input is not known."""
    z = np.clip((inputs - centre) / spread, -WIDEST, WIDEST)
    return np.nan_to_num(np.concatenate([z, z * z - 1], axis=-1))


class Prior:
    """A prior as it stands in patch.json.

    Parameters
    ----------
    described : mapping
        ``centre`` and ``spread`` of each input; ``attributes``, by name, of `FIELDS`. Raises PriorError where it is not
        so.
    """

    def __init__(self, described: Mapping):
        if not isinstance(described, Mapping) or not isinstance(described.get("attributes"), Mapping):
            raise PriorError("prior in its patch.json must be an object with attributes.")
        self.centre = _numbers(described, "centre", len(INPUTS))
        self.spread = _numbers(described, "spread", len(INPUTS))
        if not (self.spread > 0).all():
            raise PriorError("every spread of the prior in its patch.json must be above 0.")
        self.names = tuple(name for name in NAMES if name in described["attributes"])
        if unknown := set(described["attributes"]) - set(NAMES):
            raise PriorError(f"the prior in its patch.json has an attribute {sorted(unknown)[0]!r:.40}.")
        rows = [described["attributes"][name] for name in self.names]
        values = {field: [_numbers(row, field, size) for row in rows] for field, size in FIELDS.items()}
        flat = {name: np.ravel(values[name]) for name in ("bias", "low", "high", "left")}
        self.bias, self.low, self.high, self.left = flat.values()
        self.weights = np.reshape(values["weights"], (len(rows), 2 * len(INPUTS)))
        if (self.low > self.high).any() or (self.left < 0).any():
            raise PriorError("an attribute of the prior in its patch.json has no range.")
        velocity = INPUTS.index("velocity")
        self.knows_velocity = bool(self.weights[:, [velocity, velocity + len(INPUTS)]].any())

    def guess(self, inputs: np.ndarray, amount: float = 1.0) -> dict[str, float]:
        """Attributes of a note by its inputs; amount: of what sets it apart from the usual note, 0 to 1."""
        apart = self.weights @ basis(inputs, self.centre, self.spread)
        values = np.clip(self.bias + amount * apart, self.low, self.high)
        return dict(zip(self.names, values.tolist(), strict=True))

    def louder(self, inputs: np.ndarray) -> float:
        """By how much a note's volume differs from the usual note's of this velocity; 0 where that is not known."""
        if "volume" not in self.names:
            return 0.0
        i = self.names.index("volume")
        known = inputs.copy()
        known[[INPUTS.index("volume"), INPUTS.index("velocity")]] = math.nan
        return self.guess(known)["volume"] - float(self.bias[i])


def _numbers(described: object, name: str, size: int) -> np.ndarray:
    given = described.get(name) if isinstance(described, Mapping) else None
    values = [given] if size == 1 else given
    if not isinstance(values, list) or len(values) != size:
        raise PriorError(f"{name} of the prior in its patch.json must be {size} numbers.")
    if not all(type(value) in (int, float) and abs(value) <= MOST for value in values):
        raise PriorError(f"{name} of the prior in its patch.json must be numbers up to {MOST:g}.")
    return np.array(values, float)
