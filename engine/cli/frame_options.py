"""`ddsp-live render --controls` and `--write-controls`: the synthesis level of an ensemble, from and into a file."""

import numpy as np

from ..kernel.frame_log import ControlsError, Recorder, play, read_controls, write_controls
from ..midi.messages import ACTIVE_SENSING
from ..performance.score import Note

NOTE_OFF, NOTE_ON = 0x80, 0x90


def check_level(arguments) -> None:
    """Raises ValueError where two levels are asked for that exclude each other."""
    before = arguments.performance or arguments.rules or arguments.humanize or arguments.write_performance
    if arguments.controls and (before or arguments.write_controls):
        raise ValueError(
            "--controls plays what the decoder has made: notes, rules and --write-controls come before it."
        )


def played_controls(arguments, events: list, ensemble) -> list:
    """Hands the file's controls to the ensemble; the song's events, without the notes that they stand for."""
    parts = read_controls(arguments.controls, arguments.rate)
    name = arguments.controls.name
    for part, controls in parts.items():
        if part not in ensemble.synths:
            raise ControlsError(
                f"{name}: there is no part {part!r} in this ensemble, which has {', '.join(ensemble.synths)}."
            )
        play(ensemble.synths[part], controls, f"{name}, {part}")
    # Where a note was there is still something, so that the sound is as long as it was.
    quiet = [(at, bytes([ACTIVE_SENSING]) if _is_note(event) else event) for at, event in events]
    begins = [
        controls["start"][np.unique(controls["note"], return_index=True)[1]] for controls in parts.values()
    ]
    last = max((int(starts[-1]) for starts in map(np.sort, begins) if len(starts)), default=0)
    return sorted([*quiet, (last / arguments.rate, bytes([ACTIVE_SENSING]))], key=lambda event: event[0])


def _is_note(event) -> bool:
    return isinstance(event, Note) or event[0] & 0xF0 in (NOTE_OFF, NOTE_ON)


def recorders(ensemble) -> dict[str, Recorder]:
    """One for each part. Raises ControlsError where the decoder can't be recorded."""
    return {part: Recorder(synth) for part, synth in ensemble.synths.items()}


def keep_controls(arguments, kept: dict[str, Recorder], ensemble) -> None:
    """Writes what the recorders of an ensemble have kept."""
    synth = next(iter(ensemble.synths.values()))
    write_controls(arguments.write_controls, {part: each.controls() for part, each in kept.items()}, synth)
