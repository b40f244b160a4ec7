"""A patch or a room as one flat file, which the plug-in reads without zip, JSON or ONNX: `native/plugin/flat.c`.

Little-endian. First the magic, VERSION, a CRC-32 of all behind the size, and the file's size; then three texts of fixed
widths; then the numbers, each as float64; then the arrays, as float32, to the file's end.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..native._kernel import ffi
from ..patch import Patch
from ..patch.room import Room, own_room
from .instrument import described

SUFFIX = ".flat"
PATCH_MAGIC, ROOM_MAGIC = b"DDSPFLAT", b"DDSPROOM"
VERSION = 1
HEAD = struct.Struct("<8sIIQ")
TEXTS = (72, 408, 72)
"""Bytes of the name, the title and the patch's content hash; each ends with at least one zero."""
HOSTS_OWN = ("sample_rate", "hop", "voices", "delay_frames", "room_length", "room_channels")
"""Fields of InstrumentConfig that are the host's matter, or are written with the room."""
ARRAYS = {
    "dense": ("weight", "bias"),
    "dense_int8": ("weight", "bias"),
    "layer_norm": ("weight", "bias"),
    "gru": ("weight", "bias", "weight_hidden", "bias_hidden"),
    "table": ("levels", "slopes", "reference"),
}
"""The arrays of each kind of layer, in their order."""


def flat_patch(patch: Patch) -> bytes:
    """Return the file of a patch, with its own room; the same patch gives the same bytes.

    Raises ValueError if its network can't be run.
    """
    config, alive = described(patch)
    program, curve, body, performer = alive
    room = own_room(patch)
    numbers = [float(patch.frame_rate), *_numbers(config[0])]
    numbers += [0.0 if curve is None else 1.0, *_room_numbers(room)]
    for network in (program, performer):
        for i in range(network.layer_count if network else 0):
            numbers += _numbers(network.specs[i])
    numbers += [] if body is None else body.ravel().tolist()
    arrays = [
        step.arrays[name]
        for network in (program, performer)
        if network
        for step in network.steps
        for name in ARRAYS.get(step.op, ())
    ]
    arrays += [] if curve is None else [curve]
    arrays += [] if room is None else [room.samples.T]
    return _file(PATCH_MAGIC, (patch.name, patch.title, patch.info["content_hash"]), numbers, arrays)


def flat_room(name: str, title: str, room: Room) -> bytes:
    """Return the file of a room that every patch can be played in."""
    return _file(ROOM_MAGIC, (name, title, ""), _room_numbers(room), [room.samples.T])


def write_flat(path: Path, data: bytes) -> Path:
    """Write a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _room_numbers(room: Room | None) -> list[float]:
    """Its rate, its length and its channels; zeros for none."""
    return [0.0, 0.0, 0.0] if room is None else [float(room.rate), *map(float, room.samples.T.shape[::-1])]


def _numbers(struct_value: Any) -> list[float]:
    """All numbers of a C struct, in the order of their declaration; pointers and HOSTS_OWN are left out."""
    return [
        number
        for name, field in ffi.typeof(struct_value).fields
        if name not in HOSTS_OWN and field.type.kind != "pointer"
        for number in _flattened(getattr(struct_value, name))
    ]


def _flattened(value: Any) -> Iterator[float]:
    if isinstance(value, int | float):
        yield float(value)
    elif ffi.typeof(value).kind == "array":
        for each in value:
            yield from _flattened(each)
    else:
        yield from _numbers(value)


def _text(text: str, width: int) -> bytes:
    """A text in UTF-8, cut between two letters so that a zero follows."""
    return text.encode()[: width - 1].decode(errors="ignore").encode()


def _file(magic: bytes, texts: tuple[str, str, str], numbers: list[float], arrays: list[np.ndarray]) -> bytes:
    behind = b"".join(
        _text(text, width).ljust(width, b"\0") for text, width in zip(texts, TEXTS, strict=True)
    )
    behind += np.asarray(numbers, "<f8").tobytes()
    behind += b"".join(np.ascontiguousarray(array, "<f4").tobytes() for array in arrays)
    return HEAD.pack(magic, VERSION, zlib.crc32(behind), HEAD.size + len(behind)) + behind
