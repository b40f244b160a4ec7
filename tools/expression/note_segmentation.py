"""From a recording to its note level: which notes there are, and each note's six attributes."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
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
from ..analysis.diagnostics import TOLD
from ..analysis.harmonic_analysis import infer
from ..analysis.pitch import VOICED, raised
from ..analysis.takes import RecordingError, Take, analyse
from ..analysis.vibrato import without_vibrato
from ..evaluation.resynthesis import decode

SAMPLE_RATE, FRAME_RATE = 44100, 250  # without a patch; MIDI-DDSP's frame rate
SHORTEST_MS = 20.0  # that a pitch a semitone away must stay to be a note; fast notes are held for 80
JOINED_SECONDS = 0.06  # between two notes, which is no rest
DIP_BEFORE, DIP_AFTER = 0.064, 0.016  # s, within which the dip before a note is looked for
STRUCK_DB = 8.0
LEAST_SECONDS = 0.05  # of a note beside another, and on either side of such a dip


class MeasuredNotes(NamedTuple):
    """Rows of a performance table, and the same notes in the units of players."""

    rows: np.ndarray  # [notes] of type ROW
    units: np.ndarray  # [notes] of type PLAYER_UNITS


def measure_notes(
    recording: Path,
    *,
    midi: Path | None = None,
    patch: Patch | None = None,
    say: Callable[[str], None] = lambda sentence: None,
) -> MeasuredNotes:
    """The notes of a recording of one voice, sorted by onset.

    midi: a file that says which notes are played, at the recording's times; by default they are heard. patch: whose
    decoder says what the synthesis controls are, from pitch and loudness; by default they are analysed. say: is told
    what is wrong with the recording. Raises
    RecordingError or MidiFileError.
    """
    sample_rate, frame_rate = (patch.sample_rate, patch.frame_rate) if patch else (SAMPLE_RATE, FRAME_RATE)
    take = analyse(recording, sample_rate=sample_rate, frame_rate=frame_rate)
    for finding in take.findings:
        if finding.kind in TOLD:
            say(finding.sentence)
    rows = from_events(read_midi(midi)) if midi else hear_notes(take)
    controls = decode(patch, take.f0_hz, take.loudness_db) if patch else _analyse_controls(take)
    notes = to_frames(rows, len(take.f0_hz), frame_rate, Path(recording).name)
    measured = attributes(take.f0_hz, *controls, notes, frame_rate)
    for name in NAMES:
        rows[name] = measured[name]
    return MeasuredNotes(rows, player_units(take.f0_hz, *controls, notes, frame_rate))


def hear_notes(take: Take) -> np.ndarray:
    """The notes that are heard in a take, [notes] of type `ROW`, by swift-f0's segmentation. Raises RecordingError.

    A note that follows another at once begins at the dip between them, before the new pitch is heard, and a dip within
    a pitch begins it again.
    """
    swift_f0 = import_quietly("swift_f0")
    tracked = swift_f0.SwiftF0(spin=False).detect(raised(take.audio), take.sample_rate)
    # The take's pitch has its octaves settled.
    midi = np.interp(tracked.timestamps, np.arange(len(take.f0_hz)) / take.frame_rate, take.midi)
    voiced = tracked.confidence >= VOICED
    midi = without_vibrato(midi, voiced, 1 / swift_f0.FRAME_PERIOD)
    settled = (440 * 2 ** ((midi - 69) / 12)).astype(tracked.pitch_hz.dtype)
    found = swift_f0.segment_notes(replace(tracked, pitch_hz=settled), pitch_hold_ms=SHORTEST_MS)
    if not found:
        raise RecordingError(f"{take.path} has no notes that could be heard.")
    starts, ends = (np.array([getattr(note, name) for note in found]) for name in ("start", "end"))
    pitches = 69 + 12 * np.log2([note.pitch_hz / 440 for note in found])
    joined = np.flatnonzero(starts[1:] - ends[:-1] <= JOINED_SECONDS) + 1
    starts[joined] = np.maximum(_dips(take, starts[joined]), starts[joined - 1] + 1 / take.frame_rate)
    ends[joined - 1] = np.minimum(ends[joined - 1], starts[joined])
    ends = np.maximum(ends, starts + 1 / take.frame_rate)
    beside = np.isin(np.arange(len(starts)), [joined, joined - 1])
    kept = (
        ends - starts >= LEAST_SECONDS
    ) | ~beside  # what one note passes through on its way to another is none
    notes = []
    for start, end, pitch in zip(starts[kept], ends[kept], pitches[kept], strict=True):
        cuts = [start, *_struck_again(take, start, end), end]
        notes += [(a, b - a, pitch) for a, b in pairwise(cuts)]
    rows = blank_rows(len(notes))
    for name, values in zip(("onset_seconds", "duration_seconds"), np.transpose(notes), strict=False):
        rows[name] = np.round(values, 6)
    rows["pitch"] = np.round([pitch for *_, pitch in notes], 2)
    return rows


def _dips(take: Take, seconds: np.ndarray) -> np.ndarray:
    """The last moment at which it is softest around each of the times, s."""
    frames = np.round(seconds * take.frame_rate).astype(int)[:, None]
    around = np.arange(round(DIP_AFTER * take.frame_rate), -round(DIP_BEFORE * take.frame_rate) - 1, -1)
    level_db = take.loudness_db[np.clip(frames + around, 0, len(take.loudness_db) - 1)]
    return (frames[:, 0] + around[level_db.argmin(1)]) / take.frame_rate


def _struck_again(take: Take, start: float, end: float) -> list[float]:
    """When within a note, s, the same pitch is played again: its level falls and rises by STRUCK_DB."""
    first, last = round(start * take.frame_rate), round(end * take.frame_rate)
    least = LEAST_SECONDS * take.frame_rate
    found, top, low, at = [], -np.inf, np.inf, first
    for frame, level_db in enumerate(take.loudness_db[first:last], first):
        if level_db < low:
            low, at = level_db, frame
        if top - low < STRUCK_DB:
            top = max(top, level_db)
            low = level_db
        elif level_db > low + STRUCK_DB:
            if min(at - first, last - at) >= least:
                found.append(at / take.frame_rate)
            top = low = level_db
    return found


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
