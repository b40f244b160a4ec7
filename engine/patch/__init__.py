"""The patch file: reading and writing .ddsp, its format, its network's weights and its room."""

from .model import (
    SUFFIX,
    Patch,
    PatchEntry,
    PatchError,
    add_patch,
    list_patches,
    load_patch,
    own_folder,
    own_patches,
    trim_db,
    write_patch,
)

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
