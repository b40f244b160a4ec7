"""From a MIDI port to the kernel: how many calls of Python, in how many files, a message passes."""

import sys
import time

import ddsp_live
import pytest
from ddsp_live.live.session import Session
from ddsp_live.midi import messages
from ddsp_live.midi.ports.backend import Backend
from ddsp_live.midi.ports.input import MidiInput
from ddsp_live.midi.ports.rtmidi import _Port
from make_patch import make_patch

MOST_CALLS, MOST_FILES = 12, 6


class Client:
    """RtMidi's, as far as a port needs it: `arrive` calls back as its thread does."""

    def ignore_types(self, **_):
        pass

    def set_callback(self, callback):
        self.arrive = callback

    def cancel_callback(self):
        pass

    close_port = delete = cancel_callback


class System(Backend):
    """A MIDI system with one keyboard."""

    client = Client()

    def names(self):
        return ["keys"]

    def open(self, index, deliver):
        return _Port(self.client, deliver)


@pytest.fixture
def send(tmp_path):
    """Sends one message as a keyboard does, the panel and the rules on: the Python functions that were called."""
    synth = ddsp_live.Synth(make_patch(tmp_path / "tiny.ddsp"), rules=1.0)
    session, seen = Session(synth), []
    session.listen(lambda kind, what: seen.append((kind, what)))  # the panel
    system = System()

    def count(raw):
        called = []

        def profile(frame, event, argument):
            if event == "call":
                called.append((frame.f_code.co_filename, frame.f_code.co_name))

        sys.setprofile(profile)
        try:
            system.client.arrive((list(raw), 0.0), None)
        finally:
            sys.setprofile(None)
        return called

    with MidiInput(session.receive, backend=system, watch_seconds=None):
        for key in (60, 64, 67):  # what is done once, the first time, is done
            count(messages.note_on(key, 80))
            count(messages.note_off(key))
            count(messages.control_change(74, 64 + key % 2))
            time.sleep(0.001)
        count.synth, count.seen = synth, seen
        yield count


@pytest.mark.parametrize(
    "raw",
    [messages.note_on(72, 90), messages.note_off(72), messages.control_change(74, 90)],
    ids=["note on", "note off", "controller"],
)
def test_a_message_is_soon_with_the_kernel(send, raw):
    send.seen.clear()
    called = send(raw)
    assert len(called) > 3
    assert len(called) <= MOST_CALLS, [name for _, name in called]
    assert len({file for file, _ in called}) <= MOST_FILES, sorted({file for file, _ in called})
    # The panel was told of a controller, and all came through.
    assert [kind for kind, _ in send.seen] == (["control"] if raw[0] == 0xB0 else [])


def test_what_went_the_short_way_sounds_by_the_rules_and_is_let_go_with_the_port(send):
    send(messages.note_on(79, 90))
    send.synth.render(4800)
    (voice,) = send.synth.voice_readings()
    assert (voice.note, voice.held) == (79, True)
    send(messages.note_off(79))
    send.synth.render(480)
    assert not any(voice.held for voice in send.synth.voice_readings())
