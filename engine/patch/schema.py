"""What a patch's numbers may be: a table of the fields of patch.json, and the rules for body and room."""

import io
import re
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import soundfile

from ..decoders.program import MAX_HARMONICS, MAX_NOISE_BANDS, MAX_STATE
from ..performance.families import FAMILIES
from ..performance.life import Life, LifeError
from ..performance.prior import Prior, PriorError
from ..ranges import is_number, is_whole
from .container import FORMAT, RACK_FORMAT, PatchError

MOST_SECTIONS = 64
LONGEST_ROOM_SECONDS = 20
LARGEST_BODY_GAIN_DB = 60
QUANTILES = 21
FORMANTS = ("kept", "moved")
PLAIN_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Check = Callable[[object], bool]


def number(low: float, high: float) -> tuple[Check, str]:
    return lambda value: is_number(value, low, high), f"a number from {low:g} to {high:g}"


def whole(low: int, high: int) -> tuple[Check, str]:
    return lambda value: is_whole(value, low, high), f"a whole number from {low} to {high}"


def text(longest: int) -> tuple[Check, str]:
    def check(value: object) -> bool:
        return isinstance(value, str) and 0 < len(value) <= longest

    return check, f"a text of 1 to {longest} letters"


def quantiles(low: float, high: float) -> tuple[Check, str]:
    in_range, _ = number(low, high)

    def check(value: object) -> bool:
        return (
            isinstance(value, list)
            and len(value) == QUANTILES
            and all(map(in_range, value))
            and all(a <= b for a, b in pairwise(value))
        )

    return check, f"{QUANTILES} ascending numbers from {low:g} to {high:g}"


def grid(most_rows: int, most_columns: int) -> tuple[Check, str]:
    in_range, _ = whole(0, 1 << 40)

    def check(value: object) -> bool:
        return (
            isinstance(value, list)
            and 1 <= len(value) <= most_rows
            and all(isinstance(row, list) and len(row) == len(value[0]) for row in value)
            and 1 <= len(value[0]) <= most_columns
            and all(in_range(count) for row in value for count in row)
        )

    return check, f"1 to {most_rows} rows of equally many counts, 1 to {most_columns}"


FIELDS: dict[str, tuple[Check, str]] = {
    "name": (
        lambda value: isinstance(value, str) and len(value) <= 64 and PLAIN_NAME.fullmatch(value) is not None,
        "a-z, 0-9 and single hyphens between them, at most 64",
    ),
    "title": text(100),
    "sample_rate": whole(8000, 192000),
    "frame_rate": whole(50, 1000),
    "harmonics": whole(1, MAX_HARMONICS),
    "noise_bands": whole(2, MAX_NOISE_BANDS),
    "state_size": whole(0, MAX_STATE),
    "layers": (lambda value: isinstance(value, list), "a list"),
    "pitch.low": number(0, 127),
    "pitch.high": number(0, 127),
    "pitch.quantiles": quantiles(0, 140),
    "loudness.low": number(-120, 20),
    "loudness.high": number(-120, 20),
    "loudness.quantiles": quantiles(-120, 20),
    "performance.attack_ms": number(0, 5000),
    "performance.release_ms": number(0, 20000),
    "training": (lambda value: isinstance(value, dict), "an object"),
    "source.recordings": text(2000),
    "source.licence": text(200),
    "source.url": text(2000),
}
"""Dotted name in patch.json: its check, and what it must be in words."""
MAP_FIELDS: dict[str, tuple[Check, str]] = {
    "coverage.pitch_low": number(0, 140),
    "coverage.pitch_step": number(0.1, 12),
    "coverage.loudness_low": number(-120, 20),
    "coverage.loudness_step": number(0.1, 20),
    "coverage.frames": grid(140, 80),
}
"""The same for the map of the recordings, which a patch need not have."""
FAMILY_FIELDS: dict[str, tuple[Check, str]] = {
    "family": (lambda value: isinstance(value, str) and value in FAMILIES, f"one of {', '.join(FAMILIES)}"),
}
"""The same for the instrument's family, which is told by its name where a patch does not say it."""
FORMANT_FIELDS: dict[str, tuple[Check, str]] = {
    "formants": (lambda value: value in FORMANTS, f"one of {', '.join(FORMANTS)}"),
}
"""The same for what formants do beyond the trained range: without it, they are kept."""
RING_FIELDS: dict[str, tuple[Check, str]] = {
    "performance.ring_db": number(-60, -3),
    "performance.ring_ms": number(1, 20000),
}
"""The same for what rings on after a note, which not every instrument does."""


def check_format(info: Mapping) -> None:
    """Raises PatchError unless patch.json is of a format that this version reads."""
    version = info.get("format")
    if isinstance(version, int) and not isinstance(version, bool) and version > RACK_FORMAT:
        raise PatchError(f"it was made by a newer ddsp-live (patch format {version}); update to play it.")
    if version not in (FORMAT, RACK_FORMAT) or isinstance(version, bool):
        raise PatchError(f"its patch.json does not say format {FORMAT}.")


