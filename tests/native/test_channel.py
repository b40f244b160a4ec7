"""One channel's controllers, and what they ask of its voices, against the MIDI standard's formulas."""

import math

import pytest
import units

ffi, lib = units.load("channel.h")

SHUT_DB = -200.0


def make(*controls):
    channel = ffi.new("Channel *")
    lib.channel_init(channel)
    change(channel, *controls)
    return channel


def change(channel, *controls):
    for number, value in controls:
        lib.channel_control(channel, number, value)


def gesture(*controls):
    return lib.channel_gesture(make(*controls))


def db(gain):
    return 20 * math.log10(gain)


def bent(channel, bend=8191):
    channel.bend = bend
    return lib.channel_gesture(channel).bend


RPN_0 = ((101, 0), (100, 0))
NULL = ((101, 127), (100, 127))


def test_a_new_channel_asks_for_nothing():
    g = gesture()
    assert (g.bend, g.vibrato, g.pressure, g.level_db) == (0, 0, 0, 0)
    at_volume_100 = (100 / 127) ** 2
    assert g.gain_left == pytest.approx(at_volume_100, rel=1e-6)
    assert g.gain_right == pytest.approx(at_volume_100, rel=1e-6)


@pytest.mark.parametrize(
    ("bend", "semitones"), [(0, 0), (8191, 2), (-8192, -2), (4096, 2 * 4096 / 8191), (-4096, -1)]
)
def test_bend_reaches_two_semitones_by_default(bend, semitones):
    assert bent(make(), bend) == pytest.approx(semitones, rel=1e-6)


def test_rpn_0_sets_the_bend_range_in_semitones_and_cents():
    assert bent(make(*RPN_0, (6, 12))) == pytest.approx(12)
    assert bent(make(*RPN_0, (6, 7), (38, 50))) == pytest.approx(7.5)


def test_a_coarse_range_stands_alone_until_its_cents_come():
    assert bent(make(*RPN_0, (6, 7), (38, 50), (6, 3))) == pytest.approx(3)


def test_the_order_of_an_rpns_halves_does_not_matter():
    assert bent(make((100, 0), (101, 0), (6, 5))) == pytest.approx(5)


def test_the_bend_range_ends_at_96_semitones():
    assert bent(make(*RPN_0, (6, 127), (38, 127))) == pytest.approx(96)


@pytest.mark.parametrize(
    "before",
    [(), (*RPN_0, *NULL), (*RPN_0, (99, 0), (98, 0)), ((101, 0), (100, 1)), ((101, 0), (100, 2))],
    ids=["nothing selected", "null RPN", "an NRPN", "fine tuning", "coarse tuning"],
)
def test_data_for_another_parameter_leaves_the_bend_range(before):
    assert bent(make(*before, (6, 12), (38, 3))) == pytest.approx(2)


def test_an_rpn_can_be_selected_again_after_null():
    assert bent(make(*RPN_0, *NULL, *RPN_0, (6, 4))) == pytest.approx(4)


@pytest.mark.parametrize("value", [1, 2, 32, 64, 100, 127])
def test_expression_follows_the_gm_law(value):
    assert gesture((11, value)).level_db == pytest.approx(40 * math.log10(value / 127), abs=1e-4)


def test_breath_counts_only_once_it_was_sent_and_adds_to_expression():
    wanted = 40 * math.log10(32 / 127)
    assert gesture((2, 32)).level_db == pytest.approx(wanted, abs=1e-4)
    assert gesture((2, 32), (11, 32)).level_db == pytest.approx(2 * wanted, abs=1e-4)


@pytest.mark.parametrize("number", [2, 11])
def test_expression_and_breath_shut_at_zero(number):
    assert gesture((number, 0)).level_db == SHUT_DB


@pytest.mark.parametrize("value", [1, 50, 64, 100, 127])
def test_volume_follows_the_gm_law(value):
    assert db(gesture((7, value)).gain_left) == pytest.approx(40 * math.log10(value / 127), abs=1e-3)


def test_volume_zero_is_silence():
    assert gesture((7, 0)).gain_left == 0


@pytest.mark.parametrize("pan", range(0, 128, 9))
def test_pan_keeps_the_power(pan):
    g = gesture((7, 127), (10, pan))
    assert g.gain_left**2 + g.gain_right**2 == pytest.approx(2, rel=1e-5)
    angle = max(0, pan - 1) / 126 * math.pi / 2  # MMA RP-036: 1 is hard left, as is 0
    assert math.atan2(g.gain_right, g.gain_left) == pytest.approx(angle, abs=1e-5)


def test_modulation_runs_from_nought_to_one():
    assert [gesture((1, value)).vibrato for value in (0, 127)] == [0, 1]


def test_reset_controllers_spares_volume_pan_and_bend_range():
    channel = make(*RPN_0, (6, 12), *NULL, (1, 99), (2, 20), (7, 80), (10, 3), (11, 40), (64, 127), (91, 50))
    channel.bend, channel.pressure = 5000, 77
    before = lib.channel_gesture(channel)
    lib.channel_reset_controllers(channel)
    after = lib.channel_gesture(channel)
    assert (after.bend, after.vibrato, after.pressure, after.level_db) == (0, 0, 0, 0)
    assert (after.gain_left, after.gain_right) == (before.gain_left, before.gain_right)
    assert bent(channel) == pytest.approx(12)
    assert (channel.control[64], channel.control[91]) == (0, 50)


def test_reset_controllers_deselects_the_parameter():
    channel = make(*RPN_0)
    lib.channel_reset_controllers(channel)
    change(channel, (6, 12))
    assert bent(channel) == pytest.approx(2)


def test_every_controller_takes_every_value():
    for number in range(128):
        for value in (0, 1, 64, 127):
            g = gesture((number, value))
            assert all(
                map(math.isfinite, (g.bend, g.vibrato, g.pressure, g.level_db, g.gain_left, g.gain_right))
            )
