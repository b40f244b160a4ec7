"""Sound files as people have them: read whole if libsndfile knows them, and otherwise named in words."""

import io
import struct
from pathlib import Path

import numpy as np
import soundfile

from ..errors import DdspLiveError
from ..folders import as_path

FOREIGN = {
    ".m4a": "AAC or ALAC",
    ".mp4": "an MP4 film or AAC",
    ".aac": "AAC",
    ".wma": "Windows Media Audio",
    ".amr": "AMR, as telephones record",
    ".3gp": "a telephone's recording",
    ".webm": "WebM",
    ".mka": "Matroska",
    ".ape": "Monkey's Audio",
    ".wv": "WavPack",
}
"""Endings of formats that libsndfile does not read, and what they are."""
SIGNATURES = (
    (4, b"ftyp", ".m4a"),
    (0, b"\x30\x26\xb2\x75", ".wma"),
    (0, b"\x1a\x45\xdf\xa3", ".webm"),
    (0, b"#!AMR", ".amr"),
    (0, b"\xff\xf1", ".aac"),
    (0, b"\xff\xf9", ".aac"),
    (0, b"MAC ", ".ape"),
    (0, b"wvpk", ".wv"),
)
"""Place and bytes by which the same formats are known if their ending says something else."""
TO_THE_END = 0xFFFF_FFFF


class SoundFileError(DdspLiveError):
    """A sound file that cannot be read; one sentence says why and what to do."""


def read_content(path: str | Path) -> bytes:
    """Return all of a file. Raises SoundFileError for what is not there, is a folder, or may not be read."""
    path = as_path(path)
    try:
        if path.is_dir():
            raise SoundFileError(f"{path} is a folder, not a recording.")
        if path.is_symlink() and not path.exists():
            raise SoundFileError(f"{path} is a link to a file that is not there.")
        return path.read_bytes()
    except OSError as error:
        raise SoundFileError(f"{path} cannot be read: {error.strerror or error}.") from error


def read_sound(path: str | Path, content: bytes | None = None) -> tuple[np.ndarray, int]:
    """Return a file's samples, float32 [frames, channels], full scale 1, and its rate in Hz.

    content: the file's, if it was read before. A wav whose header says that it has no samples, as programs leave it
    that were stopped or wrote to a pipe, is read to its end. Raises SoundFileError.
    """
    content = read_content(path) if content is None else content
    if foreign := foreign_format(path, content):
        raise SoundFileError(foreign)
    try:
        return soundfile.read(io.BytesIO(_mended(content)), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, TypeError, ValueError, OSError) as error:
        why = getattr(error, "error_string", "it is empty or damaged").rstrip(".")
        raise SoundFileError(
            f"{path} cannot be read as sound ({_lower(why)}): save it as .wav or .flac."
        ) from error


def foreign_format(path: str | Path, content: bytes | None = None) -> str:
    """Return the sentence about a file whose format libsndfile does not read; nothing for others.

    It is known by its content, or without that by its ending.
    """
    path = Path(path)
    if content is None:
        kind = path.suffix.lower()
    else:
        kind = next((end for at, mark, end in SIGNATURES if content[at : at + len(mark)] == mark), "")
    if kind not in FOREIGN:
        return ""
    return (
        f"{path} is {FOREIGN[kind]}, which cannot be read here: convert it first, as with `ffmpeg -i {path.name} "
        f"{path.stem}.wav`."
    )


def _mended(content: bytes) -> bytes:
    """A wav whose data chunk claims to be empty, with the length that means up to the file's end."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return content
    at = 12
    while at + 8 <= len(content):
        size = struct.unpack_from("<I", content, at + 4)[0]
        if content[at : at + 4] == b"data":
            if size == 0 and not _are_chunks(content, at + 8):
                return content[: at + 4] + struct.pack("<I", TO_THE_END) + content[at + 8 :]
            return content
        at += 8 + size + size % 2
    return content


def _are_chunks(content: bytes, at: int) -> bool:
    """Whether whole chunks with names in letters follow, up to the end: then the data were empty in truth."""
    while at + 8 <= len(content):
        name, size = content[at : at + 4], struct.unpack_from("<I", content, at + 4)[0]
        if not (name.isascii() and name.decode().isprintable()):
            return False
        at += 8 + size + size % 2
    return at in (len(content), len(content) + 1)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
