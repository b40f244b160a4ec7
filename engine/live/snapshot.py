"""All that a player set, taken from a session as a preset and given back to it."""

from collections.abc import Sequence

from ..modulation.matrix import PRESETS, ModRoute
from ..parameters import CONTROLS
from ..tuning.mts import Tuning
from .presets import Preset, patch_reference
from .session import Session


def capture(session: Session, panel: dict[str, int] | None = None) -> Preset:
    """What is set now. panel: how the page's keyboard stands."""
    return Preset(
        patch=patch_reference(session.synth.patch),
        controls=dict(session.values),
        map=map_reference(session.synth.map),
        knobs=session.learned_by_name(),
        room=session.room,
        tuning=session.synth.tuning,
        panel=dict(panel or {}),
    )


def recall(session: Session, preset: Preset, *, patch: bool = True) -> list[str]:
    """Set all that a preset holds; sentences about what could not be.

    patch: whether to load its patch and room; otherwise those that play stay.
    """
    said = []
    if patch:
        try:
            if preset.room != session.room:
                session.play_in(preset.room)
            if preset.patch != patch_reference(session.synth.patch):
                session.load(preset.patch)
        except (ValueError, OSError) as error:
            said.append(f"The patch before plays on: {error}")
    rows = preset.map if isinstance(preset.map, str) else [ModRoute(**row) for row in preset.map]
    session.set_map(rows)
    session.learn_all(preset.knobs)
    session.tune(preset.tuning or Tuning())
    for name in CONTROLS:
        if preset.controls.get(name, session.values[name]) != session.values[name]:
            session.set(name, preset.controls[name], by="preset")
    return said


def map_reference(rows: Sequence[ModRoute]) -> str | list[dict]:
    """How a preset names a map of gestures: one of the presets by its name, any other by its rows."""
    named = next((name for name, preset in PRESETS.items() if preset == tuple(rows)), None)
    return named or [row._asdict() for row in rows]
