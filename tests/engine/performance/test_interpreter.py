"""What is filled in of a note while it is played: by the past alone, below what the player sets, and never late."""

import math

import ddsp_live
import numpy as np
import pytest
from ddsp_live.midi.messages import control_change, mpe_zone, note_off, note_on
from ddsp_live.performance.interpreter import Interpreter
from ddsp_live.performance.note_history import LENGTHS, NoteHistory
from make_patch import make_patch

RATE = 48000


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "test.ddsp"))


def interpreter(seed=0, **amounts):
    made = Interpreter(lambda key, velocity: 1.0, lambda name, velocity: 0.0, seed)
    for name, amount in amounts.items():
        setattr(made, name, amount)
    return made


def levels_db(made, keys, step=0.2, **more):
    struck = [made.note_on(key, 90, 0, step * i, **more) for i, key in enumerate(keys)]
    return [60 * (note[0].get("volume", 1.0) - 1.0) for note in struck]


def song(synth):
    """Notes that are sent as a keyboard sends them, and their sound."""
    for i, key in enumerate((60, 64, 67, 72)):
        synth.send(note_on(key, 80), time=i * RATE // 5)
        synth.send(note_off(key), time=i * RATE // 5 + RATE // 6)
    return synth.render(RATE)


def test_higher_notes_are_louder_and_short_ones_softer_by_the_rules_quantity():
    assert levels_db(interpreter(rules=1.0), [60, 60, 68]) == pytest.approx([0, -0.825, 2 - 0.825])
    assert levels_db(interpreter(rules=2.0), [60, 60, 68]) == pytest.approx([0, -1.65, 4 - 1.65])


def test_the_keys_of_a_chord_are_one_event():
    made = interpreter(rules=1.0)
    for i in range(5):
        for spread, key in enumerate((60, 60, 60)):
            note = made.note_on(key, 90, 0, 0.2 * i + 0.005 * spread)
    assert 60 * (note[0]["volume"] - 1) == pytest.approx(-0.825)


def test_a_volume_that_was_set_stays_as_it_is():
    given = {"volume": 0.7, "brightness": 0.4}
    made = interpreter(rules=5.0, humanize=1.0)
    assert [made.note_on(60 + i, 90, 0, 0.2 * i, given)[0] for i in range(5)] == [given] * 5


def test_irregularities_are_seeded_small_and_grow_with_their_amount():
    once, again = (levels_db(interpreter(seed=7, humanize=1.0), [60] * 500) for _ in range(2))
    assert once == again != levels_db(interpreter(seed=8, humanize=1.0), [60] * 500)
    assert np.std(once) == pytest.approx(1.0, rel=0.1) and np.max(np.abs(once)) <= 3
    assert levels_db(interpreter(seed=7, humanize=0.5), [60] * 500) == pytest.approx(np.array(once) / 2)


def test_what_is_set_of_one_note_changes_the_chance_of_no_other():
    free, bound = interpreter(humanize=1.0), interpreter(humanize=1.0)
    free.note_on(60, 90, 0, 0.0)
    bound.note_on(60, 90, 0, 0.0, {"volume": 1.2})
    assert free.note_on(62, 90, 0, 0.5) == bound.note_on(62, 90, 0, 0.5)


def test_a_note_is_expected_to_last_as_long_as_the_median_of_those_before():
    made = interpreter(rules=1.0)
    assert made.note_on(60, 90, 0, 0.0)[1] == 0
    for start, length in ((1.0, 0.1), (2.0, 0.3), (3.0, 0.9)):
        made.note_on(62, 90, 0, start)
        made.receive(note_off(62), start + length)
    assert made.note_on(60, 90, 0, 4.0)[1] == pytest.approx(-0.3)
    assert made.note_on(60, 90, 0, 5.0, length=0.7)[1] == 0.7


def test_channels_are_parts_of_their_own_and_fingers_of_a_zone_are_one():
    made = interpreter(rules=1.0)
    made.note_on(40, 90, 1, 0.0)
    assert made.note_on(80, 90, 2, 1.0)[0] == {}
    zone = interpreter(rules=1.0)
    for raw in mpe_zone(5):
        zone.receive(raw, 0.0)
    zone.note_on(60, 90, 1, 0.0)
    assert 60 * (zone.note_on(68, 90, 2, 5.0)[0]["volume"] - 1) == pytest.approx(2)


def test_a_flood_of_notes_that_never_end_takes_no_more_memory():
    made = interpreter(rules=1.0, humanize=1.0)
    for i in range(20000):
        made.note_on(i % 128, 1 + i % 127, i % 16, i * 1e-4)
    parts = made._known.values()
    assert len(parts) == 16 and all(len(part.history.held) <= 128 for part in parts)
    for i in range(100):
        made.receive(note_off(i % 128), 3.0 + i)
        made.note_on(i % 128, 90, 0, 3.5 + i)
    assert all(len(part.history.lengths) <= LENGTHS for part in parts)
    made.receive(control_change(123, 0), 200.0)
    assert not made._known[0].history.held


def test_broken_messages_are_left_to_the_kernel():
    made = interpreter(rules=1.0)
    for raw in (b"\xb0", b"\xb0\x07", b"\x80\x40", b"\xff", b"\x90"):
        made.receive(raw, 0.0)
    assert made.note_on(60, 90, 0, 0.0)[0] == {}


def test_what_was_played_is_known_and_nothing_else():
    played = NoteHistory()

    def strike(key, seconds):
        context = played.context(key, seconds)
        played.note_on(key, seconds)
        return context

    first = strike(60, 10.0)
    assert first.pitch == 60 and all(math.isnan(value) for value in (first.interval, first.since_seconds))
    played.note_off(60, 10.5)
    second = strike(57, 10.75)
    assert second == pytest.approx((57, -3, 0.25, 0.75, 0.5))
    assert strike(64, 11.0).gap_seconds == 0  # the one before is still held


def test_without_rules_and_irregularity_the_synth_is_the_machine_it_was(patch):
    synth = ddsp_live.Synth(patch)
    plain = song(synth)
    assert np.array_equal(plain, song(ddsp_live.Synth(patch, rules=0.0, humanize=0.0, seed=0)))
    assert not np.array_equal(plain, song(ddsp_live.Synth(patch, rules=1.0)))


def test_the_synth_plays_the_same_irregularities_by_the_same_seed_and_no_note_late(patch):
    plain, once, again = (song(ddsp_live.Synth(patch, humanize=a, seed=3)) for a in (0.0, 2.0, 2.0))
    assert np.array_equal(once, again) and not np.array_equal(once, plain)
    first = [np.flatnonzero(audio[:, 0])[0] for audio in (plain, once)]
    assert first[0] == first[1]


def test_quantities_out_of_range_are_told(patch):
    for name in ("rules", "humanize"):
        with pytest.raises(ValueError, match=f"{name} is -1"):
            ddsp_live.Synth(patch, **{name: -1})