def check_info(info: Mapping) -> None:
    """Raises PatchError unless every field of the table is there and in range."""
    check_format(info)
    wanted = FIELDS | (MAP_FIELDS if "coverage" in info else {}) | (FAMILY_FIELDS if "family" in info else {})
    wanted |= FORMANT_FIELDS if "formants" in info else {}
    performance = info.get("performance")
    if isinstance(performance, dict) and performance.keys() & {"ring_db", "ring_ms"}:
        wanted |= RING_FIELDS
    for name, (check, meaning) in wanted.items():
        value: object = info
        for key in name.split("."):
            if not isinstance(value, dict) or key not in value:
                raise PatchError(f"its patch.json has no {name}.")
            value = value[key]
        if not check(value):
            raise PatchError(f"{name} in its patch.json is {repr(value)[:60]}; it must be {meaning}.")
    described = info.get("performer")
    if described is not None and not (
        isinstance(described, dict) and isinstance(described.get("layers"), list)
    ):
        raise PatchError("performer in its patch.json must be an object with a list of layers.")
    if "prior" in info:
        try:
            Prior(info["prior"])
        except PriorError as error:
            raise PatchError(str(error)) from error
    if "life" in info:
        try:
            Life.from_json(info["life"])
        except LifeError as error:
            raise PatchError(str(error)) from error
    for name in ("pitch", "loudness"):
        if info[name]["low"] >= info[name]["high"]:
            raise PatchError(f"{name}.low in its patch.json is not below {name}.high.")


def read_body(value: Mapping) -> np.ndarray:
    """body.json's second-order sections, float64 [n, 6] with a0 = 1: stable, and of bounded gain."""
    rows = value.get("sos")
    finite, _ = number(-1e6, 1e6)
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_SECTIONS:
        raise PatchError(f"sos in its body.json must be a list of 1 to {MOST_SECTIONS} sections.")
    if not all(isinstance(row, list) and len(row) == 6 and all(map(finite, row)) for row in rows):
        raise PatchError("each section in its body.json must be six numbers, b0 b1 b2 a0 a1 a2.")
    sos = np.array(rows, np.float64)
    a0, a1, a2 = sos[:, 3:].T
    if not (a0 == 1).all():
        raise PatchError("a0 of every section in its body.json must be 1.")
    stable = (np.abs(a2) < 1) & (
        np.abs(a1) < 1 + a2
    )  # the triangle in which both poles lie within the circle
    if not stable.all():
        raise PatchError("its body.json has a section that is not stable.")
    if _peak_gain_db(sos) > LARGEST_BODY_GAIN_DB:
        raise PatchError(f"the filter in its body.json amplifies by more than {LARGEST_BODY_GAIN_DB} dB.")
    return sos


def read_room(data: bytes) -> tuple[np.ndarray, int]:
    """room.flac as float32 [length, channels], full scale ±1, and its rate in Hz."""
    if not data.startswith(b"fLaC"):
        raise PatchError("its room.flac is not a FLAC file.")
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            rate, length, channels = file.samplerate, file.frames, file.channels
            if channels > 2 or not 8000 <= rate <= 192000 or not 0 < length <= LONGEST_ROOM_SECONDS * rate:
                limits = f"1 or 2 channels, 8 to 192 kHz and at most {LONGEST_ROOM_SECONDS} s"
                raise PatchError(f"its room.flac must have {limits}.")
            room = file.read(length, dtype="float32", always_2d=True)
    except (RuntimeError, TypeError, OverflowError) as error:
        raise PatchError("its room.flac is damaged.") from error
    if len(room) != length or not np.isfinite(room).all():
        raise PatchError("its room.flac is cut short.")
    return room, rate


def read_licence(data: bytes) -> str:
    """LICENSE.txt, whose only control characters are line ends and tabs."""
    try:
        licence = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PatchError("its LICENSE.txt is not UTF-8 text.") from error
    if not licence.strip() or not re.sub(r"[\r\n\t]", "", licence).isprintable():
        raise PatchError("its LICENSE.txt is empty or has control characters.")
    return licence


def _peak_gain_db(sos: np.ndarray) -> float:
    """The cascade's highest gain, looked for on a grid and at the angle of each pole."""
    poles = np.concatenate([np.roots(section) for section in sos[:, 3:]] or [np.zeros(1)])
    angles = np.concatenate([np.linspace(0, np.pi, 2049), np.abs(np.angle(poles))])
    powers = np.exp(-1j * np.outer(np.arange(3), angles))
    with np.errstate(divide="ignore"):
        gains = 20 * np.log10(np.abs(sos[:, :3] @ powers)) - 20 * np.log10(np.abs(sos[:, 3:] @ powers))
    return float(gains.sum(0).max())
