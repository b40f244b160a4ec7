"""MIDI learn: a gesture that moves is bound, and a learned knob takes over softly."""

import pytest
from ddsp_live.midi import messages
from ddsp_live.modulation.learn import Learn, SoftTakeover
from ddsp_live.modulation.matrix import PRESETS, TARGETS
from ddsp_live.modulation.matrix_file import find_map


def cc(number, value, channel=0):
    return messages.control_change(number, value, channel)


def test_a_knob_that_trembles_is_not_learned_but_one_that_moves_is():
    learn = Learn("brightness")
    assert [learn.receive(cc(20, value)) for value in (60, 61, 62, 60)] == [None] * 4
    assert learn.receive(cc(20, 70)) == "cc20"


def test_pressure_and_bends_are_learned_from_rest():
    assert Learn("level").receive(messages.channel_pressure(40)) == "pressure"
    assert Learn("pitch").receive(messages.pitch_bend(0)) is None
    assert Learn("pitch").receive(messages.pitch_bend(4000)) == "bend"


@pytest.mark.parametrize("raw", [cc(64, 127), cc(101, 0), cc(123, 0), messages.note_on(60, 100)])
def test_pedals_parameters_modes_and_keys_are_never_learned(raw):
    learn = Learn("vibrato")
    assert learn.receive(raw) is None and learn.receive(raw[:2] + bytes([raw[2] ^ 64])) is None


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_can_be_learned_into_every_preset(target):
    for rows in PRESETS.values():
        learned = find_map(Learn(target).into(rows, "cc30"))
        assert [row.target for row in learned if row.gesture == "cc30"] == [target]


def test_a_learned_controller_moves_nothing_else_any_more():
    rows = Learn("vibrato").into(PRESETS["keyboard"], "cc74")
    assert [row.target for row in rows if row.gesture == "cc74"] == ["vibrato"]


def test_no_such_target():
    with pytest.raises(ValueError, match="no target 'colour'"):
        Learn("colour")


def test_where_controllers_alone_count_pressure_and_bends_are_not_learned():
    learn = Learn("vibrato", knobs=True)
    assert learn.receive(messages.channel_pressure(90)) is None
    assert learn.receive(messages.pitch_bend(8000)) is None
    assert [learn.receive(cc(20, value)) for value in (0, 9)] == [None, "cc20"]


def turn(takeover, slider, *knobs):
    """Where the slider is after each place that the knob is turned to."""
    places = []
    for knob in knobs:
        if takeover.holds(knob, slider):
            slider = knob
        places.append(slider)
    return places


def test_a_knob_waits_until_it_passes_where_the_slider_is():
    assert turn(SoftTakeover(), 0.5, 0.1, 0.3, 0.45, 0.55, 0.2) == [0.5, 0.5, 0.5, 0.55, 0.2]


def test_a_knob_that_jumps_over_the_slider_has_passed_it():
    assert turn(SoftTakeover(), 0.5, 0.9, 0.1) == [0.5, 0.1]


def test_a_slider_that_nobody_has_moved_goes_with_any_knob():
    assert turn(SoftTakeover(), None, 0.9, 0.1) == [0.9, 0.1]


def test_whoever_moves_the_slider_makes_the_knob_wait_again():
    takeover = SoftTakeover()
    assert turn(takeover, None, 0.2) == [0.2]
    assert turn(takeover, 0.8, 0.3, 0.79, 0.4) == [0.8, 0.79, 0.4]


def test_a_slider_that_comes_back_to_where_a_knob_left_it_does_not_jump_to_the_knob():
    takeover = SoftTakeover()
    assert turn(takeover, None, 0.5) == [0.5]
    assert turn(takeover, 0.9, 0.1) == [0.9]
    assert turn(takeover, 0.5, 0.0) == [0.5]
