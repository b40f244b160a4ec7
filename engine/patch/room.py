"""The room that a patch is played in: its own, another patch's, an impulse response from a file, or none."""

import math
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

import numpy as np
import soundfile

from ..errors import DdspLiveError
from ..native._kernel import ffi, lib
from .container import PatchError
from .library import load_patch
from .made_rooms import KINDS, RATE, make_room
from .model import Patch
from .schema import LONGEST_ROOM_SECONDS

OWN, NONE = "own", "none"
MADE = tuple(KINDS)
"""Rooms that every patch can be played in."""
SOUND_FILES = (".wav", ".flac", ".aif", ".aiff", ".ogg")
FIRST_ARRIVAL_DB = -20.0  # of the peak: what comes before is the measurement's silence


class RoomError(DdspLiveError):
    """A room that cannot be played in; the message is one sentence that says why."""


@dataclass(frozen=True, eq=False)
class Room:
    """An impulse response, float32 [length, channels], at `rate` Hz; left and right may have the same one."""

    samples: np.ndarray = field(repr=False)
    rate: float

    def at_rate(self, sample_rate: float) -> np.ndarray:
        """Float32 [channels, length] at another rate, as loud as before."""
        samples = np.ascontiguousarray(np.atleast_2d(self.samples.T), np.float32)
        if self.rate == sample_rate:
            return samples
        moved = np.empty(
            (len(samples), lib.impulse_length_at_rate(samples.shape[1], self.rate, sample_rate)), np.float32
        )
        for channel, out in zip(samples, moved, strict=True):
            lib.impulse_at_rate(
                ffi.from_buffer("float *", channel),
                len(channel),
                self.rate,
                sample_rate,
                ffi.from_buffer("float *", out),
            )
        return moved


def own_room(patch: Patch) -> Room | None:
    """The room that comes with the patch."""
    return None if patch.room is None else Room(patch.room, patch.room_rate)


def chosen_room(choice: "str | Path | Room", patch: Patch) -> Room | None:
    """The room that a patch is played in: its own, one that is given, or as `find_room` finds it."""
    if isinstance(choice, Room):
        return choice
    return own_room(patch) if choice == OWN else find_room(choice)


def find_room(choice: str | Path) -> Room | None:
    """The room for "none", one of `MADE`, a patch's name or path, or the path of a sound file with an impulse response.

    Raises RoomError or PatchError, in one sentence, where there is no such room, and TypeError for what is neither.
    """
    if not isinstance(choice, str | PathLike):
        raise TypeError(f"A room is a name, a path or a Room, and not {choice!r}.")
    if choice == NONE:
        return None
    if str(choice).lower() in KINDS:
        return Room(make_room(str(choice).lower()), RATE)
    path = Path(choice)
    if path.suffix.lower() in SOUND_FILES:
        return read_impulse(path)
    try:
        patch = load_patch(choice)
    except PatchError as error:
        by_path = path.name != str(choice)
        if by_path or error.__cause__ is not None:  # which is what is wrong with a file that is there
            raise
        raise RoomError(
            f"There is no room {str(choice)!r}: choose {', '.join((OWN, NONE, *MADE))}, a patch that has one, or an "
            "impulse response as .wav."
        ) from error
    room = own_room(patch)
    if room is None:
        raise RoomError(
            f"The patch {patch.name!r} has no room: choose {', '.join(MADE)}, or an impulse response as .wav."
        )
    return room


def read_impulse(path: Path) -> Room:
    """An impulse response from a file of 1 or 2 channels at any rate, at most 20 s long.

    It begins with the first arrival, and is scaled so that wet is on average as loud as dry.
    """
    try:
        with soundfile.SoundFile(path) as file:
            rate, channels, length = file.samplerate, file.channels, file.frames
            if channels > 2 or not 8000 <= rate <= 192000 or length > LONGEST_ROOM_SECONDS * rate:
                limits = f"1 or 2 channels, 8 to 192 kHz and at most {LONGEST_ROOM_SECONDS} s"
                raise RoomError(f"The room {path.name} cannot be used: an impulse response has {limits}.")
            samples = file.read(length, dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        if not path.is_file():
            raise RoomError(f"There is no room {str(path)!r}; check the path.") from error
        raise RoomError(f"The room {path.name} cannot be used: it is not a sound file.") from error
    loudest = float(np.abs(samples).max(initial=0))
    if not 0 < loudest < math.inf:
        raise RoomError(f"The room {path.name} cannot be used: it is silent, or not made of numbers.")
    arrived = np.abs(samples).max(1) >= loudest * 10 ** (FIRST_ARRIVAL_DB / 20)
    samples = samples[int(arrived.argmax()) :].astype(np.float64)
    energy = np.square(samples).sum() / channels
    return Room((samples / math.sqrt(energy)).astype(np.float32), rate)
