"""Judges the live pitch tracker on recordings: python -m ddsp_live.tools.experiments.check_tracker FOLDER [--json].

FOLDER holds recordings.csv, whose columns `file` and `sounding_midi` say at what pitch each recording of one note
sounds. A voiced frame is wrong where its pitch is more than 4 semitones from that, octave errors and all others
together. Silence is what lies below -60 dB.
"""

import argparse
import csv
import json
import sys
import time
from pathlib import Path

import numpy as np
import soundfile

from ...input.pitch_track import track

FRAME_RATE = 250
SILENCE_DB = -60.0
ROWS = (
    ("at another pitch, mostly octaves", "octave_errors", "voiced frames"),
    ("voiced on silence", "voiced_on_silence", "silent frames"),
    ("cost of tracker and loudness", "share_of_a_core", "a core"),
)
WRONG_SEMITONES = 4.0  # glides, vibrato and poor intonation stay within


def check_recording(path: Path, midi: float) -> dict[str, float]:
    """Frames of one recording: voiced, at another pitch, silent, silent and yet voiced; seconds, and those it took."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    began = time.thread_time()
    heard = track(audio.mean(1), sample_rate=rate, frame_rate=FRAME_RATE)
    took = time.thread_time() - began
    away = 69 + 12 * np.log2(np.maximum(heard.f0_hz, 1) / 440) - midi
    silent = heard.loudness_db < SILENCE_DB
    return {
        "voiced": int(heard.voiced.sum()),
        "wrong": int((heard.voiced & (np.abs(away) > WRONG_SEMITONES)).sum()),
        "silent": int(silent.sum()),
        "silent_voiced": int((silent & heard.voiced).sum()),
        "seconds": len(audio) / rate,
        "took": took,
    }


def check(folder: Path, every: int = 1) -> dict:
    """The shares over all recordings whose pitch is known, and the recordings that are worst."""
    with open(folder / "recordings.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["sounding_midi"]][::every]
    found = {row["file"]: check_recording(folder / row["file"], float(row["sounding_midi"])) for row in rows}
    total = {name: sum(each[name] for each in found.values()) for name in next(iter(found.values()))}
    worst = sorted(found, key=lambda name: -found[name]["wrong"])[:5]
    return {
        "recordings": len(found),
        "seconds": round(total["seconds"], 1),
        "octave_errors": total["wrong"] / max(1, total["voiced"]),
        "voiced_on_silence": total["silent_voiced"] / max(1, total["silent"]),
        "silent_frames": total["silent"],
        "share_of_a_core": total["took"] / total["seconds"],
        "worst": {name: found[name]["wrong"] / max(1, found[name]["voiced"]) for name in worst},
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ddsp_live.tools.experiments.check_tracker", description=__doc__
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="look at every Nth recording only")
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    arguments = parser.parse_args(argv)
    try:
        answer = check(arguments.folder, max(1, arguments.every))
    except (OSError, KeyError, ValueError, StopIteration) as error:
        print(f"{arguments.folder} holds no recordings.csv that can be used ({error}).", file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(answer, indent=2))
        return 0
    print(f"{answer['recordings']} recordings, {answer['seconds']:.0f} s")
    for words, name, of in ROWS:
        print(f"{words:<34}{100 * answer[name]:6.2f} % of {of}")
    for name, share in answer["worst"].items():
        print(f"  {name}: {100 * share:.1f} % wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
