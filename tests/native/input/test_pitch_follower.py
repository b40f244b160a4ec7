"""The voice that follows an input: its pitch, the scale it is drawn to, and how it ends."""

import math

import pytest
import units

ffi, lib = units.load("input/pitch_follower.h")
FRAME = 0.004
D_MINOR = [n for n in range(128) if n % 12 in (2, 4, 5, 7, 9, 10, 0)]


@pytest.fixture
def settings():
    made = ffi.new("FollowSettings *")
    lib.pitch_follower_settings_init(made)
    return made


@pytest.fixture
def follower():
    return ffi.new("PitchFollower *")


def hz(midi):
    return 440 * 2 ** ((midi - 69) / 12)


def heard(midi=60.0, loudness_db=-30.0, voiced=1, level=1):
    return {"pitch": {"f0_hz": hz(midi)}, "loudness_db": loudness_db, "voiced": voiced, "level": level}


def step(follower, settings, **what):
    return lib.pitch_follower_step(follower, settings, ffi.new("InputFrame *", heard(**what)), FRAME)


def steps(follower, settings, count, **what):
    return [step(follower, settings, **what) for _ in range(count)]


def scale(settings, notes, snap=1.0):
    settings.snap, settings.scale_size = snap, len(notes)
    for i, note in enumerate(notes):
        settings.scale[i] = note


def test_follows_the_pitch_and_is_shifted(follower, settings):
    settings.shift = -12.0
    frame = steps(follower, settings, 5, midi=66.3)[-1]
    assert frame.pitch == pytest.approx(54.3, abs=1e-3) and frame.f0_hz == pytest.approx(hz(54.3), rel=1e-4)


def test_harmonics_come_and_go_and_the_voice_ends(follower, settings):
    voicing = [frame.voicing for frame in steps(follower, settings, 10)]
    assert voicing == sorted(voicing) and voicing[-1] > 0.99
    frames = steps(follower, settings, 200, voiced=0, level=0)
    gains = [frame.gain for frame in frames]
    assert gains == sorted(gains, reverse=True) and any(frame.finished for frame in frames)
    assert frames[0].pitch == pytest.approx(60, abs=1e-3)  # held while it dies away


def test_breath_alone_keeps_the_voice_without_harmonics(follower, settings):
    steps(follower, settings, 10)
    frames = steps(follower, settings, 100, voiced=0, level=1)
    assert frames[-1].voicing < 0.01 and frames[-1].gain > 0 and not any(f.finished for f in frames)


def test_a_scale_draws_the_pitch_to_its_nearest_note(follower, settings):
    scale(settings, D_MINOR)
    assert steps(follower, settings, 20, midi=61.3)[-1].pitch == pytest.approx(62, abs=0.01)


def test_half_a_snap_goes_half_the_way(follower, settings):
    scale(settings, [60, 64], snap=0.5)
    assert steps(follower, settings, 20, midi=61.0)[-1].pitch == pytest.approx(60.5, abs=0.01)


def test_between_two_notes_the_one_before_is_kept_a_little_longer(follower, settings):
    scale(settings, [60, 62])
    steps(follower, settings, 20, midi=60.5)
    assert steps(follower, settings, 20, midi=61.1)[-1].pitch == pytest.approx(60, abs=0.01)
    assert steps(follower, settings, 20, midi=61.4)[-1].pitch == pytest.approx(62, abs=0.01)


@pytest.mark.parametrize("loudness_db", [-79.0, -41.0, -20.5, 0.0])
def test_the_maps_start_as_no_change(settings, loudness_db):
    assert lib.pitch_follower_map(settings.decoder_db, loudness_db) == pytest.approx(loudness_db, abs=0.01)


def test_a_map_is_read_between_its_entries_and_held_beyond_them(settings):
    for i in range(lib.MAP_SIZE):
        settings.target_db[i] = 3.0 * i
    assert lib.pitch_follower_map(settings.target_db, -80 + 2 * 4 + 1) == pytest.approx(3 * 4.5)
    assert lib.pitch_follower_map(settings.target_db, -500.0) == 0
    assert math.isfinite(lib.pitch_follower_map(settings.target_db, 1000.0))
