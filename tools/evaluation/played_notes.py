"""Recorded notes, and the same notes played by a patch from nothing but key, velocity and pitch bend."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...patch import Patch
from ...synth import Synth
from ..analysis.movement import FRAME_RATE, Movement, read_movement
from ..analysis.takes import RecordingError, Take, analyse

VOLUME = 7  # the controller, which at rest is not at its top
BEND_SEMITONES = 2.0  # a channel's range, until RPN 0 says otherwise
BEFORE_SECONDS = 0.05  # of silence
AFTER_SECONDS = 0.2  # that a note is held longer than what is read of it
JUDGED = 2  # notes of an instrument that are judged although its patch was trained on them
FEWEST_FITTED = 6  # notes that are fitted even if they are judged


@dataclass(frozen=True)
class RecordedNote:
    """One note of a recording, as it was read from its audio."""

    path: Path
    midi: float
    level_db: float  # median loudness of what is held
    seconds: float  # from its onset to the end of what was read
    movement: Movement = field(repr=False)


def recorded_note(take: Take) -> RecordedNote | None:
    """The note that a take holds; None where too little of one is held."""
    if not take.voiced.any():
        return None
    movement = read_movement(take.audio, take.sample_rate, float(np.median(take.midi[take.voiced])))
    if movement is None:
        return None
    level_db = float(np.median(movement.loudness_db[movement.held]))
    return RecordedNote(take.path, movement.midi, level_db, movement.held.stop / FRAME_RATE, movement)


def recorded_notes(paths: Sequence[Path], patch: Patch) -> list[RecordedNote]:
    """The notes of those files that hold one, at the patch's rate."""
    rates = {"sample_rate": patch.sample_rate, "frame_rate": patch.frame_rate}
    found = []
    for path in paths:
        try:
            note = recorded_note(analyse(path, cache=True, **rates))
        except RecordingError:
            continue
        if note is not None:
            found.append(note)
    return found


def judging_order(paths: Sequence[Path]) -> list[Path]:
    """Recordings in the order in which they are chosen to be judged: by hashes of their names alone."""
    return sorted(paths, key=lambda path: (hashlib.sha256(path.name.encode()).digest(), path))


def not_judged(notes: Sequence[RecordedNote]) -> list[RecordedNote]:
    """Learned notes without those that `realism` judges, unless too few are left to fit anything by."""
    if len(notes) < FEWEST_FITTED + JUDGED:
        return list(notes)
    judged = judging_order([note.path for note in notes])[:JUDGED]
    return [note for note in notes if note.path not in judged]


def velocity_for(patch: Patch, level_db: float) -> int:
    """The key's velocity that aims at a loudness."""
    strength = (level_db - patch.loudness_low) / max(1e-3, patch.loudness_high - patch.loudness_low)
    return round(1 + 126 * float(np.clip(strength, 0, 1)))


def play_note(
    patch: Patch, note: RecordedNote, *, seed: int = 0, life: float = 1.0, performer: float = 1.0
) -> np.ndarray:
    """The note played by the patch, dry, from a short silence on: [samples] at the patch's rate."""
    rate = patch.sample_rate
    synth = Synth(patch, sample_rate=rate, voices=1, seed=seed, life=life, performer=performer)
    key = int(np.clip(round(note.midi), 0, 127))
    synth.control_change(VOLUME, 127, time=0)
    synth.pitch_bend(round(8191 * float(np.clip((note.midi - key) / BEND_SEMITONES, -1, 1))), time=0)
    synth.note_on(key, velocity_for(patch, note.level_db), time=round(BEFORE_SECONDS * rate))
    return synth.render(round((BEFORE_SECONDS + note.seconds + AFTER_SECONDS) * rate))[:, 0]


def played_movement(patch: Patch, note: RecordedNote, **how) -> Movement | None:
    """How the note moves where the patch plays it."""
    return read_movement(play_note(patch, note, **how), patch.sample_rate, note.midi)
