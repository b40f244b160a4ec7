"""The container of a patch: a zip whose members, sizes and hash are checked before anything is believed."""

import hashlib
import json
import math
import os
import secrets
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from ..errors import DdspLiveError

FORMAT, RACK_FORMAT = 1, 2
"""Of patches, and of those with a rack.json, which earlier versions cannot play."""
LARGEST_MEMBERS = {
    "patch.json": 1 << 20,
    "decoder.onnx": 256 << 20,
    "body.json": 1 << 20,
    "rack.json": 64 << 10,
    "room.flac": 32 << 20,
    "performer.onnx": 64 << 20,
    "LICENSE.txt": 1 << 20,
}
"""Every member that a patch may have, and the most bytes it may take when unpacked."""
REQUIRED_MEMBERS = ("patch.json", "decoder.onnx", "LICENSE.txt")
DEEPEST_JSON = 16

_END = struct.Struct("<4s4H2LH")
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


class PatchError(DdspLiveError):
    """A patch that cannot be used; the message is one sentence that says why."""


def read_members(path: Path, wanted: Iterable[str] | None = None) -> dict[str, bytes]:
    """The members of the zip at `path`, all of them or only the `wanted` ones, as {name: bytes}.

    Raises PatchError for what is not a zip, for members that no patch has, and for sizes out of bounds.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise PatchError(f"the file cannot be read: {error.strerror}.") from error
    with file:
        try:
            _check_directory(file)
            with zipfile.ZipFile(file) as archive:
                members = _checked_members(archive)
                names = members if wanted is None else [name for name in members if name in set(wanted)]
                return {name: _read_member(archive, members[name]) for name in names}
        except PatchError:
            raise
        except (zipfile.BadZipFile, OSError, RuntimeError, struct.error, ValueError) as error:
            raise PatchError("it is not a whole zip file; fetch or export it again.") from error


def write_members(path: Path, members: Mapping[str, bytes]) -> None:
    """A stored zip with the same bytes for the same members, put in place at once or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                for name in LARGEST_MEMBERS:
                    if name in members:
                        entry = zipfile.ZipInfo(name, _FIXED_DATE)
                        entry.create_system, entry.external_attr = 3, 0o644 << 16
                        archive.writestr(entry, members[name])
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def amend(path: Path, output: Path, changes: Mapping) -> Path:
    """Writes a patch again with other entries in its patch.json; every other member keeps its bytes.

    changes: entries of patch.json. Raises PatchError for a file that is no patch; what the entries say is not checked.
    """
    members = read_members(path)
    info = {**read_json(members["patch.json"], "patch.json"), **changes}
    info["content_hash"] = content_hash(info, members)
    write_members(output, members | {"patch.json": json.dumps(info, indent=1, allow_nan=False).encode()})
    return output


def content_hash(info: Mapping, members: Mapping[str, bytes]) -> str:
    """SHA-256 over all members but patch.json, by name, then the canonical patch.json without its hash."""
    digest = hashlib.sha256()
    for name in sorted(set(members) - {"patch.json"}):
        digest.update(f"{name} {len(members[name])}\n".encode())
        digest.update(members[name])
    rest = {key: value for key, value in info.items() if key != "content_hash"}
    digest.update(json.dumps(rest, sort_keys=True, separators=(",", ":"), allow_nan=False).encode())
    return f"sha256:{digest.hexdigest()}"


def read_json(data: bytes, name: str) -> dict:
    """A JSON object without repeated keys, whose numbers are finite and whose strings are safe to print."""
    hooks = {"parse_constant": _no_number, "parse_float": _number, "parse_int": _whole_number}
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_object, **hooks)
    except PatchError:
        raise
    except (ValueError, RecursionError) as error:
        raise PatchError(f"its {name} is not valid JSON.") from error
    if not isinstance(value, dict):
        raise PatchError(f"its {name} is not a JSON object.")
    _check_strings(value, name, 0)
    return value


def _check_directory(file: BinaryIO) -> None:
    """Bounds the zip's directory, all of which zipfile reads into memory."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END.size - 0xFFFF))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise PatchError("it is not a whole zip file; fetch or export it again.")
    _, _, _, _, entries, directory_size, _, _ = _END.unpack_from(tail, at)
    if tail[max(0, at - 20) : at].startswith(b"PK\6\7") or entries > 16 or directory_size > 1 << 16:
        raise PatchError(f"its zip has more than the {len(LARGEST_MEMBERS)} members that a patch may have.")


def _checked_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.filename
        if name not in LARGEST_MEMBERS:
            raise PatchError(f"it has a member {name[:80]!r}, which no patch has.")
        if name in members:
            raise PatchError(f"it has two members named {name}.")
        if entry.flag_bits & 1:
            raise PatchError(f"its {name} is encrypted.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise PatchError(f"its {name} is neither stored nor deflated; pack it again.")
        if entry.file_size > LARGEST_MEMBERS[name]:
            raise PatchError(f"its {name} is larger than {_size(LARGEST_MEMBERS[name])}.")
        members[name] = entry
    if missing := [name for name in REQUIRED_MEMBERS if name not in members]:
        raise PatchError(f"it has no {missing[0]}.")
    return members


def _size(most: int) -> str:
    return f"{most >> 20} MB" if most >= 1 << 20 else f"{most >> 10} kB"


def _read_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(entry) as file:
            data = file.read(entry.file_size + 1)
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise PatchError(f"its {entry.filename} is damaged; fetch or export the patch again.") from error
    if len(data) != entry.file_size:
        raise PatchError(f"its {entry.filename} has another size than the zip says.")
    return data


def _object(pairs: list[tuple[str, object]]) -> dict:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("repeated key")
    return value


def _number(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError("not finite")
    return number


def _whole_number(text: str) -> int:
    if len(text) > 20:
        raise ValueError("too many digits")
    return int(text)


def _no_number(text: str) -> float:
    raise ValueError(text)


def _check_strings(value: object, name: str, depth: int) -> None:
    """A name or a note from a stranger may not steer the terminal that prints it."""
    if depth > DEEPEST_JSON:
        raise PatchError(f"its {name} is nested more than {DEEPEST_JSON} deep.")
    if isinstance(value, str) and not value.isprintable():
        raise PatchError(f"its {name} has a text with control characters, {value[:40]!a}.")
    if isinstance(value, dict):
        _check_strings(list(value), name, depth)
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_strings(item, name, depth + 1)
