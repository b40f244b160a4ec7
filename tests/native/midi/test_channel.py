"""One channel's controllers: what was sent, and the glide that the next note makes."""

import pytest
import units

ffi, lib = units.load("midi/channel.h")


def make(*controls):
    channel = ffi.new("Channel *")
    lib.channel_init(channel)
    for number, value in controls:
        lib.channel_control(channel, number, value)
    return channel


def test_reset_controllers_forgets_what_rp_015_does_not_spare():
    spared = {0, 7, 10, 32, 39, 42, *range(70, 80), *range(91, 96)}
    channel = make(*((number, 50) for number in range(96)))
    assert all(lib.channel_was_sent(channel, number) for number in range(96))
    lib.channel_reset_controllers(channel)
    assert {number for number in range(96) if lib.channel_was_sent(channel, number)} == spared
    assert (channel.control[64], channel.control[66], channel.control[91]) == (0, 0, 50)


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


def test_the_portamento_switch_alone_glides_in_a_tenth_of_a_second_until_a_time_is_sent():
    assert glide((65, 127), notes=[60, 67]) == [(0, None), (0.1, 60)]
    assert glide((65, 127), (5, 0), notes=[60, 67]) == [(0, None), (0, None)]


def select(parameter):
    return (101, 0), (100, parameter)


def test_rpn_5_sets_how_far_modulation_reaches_in_128ths_of_a_semitone():
    assert make().modulation_range == 0.5
    assert make(*select(5), (6, 1), (38, 64)).modulation_range == 1.5
    assert make(*select(5), (96, 0)).modulation_range == 65 / 128
    assert make(*select(5), (97, 0)).modulation_range == 63 / 128


def test_power_up_forgets_all_but_effect_levels():
    channel = make(*((number, 50) for number in range(96)), *select(0), (6, 12))
    channel.bend, channel.pressure = 100, 20
    lib.channel_power_up(channel)
    assert {number for number in range(120) if lib.channel_was_sent(channel, number)} == set(range(91, 96))
    assert (channel.bend_range, channel.bend, channel.pressure, channel.control[91]) == (2, 0, 0, 50)
    assert (channel.fine, channel.coarse, channel.modulation_range) == (0, 0, 0.5)
