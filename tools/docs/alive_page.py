"""Draws docs/alive/*.png: recorded notes beside the same notes played by a bank of earlier patches and by today's.

python -m ddsp_live.tools.docs.alive_page RECORDINGS PHRASES [DOCS] [--only PICTURE ...]

RECORDINGS has a folder of each patch's name, PHRASES the folder bach-violin of real melodies. The earlier patches are
taken out of the project's git history. What the page says of the pictures is in docs/alive.md.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr

from ...errors import DdspLiveError
from ...input.loudness import loudness
from ...patch import Patch, load_patch
from ...synth import Synth
from ..analysis.movement import FRAME_RATE, Movement, read_movement
from ..analysis.pitch import track
from ..analysis.takes import find_recordings
from ..evaluation.played_notes import RecordedNote, judging_order, play_note, recorded_notes
from .performance_page import save

BEFORE = "dd4c9c0"  # the bank that is called before
COLUMNS = ("recorded", "before", "now")
PARTIALS = 8
HELD_INSTRUMENTS = ("clarinet", "trumpet", "cello")
LINE = ("john-garner_bwv1002_mov6", 0, 14)  # file, and which of its notes
KEYS = (67, 84)  # that these lie between
SOFT_AND_LOUD = (
    # patch before, now, and recordings of one pitch, the softest and the loudest
    ("tenor-trombone", "tenor-trombone-dynamics"),
    ("cello", "cello-dynamics"),
)
SECONDS = 1.6

Picture = Callable[[Path, Path, Callable[[str], Patch]], object]


class PictureError(DdspLiveError):
    """What a picture needs and cannot find; one sentence."""


def earlier_patches(folder: Path) -> Callable[[str], Patch]:
    """Returns a function from a name to the patch as it was at BEFORE. Raises PictureError without that history."""

    def load(name: str) -> Patch:
        path = folder / f"{name}.ddsp"
        if not path.exists():
            found = subprocess.run(
                ["git", "show", f"{BEFORE}:patches/{name}.ddsp"], capture_output=True, check=False
            )
            if found.returncode:
                raise PictureError(
                    f"git has no {name}.ddsp of {BEFORE}: run this in a clone that has the project's whole history."
                )
            path.write_bytes(found.stdout)
        return load_patch(path)

    return load


def a_note(patch: Patch, folder: Path) -> RecordedNote:
    """Returns a recorded note at a pitch that the patch was not trained on. Raises PictureError where there is none."""
    names = patch.info["training"].get("held_out", [])
    for path in judging_order([folder / name for name in names if (folder / name).exists()]):
        if notes := recorded_notes([path], patch):
            return notes[0]
    raise PictureError(f"{folder} has no note that {patch.name} was not trained on.")


def held_pictures(recordings: Path, phrases: Path, before: Callable[[str], Patch]):
    """Draws partials, level and pitch of one held note of each instrument."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        2 * len(HELD_INSTRUMENTS),
        len(COLUMNS),
        figsize=(10, 9.5),
        sharex=True,
        sharey="row",
        height_ratios=[3, 1] * len(HELD_INSTRUMENTS),
        layout="constrained",
    )
    for row, name in enumerate(HELD_INSTRUMENTS):
        now = load_patch(name)
        note = a_note(now, recordings / name)
        played = [play_note(before(name), note, life=0.0), play_note(now, note)]
        moves = [note.movement, *(read_movement(audio, now.sample_rate, note.midi) for audio in played)]
        for column, (title, movement) in enumerate(zip(COLUMNS, moves, strict=True)):
            held_note(axes[2 * row : 2 * row + 2, column], f"{name}, {title}", movement)
    for each in axes[-1]:
        each.set_xlabel("s")
    return figure


def held_note(axes, title: str, movement: Movement | None) -> None:
    """One column: the lowest partials' levels about the note's loudness, and the pitch."""
    if movement is None:
        return
    seconds = np.arange(len(movement.cents)) / FRAME_RATE
    levels = movement.levels_db[:, :PARTIALS] - np.median(movement.loudness_db[movement.held])
    axes[0].plot(seconds, levels, linewidth=0.8)
    axes[0].set(title=title, ylim=(-60, 15), xlim=(0, SECONDS))
    axes[1].plot(seconds, movement.cents, color="black", linewidth=0.8)
    axes[1].set(ylim=(-40, 40))
    if axes[0].get_subplotspec().is_first_col():
        axes[0].set_ylabel("dB, partials 1 to 8")
        axes[1].set_ylabel("cents")


def line_picture(recordings: Path, phrases: Path, before: Callable[[str], Patch]):
    """Draws some bars of a solo violin beside the same notes in legato."""
    import matplotlib.pyplot as plt

    name, first, last = LINE
    path = phrases / "bach-violin" / f"{name}.flac"
    if not path.is_file():
        raise PictureError(f"There is no {path}; name the folder of phrases that has it.")
    audio, rate = soundfile.read(path, always_2d=True)
    with path.with_suffix(".notes.csv").open() as file:
        rows = list(csv.DictReader(file))[first:last]
    notes = [(float(row["start_s"]), float(row["end_s"]), int(row["pitch"])) for row in rows]
    begin, end = notes[0][0] - 0.1, notes[-1][1] + 0.2
    now = load_patch("violin")
    real = soxr.resample(audio.mean(1)[round(begin * rate) : round(end * rate)], rate, now.sample_rate)
    played = [
        play_line(patch, notes, begin, end, **how)
        for patch, how in ((before("violin"), {"life": 0.0, "expression": 0.0}), (now, {}))
    ]
    figure, axes = plt.subplots(
        3, len(COLUMNS), figsize=(11, 6), sharex=True, height_ratios=[1, 1, 2], layout="constrained"
    )
    for column, sound in enumerate((real, *played)):
        draw_line(axes[:, column], f"violin, {COLUMNS[column]}", sound, now.sample_rate)
    return figure


