"""What is learned from, watched and judged by; and the map of what the recordings hold."""

from pathlib import Path

import numpy as np
import pytest
from ddsp_live.tools.analysis.takes import Take
from ddsp_live.tools.data.coverage import coverage
from ddsp_live.tools.data.split import hold_out, named_passages, note_pitch, passages

RATE, FRAMES = 44100, 250
SHARES = {"held_out": 0.2, "watched": 0.1, "seed": 3}


def take(midi, name="note.wav", *, seconds=1.0, loudness_db=-20.0):
    """A take whose audio counts its samples; midi and loudness_db: a number, or one for each frame."""
    frames = round(seconds * FRAMES)
    midi, level = (np.broadcast_to(np.asarray(x, np.float32), frames).copy() for x in (midi, loudness_db))
    f0_hz = (440 * 2 ** ((midi - 69) / 12)).astype(np.float32)
    audio = np.arange(frames * RATE // FRAMES, dtype=np.float32)
    voiced = np.ones(frames, bool)
    return Take(Path("folder") / name, RATE, FRAMES, audio, f0_hz, voiced * 1.0, voiced, level, 0.0)


@pytest.fixture
def notes():
    return [take(midi, f"{layer}/{midi}.wav") for layer in ("soft", "loud") for midi in range(50, 70)]


def pitches(takes):
    return {note_pitch(each) for each in takes}


def test_all_notes_of_a_pitch_are_on_one_side(notes):
    split = hold_out(notes, **SHARES)
    assert split.unseen and len(split.judged) == 8 and len(split.watched) == 4 and len(split.learned) == 28
    parts = pitches(split.learned), pitches(split.watched), pitches(split.judged)
    assert len(set().union(*parts)) == sum(map(len, parts)) == 20


def test_the_lowest_and_the_highest_pitch_are_always_learned_from(notes):
    for seed in range(50):
        split = hold_out(notes, **SHARES | {"seed": seed})
        assert {50, 69} <= pitches(split.learned)


def test_the_seed_decides(notes):
    def judged(seed):
        return list(named_passages(hold_out(notes, **SHARES | {"seed": seed}).judged, Path("folder")))

    assert judged(1) == judged(1) and len({tuple(judged(seed)) for seed in range(10)}) > 5


def test_where_there_are_too_few_all_are_learned_from_and_it_is_said():
    few = [take(60), take(62)]
    split = hold_out(few, **SHARES)
    assert not split.unseen and split.learned == split.judged == few and split.watched == []


def test_a_long_take_is_held_out_by_passages_cut_where_it_is_quiet():
    level = np.full(60 * FRAMES, -20.0)
    quiet = [9 * FRAMES, 20 * FRAMES, 31 * FRAMES]
    level[quiet] = -70
    melody = 60 + 5 * np.sin(np.arange(60 * FRAMES) / 100)
    whole = take(melody, seconds=60, loudness_db=level)
    pieces = passages([whole])
    assert [piece.start_seconds for piece in pieces[:4]] == [0, 9, 20, 31]
    np.testing.assert_array_equal(np.concatenate([piece.audio for piece in pieces]), whole.audio)
    np.testing.assert_array_equal(np.concatenate([piece.f0_hz for piece in pieces]), whole.f0_hz)
    assert all(piece.audio[0] == round(piece.start_seconds * RATE) for piece in pieces)
    split = hold_out(pieces, held_out=0.3, watched=0.1, seed=0)
    assert len(split.judged) == 2 and len({id(p) for p in split.judged + split.learned}) == len(pieces)


def test_a_take_is_named_by_its_file_and_one_of_several_by_its_start_too():
    long, short = take(60, "a/b.wav", seconds=30), take(62, "c.wav")
    first, second, *_, last = named_passages([long, short], Path("folder")).items()
    assert first[0] == "a/b.wav from 0.00 s"
    assert second[0] == f"a/b.wav from {second[1].start_seconds:.2f} s"
    assert last == ("c.wav", short)


def test_the_map_counts_frames_by_pitch_and_loudness():
    found = coverage([take(60.2, loudness_db=-20.5), take(62, seconds=0.4, loudness_db=-59.0)])
    grid = np.array(found["frames"])
    assert found["pitch_low"] == 60 and grid.shape[0] == 3 and grid.sum() == 250 + 100
    level = found["loudness_low"] + found["loudness_step"] * np.argmax(grid[0])
    assert grid[0].max() == 250 and level <= -20.5 < level + found["loudness_step"]
    assert grid[2, 0] == 100 and not grid[1].any()
