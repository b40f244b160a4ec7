"""The guard against feedback, in rooms of one number: what comes in is a share of what goes out."""

import numpy as np
import units

ffi, lib = units.load("input/feedback_guard.h")

FRAME = 0.004
DELAY_FRAMES = 12


def run(loop_db, sung_db, seconds=20.0, delay_frames=DELAY_FRAMES):
    """Per frame: the input's loudness and the guard's gain; the synth plays as loud as it hears, plus loop_db."""
    howl = ffi.new("FeedbackGuard *")
    lib.feedback_guard_init(howl)
    returned, played, gains, levels = [-80.0] * delay_frames, -80.0, [], []
    for i in range(int(seconds / FRAME)):
        sung = sung_db(i * FRAME)
        heard = 10 * np.log10(10 ** (sung / 10) + 10 ** (returned[-delay_frames] / 10))
        heard = float(np.clip(heard, -80, 0))
        peak = 10 ** (played / 20)
        gain = lib.feedback_guard_step(howl, heard > -60, heard, heard >= 0, peak, FRAME)
        # The follower's own loudness is limited; so is a howl's.
        played = min(0.0, heard + 3) + 20 * np.log10(gain)
        returned.append(played + loop_db)
        gains.append(gain)
        levels.append(heard)
    return howl, np.array(levels), np.array(gains)


def burst(t):
    return -30.0 if t < 0.5 else -80.0


def test_a_howl_that_rises_is_ducked():
    howl, levels, gains = run(3, burst)
    assert howl.howls >= 1
    assert gains.min() < 0.1
    assert levels[-500:].mean() < levels.max() - 20


def test_a_note_that_the_room_holds_up_is_ducked():
    howl, levels, _ = run(-3, burst)
    assert howl.howls >= 1
    assert levels[-1] < -50


def test_a_singer_who_swells_is_not():
    howl, _, gains = run(-40, lambda t: -40 + 15 * t if t < 2 else -10)
    assert howl.howls == 0
    assert (gains < 1).mean() < 0.2


def test_a_singer_who_holds_a_note_is_doubted_for_a_moment_only():
    howl, _, gains = run(-40, lambda t: -20.0, seconds=30)
    assert howl.howls == 0
    assert (gains < 0.99).mean() < 0.2
    assert gains.min() > 0.3


def test_singing_together_with_what_is_played_does_not_shut_it_up():
    """The microphone hears the output 15 dB below the singer."""
    howl, _, _ = run(-18, lambda t: -20.0, seconds=30)
    assert howl.howls == 0


def test_a_singer_who_stops_while_doubted_is_not():
    """A held note is doubted after four seconds: wherever it ends around that, nothing is taken for a howl."""
    for stop in np.arange(3.9, 4.4, 0.01):
        howl, _, gains = run(-40, lambda t, stop=stop: -20.0 if t < stop else -80.0, seconds=6)
        assert howl.howls == 0, stop
        assert gains[-1] == 1


def test_a_howl_that_is_cut_off_by_the_doubt_is_known_when_it_is_back():
    """A short way from output to input: within the probe nothing is left of it."""
    howl, levels, _ = run(3, burst, seconds=6, delay_frames=3)
    assert howl.howls >= 1
    assert levels[-100:].mean() < levels.max() - 20


def test_a_note_that_begins_is_not_doubted():
    _, _, gains = run(-40, lambda t: -20.0 if t % 1 < 0.7 else -80.0, seconds=3)
    assert (gains == 1).all()


def test_a_held_note_is_doubted_after_four_seconds_by_9_db_and_again_after_twenty():
    _, _, gains = run(-40, lambda t: -20.0, seconds=50)
    starts = np.flatnonzero((gains < 0.99) & (np.concatenate([[1], gains[:-1]]) >= 0.99)) * FRAME
    assert 4.0 <= starts[0] < 4.2 and 20 <= starts[1] - starts[0] < 21
    assert np.isclose(20 * np.log10(gains.min()), -9, atol=0.5)


def test_a_howl_is_ducked_by_30_db_and_comes_back_at_12_db_a_second():
    _, _, gains = run(-3, burst)
    db = 20 * np.log10(gains)
    assert np.isclose(db.min(), -30, atol=0.5)
    back = db[np.flatnonzero(db == db.min())[-1] :]
    slope = np.diff(back[(back > -28) & (back < -4)]) / FRAME
    assert np.isclose(np.median(slope), 12, rtol=0.02)
