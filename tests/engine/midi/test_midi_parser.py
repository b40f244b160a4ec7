"""The byte parser: whole messages out of any stream, in any pieces, and never an error."""

import random

import mido
import pytest
from ddsp_live.midi import parser
from ddsp_live.midi.parser import Parser


def parse(*pieces: str) -> list[str]:
    made = Parser()
    return [message.hex(" ") for piece in pieces for message in made.feed(bytes.fromhex(piece))]


STREAMS = {
    "one message": ("90 3c 40", ["90 3c 40"]),
    "one data byte": ("c3 05 d0 7f", ["c3 05", "d0 7f"]),
    "running status": ("91 3c 40 3c 00 40 40", ["91 3c 40", "91 3c 00", "91 40 40"]),
    "realtime inside": ("90 f8 3c fe 40", ["f8", "fe", "90 3c 40"]),
    "realtime keeps running status": ("90 3c 40 fa 3c 00", ["90 3c 40", "fa", "90 3c 00"]),
    "undefined realtime": ("90 3c f9 fd 40", ["90 3c 40"]),
    "sysex": ("f0 7e 00 09 01 f7", ["f0 7e 00 09 01 f7"]),
    "empty sysex": ("f0 f7", ["f0 f7"]),
    "realtime inside sysex": ("f0 7e f8 01 f7", ["f8", "f0 7e 01 f7"]),
    "sysex interrupted": ("f0 7e 01 90 3c 40", ["90 3c 40"]),
    "sysex within sysex": ("f0 01 f0 02 f7", ["f0 02 f7"]),
    "sysex ends running status": ("90 3c 40 f0 01 f7 3c 00", ["90 3c 40", "f0 01 f7"]),
    "stray end of sysex": ("f7 3c 90 3c 40 f7 3c 40", ["90 3c 40"]),
    "system common": ("f1 05 f2 01 02 f3 07 f6", ["f1 05", "f2 01 02", "f3 07", "f6"]),
    "system common ends running status": ("90 3c 40 f6 3c 00", ["90 3c 40", "f6"]),
    "undefined system common": ("90 3c 40 f4 3c 00 f5 01", ["90 3c 40"]),
    "data without a status": ("3c 40 90 3c 40", ["90 3c 40"]),
    "cut short by the next": ("90 3c 80 3c 40", ["80 3c 40"]),
    "unfinished": ("90 3c", []),
}


@pytest.mark.parametrize("stream, messages", STREAMS.values(), ids=STREAMS.keys())
def test_streams(stream, messages):
    assert parse(stream) == messages
    assert parse(*stream.split()) == messages


def test_reset_forgets_the_unfinished_message_and_the_running_status():
    made = Parser()
    made.feed(b"\x90\x3c\x40\x3c")
    made.reset()
    assert made.feed(b"\x40\x3c\x40") == []


def test_an_endless_sysex_is_dropped_and_takes_no_memory(monkeypatch):
    monkeypatch.setattr(parser, "LONGEST_SYSEX", 100)
    made = Parser()
    assert made.feed(b"\xf0" + b"\x01" * 98 + b"\xf7") == [b"\xf0" + b"\x01" * 98 + b"\xf7"]
    assert made.feed(b"\xf0" + b"\x01" * 10_000) == []
    assert len(made.message) < 100
    assert made.feed(b"\x01\xf7\x90\x3c\x40") == [b"\x90\x3c\x40"]


def test_whole_messages_of_every_kind_come_through_as_mido_made_them():
    rng = random.Random(4)
    messages = []
    for _ in range(2000):
        kind = rng.choice(
            ["note_on", "note_off", "polytouch", "control_change", "program_change", "aftertouch"]
        )
        kind = rng.choice([kind, kind, kind, "pitchwheel", "songpos", "tune_request", "clock", "sysex"])
        message = mido.Message(
            kind, **({"data": rng.randbytes(9).translate(SEVEN_BITS)} if kind == "sysex" else {})
        )
        if hasattr(message, "channel"):
            message.channel = rng.randrange(16)
        messages.append(bytes(message.bytes()))
    stream = b"".join(messages)
    made, heard = Parser(), []
    while stream:
        size = rng.randrange(1, 12)
        heard += made.feed(stream[:size])
        stream = stream[size:]
    assert heard == messages


SEVEN_BITS = bytes(byte & 127 for byte in range(256))


def test_any_bytes_give_only_whole_messages():
    rng = random.Random(7)
    for _ in range(300):
        weights = [rng.random() for _ in range(256)]
        data = bytes(rng.choices(range(256), weights, k=400))
        whole = Parser().feed(data)
        made = Parser()
        assert [message for byte in data for message in made.feed(bytes([byte]))] == whole
        for message in whole:
            assert message[0] >= 0x80
            assert all(byte < 0x80 for byte in message[1:-1] if message[0] == 0xF0)
            if message[0] != 0xF0:
                mido.Message.from_bytes(message)  # raises for what is not one whole message
