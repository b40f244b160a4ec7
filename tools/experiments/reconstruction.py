"""Recordings played again from nothing but their notes' attributes, beside the same patch driven by what was heard.

python -m ddsp_live.tools.experiments.reconstruction FOLDER --patch NAME [--json]
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...input.loudness import loudness
from ...patch import Patch, PatchError, load_patch
from ...performance.units import NAMES
from ...synth import Synth
from ..analysis.takes import RecordingError, Take
from ..evaluation.evaluate_patch import takes_to_judge
from ..evaluation.metrics import AUDIBLE_DB, SOUNDING_DB, distance, fitted, heard_cents
from ..evaluation.resynthesis import decode, patch_player
from ..expression.contours import NoteContour, note_contours
from ..room.model import room_of
from ..room.remove import dry_take

VOICES = 8
VOLUME = 7  # the controller, which at rest is not at its top
VELOCITY = 80  # of no consequence: each note's volume is set
BEND_RANGE = 2.0  # semitones, a channel's until RPN 0 says otherwise
MOST = {"ratio": 1.2, "f0_cents": 15.0, "loudness_db": 2.5}


def notes_of(take: Take, patch: Patch) -> list[NoteContour]:
    """The notes heard in a take, with what the patch's decoder makes of its pitch and loudness."""

    def controls(f0_hz: np.ndarray, loudness_db: np.ndarray) -> tuple[np.ndarray, ...]:
        amplitude, *rest = decode(patch, f0_hz, loudness_db)
        return amplitude[:, 0], *rest

    return note_contours([take], controls)


def played(notes: Sequence[NoteContour], patch: Patch, samples: int, *, performer: float = 1.0) -> np.ndarray:
    """The notes by keys, attributes and lengths alone, dry and at the level of the decoder: [samples] at its rate.

    Keys are tempered, and recordings are not: each note's channel is bent to where it was heard.
    """
    synth = Synth(patch, sample_rate=patch.sample_rate, voices=VOICES, performer=performer, life=0.0)
    for channel in range(16):
        synth.control_change(VOLUME, 127, channel, time=0)
    for index, note in enumerate(notes):
        channel, key = index % 16, round(note.pitch)
        begin, end = (
            round(frame * patch.sample_rate / patch.frame_rate)
            for frame in (note.onset, note.onset + note.held)
        )
        measured = note.attributes()
        wanted = {name: float(measured[name]) for name in NAMES}
        synth.pitch_bend(round((note.pitch - key) / BEND_RANGE * 8191), channel=channel, time=begin)
        synth.note_on(key, VELOCITY, channel, begin, attributes=wanted, seconds=note.held / note.frame_rate)
        synth.note_off(key, channel=channel, time=end)
    return synth.render(samples)[:, 0]


def compare(take: Take, patch: Patch, *, performer: float = 1.0) -> dict[str, float] | None:
    """Figures of one take, played without life, as no recording's could be met by chance; None where it has no notes.

    ours, driven: multi-scale spectral distance to the recording of what the notes make, and of what the take's own
    pitch and loudness make; f0_cents, driven_f0_cents: median off the recording's pitch; loudness_db,
    driven_loudness_db: mean off its loudness. All of it where notes sound: of a recording's background between them,
    no attribute tells. A patch that has learned its recordings' room plays
    dry and is compared with the recording as it was before the room.
    """
    room = room_of(patch)
    take = take if room is None else dry_take(take, room)
    notes = notes_of(take, patch)
    if not notes:
        return None
    sounding = within(notes, take)
    made = played(notes, patch, len(take.audio), performer=performer)
    driven = patch_player(patch, room=False)(take.f0_hz, take.loudness_db)
    return _judged("", "ours", made, take, sounding) | _judged("driven_", "driven", driven, take, sounding)


def within(notes: Sequence[NoteContour], take: Take) -> np.ndarray:
    """Frames of a take from each onset to where the note is no longer heard: bool [frames]."""
    least_db = max(AUDIBLE_DB, take.loudness_db.max() - SOUNDING_DB)
    sounding = np.zeros(len(take.f0_hz), bool)
    for note in notes:
        own = take.loudness_db[note.onset : note.onset + len(note.level_db)] > least_db
        sounding[note.onset : note.onset + int(np.max(np.flatnonzero(own), initial=-1)) + 1] = True
    return sounding


def _judged(prefix: str, name: str, made: np.ndarray, take: Take, sounding: np.ndarray) -> dict[str, float]:
    made = fitted(made, len(take.audio))
    level = loudness(made, take.sample_rate, take.frame_rate)
    asked = take.loudness_db[: len(level)]
    frame = np.arange(len(take.audio)) * take.frame_rate // take.sample_rate
    samples = sounding[np.minimum(frame, len(sounding) - 1)]
    cents = np.abs(heard_cents(made, take))
    return {
        name: distance(made[samples], take.audio[samples]),
        f"{prefix}f0_cents": float(np.median(cents)) if len(cents) else 0.0,
        f"{prefix}loudness_db": float(np.abs(level - asked)[sounding[: len(level)]].mean()),
    }


def reconstruct(folder: Path, patch: Patch, *, performer: float = 1.0) -> dict:
    """Means over the folder's takes that the patch never was trained on, or over all where it has none of these."""
    found, chosen, left_out = takes_to_judge(patch, folder)
    rows = {name: compare(take, patch, performer=performer) for name, take in found}
    heard = {name: row for name, row in rows.items() if row is not None}
    if not heard:
        raise RecordingError(f"{folder} has no notes that could be heard.")
    means = {key: float(np.mean([row[key] for row in heard.values()])) for key in next(iter(heard.values()))}
    about = {"patch": patch.name, "held_out": bool(chosen), "takes": len(heard)}
    without = [f"{name} has no notes that could be heard." for name, row in rows.items() if row is None]
    figures = means | {"ratio": means["ours"] / means["driven"]}
    return about | figures | {"left_out": left_out + without, "files": heard}


def passes(figures: dict) -> bool:
    """Whether what the notes make is near enough to the recordings."""
    return all(figures[name] <= most for name, most in MOST.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 0 where all of them are reached, 1 where not, 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.experiments.reconstruction", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="recordings of the patch's instrument")
    parser.add_argument("--patch", required=True, metavar="PATCH", help="a name or a path")
    parser.add_argument("--performer", type=float, default=1.0, help="how much of it is heard, 0 to 1")
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    asked = parser.parse_args(arguments)
    try:
        if not 0 <= asked.performer <= 1:
            raise RecordingError(f"--performer must be from 0 to 1, but is {asked.performer:g}.")
        figures = reconstruct(asked.folder, load_patch(asked.patch), performer=asked.performer)
    except (PatchError, RecordingError) as error:
        print(f"ddsp_live.tools.experiments.reconstruction: {error}", file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps(figures))
    else:
        which = "held out of training" if figures["held_out"] else "all of the folder"
        print(f"{figures['patch']}, {figures['takes']} takes, {which}")
        for sentence in figures["left_out"]:
            print(f"  left out: {sentence}")
        print(f"  spectral distance {figures['ours']:.3f}, driven {figures['driven']:.3f}")
        for name, most in MOST.items():
            driven = f", driven {figures[f'driven_{name}']:.2f}" if f"driven_{name}" in figures else ""
            print(f"  {name:<12} {figures[name]:.2f} (at most {most:g}){driven}")
    return 0 if passes(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
