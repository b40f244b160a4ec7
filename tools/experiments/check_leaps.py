"""Judges legato leaps: python -m ddsp_live.tools.experiments.check_leaps FOLDER [--lines N] [--seed N] [--json].

FOLDER holds recordings.csv, whose columns `instrument`, `file` and `sounding_midi` say at what pitch each recording of
one note sounds. Notes of one instrument that lie an octave apart, low and high in turn, are cut out of their steady
parts, brought to one level and spliced with short crossfades, as nobody draws breath between them. A leap is right if
the median pitch of the note after it is. A stray frame lies within a note, clear of its joins, and is followed more
than a semitone from it.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..analysis.recording import Recording, read_audio
from ..analysis.tracks import Tracks, make_tracks

RATE, FRAME_RATE = 44100, 250
NOTES = 4  # of a line, so three leaps
NOTE_SECONDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45)  # of the lines in turn
ONSET_SECONDS, FADE_SECONDS = 0.15, 0.012
LEVEL = 0.1  # rms
OCTAVE, NEAR = 12.0, 0.35  # semitones: notes within NEAR of an octave leap it
WITHIN = 1.0  # semitones
CLEAR_SECONDS = 0.03  # of a join, on each side, in which two notes sound


class Line(NamedTuple):
    """A line spliced from notes."""

    instrument: str
    audio: np.ndarray  # float32 [samples] at RATE
    midi: np.ndarray  # of each note [notes]
    joins: np.ndarray  # s, from the first note's beginning to the last one's end [notes + 1]


def lines(folder: Path, count: int, seed: int) -> Iterator[Line]:
    """Spliced lines, the instruments in turn. Raises OSError, KeyError or ValueError for a folder of another kind."""
    with open(folder / "recordings.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["sounding_midi"]]
    by_instrument: dict[str, list[dict]] = {}
    for row in rows:
        by_instrument.setdefault(row["instrument"], []).append(row)
    pairs = {name: found for name, notes in by_instrument.items() if (found := _octaves(notes))}
    if not pairs:
        raise ValueError("no two notes are an octave apart")
    rng = np.random.default_rng(seed)
    for i in range(count):
        name = sorted(pairs)[i % len(pairs)]
        pair = pairs[name][rng.integers(len(pairs[name]))]
        seconds = NOTE_SECONDS[i % len(NOTE_SECONDS)]
        yield spliced(name, folder, pair[:: rng.choice((-1, 1))], seconds)


def _octaves(notes: Sequence[Mapping]) -> list[tuple[Mapping, Mapping]]:
    """The pairs of notes that lie an octave apart, the lower one first."""
    pitch = [float(row["sounding_midi"]) for row in notes]
    return [
        (low, high)
        for low, below in zip(notes, pitch, strict=True)
        for high, above in zip(notes, pitch, strict=True)
        if abs(above - below - OCTAVE) < NEAR
    ]


def spliced(instrument: str, folder: Path, pair: Sequence[Mapping], seconds: float) -> Line:
    """One line of NOTES notes, a pair's in turn."""
    fade = round(FADE_SECONDS * RATE)
    size = round(seconds * RATE)
    ramp = np.sin(np.linspace(0, np.pi / 2, fade))  # equal power
    cut = [_steady(folder / row["file"], size + fade) for row in pair]
    audio = np.zeros(NOTES * size + fade)
    for i in range(NOTES):
        note = cut[i % 2].copy()
        note[:fade] *= ramp
        note[-fade:] *= ramp[::-1]
        audio[i * size : i * size + size + fade] += note
    midi = np.array([float(pair[i % 2]["sounding_midi"]) for i in range(NOTES)])
    joins = (np.arange(NOTES + 1) * size + fade / 2) / RATE
    return Line(instrument, audio.astype(np.float32), midi, joins)


def _steady(path: Path, size: int) -> np.ndarray:
    """`size` samples after a note's onset, at LEVEL; ValueError if it is shorter."""
    audio = read_audio(path, RATE).audio
    sounding = np.flatnonzero(np.abs(audio) > 0.1 * np.abs(audio).max())
    begin = int(sounding[0]) + round(ONSET_SECONDS * RATE)
    begin = max(0, min(begin, len(audio) - size))
    note = audio[begin : begin + size].astype(np.float64)
    if len(note) < size:
        raise ValueError(f"{path.name} is shorter than a note of the line")
    return note * LEVEL / np.sqrt(np.mean(note**2))


def judge(line: Line, tracks: Tracks) -> dict:
    """Leaps and right ones; frames that are voiced and clear of joins, and strays among them, by their kind."""
    times = np.arange(len(tracks.f0_hz)) / FRAME_RATE
    midi = 69 + 12 * np.log2(tracks.f0_hz / 440)
    right, frames, strays, octaves = [], 0, 0, 0
    for wanted, begin, end in zip(line.midi, line.joins, line.joins[1:], strict=False):
        clear = (times > begin + CLEAR_SECONDS) & (times < end - CLEAR_SECONDS)
        heard = midi[clear & tracks.voiced] - wanted
        right.append(bool(len(heard) and abs(np.median(heard)) < WITHIN))
        stray = np.abs(heard) > WITHIN
        frames, strays = frames + len(heard), strays + int(stray.sum())
        octaves += int((np.abs(np.abs(heard) - OCTAVE) < WITHIN).sum())
    return {
        "instrument": line.instrument,
        "seconds": float(line.joins[1] - line.joins[0]),
        "leaps": len(right) - 1,
        "right": sum(right[1:]),
        "frames": frames,
        "strays": strays,
        "octaves": octaves,
    }


def check(folder: Path, count: int, seed: int) -> dict:
    """The figures of all lines together, and each line's."""
    rows = [judge(line, _tracks(line)) for line in lines(folder, count, seed)]
    total = {
        name: sum(row[name] for row in rows) for name in ("leaps", "right", "frames", "strays", "octaves")
    }
    share = total["strays"] / max(1, total["frames"])
    instruments = len({row["instrument"] for row in rows})
    return {"instruments": instruments, **total, "stray_share": share, "lines": rows}


def _tracks(line: Line) -> Tracks:
    recording = Recording(line.audio, "", 0.0, 0.0, len(line.audio) / RATE)
    return make_tracks(recording, RATE, FRAME_RATE)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ddsp_live.tools.experiments.check_leaps", description=__doc__
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=18, metavar="N", help="lines to splice (default: 18)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the notes' choice (default: 0)")
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    arguments = parser.parse_args(argv)
    try:
        answer = check(arguments.folder, max(1, arguments.lines), arguments.seed)
    except (OSError, KeyError, ValueError) as error:
        print(f"{arguments.folder} holds no recordings.csv that can be used ({error}).", file=sys.stderr)
        return 2
    print(json.dumps(answer, indent=2)) if arguments.json else _print(answer)
    return 0


def _print(answer: dict) -> None:
    for row in answer["lines"]:
        print(
            f"{row['instrument']:<20} {row['seconds']:.2f} s a note: {row['right']} of {row['leaps']} leaps, "
            f"{row['strays']:3d} of {row['frames']} frames astray, {row['octaves']} by an octave"
        )
    print(
        f"{answer['instruments']} instruments: {answer['right']} of {answer['leaps']} leaps right; "
        f"{100 * answer['stray_share']:.2f} % of {answer['frames']} frames astray, "
        f"{answer['octaves']} of {answer['strays']} by an octave"
    )


if __name__ == "__main__":
    sys.exit(main())
