"""Notes out of what is heard."""

from types import SimpleNamespace

import numpy as np
import pytest
import units

ffi, lib = units.load("input/note_detector.h")

FRAME = 0.004


def play(pitch, level_db=None, voiced=None):
    """[(seconds, off, on, played attributes)] of the frames at which notes change."""
    segment = ffi.new("NoteDetector *")
    lib.note_detector_init(segment)
    level_db = np.full(len(pitch), -20.0) if level_db is None else level_db
    voiced = np.ones(len(pitch), bool) if voiced is None else voiced
    changes = []
    for i, values in enumerate(zip(voiced, pitch, level_db, strict=True)):
        change = lib.note_detector_step(segment, *(value.item() for value in values), FRAME)
        if change.on >= 0 or change.off >= 0:
            played = {name: getattr(change.played, name) for name in dir(change.played)}
            changes.append((i * FRAME, change.off, change.on, SimpleNamespace(**played), change.seconds))
    return changes


def held(pitch, seconds):
    return np.full(int(seconds / FRAME), float(pitch))


def test_a_note_begins_and_ends():
    voiced = np.concatenate([np.ones(100, bool), np.zeros(50, bool)])
    changes = play(held(60.2, 0.6), voiced=voiced)
    assert [(off, on) for _, off, on, *_ in changes] == [(-1, 60), (60, -1)]
    assert changes[0][0] < 0.04
    assert changes[1][0] == pytest.approx(0.4, abs=0.01)


def test_a_step_is_another_note_in_the_same_breath():
    changes = play(np.concatenate([held(60, 0.4), held(62, 0.4)]))
    assert [(off, on) for _, off, on, *_ in changes] == [(-1, 60), (60, 62)]
    assert changes[1][0] - 0.4 < 0.06


def test_vibrato_and_scoops_are_no_notes():
    seconds = np.arange(0, 2, FRAME)
    pitch = 60 + 0.45 * np.sin(2 * np.pi * 5.5 * seconds)
    pitch[:6] = np.linspace(58, 60, 6)
    changes = play(pitch)
    assert [on for _, _, on, *_ in changes] == [60]


def test_the_same_key_is_struck_again_where_it_fell_and_rose():
    level = np.concatenate(
        [np.full(100, -20.0), np.linspace(-20, -32, 20), np.linspace(-32, -18, 5), np.full(100, -18.0)]
    )
    changes = play(np.full(len(level), 60.0), level)
    assert [(off, on) for _, off, on, *_ in changes] == [(-1, 60), (60, 60)]


def test_a_slow_decay_strikes_nothing():
    level = np.linspace(-10, -50, 500)
    assert len(play(np.full(500, 60.0), level)) == 1


def test_how_it_was_played_is_measured():
    seconds = np.arange(0, 2, FRAME)
    pitch = 60 + 0.267 * np.sin(2 * np.pi * 5 * seconds)
    level = -30 + 10 * (1 - np.abs(seconds - 0.5) / 1.5)
    voiced = np.ones(len(seconds), bool)
    voiced[-10:] = False
    *_, (_, off, _, played, length) = play(pitch, level, voiced)
    assert off == 60
    assert length == pytest.approx(1.94, abs=0.05)
    assert played.volume == pytest.approx(level[8:-10].mean() / 60 + 1.5, abs=0.01)
    assert played.volume_fluctuation == pytest.approx(level[8:-10].std() * 2.5 / 60, rel=0.05)
    assert played.volume_peak_position == pytest.approx(0.25, abs=0.03)
    assert played.vibrato == pytest.approx(1, abs=0.1)
    assert np.isnan(played.brightness)


@pytest.mark.parametrize("ms, notes", [(20, 0), (32, 1)])
def test_a_pitch_out_of_silence_has_to_stay_for_24_ms(ms, notes):
    frames = round(ms / 4)
    voiced = np.concatenate([np.ones(frames, bool), np.zeros(20, bool)])
    assert sum(on >= 0 for _, _, on, *_ in play(np.full(len(voiced), 60.0), voiced=voiced)) == notes


@pytest.mark.parametrize("ms, notes", [(40, 1), (56, 3)])
def test_a_pitch_out_of_another_note_has_to_stay_for_45_ms(ms, notes):
    pitch = np.concatenate([held(60, 0.4), np.full(round(ms / 4), 63.0), held(60, 0.4)])
    assert sum(on >= 0 for _, _, on, *_ in play(pitch)) == notes


@pytest.mark.parametrize("away, notes", [(0.6, 1), (0.7, 2)])
def test_a_note_is_left_at_two_thirds_of_a_semitone(away, notes):
    assert (
        sum(on >= 0 for _, _, on, *_ in play(np.concatenate([held(60, 0.4), held(60 + away, 0.4)]))) == notes
    )


@pytest.mark.parametrize("dip_db, notes", [(5, 1), (7, 2)])
def test_a_key_is_struck_again_from_a_dip_of_6_db_on(dip_db, notes):
    fall, rise = np.linspace(-20, -20 - dip_db, 10), np.linspace(-20 - dip_db, -20, 10)
    level = np.concatenate([np.full(100, -20.0), fall, rise, np.full(100, -20.0)])
    assert sum(on >= 0 for _, _, on, *_ in play(np.full(len(level), 60.0), level)) == notes
