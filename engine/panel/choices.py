"""What a page chooses from: patches, rooms, and what a slider moves."""

from collections.abc import Iterable

from ..live.controllers import row_of
from ..modulation.matrix import TARGETS, ModRoute
from ..parameters import CHANNEL, Parameter
from ..patch import list_patches, trim_db
from ..patch.room import MADE, NONE, OWN

SCORES = ("distance", "distance_16k", "loudness_error_db", "f0_cents", "f0_within_50_cents")


def patches() -> list[dict]:
    """The patches to choose from, with what their training scored."""
    rows = []
    for entry in list_patches():
        training = entry.info.get("training", {})
        scores = {name: training[name] for name in SCORES if isinstance(training.get(name), int | float)}
        rows.append(
            {
                "reference": entry.name,
                "title": entry.title,
                "pitch": [entry.info["pitch"]["low"], entry.info["pitch"]["high"]],
                "scores": scores,
                "trim_db": trim_db(entry.info),
                "licence": entry.info["source"]["licence"],
            }
        )
    return rows


def moves(row: Parameter, rows: Iterable[ModRoute]) -> dict | None:
    """Return from where to where a slider moves a parameter, and how; None if a map moves nothing of the kind."""
    if row.scope != CHANNEL:
        return {"low": row.low, "high": row.high, "curve": row.curve, "unit": row.unit}
    route = row_of(row, rows)
    if route is None:
        return None
    unit = TARGETS[route.target].unit
    return {"low": route.low, "high": route.high, "curve": route.curve, "unit": unit}


def keys_within(octave: int, patch) -> float:
    """Semitones of an octave's keys, up to the next C, that a patch has."""
    low = 12 * (octave + 1)
    return max(0.0, min(low + 12, patch.pitch_high) - max(low, patch.pitch_low))


def rooms(chosen: str) -> list[str]:
    """The rooms to choose from."""
    return list(dict.fromkeys([OWN, *MADE, NONE, chosen]))
