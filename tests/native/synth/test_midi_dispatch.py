"""What MIDI messages do to channels, zones and voices."""

import pytest
import synths
from synths import held, lib, make, play


def rpn(channel, number, value):
    """Messages that set a registered parameter."""
    return [(0xB0 | channel, 101, 0), (0xB0 | channel, 100, number), (0xB0 | channel, 6, value)]


@pytest.mark.parametrize("off", [(0x83, 60, 64), (0x93, 60, 0)])
def test_a_key_goes_down_and_up(off):
    synth = make()
    play(synth, (0x93, 60, 100), (0x93, 64, 100))
    assert held(synth) == [(3, 60), (3, 64)]
    play(synth, off)
    assert held(synth) == [(3, 64)]


@pytest.mark.parametrize("message", [(0x90, 60), (0x90,), (0xB0, 7), (0xE0, 5)])
def test_a_message_cut_short_does_nothing(message):
    synth = make()
    before = bytes(synths.ffi.buffer(synth.channel))
    play(synth, message)
    assert held(synth) == []
    assert bytes(synths.ffi.buffer(synth.channel)) == before


def test_a_mute_key_and_a_synth_without_instrument_start_nothing():
    synth = make()
    synth.tuning.pitch[0][60] = -1
    play(synth, (0x90, 60, 100))
    synth.current = synths.ffi.NULL
    play(synth, (0x90, 62, 100))
    assert held(synth) == []


@pytest.mark.parametrize(("bits", "bend"), [((0, 0), -8192), ((0, 64), 0), ((127, 127), 8191)])
def test_bend_has_fourteen_bits_about_its_centre(bits, bend):
    synth = make()
    play(synth, (0xE5, *bits))
    assert synth.channel[5].bend == bend
    assert synth.channel[4].bend == 0


def test_key_pressure_and_note_expression_reach_the_one_note():
    synth = make()
    play(synth, (0x90, 60, 100), (0x90, 64, 100), (0xA0, 64, 127))
    play(synth, (0, 60, 0), expression=1, value=0.25)
    hands = {synth.part[v].performance.note: synth.part[v].hands for v in range(2)}
    assert (hands[60].pressure, hands[64].pressure) == (0, 1)
    assert (hands[60].note[0], hands[64].note[0]) == (0.25, 0)


def test_zones_set_the_bend_of_their_members_and_forget_it_again():
    synth = make(voices=8)
    play(synth, *rpn(0, 6, 3))
    assert [synth.channel[i].bend_range for i in range(5)] == [2, 48, 48, 48, 2]
    play(synth, *rpn(2, 0, 12))
    assert [synth.channel[i].bend_range for i in range(5)] == [2, 12, 12, 12, 2]
    play(synth, *rpn(0, 6, 3))
    assert [synth.channel[i].bend_range for i in range(5)] == [2, 48, 48, 48, 2]
    play(synth, *rpn(0, 6, 0))
    assert [synth.channel[i].bend_range for i in range(5)] == [2] * 5


def test_pedals_and_key_pressure_of_a_member_are_left_to_its_master():
    synth = make()
    play(synth, *rpn(0, 6, 3), (0x91, 60, 100), (0xB1, 64, 127), (0xA1, 60, 127))
    assert synth.voices.sustain[1] == 0
    assert synth.part[0].hands.pressure == 0
    play(synth, (0xB0, 64, 127))
    assert [synth.voices.sustain[i] for i in range(5)] == [1, 1, 1, 1, 0]


@pytest.mark.parametrize(("count", "mono"), [(1, [3]), (2, [3, 4]), (0, list(range(3, 16)))])
def test_mono_takes_as_many_channels_as_it_says(count, mono):
    synth = make()
    play(synth, (0xB3, 126, count))
    assert [i for i in range(16) if synth.voices.mono[i]] == mono


def test_master_messages_move_the_whole_synth_and_a_reset_takes_them_back():
    synth = make()
    for what, value in ((lib.MASTER_VOLUME, 0.5), (lib.MASTER_FINE, 0.25), (lib.MASTER_COARSE, -2)):
        play(synth, (0, 0, 0), master=what, value=value)
    assert (synth.master_target, synth.master_fine, synth.master_coarse) == (0.5, 0.25, -2)
    play(synth, *rpn(0, 0, 7), (0xFF,))
    assert (synth.master_target, synth.master_fine, synth.master_coarse) == (1, 0, 0)
    assert synth.channel[0].bend_range == 2
