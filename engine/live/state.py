"""All that a player set, taken from a desk as a preset and given back to it."""

from collections.abc import Sequence

from ..midi.gestures import PRESETS, Row
from ..midi.tuning import Tuning
from ..presets import Preset, patch_reference
from .controls import BY_NAME
from .desk import Desk


def capture(desk: Desk, panel: dict[str, int] | None = None) -> Preset:
    """What is set now. panel: how the page's keyboard stands."""
    return Preset(
        patch=patch_reference(desk.synth.patch),
        controls=dict(desk.values),
        map=map_reference(desk.synth.map),
        knobs=desk.learned_by_name(),
        room=desk.room,
        tuning=desk.synth.tuning,
        panel=dict(panel or {}),
    )


def recall(desk: Desk, preset: Preset, *, patch: bool = True) -> list[str]:
    """Set all that a preset holds; sentences about what could not be.

    patch: whether to load its patch and room; otherwise those that play stay.
    """
    said = []
    if patch:
        try:
            if preset.room != desk.room:
                desk.play_in(preset.room)
            if preset.patch != patch_reference(desk.synth.patch):
                desk.load(preset.patch)
        except (ValueError, OSError) as error:
            said.append(f"The patch before plays on: {error}")
    rows = preset.map if isinstance(preset.map, str) else [Row(**row) for row in preset.map]
    desk.set_map(rows)
    desk.learn_all(preset.knobs)
    desk.synth.tune(preset.tuning or Tuning(), sounding=True)
    for name in BY_NAME:
        if preset.controls.get(name, desk.values[name]) != desk.values[name]:
            desk.set(name, preset.controls[name], by="preset")
    return said


def map_reference(rows: Sequence[Row]) -> str | list[dict]:
    """How a preset names a map of gestures: one of the presets by its name, any other by its rows."""
    named = next((name for name, preset in PRESETS.items() if preset == tuple(rows)), None)
    return named or [row._asdict() for row in rows]
