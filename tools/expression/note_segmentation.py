"""From a recording to its note level: which notes there are, and each note's six attributes."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...decoders.onnx_runtime import import_quietly
from ...midi.files import read_midi
from ...patch import Patch
from ...performance.attributes import NOTE, attributes, player_units
from ...performance.score import from_events
from ...performance.table import blank_rows
from ...performance.units import NAMES
from ..analysis.harmonic_analysis import infer
from ..analysis.takes import RecordingError, Take, analyse
from ..evaluation.resynthesis import decode

SAMPLE_RATE, FRAME_RATE = 44100, 250  # without a patch; MIDI-DDSP's frame rate


class MeasuredNotes(NamedTuple):
    """Rows of a performance table, and the same notes in the units of players."""

    rows: np.ndarray  # [notes] of type ROW
    units: np.ndarray  # [notes] of type PLAYER_UNITS


def measure_notes(recording: Path, *, midi: Path | None = None, patch: Patch | None = None) -> MeasuredNotes:
    """The notes of a recording of one voice, sorted by onset.

    midi: a file that says which notes are played, at the recording's times; by default they are heard. patch: whose
    decoder says what the synthesis controls are, from pitch and loudness; by default they are analysed. Raises
    RecordingError or MidiFileError.
    """
    sample_rate, frame_rate = (patch.sample_rate, patch.frame_rate) if patch else (SAMPLE_RATE, FRAME_RATE)
    take = analyse(recording, sample_rate=sample_rate, frame_rate=frame_rate)
    rows = from_events(read_midi(midi)) if midi else hear_notes(take)
    controls = decode(patch, take.f0_hz, take.loudness_db) if patch else _analyse_controls(take)
    notes = to_frames(rows, len(take.f0_hz), frame_rate, Path(recording).name)
    measured = attributes(take.f0_hz, *controls, notes, frame_rate)
    for name in NAMES:
        rows[name] = measured[name]
    return MeasuredNotes(rows, player_units(take.f0_hz, *controls, notes, frame_rate))


def hear_notes(take: Take) -> np.ndarray:
    """The notes that swift-f0's segmentation finds in a take, [notes] of type `ROW`. Raises RecordingError."""
    swift_f0 = import_quietly("swift_f0")
    tracked = swift_f0.SwiftF0(spin=False).detect(take.audio, take.sample_rate)
    # The take's pitch has its octaves settled.
    settled = np.interp(tracked.timestamps, np.arange(len(take.f0_hz)) / take.frame_rate, take.f0_hz)
    found = swift_f0.segment_notes(replace(tracked, pitch_hz=settled.astype(tracked.pitch_hz.dtype)))
    if not found:
        raise RecordingError(f"{take.path} has no notes that could be heard.")
    rows = blank_rows(len(found))
    for row, note in zip(rows, found, strict=True):
        row["onset_seconds"] = round(note.start, 6)
        row["duration_seconds"] = round(note.end - note.start, 6)
        row["pitch"] = round(69 + 12 * np.log2(note.pitch_hz / 440), 2)
    return rows


def to_frames(rows: np.ndarray, frames: int, frame_rate: float, name: str = "The recording") -> np.ndarray:
    """Rows as `NOTE` within so many frames, at least one frame each. Raises RecordingError for notes after its end."""
    notes = np.empty(len(rows), NOTE)
    notes["pitch"] = rows["pitch"]
    notes["onset"] = np.round(rows["onset_seconds"] * frame_rate)
    end = np.round((rows["onset_seconds"] + rows["duration_seconds"]) * frame_rate)
    notes["offset"] = np.clip(end, notes["onset"] + 1, np.maximum(frames, notes["onset"] + 1))
    if len(late := np.flatnonzero(notes["onset"] >= frames)):
        seconds = rows["onset_seconds"][late[0]]
        raise RecordingError(
            f"{name} ends at {frames / frame_rate:.2f} s, before the note at {seconds:.2f} s."
        )
    return notes


def _analyse_controls(take: Take) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return infer(take.audio, take.f0_hz, sample_rate=take.sample_rate, frame_rate=take.frame_rate)
