"""What the player's gestures ask of a voice by the table that is shipped, against the MIDI standard's formulas."""

import math

import pytest
import units
from ddsp_live.modulation.matrix import PRESETS, TARGETS, ModRoute
from hand_maps import hand_map

ffi, lib = units.load("expression/modulation.h", "api/mod_matrix.h", "midi/channel.h")

SHUT_DB = -200.0
KEYBOARD = hand_map(ffi)
NOT_SET = ffi.new("Attributes *", [math.nan] * 6)
RPN_0 = ((101, 0), (100, 0))
NULL = ((101, 127), (100, 127))
RPN_1, RPN_2 = ((101, 0), (100, 1)), ((101, 0), (100, 2))


def make(*controls):
    channel = ffi.new("Channel *")
    lib.channel_init(channel)
    change(channel, *controls)
    return channel


def change(channel, *controls):
    for number, value in controls:
        lib.channel_control(channel, number, value)


def hands(channel, master=ffi.NULL, velocity=64, map=KEYBOARD):
    """A voice whose note began while all was at rest, some time ago."""
    voice = ffi.new("Modulation *")
    at_rest = make()
    lib.modulation_begin(voice, map, at_rest, ffi.NULL if master == ffi.NULL else at_rest, velocity)
    lib.modulation_follow(voice, map, channel, master, math.inf)
    return voice


def asked(channel, master=ffi.NULL, velocity=64, map=KEYBOARD, given=NOT_SET):
    return lib.modulation_values(hands(channel, master, velocity, map), map, channel, master, given)


def gesture(*controls):
    return asked(make(*controls))


def db(gain):
    return 20 * math.log10(gain)


def bent(channel, bend=8191):
    """Semitones that the wheel moves, from where the channel is tuned to."""
    channel.bend = 0
    tuned = asked(channel).bend
    channel.bend = bend
    return asked(channel).bend - tuned


def tuned(*controls):
    return gesture(*controls).bend


def test_nothing_is_asked_for_before_anything_is_touched():
    g = gesture()
    assert (g.bend, g.volume, g.level_db, g.fluctuation_db, g.peak) == (0, 0, 0, 0, 0)
    assert (g.vibrato, g.brightness, g.noise_db) == (0, 0, 0)
    at_volume_100 = (100 / 127) ** 2
    assert g.gain_left == pytest.approx(at_volume_100, rel=1e-5)
    assert g.gain_right == pytest.approx(at_volume_100, rel=1e-5)


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


def test_modulation_runs_from_nothing_to_half_a_semitone():
    assert [gesture((1, value)).vibrato for value in (0, 127)] == [0, 0.5]


def test_reset_controllers_spares_what_rp_015_names():
    channel = make(*RPN_0, (6, 12), *NULL, (1, 99), (2, 20), (7, 80), (10, 3), (11, 40), (74, 90))
    channel.bend, channel.pressure = 5000, 77
    before = asked(channel)
    lib.channel_reset_controllers(channel)
    after = asked(channel)
    assert (after.bend, after.vibrato, after.volume, after.level_db) == (0, 0, 0, 0)
    assert (after.gain_left, after.gain_right, after.brightness) == (
        before.gain_left,
        before.gain_right,
        before.brightness,
    )
    assert bent(channel) == pytest.approx(12)


def test_reset_controllers_deselects_the_parameter():
    channel = make(*RPN_0)
    lib.channel_reset_controllers(channel)
    change(channel, (6, 12))
    assert bent(channel) == pytest.approx(2)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_controller_takes_every_value(preset):
    map = hand_map(ffi, preset)
    for number in range(128):
        for value in (0, 1, 64, 127):
            g = asked(make((number, value)), map=map)
            assert all(math.isfinite(getattr(g, name)) for name, _ in ffi.typeof("ModValues").fields)


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


def test_a_member_adds_to_its_master():
    g = asked(make((74, 96)), make((11, 64), (7, 127), (1, 50)))
    assert g.level_db == pytest.approx(40 * math.log10(64 / 127), abs=1e-4)
    assert g.gain_left == pytest.approx(1, rel=1e-5)
    assert g.vibrato == pytest.approx(0.5 * 50 / 127)
    assert g.brightness == pytest.approx(32 / 63)


def test_members_bend_by_their_own_range_and_their_masters():
    member, master = make(*RPN_0, (6, 48)), make()
    member.bend, master.bend = -4096, 8191
    assert asked(member, master).bend == pytest.approx(-24 + 2)


def test_of_two_pressures_the_deeper_counts():
    channel = make()
    voice = hands(channel)
    for key, whole, wanted in ((0.75, 32, 0.75), (0.25, 127, 1.0)):
        voice.pressure, channel.pressure = key, whole
        lib.modulation_follow(voice, KEYBOARD, channel, ffi.NULL, math.inf)
        assert lib.modulation_values(voice, KEYBOARD, channel, ffi.NULL, NOT_SET).volume == pytest.approx(
            wanted
        )


