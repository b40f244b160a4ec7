"""ddsp-live: a neural instrument that is played live.

See Also
--------
load_patch, Synth, render_midi : all that a player needs.
ddsp_live.signal : the kernel's parts, for NumPy.
"""

from . import signal
from .patch import PatchError, list_patches, load_patch, write_patch
from .readings import Stats
from .render import render_midi
from .synth import Synth

__all__ = [
    "PatchError",
    "Stats",
    "Synth",
    "list_patches",
    "load_patch",
    "render_midi",
    "signal",
    "write_patch",
]
