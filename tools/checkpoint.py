"""Checkpoints: what a run needs to go on after it was killed."""

import os
import pickle
from collections.abc import Mapping
from pathlib import Path

import torch


def save_checkpoint(path: Path, parts: Mapping, identity: Mapping, losses: list[float]) -> None:
    """Writes beside the file and then renames, so that being killed leaves the last whole checkpoint."""
    state = {name: part.state_dict() for name, part in parts.items()}
    partial = path.with_name(path.name + ".part")
    torch.save(state | {"identity": dict(identity), "losses": losses}, partial)
    os.replace(partial, path)


def load_checkpoint(path: Path, parts: Mapping, identity: Mapping) -> list[float]:
    """Fills the parts from a checkpoint of the same run; returns its steps' losses, or none if another's."""
    try:
        state = torch.load(path, weights_only=True)
    except (OSError, RuntimeError, pickle.UnpicklingError):
        return []
    if state.get("identity") != dict(identity):
        return []
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return state["losses"]
