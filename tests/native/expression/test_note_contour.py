"""From a note and its gestures to pitch and loudness, against closed forms of time."""

import numpy as np
import pytest
import units
from ddsp_live.performance.units import ATTRIBUTES

ffi, lib = units.load("expression/note_contour.h")

RATE = 48000
LOW, HIGH, TOP = -50.0, -14.0, -8.0  # dB
ATTACK, RELEASE = 0.03, 0.1  # seconds
ONSET = 1234  # samples
ATTACK_DB, RELEASE_DB = 24, 40
VIBRATO_HZ, VIBRATO_SEMITONES, VIBRATO_DB, VIBRATO_DELAY = 5.4, 0.5, 1.5, 0.25
GLIDE = 0.035  # seconds
LATE = 1.0  # seconds: attack and vibrato's onset are over

RANGE = ffi.new("NoteContourRange *", [RATE, LOW, HIGH, TOP, ATTACK, RELEASE])


def gesture(**asked):
    return ffi.new("ModValues *", {"gain_left": 1.0, "gain_right": 1.0, **asked})


def start(note=69, velocity=64, onset=ONSET):
    performance = ffi.new("NoteContour *")
    lib.note_contour_start(performance, onset, 0, note, velocity)
    return performance


def at(performance, seconds, onset=ONSET, **gestures):
    return lib.note_contour_at(performance, RANGE, gesture(**gestures), onset + round(seconds * RATE))


def move(performance, seconds, note, velocity=64, **gestures):
    strength = (velocity - 1) / 126
    lib.note_contour_move(
        performance, RANGE, gesture(**gestures), ONSET + round(seconds * RATE), 0, note, strength
    )


def level(frame):
    """What is heard, in dB: the decoder's loudness and the gain behind it."""
    return frame.loudness_db + 20 * np.log10(max(frame.gain, 1e-30))


def aim(velocity):
    return LOW + (HIGH - LOW) * (velocity - 1) / 126


@pytest.mark.parametrize("velocity", [1, 2, 64, 126, 127])
def test_velocity_maps_onto_the_trained_range(velocity):
    frame = at(start(velocity=velocity), LATE)
    assert frame.loudness_db == pytest.approx(aim(velocity), abs=1e-4)
    assert frame.gain == pytest.approx(1)


@pytest.mark.parametrize("note", [0, 21, 60, 69, 108, 127])
def test_notes_have_the_pitch_of_equal_temperament(note):
    frame = at(start(note), LATE)
    assert frame.pitch == note
    assert frame.f0_hz == pytest.approx(440 * 2 ** ((note - 69) / 12), rel=1e-6)


@pytest.mark.parametrize("bend", [-24, -2, 0.5, 12])
def test_bend_adds_semitones(bend):
    frame = at(start(60), LATE, bend=bend)
    assert frame.f0_hz == pytest.approx(440 * 2 ** ((60 + bend - 69) / 12), rel=1e-6)


@pytest.mark.parametrize("share", [0, 0.1, 0.25, 0.5, 0.9, 1, 1.5])
def test_the_attack_rises_to_the_aim_along_a_parabola(share):
    frame = at(start(velocity=90), share * ATTACK)
    assert level(frame) == pytest.approx(aim(90) - ATTACK_DB * max(0, 1 - share) ** 2, abs=0.02)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.99])
def test_the_release_falls_in_db_and_fades_out_at_its_end(share):
    performance = start(velocity=90)
    lib.note_contour_release(performance, ONSET + RATE, 0)
    frame = at(performance, LATE + share * RELEASE)
    wanted = aim(90) - RELEASE_DB * share + 20 * np.log10(1 - share**2)
    assert level(frame) == pytest.approx(wanted, abs=0.02)
    assert not frame.finished


def test_a_release_ends_in_silence_after_its_time():
    performance = start()
    lib.note_contour_release(performance, ONSET + RATE, 0)
    frames = [at(performance, LATE + RELEASE + later) for later in (0.0001, 1, 1000)]
    assert all(frame.finished and frame.gain == 0 for frame in frames)


RING_DB, RING = -20.0, 1.5  # below the held note, and seconds for 60 dB
RINGING = ffi.new("NoteContourRange *", [RATE, LOW, HIGH, TOP, ATTACK, RELEASE, RING_DB, RING])


def released(seconds, ringing=RINGING, velocity=90):
    performance = start(velocity=velocity)
    lib.note_contour_release(performance, ONSET + RATE, 0)
    return lib.note_contour_at(performance, ringing, gesture(), ONSET + round((LATE + seconds) * RATE))


def test_what_rings_on_falls_along_its_own_line_once_the_release_is_over():
    for seconds in (0.12, 0.3, 0.5):
        wanted = aim(90) + RING_DB - 60 * seconds / RING
        assert level(released(seconds)) == pytest.approx(wanted, abs=0.6)  # the fade at its end begins


