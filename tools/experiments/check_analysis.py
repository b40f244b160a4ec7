"""Holds the analysis against recordings whose pitch is known: octave errors, unsure frames, cents.

python -m ddsp_live.tools.experiments.check_analysis recordings --json
"""

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from ..analysis.recording import read_audio
from ..analysis.takes import THREADS, RecordingError, analyse_folder
from ..analysis.tracks import Tracks, make_tracks

OCTAVE = 6.0  # semitones from which a pitch is in another octave


def check(folder: Path, console: Console) -> dict:
    """Figures over all files of recordings.csv: columns file, nominal_midi, sounding_midi. Raises RecordingError."""
    try:
        rows = list(csv.DictReader((folder / "recordings.csv").read_text().splitlines()))
    except OSError as error:
        raise RecordingError(f"{folder} has no recordings.csv ({error.strerror}).") from error

    def measure(row: dict) -> Tracks:
        return make_tracks(read_audio(folder / row["file"], 44100), 44100, 250)

    began, used = time.monotonic(), time.process_time()
    with Progress(console=console) as progress, ThreadPoolExecutor(THREADS) as pool:
        tracks = list(progress.track(pool.map(measure, rows), total=len(rows), description="Analysing"))
    wall, used = time.monotonic() - began, time.process_time() - used
    seconds = sum(float(one.seconds) for one in tracks)
    files = [file_figures(row, one) for row, one in zip(rows, tracks, strict=True)]
    cents = np.array([one["cents"] for one in files if one["cents"] is not None])
    voiced = sum(one["voiced"] for one in files)
    return {
        "files": len(files),
        "seconds": round(seconds, 1),
        "octave_errors": [one["file"] for one in files if one["octave_error"]],
        "frames_in_another_octave_percent": round(100 * sum(one["wrong"] for one in files) / voiced, 3),
        "unsure_percent": round(100 * sum(one["unsure"] for one in files) / voiced, 3),
        "cents_median": round(float(np.median(np.abs(cents))), 2),
        "cents_95": round(float(np.percentile(np.abs(cents), 95)), 2),
        "analysis_seconds_per_10_minutes": round(wall / seconds * 600, 1),
        "cpu_seconds_per_10_minutes": round(used / seconds * 600, 1),
        "worst": sorted(files, key=lambda one: -one["wrong"])[:10],
    }


def file_figures(row: dict, tracks: Tracks) -> dict:
    """One file's: whether its octave is wrong, frames voiced, wrong and unsure, cents off `sounding_midi`."""
    voiced = tracks.voiced
    midi = 69 + 12 * np.log2(tracks.f0_hz[voiced] / 440)
    wanted = float(row["sounding_midi"] or row["nominal_midi"])
    middle = float(np.median(midi)) if len(midi) else np.inf
    known = row["sounding_midi"] and len(midi)
    return {
        "file": row["file"],
        "octave_error": bool(abs(middle - wanted) > OCTAVE),
        "voiced": len(midi),
        "wrong": int((np.abs(midi - wanted) > OCTAVE).sum()),
        "unsure": int(tracks.unsure.sum()),
        "cents": round(100 * (middle - wanted), 2) if known else None,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; 0 where no octave is wrong, 1 where one is, 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.experiments.check_analysis", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folder", type=Path, help="holds recordings.csv and the files that it names")
    parser.add_argument(
        "--findings", action="store_true", help="also what is found wrong, per instrument's folder"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    asked = parser.parse_args(arguments)
    console = Console(stderr=True)
    try:
        figures = check(asked.folder, console)
        if asked.findings:
            folders = sorted(path for path in asked.folder.iterdir() if path.is_dir())
            found = [finding for one in folders for finding in analyse_folder(one).findings]
            figures["findings"] = [f"{finding.sentence} ({finding.action})" for finding in found]
    except RecordingError as error:
        console.print(
            f"ddsp_live.tools.experiments.check_analysis: {error}", style="red", soft_wrap=True, markup=False
        )
        return 2
    if asked.json:
        print(json.dumps(figures, indent=1))
    else:
        for name, value in figures.items():
            print(f"{name}: {value}")
    return 1 if figures["octave_errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