def test_velocity_lies_in_the_trained_range_and_hardens_the_attack():
    assert [lib.mod_matrix_strength(KEYBOARD, velocity) for velocity in (1, 127)] == [0, 1]
    assert [asked(make(), velocity=v).noise_db for v in (1, 64, 127)] == [-6, 0, 6]


def test_velocity_leaves_an_attack_that_the_note_came_with():
    given = ffi.new("Attributes *", [math.nan] * 6)
    given.attack_noise = 1.5
    assert asked(make(), velocity=127, given=given).noise_db == 0
    assert asked(make((22, 127)), velocity=127, given=given).noise_db == 24  # but the hand may move it


def test_the_soft_pedal_counts_where_it_is_when_a_note_begins():
    voice, channel = ffi.new("Modulation *"), make((67, 127))
    lib.modulation_begin(voice, KEYBOARD, channel, ffi.NULL, 64)
    change(channel, (67, 0))
    lib.modulation_follow(voice, KEYBOARD, channel, ffi.NULL, math.inf)
    g = lib.modulation_values(voice, KEYBOARD, channel, ffi.NULL, NOT_SET)
    assert (g.level_db, g.brightness) == (pytest.approx(-6), pytest.approx(-0.4))


def test_smoothing_goes_63_percent_of_the_way_in_its_time_whatever_the_steps():
    map = hand_map(ffi, [ModRoute("cc20", "brightness", 0.0, 1.0, "linear", 40.0)])
    at_rest, moved = make(), make((20, 127))
    for steps in (1, 10):
        voice = ffi.new("Modulation *")
        lib.modulation_begin(voice, map, at_rest, ffi.NULL, 64)
        for _ in range(steps):
            lib.modulation_follow(voice, map, moved, ffi.NULL, 0.04 / steps)
        g = lib.modulation_values(voice, map, moved, ffi.NULL, NOT_SET)
        assert g.brightness == pytest.approx(1 - math.exp(-1), abs=1e-5)


CURVES = {
    "linear": lambda x: -24 + 36 * x,
    "soft": lambda x: -24 + 36 * x**2,
    "hard": lambda x: -24 + 36 * (1 - (1 - x) ** 2),
    "switch": lambda x: 12 if x >= 0.5 else -24,
    "decibel": lambda x: max(-24, 12 + 40 * math.log10(x)) if x else -24,
    "gate": lambda x: max(-24, 12 + 40 * math.log10(min(1, 8 * x))) if x else -24,
}


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("value", [0, 5, 20, 63, 64, 127])
def test_curves_have_their_closed_form(curve, value):
    map = hand_map(ffi, [ModRoute("cc20", "level", -24.0, 12.0, curve)])
    assert asked(make((20, value)), map=map).level_db == pytest.approx(CURVES[curve](value / 127), abs=1e-4)


READ = {
    "volume": "volume",
    "level": "level_db",
    "volume_fluctuation": "fluctuation_db",
    "volume_peak_position": "peak",
    "brightness": "brightness",
    "attack_noise": "noise_db",
    "pitch": "bend",
}


@pytest.mark.parametrize("source", ["cc20", "pressure", "key_pressure", "bend"])
@pytest.mark.parametrize("target", READ)
def test_any_gesture_moves_any_target(source, target):
    high = 0.9 * min(1.0, TARGETS[target].high)
    map = hand_map(ffi, [ModRoute(source, target, 0.0, high)])
    channel, voice = make((20, 127)), ffi.new("Modulation *")
    channel.pressure, channel.bend = 127, 8191
    lib.modulation_begin(voice, map, channel, ffi.NULL, 64)
    voice.pressure = 1.0
    lib.modulation_follow(voice, map, channel, ffi.NULL, 1.0)
    g = lib.modulation_values(voice, map, channel, ffi.NULL, NOT_SET)
    assert getattr(g, READ[target]) == pytest.approx(high)


def test_a_default_is_where_a_controller_stands_until_it_is_sent():
    map = hand_map(ffi, [ModRoute("cc20", "level", 0.0, 12.0, default=127)])
    assert asked(make(), map=map).level_db == pytest.approx(12)
    assert asked(make((20, 0)), map=map).level_db == 0


def test_wind_is_silent_without_breath_and_reaches_the_loudest():
    wind = hand_map(ffi, "wind")
    assert lib.mod_matrix_strength(wind, 127) == 0
    assert asked(make(), map=wind).level_db == SHUT_DB
    full = asked(make((2, 127)), map=wind)
    assert (full.volume, full.level_db) == (1, 0)


def test_of_several_gestures_for_vibrato_the_strongest_counts():
    map = hand_map(ffi, "wind")
    channel = make((1, 127))
    channel.pressure = 127
    both = asked(channel, map=map).vibrato
    channel.pressure = 0
    assert both == pytest.approx(asked(channel, map=map).vibrato) == pytest.approx(0.5)
