"""ddsp-live: a neural instrument that is played live.

See Also
--------
load_patch, Synth, play, render_midi : all that a player needs.
transfer, train, evaluate : a recording played by a patch, a patch from recordings, and how near it comes.
ddsp_live.signal : the kernel's parts, for NumPy.
"""

from importlib.metadata import version

from . import signal
from .ensemble import Ensemble
from .errors import DdspLiveError
from .kernel.stats import Stats
from .live.play import play
from .modulation.matrix_file import ModRoute
from .options import SynthOptions
from .patch import Patch, PatchError, list_patches, load_patch, write_patch
from .patch.room import RoomError
from .render import render_midi
from .synth import Synth
from .workflows import Audio, evaluate, train, transfer

__version__ = version("ddsp-live")

__all__ = [
    "Audio",
    "DdspLiveError",
    "Ensemble",
    "ModRoute",
    "Patch",
    "PatchError",
    "RoomError",
    "Stats",
    "Synth",
    "SynthOptions",
    "evaluate",
    "list_patches",
    "load_patch",
    "play",
    "render_midi",
    "signal",
    "train",
    "transfer",
    "write_patch",
]
