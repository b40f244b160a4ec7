"""What a training came to is said in words, and so is what to record next."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ddsp_live.input.loudness import loudness
from ddsp_live.tools.analysis.takes import Take
from ddsp_live.tools.data.coverage import coverage
from ddsp_live.tools.evaluation.metrics import judge
from ddsp_live.tools.evaluation.verdict import nearest_notes, to_record, verdict
from instrument import note

RATE, FRAMES = 16000, 250


def take(midi, brightness=0.6, seconds=0.5):
    audio = note(midi, brightness, seconds, RATE)
    level = loudness(audio, RATE, FRAMES)
    f0_hz = np.full(len(level), 440 * 2 ** ((midi - 69) / 12), np.float32)
    voiced = np.ones(len(level), bool)
    return Take(Path(f"{midi}.wav"), RATE, FRAMES, audio, f0_hz, voiced * 1.0, voiced, level, 0.0)


def patch(pitches=range(48, 84), levels=(-50.0, -40.0, -30.0, -20.0), seconds=120.0):
    """What a verdict reads of a patch whose recordings hold these pitches at these levels."""
    midi = np.repeat(np.array(list(pitches), float), len(levels))
    held = SimpleNamespace(
        midi=midi, voiced=np.ones(len(midi), bool), loudness_db=np.tile(levels, len(pitches))
    )
    return SimpleNamespace(coverage=coverage([held]), info={"training": {"seconds": seconds}})


@pytest.mark.parametrize(
    ("ours", "words"),
    [
        (1.0, ("50% nearer to them than a static", "67% nearer to them than the nearest")),
        (2.01, ("no better than a static", "33% nearer to them than the nearest")),
        (4.0, ("100% worse than a static", "33% worse than the nearest")),
    ],
)
def test_it_says_better_or_worse_than_the_simplest_things(ours, words):
    said = verdict({"distance": ours, "no_network": 2.0, "nearest": 3.0}, patch(), unseen=True)
    assert all(each in sentence for each, sentence in zip(words, said, strict=False))
    assert said[0].startswith("On notes that it has not heard, it is ")
    assert any("has not learned the instrument" in sentence for sentence in said) == (ours == 4.0)
    assert all(sentence.endswith(".") for sentence in said)


def test_it_says_where_nothing_was_held_out():
    assert verdict({"distance": 1.0, "no_network": 2.0}, patch(), unseen=False)[0].startswith(
        "On the notes that it was learned from, it is 50% nearer"
    )


@pytest.mark.parametrize(
    ("lacks", "words"),
    [
        ({"seconds": 20.0}, "Record more: 20 s"),
        ({"pitches": [60, 62, 64]}, "Record more pitches: 3 are there"),
        ({"pitches": [*range(48, 60), *range(72, 84)]}, "Record notes between B3 and C5"),
        ({"levels": (-24.0, -21.0)}, "Record softer and louder notes"),
    ],
)
def test_what_the_recordings_lack_is_what_to_record_next(lacks, words):
    assert to_record({"distance": 1.0}, patch(**lacks))[0].startswith(words)
    assert to_record({"distance": 1.0}, patch()) == [
        "Nothing is missing from the recordings that would be heard at once."
    ]


def test_the_nearest_note_is_near_where_it_is_the_same_sound_and_far_where_it_is_not():
    rows = [judge(take(midi), take(midi).audio) for midi in (61, 65)]
    sizes = {"harmonics": 20, "noise_bands": 17}
    alike = nearest_notes([take(60), take(64)], rows, **sizes)
    other = nearest_notes([take(60, 0.1), take(64, 0.1)], rows, **sizes)
    chosen = nearest_notes([take(60), take(64), take(40, 0.1), take(90, 0.1)], rows, **sizes)
    assert alike == chosen < other
