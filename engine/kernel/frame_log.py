"""The synthesis level as a file: what the decoder made of each note, frame by frame, to look at, edit and play.

In the .npz, each part (a synth of an ensemble) has these arrays under its name, ``PART/f0_hz`` and so on; a row is a
frame of one note, and values ramp from the note's row before to this one:

    start                 [F] int64    sample at which the frame begins; rows are sorted by it
    length                [F] int32    samples; 0 cuts off what the voice sounds
    voice                 [F] int32    what plays it, 0 to voices - 1
    note                  [F] int32    which note it is of; a note's first row begins it, with its noise's seed
    ends                  [F] bool     the note's last frame
    seed                  [F] uint32   of the noise
    noise_in_step         [F] float32  how far the noise swells and fades with each period of f0, 0 to 1; may be missing
    f0_hz                 [F] float32
    amplitude             [F] float32  of the harmonics together
    harmonic_distribution [F, K] float32, rows sum to 1
    noise_magnitudes      [F, M] float32, from 0 Hz to the patch's Nyquist
    gain                  [F, 2] float32, left and right

and ``format``, ``sample_rate`` and ``frame_rate`` once.
"""

import math
import os
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..errors import DdspLiveError
from ..folders import as_path
from ..native._kernel import ffi, lib

FORMAT = 1
COLUMNS = {
    "start": np.int64,
    "length": np.int32,
    "voice": np.int32,
    "note": np.int32,
    "ends": np.bool_,
    "seed": np.uint32,
    "noise_in_step": np.float32,
    "f0_hz": np.float32,
    "amplitude": np.float32,
    "harmonic_distribution": np.float32,
    "noise_magnitudes": np.float32,
    "gain": np.float32,
}
WIDE = {"harmonic_distribution", "noise_magnitudes", "gain"}
LIMITS = {
    "start": (0, 6 * 3600 * 192_000),
    "length": (0, 1 << 16),
    "voice": (0, 63),
    "note": (-1, 1 << 30),
    "seed": (0, 2**32 - 1),
    "noise_in_step": (0.0, 1.0),
    "f0_hz": (0.0, 96_000.0),
    "amplitude": (0.0, 1e4),
    "harmonic_distribution": (0.0, 1e4),
    "noise_magnitudes": (0.0, 1e4),
    "gain": (0.0, 64.0),
}
ABOUT = ("format", "sample_rate", "frame_rate")
LARGEST_BYTES = 4 << 30
EVENTS_AT_ONCE = 1 << 15  # notes that may begin or be cut off between two calls of `Recorder.take`


class ControlsError(DdspLiveError):
    """A file of controls that can't be used; one sentence says what is wrong with it."""


class Recorder:
    """Keeps the frames of a synth's patch while it renders, in steps of at most `seconds`.

    Raises ControlsError where the decoder runs in a worker.
    """

    def __init__(self, synth, seconds: float = 1.0):
        self._instrument = synth.instrument
        if self._instrument.delay_frames:
            raise ControlsError("Controls are kept and played with the decoders native and int8 only.")
        patch = synth.patch
        room = (
            synth.voices * (math.ceil(seconds * synth.sample_rate / self._instrument.hop) + 2)
            + EVENTS_AT_ONCE
        )
        self._record = ffi.new("FrameRecord[]", room)
        self._distribution = np.empty((room, patch.harmonics), np.float32)
        self._magnitudes = np.empty((room, patch.noise_bands), np.float32)
        self._c = _controls(self._record, self._distribution, self._magnitudes)
        self._c.capacity = room
        self._taken: list[dict[str, np.ndarray]] = []
        lib.instrument_controls(self._instrument.c, self._c, ffi.NULL)

    def take(self) -> None:
        """Keep what was rendered since the last time. Raises ControlsError where that was too much at once."""
        c, self._c.count = int(self._c.count), 0
        if self._c.lost:
            raise ControlsError("So many notes begin at once that their controls can't be kept.")
        records = np.frombuffer(ffi.buffer(self._record), _record_type())[:c]
        self._taken.append(
            {name: records[name].copy() for name in (*_SCALARS, "begins")}
            | {
                "harmonic_distribution": self._distribution[:c].copy(),
                "noise_magnitudes": self._magnitudes[:c].copy(),
                "gain": np.stack([records["gain_left"], records["gain_right"]], axis=1),
            }
        )

    def controls(self) -> dict[str, np.ndarray]:
        """All that was kept, by the names of `COLUMNS`."""
        kept = {name: np.concatenate([part[name] for part in self._taken]) for name in self._taken[0]}
        begins, voice = kept.pop("begins").astype(bool), kept["voice"]
        note = np.cumsum(begins) - 1
        for v in np.unique(voice):
            own = np.flatnonzero(voice == v)
            first = np.maximum.accumulate(np.where(begins[own], np.arange(len(own)), -1))
            note[own] = np.where(first < 0, -1, note[own[np.maximum(first, 0)]])
        cut = kept["length"] == 0
        for name in ("harmonic_distribution", "noise_magnitudes"):
            kept[name][cut] = 0
        return {name: (kept | {"note": note})[name].astype(kind) for name, kind in COLUMNS.items()}


