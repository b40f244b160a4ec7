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
