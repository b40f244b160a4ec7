"""Judges how patches take a step of pitch: python -m ddsp_live.tools.experiments.check_steps [PATCH ...] [--json].

Each patch plays two notes in legato at one level, the middle of its range and a step of 1 to 12 semitones up and down
from there. What is heard above 4 kHz in the first 64 ms of the second note is compared, in windows of 16 ms, with what
both notes have there when they are held: a burst is above the louder one, a dull place below the softer one.
"""

import argparse
import json
import sys
from collections.abc import Sequence

import numpy as np
from scipy import signal

from ...patch import Patch, PatchError, list_patches, load_patch
from ...synth import Synth

RATE, BLOCK = 48000, 64
ABOVE_HZ = 4000.0
STEPS = (1, 2, 3, 5, 7, 12)  # semitones, up and down
VELOCITY = 80
SECONDS = 0.6  # of each note
AFTER_SECONDS, WINDOW_SECONDS = 0.064, 0.016
LEAST_DB = -90.0  # full scale; below there is nothing to hear


def step_db(patch: Patch, semitones: float) -> tuple[float, float]:
    """Returns the loudest window above the louder note, and the softest below the softer one, in dB.

    Without life, whose movement is chance.
    """
    first = round((patch.pitch_low + patch.pitch_high - semitones) / 2)
    synth = Synth(patch, sample_rate=RATE, block_size=BLOCK, mode="legato", life=0.0)
    synth.note_on(first, VELOCITY, time=0)
    synth.note_on(first + semitones, VELOCITY, time=round(SECONDS * RATE))
    audio = synth.render(round(2 * SECONDS * RATE))[:, 0]
    sections = signal.butter(8, ABOVE_HZ, "highpass", fs=RATE, output="sos")
    high = signal.sosfiltfilt(sections, audio)
    window = round(WINDOW_SECONDS * RATE)
    power = np.convolve(high**2, np.full(window, 1 / window), "same")
    level = 10 * np.log10(np.maximum(power, 10 ** (LEAST_DB / 10)))
    at = round(SECONDS * RATE)
    held = [level[end - round(0.25 * RATE) : end - window] for end in (at, len(level))]
    after = level[at + BLOCK : at + round(AFTER_SECONDS * RATE)]
    return float(after.max() - max(h.max() for h in held)), float(after.min() - min(h.min() for h in held))


def check(patches: Sequence[Patch]) -> dict[str, dict[str, float]]:
    """{patch: burst_db, dull_db and the steps at which these were worst}."""
    found = {}
    for patch in patches:
        steps = [sign * step for step in STEPS for sign in (1, -1)]
        rows = [step_db(patch, step) for step in steps]
        burst, dull = (
            max(range(len(rows)), key=lambda i: rows[i][0]),
            min(range(len(rows)), key=lambda i: rows[i][1]),
        )
        found[patch.name] = {
            "burst_db": round(rows[burst][0], 2),
            "burst_step": steps[burst],
            "dull_db": round(rows[dull][1], 2),
            "dull_step": steps[dull],
        }
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; 0, or 2 where there is no such patch."""
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.experiments.check_steps", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "patches", nargs="*", metavar="PATCH", help="names or files (default: all of the factory)"
    )
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    try:
        names = asked.patches or [entry.name for entry in list_patches()]
        found = check([load_patch(name) for name in names])
    except PatchError as error:
        print(error, file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps(found, indent=1))
        return 0
    for name, row in found.items():
        print(
            f"{name:22s} {row['burst_db']:+6.1f} dB above the louder note ({row['burst_step']:+d} semitones), "
            f"{row['dull_db']:+6.1f} dB below the softer one ({row['dull_step']:+d})"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
