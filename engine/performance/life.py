"""Life: how an instrument's held notes move by themselves, as a few numbers that the kernel makes motion of.

Each number is a standard deviation of random processes of the second order, one for each of `SPEEDS`, or says how
these are shared out among the partials. A patch keeps them as ``life`` in its patch.json; one that has none moves as
its family does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace

from ..errors import DdspLiveError
from ..native._kernel import lib

SPEEDS = (0.5, 0.12, 0.03, 0.006)
"""Time constants in s: movement below 1.5 Hz, at 1.5 to 4, 4 to 9, and 12 to 60 Hz."""
KNOTS = (0.008, 0.024, 0.048, 0.08, 0.128, 0.2, 0.3, 0.44)
"""Seconds after the onset at which a gesture's level and pitch are known."""
MOST_GESTURES = lib.LIFE_GESTURES


class LifeError(DdspLiveError):
    """Numbers that are no life of an instrument; one sentence says why."""


@dataclass(frozen=True)
class Gesture:
    """How one recorded note began, less how the patch begins it: an attack and a scoop."""

    pitch: float  # MIDI note
    level_db: tuple[float, ...]  # at each of KNOTS
    cents: tuple[float, ...]


@dataclass(frozen=True)
class Life:
    """How an instrument moves: a number for each of `SPEEDS`; spreads are of logarithms, from note to note."""

    partials: tuple[float, ...] = (0.0,) * len(SPEEDS)  # dB, of the first partial
    slope: float = 0.0  # of the variance: octaves for each octave of partial number
    depth: float = 0.0  # of the variance: e-foldings for each 10 dB that a partial lies below the strongest
    neighbours: float = 0.0  # correlation of partials next to each other
    partial_spread: float = 0.0
    level: tuple[float, ...] = (0.0,) * len(SPEEDS)  # dB
    level_spread: float = 0.0
    pitch: tuple[float, ...] = (0.0,) * len(SPEEDS)  # cents
    pitch_spread: float = 0.0
    vibrato_cents: float = 0.0  # of an unsteady vibrato at vibrato_hz
    vibrato_hz: float = 5.0
    noise_db: float = 0.0  # of the noise's bands
    noise_in_step: float = 0.0  # how far the noise swells and fades within a period of the pitch
    gestures: tuple[Gesture, ...] = ()

    @classmethod
    def from_json(cls, value: object) -> "Life":
        """Read what `to_json` wrote. Raises LifeError for what is missing, unknown or out of `RANGES`."""
        if not isinstance(value, Mapping):
            raise LifeError("life in its patch.json must be an object.")
        if unknown := sorted(set(value) - {field.name for field in fields(cls)}):
            raise LifeError(f"its patch.json has life.{unknown[0]}, which no patch has.")
        numbers = {name: _read(f"life.{name}", value.get(name), *limits) for name, limits in RANGES.items()}
        gestures = value.get("gestures", [])
        if not isinstance(gestures, list) or len(gestures) > MOST_GESTURES:
            raise LifeError(f"life.gestures in its patch.json must be a list of at most {MOST_GESTURES}.")
        return cls(**numbers, gestures=tuple(_read_gesture(gesture) for gesture in gestures))

    def to_json(self) -> dict:
        """As a patch keeps it, rounded to what can be told apart."""
        return _rounded(asdict(self))

    def config(self) -> dict:
        """As the kernel takes it, for cffi."""
        numbers = asdict(replace(self, gestures=()))
        return numbers | {
            "gestures": len(self.gestures),
            "gesture_pitch": [gesture.pitch for gesture in self.gestures],
            "gesture_db": [gesture.level_db for gesture in self.gestures],
            "gesture_cents": [gesture.cents for gesture in self.gestures],
        }


RANGES: dict[str, tuple[float, float, int]] = {
    "partials": (0, 5, len(SPEEDS)),
    "slope": (-0.5, 1.2, 0),
    "depth": (0, 2, 0),
    "neighbours": (0, 0.9, 0),
    "partial_spread": (0, 0.8, 0),
    "level": (0, 3, len(SPEEDS)),
    "level_spread": (0, 0.8, 0),
    "pitch": (0, 30, len(SPEEDS)),
    "pitch_spread": (0, 0.8, 0),
    "vibrato_cents": (0, 30, 0),
    "vibrato_hz": (3, 8, 0),
    "noise_db": (0, 4, 0),
    "noise_in_step": (0, 0.9, 0),
}
"""{number: lowest, highest, and how many there are of it, where it is a list}."""
GESTURE_RANGES = {"level_db": (-9, 6), "cents": (-60, 60)}