def play(synth, controls: Mapping[str, np.ndarray], name: str = "The file") -> None:
    """Let a synth that has not rendered yet play these controls. Raises ControlsError where they don't fit it."""
    instrument, patch = synth.instrument, synth.patch
    if instrument.delay_frames:
        raise ControlsError("Controls are kept and played with the decoders native and int8 only.")
    for column, width in (
        ("harmonic_distribution", patch.harmonics),
        ("noise_magnitudes", patch.noise_bands),
    ):
        if controls[column].shape[1] != width:
            raise ControlsError(
                f"{name}: {column} has {controls[column].shape[1]} columns, but {patch.name} has {width}."
            )
    if len(controls["voice"]) and controls["voice"].max() >= synth.voices:
        raise ControlsError(f"{name}: it was made with more than {synth.voices} voices; ask for as many.")
    count = len(controls["start"])
    records = np.zeros(count, _record_type())
    for column in _SCALARS:
        records[column] = controls[column]
    records["gain_left"], records["gain_right"] = controls["gain"].T
    _, first = np.unique(controls["note"], return_index=True)
    records["begins"][first] = 1
    records["begins"][(records["length"] == 0) | (controls["note"] < 0)] = 0
    wide = [
        np.ascontiguousarray(controls[column]) for column in ("harmonic_distribution", "noise_magnitudes")
    ]
    c = _controls(ffi.from_buffer("FrameRecord[]", records), *wide)
    c.count = c.capacity = count
    instrument.keep((c, records, wide))
    lib.instrument_controls(instrument.c, ffi.NULL, c)


