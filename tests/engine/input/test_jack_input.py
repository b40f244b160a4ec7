"""Sound in, seen from outside: another JACK client sings steps of pitch, and measures when the output takes them."""

import json

import numpy as np
import pytest
from ddsp_live.tools.analysis.yin import yin
from make_patch import make_patch
from rig import server
from rig.process import Process

pytestmark = [
    pytest.mark.jack,
    server.needed,
]

RATE = server.SAMPLE_RATE
STEP_SECONDS = 0.25
STEPS_HZ = (100, 150, 110, 165, 220, 147, 294, 440, 330, 220, 262, 196, 131, 104, 208, 392)
TAKES = 12
ENOUGH = 10  # steps that were sung and recorded without a gap
MOST_MS = 30
BEFORE_SECONDS, AFTER_SECONDS = 0.035, 0.065  # that are watched around a step


def steps() -> np.ndarray:
    """A voice that steps from pitch to pitch; where within a frame, differs from step to step."""
    lengths = [int(STEP_SECONDS * RATE) + 37 * i for i in range(len(STEPS_HZ))]
    f0_hz = np.concatenate([np.full(n, hz, float) for n, hz in zip(lengths, STEPS_HZ, strict=True)])
    phase = 2 * np.pi * np.cumsum(f0_hz) / RATE
    return sum(0.1 / k * np.sin(k * phase + k) for k in range(1, 12)).astype(np.float32), np.cumsum(lengths)[
        :-1
    ]


def halfway(audio: np.ndarray, at: int, before_hz: float, after_hz: float) -> float:
    """The sample near `at` where the pitch is half-way between two, as YIN sees it with both periods around it."""
    begin = at - int(BEFORE_SECONDS * RATE)
    around = audio[begin : at + int(AFTER_SECONDS * RATE)]
    times, f0_hz, _ = yin(around, RATE, low_hz=90, high_hz=500, hop_seconds=0.0005)
    near = np.abs(np.log(f0_hz / after_hz)) < np.abs(np.log(f0_hz / before_hz))
    first = len(near) - np.argmin(near[::-1]) if not near.all() else 0
    return begin + times[min(first, len(times) - 1)] * RATE


def delays_ms(song: np.ndarray, recording: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """From each change of pitch at the input to the same at the output, where both were played without a gap."""
    found = []
    for at, before_hz, after_hz in zip(changes, STEPS_HZ, STEPS_HZ[1:], strict=False):
        if np.isnan(recording[at - int(BEFORE_SECONDS * RATE) : at + int(AFTER_SECONDS * RATE)]).any():
            continue
        ends = [halfway(audio, at, before_hz, after_hz) for audio in (song, recording)]
        found.append(1000 * (ends[1] - ends[0]) / RATE)
    return np.array(found)


@pytest.mark.slow
def test_delay_from_a_pitch_at_the_input_to_the_same_at_the_output(tmp_path):
    """Where the machine stalls, a step is lost: it is sung again. What the synth delays would be so every time."""
    patch = make_patch(tmp_path / "big.ddsp", width=256, depth=3, harmonics=100, noise_bands=65)
    song, changes = steps()
    np.save(tmp_path / "song.npy", song)
    found = np.zeros(0)
    with server.Jack() as jack:
        player = Process(jack, "player.py", patch, 4, "listen")
        ports = player.told["input"], player.told["audio"]
        for _ in range(TAKES):
            process = jack.run("singer.py", *ports, tmp_path / "song.npy", tmp_path / "recording.npy")
            missed = json.loads(process.communicate(timeout=60)[0].splitlines()[-1])["missed"]
            new = delays_ms(song, np.load(tmp_path / "recording.npy"), changes)
            print(f"{missed} frames missed; delays in ms: {np.sort(new).round(1)}")
            found = np.concatenate([found, new])
            if len(found) >= ENOUGH:
                break
        stats = player.stats()
        player.end()
    assert len(found) >= ENOUGH, "the machine stalls all the time"
    assert np.percentile(found, 90) <= MOST_MS
    assert 90 < stats["input"]["f0_hz"] < 500
    assert 5 < stats["input"]["delay_ms"] <= MOST_MS
