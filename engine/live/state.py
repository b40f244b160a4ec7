"""All that a player set, taken from a desk as a preset and given back to it."""

from ..midi.tuning import Tuning
from ..patch import PatchError
from ..presets import Preset, patch_reference
from ..room import RoomError
from .controls import BY_NAME
from .desk import Desk


def capture(desk: Desk, panel: dict[str, int] | None = None) -> Preset:
    """What is set now. panel: how the page's keyboard stands."""
    return Preset(
        patch=patch_reference(desk.synth.patch),
        controls=dict(desk.values),
        map=desk.learned_by_name(),
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
        except (PatchError, RoomError, OSError) as error:
            said.append(f"The patch before plays on: {error}")
    desk.learn_all(preset.map)
    desk.synth.tune(preset.tuning or Tuning(), sounding=True)
    for name in BY_NAME:
        if name in preset.controls:
            desk.set(name, preset.controls[name], by="preset")
    return said
