"""Patch files, read and written. Reading trusts nothing, since patches come from strangers."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ..decoders.program import Program
from ..effects import Rack, RackError
from ..effects.files import parse_inserts, written
from ..folders import as_path
from ..performance.performer import performer_program
from ..performance.prior import Prior
from .container import FORMAT, RACK_FORMAT, PatchError, content_hash, read_json, read_members, write_members
from .model import Patch
from .onnx_reader import read_weights
from .schema import check_format, check_info, read_body, read_licence, read_room


def read_patch(path: Path) -> Patch:
    """Read a patch file. Raises PatchError, in one sentence, if it cannot be used."""
    try:
        return patch_of(path, read_members(path))
    except PatchError as error:
        raise PatchError(f"{path.name} cannot be used: {error}") from error


def write_patch(
    path: str | Path,
    info: Mapping[str, Any],
    onnx_bytes: bytes,
    *,
    licence: str,
    body: np.ndarray | None = None,
    room: np.ndarray | None = None,
    room_rate: int | None = None,
    performer: bytes | None = None,
    inserts: Rack | None = None,
) -> Path:
    """Write a patch, whole or not at all; the same arguments give the same bytes.

    info: patch.json without its format and content_hash. body: second-order sections [n, 6]. room: impulse
    response [length] or [length, channels] within ±1, at room_rate Hz. inserts: a rack of no other units than drive,
    equalizer and compressor. Raises PatchError for what load_patch would refuse.
    """
    path = as_path(path)
    members = {"decoder.onnx": bytes(onnx_bytes), "LICENSE.txt": licence.encode()}
    if body is not None:
        members["body.json"] = json.dumps({"sos": np.asarray(body, np.float64).tolist()}).encode()
    if room is not None:
        members["room.flac"] = _flac(np.asarray(room), room_rate)
    if inserts is not None:
        members["rack.json"] = written(inserts)
    if performer is not None:
        members["performer.onnx"] = bytes(performer)
    try:
        described = {**info, "format": FORMAT if inserts is None else RACK_FORMAT}
        described["content_hash"] = content_hash(described, members)
        members["patch.json"] = json.dumps(described, indent=1, allow_nan=False).encode()
        patch_of(path, members)
    except (TypeError, ValueError) as error:
        raise PatchError(f"{path.name} cannot be written: {_lower(str(error))}") from error
    write_members(path, members)
    return path


def patch_of(path: Path, members: Mapping[str, bytes]) -> Patch:
    """Return the patch that a file's members make, whatever the file. Raises PatchError."""
    info = read_json(members["patch.json"], "patch.json")
    check_format(info)
    if info.get("content_hash") != content_hash(info, members):
        raise PatchError("its content is not what its hash says; fetch or export it again.")
    check_info(info)
    weights = _weights(info, members["decoder.onnx"])
    body = read_body(read_json(members["body.json"], "body.json")) if "body.json" in members else None
    room, room_rate = read_room(members["room.flac"]) if "room.flac" in members else (None, None)
    pitch, loudness = info["pitch"], info["loudness"]
    return Patch(
        name=info["name"],
        title=info["title"],
        path=path,
        sample_rate=info["sample_rate"],
        frame_rate=info["frame_rate"],
        harmonics=info["harmonics"],
        noise_bands=info["noise_bands"],
        state_size=info["state_size"],
        layers=info["layers"],
        weights=weights,
        onnx=members["decoder.onnx"],
        pitch_low=float(pitch["low"]),
        pitch_high=float(pitch["high"]),
        pitch_quantiles=tuple(map(float, pitch["quantiles"])),
        loudness_low=float(loudness["low"]),
        loudness_high=float(loudness["high"]),
        loudness_quantiles=tuple(map(float, loudness["quantiles"])),
        attack_ms=float(info["performance"]["attack_ms"]),
        release_ms=float(info["performance"]["release_ms"]),
        ring_db=float(info["performance"].get("ring_db", 0)),
        ring_ms=float(info["performance"].get("ring_ms", 0)),
        body=body,
        room=room,
        room_rate=room_rate,
        inserts=_inserts(members),
        performer=members.get("performer.onnx"),
        performer_program=_performer(info, members),
        prior=Prior(info["prior"]) if "prior" in info else None,
        info=info,
        licence=read_licence(members["LICENSE.txt"]),
    )


def _weights(info: Mapping[str, Any], model: bytes) -> dict[str, np.ndarray]:
    """The weights, once it is sure that the layers can be run with them and give what patch.json says."""
    try:
        weights = read_weights(model)
        program = Program.from_layers(info["layers"], weights)
    except ValueError as error:
        raise PatchError(_lower(str(error))) from error
    sizes = {
        "harmonics": program.sizes["harmonic_distribution"],
        "noise_bands": program.sizes["noise_magnitudes"],
        "state_size": program.state_size,
    }
    for name, size in sizes.items():
        if info[name] != size:
            raise PatchError(f"{name} in its patch.json is {info[name]}, but its layers give {size}.")
    return weights


def _inserts(members: Mapping[str, bytes]) -> Rack | None:
    if "rack.json" not in members:
        return None
    try:
        return parse_inserts(members["rack.json"])
    except RackError as error:
        raise PatchError(f"its rack.json cannot be used: {_lower(str(error))}") from error


def _performer(info: Mapping[str, Any], members: Mapping[str, bytes]) -> Program | None:
    """The performer's network, once it is sure that it can be run."""
    described = info.get("performer")
    if ("performer.onnx" in members) != (described is not None):
        raise PatchError(
            "its performer.onnx and the performer in its patch.json belong together, but one is missing."
        )
    if described is None:
        return None
    try:
        return performer_program(described["layers"], read_weights(members["performer.onnx"]))
    except ValueError as error:
        raise PatchError(f"its performer cannot be run: {_lower(str(error))}") from error


def _lower(sentence: str) -> str:
    """The sentence as the end of another."""
    return sentence[:1].lower() + sentence[1:]


def _flac(room: np.ndarray, rate: int | None) -> bytes:
    if rate is None:
        raise PatchError("The room needs its room_rate.")
    if not np.isfinite(room).all() or np.abs(room).max(initial=0) > 1:
        raise PatchError("The room's impulse response must lie within ±1; scale it.")
    file = io.BytesIO()
    soundfile.write(file, room, rate, format="FLAC", subtype="PCM_24")
    return file.getvalue()
