"""Judges whether soft keys sound soft: python -m ddsp_live.tools.experiments.check_dynamics [PATCH ...] [--json].

Each patch plays five keys of its range at the softest and at the hardest velocity. Of what is held, the centroid of the
partials' power and the level are compared.
"""

import argparse
import json
import sys
from collections.abc import Sequence

import numpy as np

from ...patch import Patch, PatchError, list_patches, load_patch
from ...synth import Synth
from ..analysis.harmonic_analysis import infer
from ..spectra.measure import HEARD_DB, PARTIALS, centroid_note, padded, to_db

RATE, FRAME_RATE = 48000, 250
KEYS = 5
SOFTEST, HARDEST = 1, 127
SECONDS, HELD_SECONDS = 0.9, 0.4  # of a note, and how much of that before its end is read


def held_note(patch: Patch, key: int, velocity: int) -> tuple[float, float]:
    """Returns the centroid of a held note's partials as a MIDI note, and their level in dB; without life, which is
    chance.
    """
    synth = Synth(patch, sample_rate=RATE, voices=1, life=0.0)
    synth.note_on(key, velocity, time=0)
    audio = synth.render(round(SECONDS * RATE))[-round(HELD_SECONDS * RATE) :, 0]
    f0_hz = np.full(round(HELD_SECONDS * FRAME_RATE), 440 * 2 ** ((key - 69) / 12))
    amplitude, distribution, _ = infer(
        audio, f0_hz, sample_rate=RATE, frame_rate=FRAME_RATE, harmonics=PARTIALS
    )
    inner = slice(len(f0_hz) // 4, -len(f0_hz) // 4)
    levels = padded(np.median(to_db(amplitude[:, None] * distribution)[inner], axis=0))
    valid = levels > levels.max() - HEARD_DB
    return centroid_note(key, levels, valid), 10 * float(np.log10((10 ** (levels / 10) * valid).sum()))


def check(patches: Sequence[Patch]) -> dict[str, dict[str, float]]:
    """{patch: medians over the keys of how many semitones the centroid of the hardest lies above that of the softest,
    and how many dB it is louder}.
    """
    found = {}
    for patch in patches:
        keys = np.unique(np.linspace(patch.pitch_low, patch.pitch_high, KEYS + 2)[1:-1].round().astype(int))
        rows = []
        for key in keys:
            (soft, soft_db), (hard, hard_db) = (held_note(patch, int(key), v) for v in (SOFTEST, HARDEST))
            rows.append((hard - soft, hard_db - soft_db))
        semitones, louder_db = np.median(rows, axis=0)
        found[patch.name] = {"semitones": round(float(semitones), 2), "louder_db": round(float(louder_db), 2)}
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; 0 if all were played, 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.experiments.check_dynamics", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "patches", nargs="*", metavar="PATCH", help="by name or path (default: all factory patches)"
    )
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    try:
        patches = [load_patch(name) for name in asked.patches or [entry.path for entry in list_patches()]]
    except PatchError as error:
        print(f"ddsp_live.tools.experiments.check_dynamics: {error}", file=sys.stderr)
        return 2
    found = check(patches)
    if asked.json:
        print(json.dumps(found))
        return 0
    for name, row in found.items():
        print(
            f"{name:<26} {row['semitones']:+6.1f} semitones, {row['louder_db']:+6.1f} dB, softest to hardest key"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
