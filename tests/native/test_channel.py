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
    """Semitones that the wheel moves, from where the channel is tuned to."""
    channel.bend = 0
    tuned = lib.channel_gesture(channel).bend
    channel.bend = bend
    return lib.channel_gesture(channel).bend - tuned


def tuned(*controls):
    return gesture(*controls).bend


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


RPN_1, RPN_2 = ((101, 0), (100, 1)), ((101, 0), (100, 2))


@pytest.mark.parametrize(
    ("data", "semitones"), [((64, 0), 0), ((0, 0), -1), ((127, 127), 8191 / 8192), ((96, 0), 0.5)]
)
def test_rpn_1_tunes_finely(data, semitones):
    assert tuned(*RPN_1, (6, data[0]), (38, data[1])) == pytest.approx(semitones, abs=1e-6)


@pytest.mark.parametrize(("value", "semitones"), [(64, 0), (0, -64), (52, -12), (127, 63)])
def test_rpn_2_tunes_in_semitones(value, semitones):
    assert tuned(*RPN_2, (6, value)) == semitones


def test_increment_and_decrement_step_from_the_present_value():
    assert bent(make(*RPN_0, (6, 2), *NULL, *RPN_0, *[(96, 0)] * 150)) == pytest.approx(3.5)
    assert bent(make(*RPN_0, *[(97, 0)] * 50)) == pytest.approx(1.5)
    assert tuned(*RPN_2, (96, 0), (96, 0)) == 2


def test_steps_stop_at_the_ends():
    assert bent(make(*RPN_0, *[(97, 0)] * 300)) == 0


def test_cc74_is_brightness_about_its_centre():
    assert [gesture((74, value)).brightness for value in (0, 64, 127)] == [-1, 0, 1]


def glide(*controls, notes):
    channel, origin = make(*controls), ffi.new("int *")
    found = [(lib.channel_glide(channel, note, origin), origin[0]) for note in notes]
    return [(pytest.approx(seconds, abs=1e-3), left if seconds else None) for seconds, left in found]


def test_portamento_leaves_from_the_channels_last_note():
    time = 64 << 7
    seconds = 4 * (time / 16383) ** 3
    assert glide((65, 127), (5, 64), notes=[60, 67, 55]) == [(0, None), (seconds, 60), (seconds, 67)]


def test_without_the_switch_there_is_no_glide():
    assert glide((5, 64), notes=[60, 67]) == [(0, None), (0, None)]


def test_cc84_names_where_the_next_note_alone_comes_from():
    assert glide((5, 64), (84, 40), notes=[60, 67]) == [(4 * ((64 << 7) / 16383) ** 3, 40), (0, None)]


def test_a_member_adds_to_its_master():
    member, master = gesture((74, 96)), gesture((11, 64), (7, 127), (1, 50))
    lib.gesture_add_master(ffi.addressof(member), ffi.addressof(master))
    assert member.level_db == pytest.approx(40 * math.log10(64 / 127), abs=1e-4)
    assert member.gain_left == pytest.approx(1, rel=1e-6)
    assert member.vibrato == pytest.approx(50 / 127)
    assert member.brightness == pytest.approx(32 / 63)
