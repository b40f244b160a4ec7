"""The table of messages: mido agrees on the bytes, the kernel's header on the controllers."""

import re
from pathlib import Path

import mido
import pytest
from ddsp_live.midi import messages
from ddsp_live.midi.held import Held
from ddsp_live.midi.programs import BANK, BANK_FINE
from ddsp_live.modulation.matrix import PRESETS
from ddsp_live.modulation.matrix_file import controller_of

HEADER = Path(__file__).parents[3] / "native" / "midi/channel.h"


@pytest.mark.parametrize(
    "made, expected",
    [
        (messages.note_on(60, 100, 3), mido.Message("note_on", note=60, velocity=100, channel=3)),
        (messages.note_off(127, 0, 15), mido.Message("note_off", note=127, velocity=0, channel=15)),
        (messages.poly_pressure(1, 2, 3), mido.Message("polytouch", note=1, value=2, channel=3)),
        (messages.control_change(11, 90, 1), mido.Message("control_change", control=11, value=90, channel=1)),
        (messages.program_change(5, 2), mido.Message("program_change", program=5, channel=2)),
        (messages.channel_pressure(64), mido.Message("aftertouch", value=64)),
        (messages.pitch_bend(-8192), mido.Message("pitchwheel", pitch=-8192)),
        (messages.pitch_bend(0, 4), mido.Message("pitchwheel", pitch=0, channel=4)),
        (messages.pitch_bend(8191), mido.Message("pitchwheel", pitch=8191)),
    ],
)
def test_bytes_are_mido_s(made, expected):
    assert made == bytes(expected.bytes())


@pytest.mark.parametrize(
    "make",
    [
        lambda: messages.note_on(128),
        lambda: messages.note_on(-1),
        lambda: messages.note_on(60, 128),
        lambda: messages.note_on(60, 1, 16),
        lambda: messages.pitch_bend(8192),
        lambda: messages.control_change(7, 300),
    ],
)
def test_values_out_of_range_are_refused(make):
    with pytest.raises(ValueError, match="is not within"):
        make()


def test_the_table_has_what_the_kernel_the_map_and_python_answer():
    enum = re.search(r"enum \{([^}]*CC_[^}]*)\}", HEADER.read_text()).group(1)
    kernel = {int(number) for number in re.findall(r"CC_\w+ = (\d+)", enum)}
    mapped = {controller_of(row.gesture) for row in PRESETS["keyboard"]} - {None}
    table = {controller.number for controller in messages.CONTROLLERS}
    omni = {124, 125}  # mean all notes off, like every number from 123
    assert kernel | mapped | {BANK, BANK_FINE} | omni == table
    assert kernel & mapped == {1}  # the map moves it, and RPN 5 says to the kernel how far


def test_a_mapped_controllers_default_is_its_rows():
    named = {controller.number: controller.default for controller in messages.CONTROLLERS}
    for row in PRESETS["keyboard"]:
        number = controller_of(row.gesture)
        assert number is None or named[number] in (row.default, None)


def test_the_documentation_has_a_row_for_each_controller():
    text = messages.controllers_markdown()
    for row in (*messages.CONTROLLERS, *messages.REGISTERED_PARAMETERS):
        assert f"| {row.number} | {row.name} |" in text
        assert row.default is None or row.low <= row.default <= row.high


def test_what_is_held_is_let_go_once():
    held = Held()
    for message in (
        messages.note_on(60),
        messages.note_on(64, channel=1),
        messages.note_on(67),
        messages.note_on(67, 0),
        messages.control_change(64, 127),
        messages.pitch_bend(-300, 2),
        messages.channel_pressure(9),
    ):
        held.receive(message)
    let_go = held.let_go()
    assert set(let_go) == {
        messages.note_off(60),
        messages.note_off(64, channel=1),
        messages.control_change(64, 0),
        messages.pitch_bend(0, 2),
        messages.channel_pressure(0),
    }
    assert [message[0] & 0xF0 for message in let_go[:2]] == [0x80, 0x80]
    assert held.let_go() == []


def test_channel_mode_messages_let_go_of_their_channel_only():
    held = Held()
    for channel in (0, 1):
        held.receive(messages.note_on(60, channel=channel))
        held.receive(messages.control_change(64, 127, channel))
    held.receive(messages.control_change(123, 0, 0))
    held.receive(messages.control_change(121, 0, 1))
    assert set(held.let_go()) == {messages.control_change(64, 0, 0), messages.note_off(60, channel=1)}