def write_controls(path: str | Path, parts: Mapping[str, Mapping[str, np.ndarray]], synth) -> None:
    """Write the controls of each part, whole or not at all. Raises ControlsError."""
    path = as_path(path)
    partial = path.with_name(f".{path.name}.part.npz")
    about = {"format": FORMAT, "sample_rate": synth.sample_rate, "frame_rate": synth.patch.frame_rate}
    arrays = {f"{part}/{name}": array for part, controls in parts.items() for name, array in controls.items()}
    try:
        np.savez_compressed(partial, **about, **arrays)
        os.replace(partial, path)
    except OSError as error:
        raise ControlsError(f"{path.name} can't be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)


def read_controls(path: str | Path, sample_rate: float) -> dict[str, dict[str, np.ndarray]]:
    """{part: {column: array}} of a file for this sample rate, all checked. Raises ControlsError."""
    path = as_path(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # of NumPy: headers as Python 2 wrote them, which are read as they are
            _check_sizes(path)
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
    except ControlsError:
        raise
    except OSError as error:
        raise ControlsError(f"{path.name} can't be read: {error.strerror or error}.") from error
    except Exception as error:  # what is damaged makes zipfile and NumPy raise whatever comes to them
        raise ControlsError(f"{path.name} is not a file of controls, or it is damaged.") from error
    about = {name: arrays.pop(name, None) for name in ABOUT}
    if any(value is None or value.shape != () or value.dtype.kind not in "if" for value in about.values()):
        raise ControlsError(f"{path.name}: {', '.join(ABOUT)} must be there, a number each.")
    if about["format"] != FORMAT:
        raise ControlsError(f"{path.name} is of format {about['format']}, but this version knows {FORMAT}.")
    if about["sample_rate"] != sample_rate:
        raise ControlsError(f"{path.name} is for {about['sample_rate']:g} Hz: ask for that with --rate.")
    parts: dict[str, dict[str, np.ndarray]] = {}
    for name, array in arrays.items():
        part, _, column = name.rpartition("/")
        if column not in COLUMNS or not part:
            raise ControlsError(f"{path.name}: there is no column {name!r} in a file of controls.")
        parts.setdefault(part, {})[column] = array
    return {part: _checked(found, f"{path.name}, {part}") for part, found in parts.items()}


_SCALARS = ("start", "length", "voice", "ends", "seed", "noise_in_step", "f0_hz", "amplitude")


def _record_type() -> np.dtype:
    kinds = {"int64_t": "i8", "int": "i4", "uint32_t": "u4", "float": "f4"}
    fields = ffi.typeof("FrameRecord").fields
    return np.dtype(
        {
            "names": [name for name, _ in fields],
            "formats": [kinds[field.type.cname] for _, field in fields],
            "offsets": [field.offset for _, field in fields],
            "itemsize": ffi.sizeof("FrameRecord"),
        }
    )


def _controls(record, distribution: np.ndarray, magnitudes: np.ndarray):
    c = ffi.new("FrameLog *")
    c.record = record
    c.distribution = ffi.from_buffer("float *", distribution)
    c.magnitudes = ffi.from_buffer("float *", magnitudes)
    return c


def _check_sizes(path: Path) -> None:
    """Whether each array is as large as its header says, and all of them not too large, before any is read."""
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_BYTES:
            raise ControlsError(
                f"{path.name} is larger than {LARGEST_BYTES >> 30} GB unpacked: render in pieces."
            )
        for entry in archive.infolist():
            with archive.open(entry) as file:
                version = np.lib.format.read_magic(file)
                read = {
                    (1, 0): np.lib.format.read_array_header_1_0,
                    (2, 0): np.lib.format.read_array_header_2_0,
                }
                shape, _, kind = read[version](file)
            if kind.hasobject or math.prod(shape) * kind.itemsize > entry.file_size:
                raise ControlsError(f"{path.name}: {entry.filename} is damaged.")


def _checked(found: dict[str, np.ndarray], where: str) -> dict[str, np.ndarray]:
    # Files of before that column was there play as they did.
    found = (
        {"noise_in_step": np.zeros(found["start"].shape, np.float32), **found} if "start" in found else found
    )
    if missing := [name for name in COLUMNS if name not in found]:
        raise ControlsError(f"{where}: {missing[0]} is missing; {', '.join(COLUMNS)} are needed.")
    count = found["start"].shape[0] if found["start"].ndim else -1
    for name, kind in COLUMNS.items():
        array = found[name]
        if array.ndim != 1 + (name in WIDE) or array.shape[0] != count:
            raise ControlsError(
                f"{where}: {name} has the shape {list(array.shape)}, but there are {count} frames."
            )
        wanted = "f" if kind is np.float32 else "b" if kind is np.bool_ else "iu"
        if array.dtype.kind not in wanted + ("iu" if wanted == "f" else ""):
            raise ControlsError(f"{where}: {name} is of the type {array.dtype}, which it can't be.")
        _check_values(where, name, array)
    if found["gain"].shape[1:] != (2,):
        raise ControlsError(f"{where}: gain has {found['gain'].shape[1]} columns, but needs left and right.")
    if late := np.flatnonzero(np.diff(found["start"].astype(np.int64)) < 0).tolist():
        raise ControlsError(
            f"{where}: frame {late[0] + 1} starts before frame {late[0]}; sort the frames by start."
        )
    return {name: found[name].astype(kind) for name, kind in COLUMNS.items()}


def _check_values(where: str, name: str, array: np.ndarray) -> None:
    if name not in LIMITS:
        return
    low, high = LIMITS[name]
    wrong = np.argwhere(~((array >= low) & (array <= high)))  # NaN is wrong, too
    if len(wrong):
        at = tuple(wrong[0])
        raise ControlsError(
            f"{where}: {name} of frame {at[0]} is {array[at]}, which is not within {low:g} to {high:g}."
        )