def test_a_ringing_release_begins_like_any_other_and_never_rises():
    times = np.arange(0, 1.0, 0.002)
    levels = np.array([level(released(t)) for t in times])
    assert levels[0] == pytest.approx(aim(90), abs=0.01)
    assert np.all(np.diff(levels) < 0)
    plain = ffi.new("NoteContourRange *", [RATE, LOW, HIGH, TOP, ATTACK, RELEASE])
    assert level(released(0.02)) == pytest.approx(level(released(0.02, plain)), abs=0.6)


def test_what_rings_ends_in_silence_60_db_below_the_note():
    over = RING * (60 + RING_DB) / 60
    last = released(over - 0.001)
    assert not last.finished and level(last) < aim(90) - 55
    assert all(released(over + t).finished and released(over + t).gain == 0 for t in (0.0001, 1, 1000))


def test_a_note_that_is_held_never_finishes():
    assert not at(start(), 36000).finished


def test_a_release_during_the_attack_only_falls():
    performance = start(velocity=127)
    lib.note_contour_release(performance, ONSET + round(0.5 * ATTACK * RATE), 0)
    levels = [level(at(performance, t)) for t in np.arange(0.5 * ATTACK, RELEASE, 0.004)]
    assert max(levels) < aim(127)


@pytest.mark.parametrize("velocity", [1, 64, 127])
def test_pressure_leads_from_the_velocity_to_the_loudest(velocity):
    levels = [at(start(velocity=velocity), LATE, volume=p).loudness_db for p in (0, 0.5, 1)]
    assert levels == pytest.approx([aim(velocity), (aim(velocity) + HIGH) / 2, HIGH], abs=1e-3)


@pytest.mark.parametrize("level_db", [0, -10, -40, -70, -120])
def test_expression_is_heard_in_full_though_the_decoder_stays_in_its_range(level_db):
    frame = at(start(velocity=64), LATE, level_db=level_db)
    assert level(frame) == pytest.approx(aim(64) + level_db, abs=0.01)
    assert LOW - 24 <= frame.loudness_db <= TOP


def test_shut_expression_is_below_minus_100_db():
    assert level(at(start(velocity=127), LATE, level_db=-200)) < -100


def test_nothing_drives_the_decoder_above_its_range():
    frame = at(start(velocity=127), LATE, volume=1, level_db=50)
    assert frame.loudness_db == TOP
    assert frame.gain == 1


@pytest.mark.parametrize("wheel", [0.0, 0.5, 1.0])
def test_vibrato_has_its_depth_and_rate(wheel):
    performance = start(60)
    times = LATE + np.arange(0, 2, 1 / 250)
    frames = [at(performance, t, vibrato=wheel * VIBRATO_SEMITONES) for t in times]
    wave = wheel * np.sin(2 * np.pi * VIBRATO_HZ * np.round(times * RATE) / RATE)
    np.testing.assert_allclose([f.pitch - 60 for f in frames], VIBRATO_SEMITONES * wave, atol=2e-5)
    np.testing.assert_allclose([level(f) - aim(64) for f in frames], VIBRATO_DB * wave, atol=1e-4)


def test_vibrato_swells_after_the_onset():
    performance = start(60)
    peaks = [
        abs(at(performance, t, vibrato=VIBRATO_SEMITONES).pitch - 60)
        for t in (0.25 + np.arange(3) * 0.5) / VIBRATO_HZ
    ]
    shares = np.minimum(1, (0.25 + np.arange(3) * 0.5) / VIBRATO_HZ / VIBRATO_DELAY)
    np.testing.assert_allclose(peaks, VIBRATO_SEMITONES * shares, rtol=1e-3)


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 0.75, 1, 3])
def test_legato_glides_smoothly_and_arrives(share):
    performance = start(60)
    move(performance, LATE, 67)
    x = min(1, share)
    assert at(performance, LATE + share * GLIDE).pitch == pytest.approx(
        60 + 7 * x * x * (3 - 2 * x), abs=1e-3
    )


def test_a_glide_begins_where_the_glide_before_it_is():
    performance = start(60)
    move(performance, LATE, 72)
    before = at(performance, LATE + GLIDE / 2).pitch
    move(performance, LATE + GLIDE / 2, 48)
    assert at(performance, LATE + GLIDE / 2).pitch == pytest.approx(before, abs=1e-3)
    assert at(performance, LATE + 2 * GLIDE).pitch == 48


def test_a_move_takes_a_release_back_and_starts_no_attack():
    performance = start(60)
    lib.note_contour_release(performance, ONSET + RATE, 0)
    move(performance, LATE, 62)
    assert level(at(performance, LATE + RELEASE)) == pytest.approx(aim(64), abs=1e-3)


