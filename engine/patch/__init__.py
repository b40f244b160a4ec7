"""The patch file: reading and writing .ddsp, its format, its network's weights and its room."""

from .container import PatchError
from .file import write_patch
from .library import SUFFIX, PatchEntry, add_patch, list_patches, load_patch, own_folder, own_patches
from .model import Patch, trim_db

__all__ = [
    "SUFFIX",
    "Patch",
    "PatchEntry",
    "PatchError",
    "add_patch",
    "list_patches",
    "load_patch",
    "own_folder",
    "own_patches",
    "trim_db",
    "write_patch",
]
