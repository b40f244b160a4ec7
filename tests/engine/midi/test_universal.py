"""System exclusive messages of the whole synth, byte by byte as the specifications list them."""

import pytest
from ddsp_live.midi.universal import (
    COARSE_TUNING,
    FINE_TUNING,
    RESET,
    VOLUME,
    Master,
    decode_master,
    is_answered,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("F0 7F 7F 04 01 7F 7F F7", Master(VOLUME, 1.0)),
        ("F0 7F 00 04 01 00 00 F7", Master(VOLUME, 0.0)),
        ("F0 7F 7F 04 03 00 40 F7", Master(FINE_TUNING, 0.0)),
        ("F0 7F 7F 04 03 00 00 F7", Master(FINE_TUNING, -1.0)),
        ("F0 7F 7F 04 03 7F 7F F7", Master(FINE_TUNING, 8191 / 8192)),
        ("F0 7F 7F 04 04 00 4C F7", Master(COARSE_TUNING, 12.0)),
        ("F0 7E 7F 09 01 F7", Master(RESET)),
        ("F0 7E 00 09 02 F7", Master(RESET)),
        ("F0 41 10 42 12 40 00 7F 00 41 F7", Master(RESET)),
        ("F0 43 10 4C 00 00 7E 00 F7", Master(RESET)),
    ],
)
def test_messages_mean_what_the_specifications_say(text, expected):
    assert decode_master(bytes.fromhex(text)) == expected
    assert is_answered(bytes.fromhex(text))


@pytest.mark.parametrize(
    "text",
    [
        "F0 F7",
        "F0 7E 7F 06 01 F7",  # identity request
        "F0 7F 7F 04 02 00 40 F7",  # master balance
        "F0 7F 7F 04 01 7F F7",  # too short
        "F0 7F 7F 04 01 7F 80 F7",  # damaged
        "F0 7E 7F 09 01",  # without its end
        "F0 41 10 42 12 40 00 7F 01 40 F7",  # another GS mode
        "90 3C 40",
    ],
)
def test_other_messages_change_nothing(text):
    assert decode_master(bytes.fromhex(text)) is None
    assert not is_answered(bytes.fromhex(text))
