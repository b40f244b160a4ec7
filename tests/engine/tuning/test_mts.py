"""The MIDI Tuning Standard's messages, byte by byte as the specification lists them."""

import numpy as np
import pytest
from ddsp_live.tuning.mts import KeyChange, OctaveChange, Tuning, TuningError, decode


def sysex(text):
    return bytes.fromhex(text)


@pytest.mark.parametrize(
    ("frequency", "hertz"),
    [  # the specification's examples
        ("00 00 00", 8.1758),
        ("00 00 01", 8.1758),
        ("01 00 00", 8.6620),
        ("0C 00 00", 16.3516),
        ("3C 00 00", 261.6256),
        ("3D 00 00", 277.1827),
        ("44 7F 7F", 439.9984),
        ("45 00 00", 440.0000),
        ("45 00 01", 440.0016),
        ("78 00 00", 8372.0181),
        ("78 00 01", 8372.0476),
        ("7F 7F 7E", 13289.6567),
    ],
)
def test_frequencies_are_those_of_the_specification(frequency, hertz):
    change = decode(sysex(f"F0 7F 00 08 02 00 01 3C {frequency} F7"))
    assert 440 * 2 ** ((change.keys[0x3C] - 69) / 12) == pytest.approx(hertz, rel=1e-6, abs=5.1e-5)


def test_single_notes_change_while_they_sound():
    change = decode(sysex("F0 7F 7F 08 02 05 02  3C 3C 40 00  45 44 00 00 F7"))
    assert change == KeyChange({60: 60.5, 69: 68.0}, realtime=True, program=5)
    after = change.apply(Tuning())
    assert after.pitch(60) == 60.5
    assert after.pitch(69, channel=9) == 68
    assert after.pitch(61) == 61


def test_single_notes_with_a_bank_come_in_both_kinds():
    live, setup = (decode(sysex(f"F0 {kind} 10 08 07 03 04 01 00 01 00 00 F7")) for kind in ("7F", "7E"))
    assert live == KeyChange({0: 1.0}, realtime=True, program=4, bank=3)
    assert setup == KeyChange({0: 1.0}, realtime=False, program=4, bank=3)


def test_7f_7f_7f_leaves_a_key_as_it_is():
    assert decode(sysex("F0 7F 7F 08 02 00 02  3C 7F 7F 7F  3D 7F 7F 7E F7")).keys.keys() == {61}


@pytest.mark.parametrize(("kind", "realtime"), [("7F", True), ("7E", False)])
def test_octave_tuning_in_one_byte_is_in_cents(kind, realtime):
    change = decode(sysex(f"F0 {kind} 7F 08 08 03 7F 7F 40 41 42 43 3F 3E 00 7F 40 40 40 50 F7"))
    assert change == OctaveChange(tuple(range(16)), (0, 1, 2, 3, -1, -2, -64, 63, 0, 0, 0, 16), realtime)


def test_octave_tuning_in_two_bytes_spans_a_semitone_either_way():
    steps = "40 00 " * 9 + "00 00 7F 7F 60 00"
    change = decode(sysex(f"F0 7F 7F 08 09 00 00 01 {steps} F7"))
    assert change.channels == (0,)
    assert change.cents == pytest.approx([0] * 9 + [-100, 100 * 8191 / 8192, 50])


@pytest.mark.parametrize(
    ("mask", "channels"),
    [
        ("00 00 01", [0]),
        ("00 00 40", [6]),
        ("00 01 00", [7]),
        ("00 40 00", [13]),
        ("01 00 00", [14]),
        ("02 00 00", [15]),
        ("00 00 00", []),
        ("7C 00 00", []),  # reserved bits
    ],
)
def test_octave_tuning_reaches_the_channels_of_its_mask(mask, channels):
    change = decode(sysex(f"F0 7F 7F 08 08 {mask} {'41 ' * 12} F7"))
    assert list(change.channels) == channels
    pitches = change.apply(Tuning()).pitches()
    assert [channel for channel in range(16) if (pitches[channel] != np.arange(128)).any()] == channels


def test_changes_add_up_and_leave_the_old_tuning_as_it_was():
    plain = Tuning()
    quarter = decode(sysex(f"F0 7F 7F 08 09 00 00 02 {'60 00 ' * 12} F7")).apply(plain)
    both = decode(sysex("F0 7F 7F 08 02 00 01 3C 3D 00 00 F7")).apply(quarter)
    assert [both.pitch(60, channel) for channel in (0, 1)] == [61, 61.5]
    np.testing.assert_array_equal(plain.pitches(), np.tile(np.arange(128.0), (16, 1)))
    assert both.pitches()[1, 60] == both.pitch(60, 1)


@pytest.mark.parametrize(
    "message",
    [
        "90 3C 40",
        "F0 F7",
        "F0 7E 7F 06 01 F7",  # identity request
        "F0 43 10 08 02 00 01 3C 3C 00 00 F7",  # a maker's own
        "F0 7F 7F 08 02 00 01 3C 3C 00 00",  # without its end
        "F0 7E 7F 08 00 00 F7",  # bulk dump request
        "F0 7E 7F 08 02 00 01 3C 3C 00 00 F7",  # single notes are realtime
    ],
)
def test_other_messages_change_nothing(message):
    assert decode(sysex(message)) is None


@pytest.mark.parametrize(
    "message",
    [
        "F0 7F 7F 08 02 F7",
        "F0 7F 7F 08 02 00 02 3C 3C 00 00 F7",  # one note of two
        "F0 7F 7F 08 02 00 01 3C 3C 00 00 00 F7",
        "F0 7F 7F 08 02 00 01 3C 3C 80 00 F7",
        "F0 7F 7F 08 07 00 00 01 3C F7",
        "F0 7F 7F 08 08 00 00 01 40 F7",
        f"F0 7F 7F 08 09 00 00 01 {'40 ' * 12} F7",
    ],
)
def test_damaged_messages_are_refused_in_one_sentence(message):
    with pytest.raises(TuningError) as error:
        decode(sysex(message))
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


NAME = "41 " * 16


def test_a_bulk_dump_tunes_all_keys_and_its_checksum_is_not_looked_at():
    entries = "".join(f"{127 - key:02X} 20 00 " for key in range(127)) + "7F 7F 7F "
    for form, program in (("01 05", (0, 5)), ("04 02 05", (2, 5))):
        change = decode(sysex(f"F0 7E 7F 08 {form} {NAME} {entries} 33 F7"))
        assert change == KeyChange({key: 127.25 - key for key in range(127)}, False, program[1], program[0])


@pytest.mark.parametrize(("form", "steps"), [("05", "50 " * 12), ("06", "50 00 " * 12)])
def test_a_bulk_dump_of_an_octave_is_for_all_channels(form, steps):
    change = decode(sysex(f"F0 7E 7F 08 {form} 00 00 {NAME} {steps} 00 F7"))
    assert change == OctaveChange(tuple(range(16)), ((16.0 if form == "05" else 25.0),) * 12, False)


@pytest.mark.parametrize(
    "message", ["F0 7E 7F 08 01 F7", f"F0 7E 7F 08 01 00 {NAME} 00 F7", "F0 7E 7F 08 05 F7"]
)
def test_a_dump_that_is_cut_short_is_refused(message):
    with pytest.raises(TuningError):
        decode(sysex(message))


def test_no_key_is_made_mute_by_being_tuned_below_the_lowest():
    change = decode(sysex(f"F0 7F 7F 08 08 03 7F 7F {'00 ' * 12} F7"))
    assert change.apply(Tuning()).pitches()[0, 0] == 0
