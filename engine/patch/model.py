"""Patches: one instrument, one file. Reading trusts nothing, since patches come from strangers."""

import difflib
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ..decoders.program import Program
from ..folders import data_folder
from ..midi.notes import note_name
from ..performance.families import family_of
from ..performance.life import Life, life_of
from ..performance.performer import performer_program
from ..performance.prior import Prior
from .container import FORMAT, PatchError, content_hash, read_json, read_members, write_members
from .onnx_reader import read_weights
from .schema import check_format, check_info, read_body, read_licence, read_room

__all__ = ["Patch", "PatchEntry", "PatchError", "list_patches", "load_patch", "write_patch"]

SUFFIX = ".ddsp"
LOUD_PERCENT = 19  # of the quantiles: 95 %
TRIMMED_DB = -14.0  # of that quantile with a patch's trim: the factory patches' is -6 to -33 dB
LEAST_TRIM_DB, MOST_TRIM_DB = -12.0, 30.0


@dataclass(frozen=True, eq=False, repr=False)
class Patch:
    """One instrument, ready to be played at any rate. Pitches are MIDI notes, loudness is in dB."""

    name: str
    title: str
    path: Path
    sample_rate: int
    """Hz, that the patch was trained at; noise bands reach to its Nyquist."""
    frame_rate: int
    harmonics: int
    noise_bands: int
    state_size: int
    layers: Sequence[Mapping[str, Any]]
    weights: Mapping[str, np.ndarray]
    """float32, by the names that the layers use."""
    onnx: bytes
    pitch_low: float
    pitch_high: float
    pitch_quantiles: Sequence[float]
    """At 0, 5, … 100 %."""
    loudness_low: float
    loudness_high: float
    loudness_quantiles: Sequence[float]
    attack_ms: float
    release_ms: float
    ring_db: float  # below a held note, what rings on after it was let go, < 0
    ring_ms: float  # in which that falls by 60 dB; 0: nothing rings
    body: np.ndarray | None
    """Second-order sections, float64 [n, 6]."""
    room: np.ndarray | None
    """Impulse response, float32 [length, channels] at room_rate."""
    room_rate: int | None
    performer: bytes | None
    performer_program: Program | None
    prior: Prior | None
    info: Mapping[str, Any]
    """All of patch.json."""
    licence: str

    def __repr__(self) -> str:
        low, high = note_name(self.pitch_low), note_name(self.pitch_high)
        return f"Patch({self.name!r}, {low} to {high}, {self.sample_rate} Hz)"

    @property
    def trim_db(self) -> float:
        """The gain in dB with which its loud notes are as loud as those of other patches.

        Recordings differ by 25 dB in level, by who made them and not by what plays.
        """
        return trim_db(self.info)

    @property
    def family(self) -> str | None:
        """The family of instruments that it is of, a key of `families.FAMILIES`, or None where that is not known.

        What patch.json says, or else what its name and title tell.
        """
        return self.info.get("family") or family_of(self.name, self.title)

    @property
    def life(self) -> Life:
        """How its held notes move by themselves: its own, or its family's where it has learned none."""
        return life_of(self.info.get("life"), self.family)

    @property
    def keeps_formants(self) -> bool:
        """Whether its spectral envelope stays in Hz beyond the trained range: as patch.json says, else for voices."""
        return self.info.get("formants", "kept" if self.family == "voice" else "moved") == "kept"

    @property
    def coverage(self) -> Mapping[str, Any] | None:
        """Where in pitch and loudness the recordings lay, if the patch keeps it.

        ``frames[i][j]`` counts frames within half a pitch_step of MIDI note pitch_low + i * pitch_step, at a
        loudness of loudness_low + j * loudness_step dB or up to loudness_step more.
        """
        return self.info.get("coverage")


@dataclass(frozen=True)
class PatchEntry:
    """A patch in a list, by the name that it is known by; only its patch.json was read."""

    name: str
    title: str
    path: Path
    info: Mapping[str, Any] = field(repr=False)


def trim_db(info: Mapping[str, Any]) -> float:
    """The trim of a patch, from its patch.json."""
    missing = TRIMMED_DB - info["loudness"]["quantiles"][LOUD_PERCENT]
    return float(min(MOST_TRIM_DB, max(LEAST_TRIM_DB, missing)))


def load_patch(name_or_path: str | Path) -> Patch:
    """A factory patch or one of the user's own by its name, or any patch by its path.

    Raises PatchError, in one sentence, where there is no such patch or where it can't be used, and TypeError for what
    is neither.
    """
    if not isinstance(name_or_path, str | PathLike):
        raise TypeError(f"A patch is a name, a path or a Patch, and not {name_or_path!r}.")
    path = _find(name_or_path)
    try:
        return _read(path)
    except PatchError as error:
        raise PatchError(f"{path.name} cannot be used: {error}") from error


def loaded(patch: "Patch | str | Path") -> Patch:
    """The patch itself where it is one, else as `load_patch` finds it."""
    return patch if isinstance(patch, Patch) else load_patch(patch)


