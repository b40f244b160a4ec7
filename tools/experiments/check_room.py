"""Checks the learning of rooms: python -m ddsp_live.tools.experiments.check_room FOLDER [--patch] [--json].

Dry recordings of single notes, cut to half a second or more and strung together with rests, sound in rooms of noise
that decays evenly. The room is learned from that, taken off, and what is left compared with the dry line and with the
one in the room: by how many dB the multi-scale spectral distance is smaller from the former. --patch also trains a
patch on the line in the room, which learns the room, and compares in the same way what it plays dry.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from ...patch import load_patch
from ..analysis.takes import RecordingError, Take, analyse, analyse_folder
from ..build.make_patch import make_patch
from ..build.source import known_source
from ..evaluation.metrics import distance, fitted
from ..evaluation.resynthesis import patch_player
from ..room.estimate import learn_room
from ..room.model import Room, band_centres, room_of
from ..room.remove import dry_take
from ..training.settings import Settings

RATE, FRAME_RATE = 44100, 250
DECAYS_SECONDS = (0.6, 1.2)
ENERGY_DB = -3.0  # of the room's sound against the dry one's
LINE_SECONDS = 40.0
NOTE_SECONDS, REST_SECONDS, FADE_SECONDS = (0.5, 1.5), (0.4, 2.2), 0.03
MIDDLE_HZ = (500.0, 1000.0)  # of the octave bands whose mean is a room's decay time (ISO 3382)
MOST_OFF, LEAST_DB = 0.15, 6.0


def line(takes: Sequence[Take], seed: int) -> np.ndarray:
    """Notes with rests between them, which end within 30 ms and leave silence: [samples]."""
    generator = np.random.default_rng(seed)
    parts, samples = [], 0
    while samples < LINE_SECONDS * RATE:
        for index in generator.permutation(len(takes)):
            note = takes[index].audio[: round(generator.uniform(*NOTE_SECONDS) * RATE)].copy()
            fade = min(len(note), round(FADE_SECONDS * RATE))
            note[-fade:] *= np.linspace(1, 0, fade) ** 2
            parts += [note, np.zeros(round(generator.uniform(*REST_SECONDS) * RATE))]
            samples += len(parts[-2]) + len(parts[-1])
            if samples >= LINE_SECONDS * RATE:
                break
    return np.concatenate(parts).astype(np.float32)


def in_room(dry: np.ndarray, seconds: float, seed: int) -> np.ndarray:
    """A line with what a room adds to it that decays by 60 dB in so many seconds: [samples]."""
    time = np.arange(round(seconds * RATE)) / RATE
    impulse = np.random.default_rng(seed).normal(size=len(time)) * 10 ** (-3 * time / seconds)
    impulse *= np.sqrt(10 ** (ENERGY_DB / 10) / np.square(impulse).sum())
    size = 1 << (len(dry) + len(impulse)).bit_length()
    late = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(impulse, size), size)[: len(dry)]
    return (dry + late).astype(np.float32)


def closer_db(found: np.ndarray, dry: np.ndarray, wet: np.ndarray) -> float:
    """By how much less than from the line in the room something is from the dry one."""
    found = fitted(found, len(dry))
    return 20 * float(np.log10(distance(found, wet) / distance(found, dry)))


def check(folder: Path, seconds: float, seed: int, *, with_patch: bool = False) -> dict:
    """What of one known room is learned from the recordings in a folder. Raises RecordingError."""
    takes = analyse_folder(folder, sample_rate=RATE, frame_rate=FRAME_RATE, cache=True).takes
    dry = line(takes, seed)
    wet = in_room(dry, seconds, seed)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "line" / "line.wav"
        path.parent.mkdir()
        soundfile.write(path, wet, RATE, subtype="FLOAT")
        heard = analyse(path, sample_rate=RATE, frame_rate=FRAME_RATE)
        room = learn_room([heard])
        figures = {"source": folder.name, "seconds": seconds, "seed": seed} | off(room, seconds)
        figures["closer_db"] = closer_db(dry_take(heard, room).audio, dry, wet)
        if with_patch:
            figures["played_closer_db"] = closer_db(played_dry(path, heard), dry, wet)
    return figures


def off(room: Room, seconds: float) -> dict[str, float]:
    """How far a learned room is from the known one: decay as a share of it, energy in dB."""
    middle = np.isin(band_centres(RATE), MIDDLE_HZ)
    return {
        "decay_off": float(room.seconds[middle].mean() / seconds - 1),
        "energy_off_db": float(room.energy_db[middle].mean() - ENERGY_DB),
    }


def played_dry(path: Path, heard: Take) -> np.ndarray:
    """What a patch plays dry that was trained on a line in its room, driven by the line without it."""
    output = path.parent.with_suffix(".ddsp")
    made = make_patch(
        path.parent, output, replace(Settings(), room="trained"), known_source("line", path.parent)
    )
    patch = load_patch(made.patch)
    return patch_player(patch, room=False)(heard.f0_hz, dry_take(heard, room_of(patch)).loudness_db)


def passes(figures: dict) -> bool:
    """Whether the room is known well enough, and off."""
    return abs(figures["decay_off"]) <= MOST_OFF and figures["closer_db"] >= LEAST_DB


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 0 where all of them are reached, 1 where not, 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.experiments.check_room", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "folders", type=Path, nargs="+", metavar="FOLDER", help="dry recordings of single notes"
    )
    parser.add_argument("--seeds", type=int, default=2, help="lines and rooms of each decay, default 2")
    parser.add_argument("--patch", action="store_true", help="train a patch on each line, too: minutes")
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    asked = parser.parse_args(arguments)
    rows = []
    try:
        for folder in asked.folders:
            for seconds in DECAYS_SECONDS:
                for seed in range(asked.seeds):
                    rows.append(check(folder, seconds, seed, with_patch=asked.patch))
                    if not asked.json:
                        print(in_words(rows[-1]), flush=True)
    except RecordingError as error:
        print(f"ddsp_live.tools.experiments.check_room: {error}", file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps(rows))
    return 0 if all(map(passes, rows)) else 1


def in_words(row: dict) -> str:
    """A line about one room."""
    played = f", played dry {row['played_closer_db']:.1f} dB" if "played_closer_db" in row else ""
    return (
        f"{row['source']}, {row['seconds']:g} s, seed {row['seed']}: decay {100 * row['decay_off']:+.0f} % (within"
        f" {100 * MOST_OFF:.0f}), energy {row['energy_off_db']:+.1f} dB, closer to the dry line by"
        f" {row['closer_db']:.1f} dB (at least {LEAST_DB:g}){played}"
    )


if __name__ == "__main__":
    sys.exit(main())