def life_of(value: object, family: str | None) -> Life:
    """The life in a patch.json's ``life``, or where that is None, its family's. Raises LifeError."""
    return FAMILIES.get(family, FAMILIES["single-reed"]) if value is None else Life.from_json(value)


def _read(name: str, value: object, low: float, high: float, size: int):
    def good(x: object) -> bool:
        return isinstance(x, int | float) and not isinstance(x, bool) and low <= x <= high

    if size == 0 and good(value):
        return float(value)
    if size and isinstance(value, list) and len(value) == size and all(map(good, value)):
        return tuple(map(float, value))
    wanted = f"{size} numbers" if size else "a number"
    raise LifeError(
        f"{name} in its patch.json is {repr(value)[:60]}; it must be {wanted} from {low:g} to {high:g}."
    )


def _read_gesture(value: object) -> Gesture:
    if not isinstance(value, Mapping) or set(value) != {"pitch", *GESTURE_RANGES}:
        raise LifeError("each of life.gestures in its patch.json must have pitch, level_db and cents.")
    pitch = _read("life.gestures.pitch", value["pitch"], 0, 140, 0)
    rows = {
        n: _read(f"life.gestures.{n}", value[n], *limits, len(KNOTS)) for n, limits in GESTURE_RANGES.items()
    }
    return Gesture(pitch, **rows)


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_rounded(item) for item in value]
    return float(f"{value:.4g}")


def _family(partials, shape, level, pitch, vibrato, noise) -> Life:
    """partials, level, pitch: deviations and, last, their spread. shape: slope, depth, neighbours."""
    *by_speed, partial_spread = partials
    *levels, level_spread = level
    *pitches, pitch_spread = pitch
    return Life(
        *(tuple(by_speed), *shape, partial_spread, tuple(levels), level_spread),
        *(tuple(pitches), pitch_spread, *vibrato, *noise),
    )


FAMILIES: dict[str, Life] = {
    "flute": _family(
        (1.3, 0.0, 2.5, 0.32, 0.23),
        (-0.5, 0.72, 0.03),
        (1.5, 0.0, 1.5, 0.0, 0.44),
        (3.8, 0.95, 0.23, 1.1, 0.35),
        (7.4, 4.8),
        (2.4, 0.26),
    ),
    "single-reed": _family(
        (0.58, 0.44, 0.2, 0.025, 0.29),
        (-0.19, 1.3, 0.18),
        (0.88, 0.0, 0.16, 0.01, 0.36),
        (1.2, 0.61, 0.5, 0.41, 0.39),
        (0.07, 5.0),
        (1.8, 0.32),
    ),
    "double-reed": _family(
        (0.2, 0.29, 0.07, 0.0, 0.38),
        (0.2, 1.1, 0.33),
        (0.0, 0.0, 0.35, 0.0, 0.34),
        (1.3, 0.78, 0.82, 0.21, 0.5),
        (0.0, 4.0),
        (2.6, 0.31),
    ),
    "brass": _family(
        (0.46, 0.24, 0.18, 0.0, 0.37),
        (0.36, 0.67, 0.9),
        (0.35, 0.0, 0.32, 0.05, 0.46),
        (1.5, 2.1, 0.52, 1.6, 0.42),
        (0.29, 6.1),
        (3.5, 0.87),
    ),
    "bowed": _family(
        (0.86, 0.62, 0.6, 0.21, 0.4),
        (-0.12, 1.3, 0.26),
        (1.5, 0.64, 0.29, 0.0, 0.41),
        (1.8, 1.6, 0.85, 0.84, 0.5),
        (0.35, 6.6),
        (2.6, 0.22),
    ),
    "voice": _family(
        (0.37, 0.05, 0.34, 0.0, 0.33),
        (0.8, 0.07, 0.12),
        (0.4, 0.0, 0.25, 0.19, 0.32),
        (0.08, 2.8, 7.0, 3.2, 0.38),
        (2.4, 4.8),
        (3.2, 0.29),
    ),
}
"""Of each family of instruments, the medians of the patches that were fitted."""
