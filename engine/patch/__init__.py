"""The patch file: reading and writing .ddsp, its format, its network's weights and its room."""

from .model import SUFFIX, Patch, PatchEntry, PatchError, list_patches, load_patch, trim_db, write_patch

__all__ = [
    "SUFFIX",
    "Patch",
    "PatchEntry",
    "PatchError",
    "list_patches",
    "load_patch",
    "trim_db",
    "write_patch",
]
