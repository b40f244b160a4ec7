"""How one note becomes the next, against the closed forms that it is described by."""

import numpy as np
import pytest
import units

ffi, lib = units.load("expression/note_contour.h")

RATE = 48000
STEADY = {
    "step_seconds": 0.02, "slur": (4.0, 0.0, 0.012, 0.05, 0.005), "detached": (11.0, 0.0, 0.024, 0.076, 0.008),
}  # fmt: skip
SLUR, DETACHED = 1, 2
MIDDLE_SHARE = 0.6082  # of a smoothstep, from 10 to 90 % of its way
KEY = RATE  # sample


def played(
    kind=SLUR, note=67, released=None, amount=1.0, seed=1, attributes=(), since=0.5, times=1.0, **numbers
):
    """(what is played, its range, its gesture) of a note that follows another of the same strength."""
    expression = ffi.new("Expression *", STEADY | numbers)[0]
    spread = ffi.new("NoteContourRange *", [RATE, -50, -14, -8, 0.03, 0.1])
    spread.expression = expression
    gesture = ffi.new("ModValues *", {"gain_left": 1.0, "gain_right": 1.0})
    p = ffi.new("NoteContour *")
    lib.note_contour_start(p, 0, 0, 60, 64)
    p.amount = amount
    if released is not None:
        lib.note_contour_release(p, KEY - round(released * RATE), 1)
    below = lib.note_contour_below(p, spread, gesture, KEY)
    lib.note_contour_move(p, spread, gesture, KEY, 0, note, 63 / 126)
    if attributes:
        lib.note_contour_shape(p, ffi.new("Attributes *", [attributes.get(i, np.nan) for i in range(6)]), 1.0)
    joint = {
        "kind": kind,
        "interval": note - 60,
        "amount": amount,
        "times": times,
        "depth": 1.0,
        "since": since,
    }
    lib.note_contour_join(p, spread, below, ffi.new("Joint *", joint | {"draw": seed})[0])
    return p, spread, gesture


def course(note, seconds, hz=4000):
    """Pitch and level, gain included, from the key on: [seconds * hz] each."""
    p, spread, gesture = note
    frames = [
        lib.note_contour_at(p, spread, gesture, KEY + round(i * RATE / hz))
        for i in range(round(seconds * hz))
    ]
    pitch = np.array([f.pitch for f in frames])
    return pitch, np.array([f.loudness_db + 20 * np.log10(max(f.gain, 1e-9)) for f in frames])


def from_10_to_90(pitch, before, after, hz=4000):
    share = (pitch - before) / (after - before)
    first, last = (np.interp(at, share[: np.argmax(share > 0.999)], np.arange(np.argmax(share > 0.999)))
                   for at in (0.1, 0.9))  # fmt: skip
    return (last - first) / hz


@pytest.mark.parametrize("milliseconds", [10, 20, 40, 80])
@pytest.mark.parametrize("note", [61, 67, 52])
def test_the_pitch_takes_the_time_that_is_asked(milliseconds, note):
    pitch, _ = course(played(note=note, step_seconds=milliseconds / 1000), 0.3)
    assert from_10_to_90(pitch, 60, note) == pytest.approx(milliseconds / 1000, rel=0.02, abs=0.0005)


def test_strings_take_wider_steps_quicker_and_leaps_quickest():
    strings = {"step_seconds": 0.027, "step_power": 0.6, "leap_seconds": 0.005}
    times = [from_10_to_90(course(played(note=n, **strings), 0.2)[0], 60, n) for n in (61, 62, 64, 72)]
    np.testing.assert_allclose(times, [0.027, 0.027 * 2**-0.6, 0.005, 0.005], rtol=0.1)


def test_the_pitch_is_half_way_soon_after_the_key():
    for step, latest in ((0.02, 0.020), (0.057, 0.050)):
        pitch, _ = course(played(step_seconds=step), 0.3)
        assert np.argmax(pitch > 63.5) / 4000 <= latest


@pytest.mark.parametrize(
    ("kind", "depth", "fall", "rise"), [(SLUR, 4, 0.012, 0.05), (DETACHED, 11, 0.024, 0.076)]
)
def test_the_dip_is_as_deep_as_asked_and_over_in_its_time(kind, depth, fall, rise):
    _, level = course(played(kind), 0.4)
    assert level[-1] - level.min() == pytest.approx(depth, abs=0.05)
    lowest = np.argmin(level) / 4000
    assert fall - 0.002 <= lowest <= fall + 0.004
    assert level[-1] - level[round((lowest + rise) * 4000)] < 0.1
    rest = 1 - (np.arange(0, rise, 1 / 4000)) / rise
    found = level[-1] - level[round(lowest * 4000) :][: len(rest)]
    np.testing.assert_allclose(found, depth * rest**2, atol=0.5)