def play_line(patch: Patch, notes: Sequence, begin: float, end: float, **how) -> np.ndarray:
    """Plays notes (start, end, key), each until the next one has begun, in one line."""
    rate = patch.sample_rate
    synth = Synth(patch, sample_rate=rate, mode="legato", seed=1, **how)
    for i, (start, stop, key) in enumerate(notes):
        follows = i + 1 < len(notes) and notes[i + 1][0] - stop < 0.1
        synth.note_on(key, 80, time=round((start - begin) * rate))
        synth.note_off(key, time=round(((notes[i + 1][0] + 0.02 if follows else stop) - begin) * rate))
    return synth.render(round((end - begin) * rate))[:, 0]


def draw_line(axes, title: str, audio: np.ndarray, rate: int) -> None:
    """One column: loudness, f0 and the spectrogram."""
    level = loudness(np.asarray(audio, float), rate, FRAME_RATE)
    level = level - np.percentile(level, 95)
    seconds = np.arange(len(level)) / FRAME_RATE
    axes[0].plot(seconds, level, linewidth=0.8)
    axes[0].set(title=title, ylim=(-40, 6))
    found = track(np.asarray(audio, np.float32), rate)
    keys = np.where(found.voiced, 69 + 12 * np.log2(found.f0_hz / 440), np.nan)
    axes[1].plot(found.times, keys, linewidth=0.8)
    axes[1].set(ylim=KEYS)
    axes[2].specgram(
        audio / np.abs(audio).max() + 1e-9,
        NFFT=1024,
        noverlap=768,
        Fs=rate,
        vmin=-130,
        vmax=-40,
        cmap="magma",
    )
    axes[2].set(ylim=(0, 8000), xlim=(0, seconds[-1]), xlabel="s")
    if axes[0].get_subplotspec().is_first_col():
        for each, unit in zip(axes, ("dB(A)", "MIDI note", "Hz"), strict=True):
            each.set_ylabel(unit)


def dynamics_picture(recordings: Path, phrases: Path, before: Callable[[str], Patch]):
    """Draws the partials of the softest and the loudest recorded note of a pitch, and of such keys."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        len(SOFT_AND_LOUD), len(COLUMNS), figsize=(10, 5.5), sharex=True, sharey=True, layout="constrained"
    )
    for row, (old, new) in enumerate(SOFT_AND_LOUD):
        now = load_patch(new)
        notes = recorded_notes(find_recordings(recordings / new), now)
        pitches = [round(note.midi) for note in notes]
        key = max(set(pitches), key=lambda pitch: (pitches.count(pitch), -pitch))
        same = sorted(
            (note for note, pitch in zip(notes, pitches, strict=True) if pitch == key),
            key=lambda n: n.level_db,
        )
        soft, loud = same[0], same[-1]
        for column, patch in enumerate((None, before(old), now)):
            for note, velocity, colour in ((soft, 10, "tab:blue"), (loud, 127, "tab:red")):
                movement = note.movement if patch is None else at_velocity(patch, key, velocity)
                if movement is None:
                    continue
                mean = movement.levels_db[movement.held].mean(0)
                axes[row, column].plot(
                    np.arange(1, len(mean) + 1), mean - mean.max(), "o-", color=colour, markersize=3
                )
            axes[row, column].set(title=f"{new if column != 1 else old}, {COLUMNS[column]}", ylim=(-70, 5))
        axes[row, 0].set_ylabel("dB below the strongest")
    for each in axes[-1]:
        each.set_xlabel("partial")
    axes[0, 0].legend(("softest", "loudest"))
    return figure


def at_velocity(patch: Patch, key: int, velocity: int) -> Movement | None:
    """Returns how a held note of this key and velocity moves."""
    rate = patch.sample_rate
    synth = Synth(patch, sample_rate=rate, voices=1, seed=1)
    synth.note_on(key, velocity, time=round(0.05 * rate))
    return read_movement(synth.render(round(1.8 * rate))[:, 0], rate, key)


PICTURES: dict[str, Picture] = {"held": held_pictures, "line": line_picture, "dynamics": dynamics_picture}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; 0, or 2 if a picture lacks something."""
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.docs.alive_page", description=__doc__.splitlines()[0]
    )
    parser.add_argument("recordings", type=Path, metavar="RECORDINGS")
    parser.add_argument("phrases", type=Path, metavar="PHRASES")
    parser.add_argument("docs", type=Path, nargs="?", default=Path("docs"), metavar="DOCS")
    parser.add_argument("--only", nargs="+", choices=PICTURES, default=list(PICTURES), metavar="PICTURE")
    asked = parser.parse_args(arguments)
    folder = asked.docs / "alive"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as earlier:
            for name in asked.only:
                figure = PICTURES[name](asked.recordings, asked.phrases, earlier_patches(Path(earlier)))
                save(figure, folder / f"{name}.png")
    except (DdspLiveError, OSError) as error:
        print(f"ddsp_live.tools.docs.alive_page: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