@pytest.mark.parametrize(("attack", "release"), [(0, 0), (0, 0.1), (0.03, 0)])
def test_no_attack_or_no_release_is_no_division_by_zero(attack, release):
    spread = ffi.new("NoteContourRange *", [RATE, LOW, HIGH, TOP, attack, release])
    performance = start()
    lib.note_contour_release(performance, ONSET + 100, 0)
    for time in (ONSET, ONSET + 1, ONSET + 100, ONSET + 101, ONSET + RATE):
        frame = lib.note_contour_at(performance, spread, gesture(vibrato=1), time)
        assert np.isfinite([frame.f0_hz, frame.pitch, frame.loudness_db, frame.gain]).all()


def test_a_note_sounds_the_same_at_any_time_of_day():
    for onset in (0, 10**6, 10**12):
        frame = at(start(60, onset=onset), 0.123, onset=onset, vibrato=1)
        first = at(start(60, onset=0), 0.123, onset=0, vibrato=1)
        assert (frame.pitch, frame.loudness_db) == (first.pitch, first.loudness_db)


def test_keys_of_a_levelled_patch_still_cover_24_db():
    """What the trained range lacks is plain gain, none at the hardest key; the decoder keeps to its range."""
    levelled = ffi.new("NoteContourRange *", [RATE, -30, -14, TOP, ATTACK, RELEASE])
    for velocity in (1, 64, 127):
        strength = (velocity - 1) / 126
        frame = lib.note_contour_at(start(velocity=velocity), levelled, gesture(), ONSET + RATE)
        assert frame.loudness_db == pytest.approx(-30 + 16 * strength, abs=1e-3)
        assert level(frame) == pytest.approx(-14 - 24 * (1 - strength), abs=0.01)


def shaped(seconds, velocity=40, **wanted):
    performance = start(velocity=velocity)
    names = [name for name, _ in ffi.typeof("Attributes").fields]
    lib.note_contour_shape(
        performance, ffi.new("Attributes *", [wanted.get(name, np.nan) for name in names]), seconds
    )
    return performance


@pytest.mark.parametrize("fluctuation", [0.0, 0.05, 0.12, 0.2])
@pytest.mark.parametrize("peak", [0.02, 0.1, 0.35, 0.9])
@pytest.mark.parametrize("attack", [0.0, 0.03, 0.15, 2.0])
def test_a_notes_level_has_the_deviation_and_the_peak_that_it_was_asked_for(fluctuation, peak, attack):
    """Whatever its instrument's attack, which is over by then; and its mean is its aim."""
    seconds = 0.8
    spread = ffi.new("NoteContourRange *", [RATE, LOW, HIGH, TOP, attack, RELEASE])
    note = shaped(seconds, volume_fluctuation=fluctuation, volume_peak_position=peak)
    ages = (np.arange(2000) + 0.5) * seconds / 2000
    levels = [
        level(lib.note_contour_at(note, spread, gesture(), ONSET + round(age * RATE))) - aim(40)
        for age in ages
    ]
    assert np.std(levels) == pytest.approx(24 * fluctuation, abs=0.01)
    assert np.mean(levels) == pytest.approx(0, abs=0.01)
    if fluctuation:
        assert ages[np.argmax(levels)] / seconds == pytest.approx(peak, abs=0.002)


def test_what_comes_near_the_peak_is_known_by_how_far_it_is_below():
    note = shaped(0.8, volume_fluctuation=0.1, volume_peak_position=0.5)
    below = [
        lib.note_contour_below_peak_db(note, RANGE, ONSET + round(age * RATE)) for age in (0.1, 0.4, 0.6)
    ]
    levels = [level(at(note, age)) for age in (0.1, 0.4, 0.6)]
    assert below[1] == pytest.approx(0, abs=1e-3)
    np.testing.assert_allclose(np.subtract(levels[1], levels), below, atol=1e-3)


def test_the_peak_of_a_shaped_note_may_lie_above_the_decoders_range():
    note = shaped(0.8, velocity=127, volume_fluctuation=0.2, volume_peak_position=0.5)
    frame = at(note, 0.4)
    assert frame.loudness_db == TOP
    assert TOP < level(frame) <= TOP + 9 + 1e-4


@pytest.mark.parametrize("level_db", [0, -40, -70])
def test_the_gain_that_asked_noise_is_freed_of_is_that_of_the_harmonics(level_db):
    frame = at(shaped(0.8, attack_noise=1.5), 0.01, level_db=level_db)
    assert frame.bend.noise_db == pytest.approx(40 * (1.5 - 2.625), abs=1e-3)
    assert frame.bend.gain_db == pytest.approx(20 * np.log10(frame.gain), abs=1e-3)


@pytest.mark.parametrize("value", [-1e30, 1e30, -np.inf, np.inf])
def test_attributes_that_nobody_could_mean_are_kept_within_what_each_can_be(value):
    kept = shaped(0.8, **{attribute.name: value for attribute in ATTRIBUTES}).attributes
    for attribute in ATTRIBUTES:
        bound = attribute.low if value < 0 else attribute.high
        assert getattr(kept, attribute.name) == pytest.approx(bound)
