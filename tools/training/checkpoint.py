"""Checkpoints: what a run needs to go on after it was killed."""

import os
import pickle
from collections.abc import Mapping
from pathlib import Path

import torch

DAMAGED = (OSError, RuntimeError, EOFError, KeyError, ValueError, pickle.UnpicklingError)


def save_checkpoint(path: Path, parts: Mapping, identity: Mapping, history: Mapping) -> None:
    """Writes beside the file and then renames, so that being killed leaves the last whole checkpoint.

    The one before is kept beside it: a machine that loses power may lose what was just renamed. Raises
    OSError, where the disk is full, with the last checkpoint as it was.
    """
    state = {name: part.state_dict() for name, part in parts.items()}
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("wb") as file:
            torch.save(state | {"identity": dict(identity), "history": dict(history)}, file)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.replace(path, previous(path))
        os.replace(partial, path)
    except RuntimeError as error:  # torch's word for a write that failed
        raise OSError(None, f"The checkpoint could not be written ({error})", str(path)) from error
    finally:
        partial.unlink(missing_ok=True)


def load_checkpoint(path: Path, parts: Mapping, identity: Mapping) -> dict:
    """Fills the parts from the last whole checkpoint of the same run; returns its history, empty if none."""
    for candidate in (path, previous(path)):
        try:
            state = torch.load(candidate, weights_only=True)
            if state["identity"] != dict(identity) or not parts.keys() <= state.keys():
                continue
            for name, part in parts.items():
                part.load_state_dict(state[name])
            return state["history"]
        except DAMAGED:
            continue
    return {}


def remove_checkpoint(path: Path) -> None:
    """Takes away all that save_checkpoint left."""
    path.unlink(missing_ok=True)
    previous(path).unlink(missing_ok=True)


def previous(path: Path) -> Path:
    return path.with_name(path.name + ".previous")