@pytest.mark.parametrize("released", [0.01, 0.032, 0.1])
def test_after_a_gap_it_goes_on_from_where_the_sound_is(released):
    """And is never much deeper than without one, up to a gap of 32 ms."""
    p, spread, gesture = played(DETACHED, released=released)
    before = ffi.new("NoteContour *")
    lib.note_contour_start(before, 0, 0, 60, 64)
    lib.note_contour_release(before, KEY - round(released * RATE), 1)
    frame = lib.note_contour_at(before, spread, gesture, KEY)
    _, level = course((p, spread, gesture), 0.4)
    assert level[0] == pytest.approx(frame.loudness_db + 20 * np.log10(frame.gain), abs=0.1)
    if released <= 0.032:
        assert level[-1] - level.min() < 11 + 3


def test_a_key_in_the_midst_of_a_transition_goes_on_from_there():
    p, spread, gesture = played(DETACHED)
    at = KEY + round(0.03 * RATE)
    was = lib.note_contour_at(p, spread, gesture, at)
    below = lib.note_contour_below(p, spread, gesture, at)
    lib.note_contour_move(p, spread, gesture, at, 0, 64, 63 / 126)
    lib.note_contour_join(
        p,
        spread,
        below,
        ffi.new("Joint *", {"kind": SLUR, "interval": 3, "amount": 1, "times": 1, "depth": 1})[0],
    )
    now = lib.note_contour_at(p, spread, gesture, at)
    assert now.pitch == pytest.approx(was.pitch, abs=1e-3)
    assert now.loudness_db + 20 * np.log10(now.gain) == pytest.approx(
        was.loudness_db + 20 * np.log10(was.gain), abs=0.05
    )


def test_notes_that_follow_quickly_dip_less():
    depths = [course(played(DETACHED, since=since), 0.3)[1] for since in (0.1, 0.2)]
    shallow, deep = (level[-1] - level.min() for level in depths)
    assert shallow == pytest.approx(0.8 * deep, rel=0.02)


def test_times_and_depths_are_spread_as_asked_and_the_same_for_a_seed():
    numbers = {"step_spread": 0.4, "slur": (4.0, 0.45, 0.012, 0.05, 0.005)}
    notes = [played(seed=seed, **numbers)[0] for seed in range(400)]
    drawn = [note.transition for note in notes]
    times = np.log([t.glide * MIDDLE_SHARE for t in drawn])
    assert np.median(times) == pytest.approx(np.log(0.02), abs=0.06)
    assert np.std(times) == pytest.approx(0.4, abs=0.05)
    depths = [t.depth_db for t in drawn]
    assert np.median(depths) == pytest.approx(4, rel=0.1)
    assert np.std(depths) == pytest.approx(1.8, rel=0.15) and min(depths) >= 0
    assert (again := played(seed=7, **numbers)[0]) and again.transition.glide == drawn[7].glide
    still = [played(seed=seed, amount=1e-6, **numbers)[0] for seed in (1, 2)]
    assert still[0].transition.glide == pytest.approx(still[1].transition.glide, rel=1e-4)


@pytest.mark.parametrize("kind", [SLUR, DETACHED])
@pytest.mark.parametrize("fluctuation", [0.05, 0.12, 0.2])
@pytest.mark.parametrize("peak", [0.1, 0.35, 0.9])
def test_a_note_that_is_asked_for_a_fluctuation_has_it_dip_included(kind, fluctuation, peak):
    note = played(kind, attributes={0: 1.5 - 32 / 60, 1: fluctuation, 2: peak})
    _, level = course(note, 1.0, hz=1000)
    assert np.std(level) == pytest.approx(24 * fluctuation, rel=0.02)
    assert np.argmax(level) / 1000 == pytest.approx(peak, abs=0.03)


def test_a_note_whose_volume_is_asked_for_has_it_dip_included():
    """Without a loudness map amplitude is loudness: 60 dB a unit, from 1.5."""
    for kind in (SLUR, DETACHED):
        _, level = course(played(kind, attributes={0: 1.0}), 1.0, hz=1000)
        assert np.mean(level) == pytest.approx(60 * (1.0 - 1.5), abs=0.15)


def test_noise_dips_less_and_a_burst_follows_a_detached_note():
    p, spread, gesture = played(DETACHED, burst_db=4.0)
    frames = [lib.note_contour_at(p, spread, gesture, KEY + round(t * RATE)) for t in (0.024, 0.054, 0.3)]
    bends = [frame.bend for frame in frames]
    assert bends[0].noise_lift_db == pytest.approx(0.4 * 11, abs=0.1)
    assert bends[1].hiss_db == pytest.approx(4.0, abs=0.1)
    assert bends[2].noise_lift_db == 0 and bends[2].hiss_db < 1e-9


def test_portamento_is_a_matter_of_the_longer_time():
    p, spread, gesture = played()
    lib.note_contour_glide(p, KEY, 60, 0.5)
    pitch, _ = course((p, spread, gesture), 0.6)
    assert pitch[round(0.25 * 4000)] == pytest.approx(63.5, abs=0.05)
