"""The sound of yesterday: a patch and what it played, kept in `golden/`.

After a change that is meant to be heard, listen to the new files and rewrite them:

    python tests/engine/test_golden.py --rewrite
"""

import sys
from pathlib import Path

import ddsp_live
import numpy as np
import pytest
import soundfile

GOLDEN = Path(__file__).parent / "golden"
RATE = 24000  # half of what is usual keeps the files small
TOLERANCE_DB = -80  # of the signal: processors round differently

PLAIN = {"expression": 0.0}  # each note as if it stood alone
LINE = [
    (0, 60, 100, 0.2),
    (4201, 62, 90, 0.3),
    (10007, 67, 70, 0.1),
    (12900, 67, 100, 0.15),
    (17001, 60, 60, 0.1),
]
SCENES = {
    "chord": (
        {"mode": "poly", **PLAIN},
        [(0, 10, 30), (0, 91, 90)],
        [(0, 57, 60, 0.6), (211, 64, 90, 0.5), (433, 69, 127, 0.4)],
    ),
    "steals": (
        {"mode": "poly", **PLAIN},
        [(0, 64, 127)],
        [(i * 1500, 40 + 5 * i, 50 + 7 * i, 0.1) for i in range(10)],
    ),
    "steps": (
        {"mode": "legato", **PLAIN},
        [],
        [(0, 60, 100, 0.3), (5001, 67, 30, 0.4), (11007, 62, 120, 0.3)],
    ),
    "legato": (
        {"mode": "legato", **PLAIN},
        [(0, 1, 100), (9000, 11, 60)],
        [(0, 60, 100, 0.4), (6000, 67, 100, 0.35)],
    ),
    "line-legato": ({"mode": "legato"}, [(0, 1, 60), (9000, 76, 100)], LINE),
    "line-mono": ({"mode": "mono"}, [], LINE),
}


def play(name):
    """A scene: options, controllers (sample, number, value) and notes (sample, note, velocity, seconds)."""
    options, controllers, notes = SCENES[name]
    synth = ddsp_live.Synth(GOLDEN / "patch.ddsp", sample_rate=RATE, voices=4, **{"life": 0.0, **options})
    for time, number, value in controllers:
        synth.control_change(number, value, time=time)
    for time, note, velocity, seconds in notes:
        synth.note_on(note, velocity, time=time)
        synth.note_off(note, time=time + int(seconds * RATE))
    synth.pitch_bend(-3000, time=RATE // 2)
    return synth.render(int(0.9 * RATE))


@pytest.mark.parametrize("name", SCENES)
def test_it_sounds_as_it_did(name):
    golden, rate = soundfile.read(GOLDEN / f"{name}.flac", dtype="float32")
    assert rate == RATE
    error = play(name).astype(np.float64) - golden
    assert 10 * np.log10(np.mean(error**2) / np.mean(np.square(golden, dtype=np.float64))) < TOLERANCE_DB


def rewrite():
    from make_patch import make_patch

    rng = np.random.default_rng(0)
    room = 0.1 * rng.normal(size=(1200, 2)) * np.exp(-np.arange(1200) / 300)[:, None]
    body = np.array([[1.0, -1.2, 0.5, 1.0, -1.1, 0.45]])
    GOLDEN.mkdir(exist_ok=True)
    if not (GOLDEN / "patch.ddsp").exists():
        extras = {"body": body, "room": room.astype(np.float32), "room_rate": RATE}
        make_patch(GOLDEN / "patch.ddsp", width=24, recurrent=True, **extras)
    for name in SCENES:
        soundfile.write(GOLDEN / f"{name}.flac", play(name), RATE, subtype="PCM_24")


if __name__ == "__main__":
    if sys.argv[1:] != ["--rewrite"]:
        sys.exit(__doc__)
    rewrite()