def list_patches() -> list[PatchEntry]:
    """The factory patches by name, then those of `own_folder` that can be used.

    Raises PatchError for a factory patch that can't be read.
    """
    own, _ = own_patches()
    return [_entry(path, None) for path in _factory().values()] + own


def own_patches() -> tuple[list[PatchEntry], list[str]]:
    """The user's own patches by their files' names, and a sentence about each file that can't be used."""
    entries, problems, factory = [], [], _factory()
    for name, path in _own().items():
        if name in factory:
            problems.append(f"{path}: a factory patch is named {name}, too; rename the file.")
            continue
        try:
            entries.append(_entry(path, name))
        except (PatchError, OSError) as error:
            problems.append(str(error))
    return entries, problems


def own_folder() -> Path:
    """Where the user's own patches lie, so that they are known by name."""
    return data_folder() / "patches"


def add_patch(path: str | Path) -> PatchEntry:
    """Copy a patch into `own_folder`, whole or not at all, once it is sure that it can be used.

    Raises PatchError where it can't, or where its name is taken.
    """
    path = Path(path)
    name = _plain(path.stem)
    patch = load_patch(path)
    known = _factory() | _own()
    if name in known and not (
        known[name].parent == own_folder() and known[name].read_bytes() == path.read_bytes()
    ):
        raise PatchError(f"There is a patch named {name} already, {known[name]}: give the file another name.")
    target = own_folder() / f"{name}{SUFFIX}"
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    try:
        shutil.copyfile(path, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return PatchEntry(name, patch.title, target, patch.info)


def _entry(path: Path, name: str | None) -> PatchEntry:
    """Of one file, of which only its patch.json is read; name: what it is called, by default as that says."""
    found = path.stat()
    try:
        info = _info(path, found.st_mtime_ns, found.st_size)
    except PatchError as error:
        raise PatchError(f"{path.name} cannot be used: {error}") from error
    return PatchEntry(name or info["name"], info["title"], path, info)


@lru_cache(maxsize=256)
def _info(path: Path, changed: int, size: int) -> Mapping[str, Any]:
    """A file's patch.json, checked; read again only when the file has changed, as each Synth lists all patches."""
    info = read_json(read_members(path, ["patch.json"])["patch.json"], "patch.json")
    check_info(info)
    return info


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
) -> Path:
    """Write a patch, whole or not at all; the same arguments give the same bytes.

    info: patch.json without its format and content_hash. body: second-order sections [n, 6]. room: impulse
    response [length] or [length, channels] within ±1, at room_rate Hz. Raises PatchError for what load_patch
    would refuse.
    """
    path = Path(path)
    members = {"decoder.onnx": bytes(onnx_bytes), "LICENSE.txt": licence.encode()}
    if body is not None:
        members["body.json"] = json.dumps({"sos": np.asarray(body, np.float64).tolist()}).encode()
    if room is not None:
        members["room.flac"] = _flac(np.asarray(room), room_rate)
    if performer is not None:
        members["performer.onnx"] = bytes(performer)
    try:
        described = {**info, "format": FORMAT}
        described["content_hash"] = content_hash(described, members)
        members["patch.json"] = json.dumps(described, indent=1, allow_nan=False).encode()
        _patch(path, members)
    except (TypeError, ValueError) as error:
        raise PatchError(f"{path.name} cannot be written: {_lower(str(error))}") from error
    write_members(path, members)
    return path


def _find(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and path.name == name_or_path and path.suffix != SUFFIX:
        known = _own() | _factory()
        plain = _plain(name_or_path)
        if plain in known and (name_or_path == plain or not _is_file(path)):
            return known[plain]
        if not _is_file(path):
            near = difflib.get_close_matches(plain, known, cutoff=0.4) or sorted(known)[:5]
            hint = f"the nearest are {', '.join(near)}" if near else "give the path of a .ddsp file"
            raise PatchError(f"There is no patch named {name_or_path!r}; {hint}.")
    if not _is_file(path):
        raise PatchError(f"There is no patch file {str(path)!r}; check the path.")
    return path


def _is_file(path: Path) -> bool:
    """Whether a file is there; a text that no path can be, such as one far too long, names none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _factory() -> dict[str, Path]:
    """The factory patches' paths by name."""
    folder = resources.files("ddsp_live.patches")
    paths = sorted(Path(str(item)) for item in folder.iterdir() if item.name.endswith(SUFFIX))
    return {path.stem: path for path in paths}


def _own() -> dict[str, Path]:
    """The paths of the user's own patches by name."""
    paths = sorted(path for path in own_folder().glob(f"*{SUFFIX}") if not path.name.startswith("."))
    return {_plain(path.stem): path for path in paths}


def _plain(name: str) -> str:
    """A name as it is looked up: without regard to case, blanks or underscores."""
    return name.strip().lower().replace(" ", "-").replace("_", "-")


def _read(path: Path) -> Patch:
    return _patch(path, read_members(path))


def _patch(path: Path, members: Mapping[str, bytes]) -> Patch:
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
