"""Live ports, on a MIDI system that is not there: keyboards come and go, and no note hangs."""

import json
import subprocess
import sys
import threading
import time

import pytest
from ddsp_live.midi.messages import control_change, note_off, note_on, pitch_bend
from ddsp_live.midi.ports.backend import Backend, MidiPortError
from ddsp_live.midi.ports.input import MidiInput, list_ports
from ddsp_live.midi.ports.output import is_own
from ddsp_live.midi.ports.rtmidi import CHANGING, RtMidi


class FakeConnection:
    def __init__(self, opened, key, deliver):
        self.opened, self.key = opened, key
        opened[key] = deliver

    def close(self):
        del self.opened[self.key]


class FakeMidi(Backend):
    """Ports by name, which a test plugs and unplugs; `opened` has what the open ones deliver to."""

    def __init__(self, *names):
        self.plugged, self.opened, self.busy, self.closed = list(names), {}, set(), False

    def names(self):
        return list(self.plugged)

    def open(self, index, deliver):
        name = self.plugged[index]
        if name in self.busy:
            raise MidiPortError(f"{name} is in use by another program.")
        count = sum(key[0] == name for key in self.opened)
        return FakeConnection(self.opened, (name, count), deliver)

    def open_virtual(self, name, deliver):
        return FakeConnection(self.opened, (name, "virtual"), deliver)

    def stable_name(self, name):
        return name.split(" @")[0]

    def close(self):
        self.closed = True

    def play(self, name, *messages, arrival=0.0, count=0):
        for message in messages:
            self.opened[name, count](message, arrival)


class Heard(list):
    """What was received; `changes` are ports that came and went."""

    def __init__(self):
        super().__init__()
        self.changes = []

    def receive(self, message, arrival):
        self.append((message, arrival))

    def change(self, name, connected):
        self.changes.append((name, connected))

    @property
    def messages(self):
        return [message for message, _ in self]


def listen(midi, **options):
    heard = Heard()
    options = {"watch_seconds": None, "on_change": heard.change, **options}
    return heard, MidiInput(heard.receive, backend=midi, **options)


def test_all_ports_are_heard_with_their_arrival_times():
    midi = FakeMidi("Keys", "Pads")
    heard, port = listen(midi)
    midi.play("Keys", note_on(60), arrival=1.5)
    midi.play("Pads", note_on(61, channel=9), arrival=1.25)
    assert heard == [(note_on(60), 1.5), (note_on(61, channel=9), 1.25)]
    assert port.connected == ["Keys", "Pads"]
    assert heard.changes == [("Keys", True), ("Pads", True)]


def test_the_programs_own_output_is_no_keyboard():
    midi, heard = FakeMidi("Keys", "ddsp-live-01:heard notes", "ddsp-live:virtual keys"), Heard()
    with MidiInput(heard.receive, backend=midi, besides=lambda name: is_own(name, "Heard notes")) as ports:
        assert ports.connected == ["Keys", "ddsp-live:virtual keys"]
    assert not is_own("Keystation heard notes", "heard notes") and not is_own("ddsp-live:in", None)


def test_bytes_become_whole_messages_port_by_port():
    midi = FakeMidi("Keys", "Pads")
    heard, _ = listen(midi)
    midi.play("Keys", b"\x90\x3c")
    midi.play("Pads", b"\x91\x3e\x40\x3e\x00")
    midi.play("Keys", b"\xf8\x40")
    assert heard.messages == [b"\x91\x3e\x40", b"\x91\x3e\x00", b"\xf8", b"\x90\x3c\x40"]


def sensing(monkeypatch, *silences):
    """A port that holds a note and a pedal, sends 0xFE, and then nothing for so many seconds each."""
    midi, clock = FakeMidi("Keys"), [100.0]
    monkeypatch.setattr("ddsp_live.midi.ports.input.time.monotonic", lambda: clock[0])
    heard, port = listen(midi)
    midi.play("Keys", note_on(60), control_change(64, 127), arrival=clock[0])
    for silence in silences:
        midi.play("Keys", b"\xfe", arrival=clock[0])
        clock[0] += silence
        port.sense()
    return midi, heard, port, clock


def test_a_cable_that_falls_silent_after_active_sensing_lets_go(monkeypatch):
    _, heard, *_ = sensing(monkeypatch, 0.29, 0.34)
    assert heard.messages[-2:] == [note_off(60), control_change(64, 0)]


def test_a_cable_that_keeps_its_promise_holds_on(monkeypatch):
    _, heard, *_ = sensing(monkeypatch, *[0.3] * 20)
    assert note_off(60) not in heard.messages


def test_any_message_is_a_sign_of_life(monkeypatch):
    midi, heard, port, clock = sensing(monkeypatch, 0.25)
    midi.play("Keys", note_on(62), arrival=clock[0])
    clock[0] += 0.25
    port.sense()
    assert note_off(60) not in heard.messages


def test_a_cable_that_never_sent_active_sensing_may_be_silent(monkeypatch):
    _, heard, port, clock = sensing(monkeypatch)
    clock[0] += 3600
    port.sense()
    assert note_off(60) not in heard.messages


def test_a_cable_that_was_cut_plays_on_when_it_is_back(monkeypatch):
    midi, heard, port, clock = sensing(monkeypatch, 1.0)
    midi.play("Keys", note_on(64), arrival=clock[0])
    clock[0] += 10  # it has not asked to be watched again
    port.sense()
    assert heard.messages[-1] == note_on(64)


def test_a_port_is_watched_for_silence_without_being_asked():
    """With the watcher's own thread and the real clock."""
    midi = FakeMidi("Keys")
    heard, port = listen(midi, watch_seconds=0.5)
    midi.play("Keys", note_on(60), b"\xfe", arrival=time.monotonic())
    deadline = time.monotonic() + 20
    while note_off(60) not in heard.messages and time.monotonic() < deadline:
        time.sleep(0.01)
    port.close()
    assert heard.messages.count(note_off(60)) == 1


def test_what_an_unplugged_port_held_is_let_go_and_nothing_else():
    midi = FakeMidi("Keys", "Pads")
    heard, port = listen(midi)
    midi.play("Pads", note_on(48))
    midi.play("Keys", note_on(60), note_on(64, channel=2), note_on(67), note_off(67))
    midi.play("Keys", control_change(64, 127), pitch_bend(900))
    del heard[:]
    midi.plugged.remove("Keys")
    before = time.monotonic()
    port.poll()
    assert set(heard.messages) == {
        note_off(60),
        note_off(64, channel=2),
        control_change(64, 0),
        pitch_bend(0),
    }
    assert all(before <= arrival <= time.monotonic() for _, arrival in heard)
    assert heard.changes[2:] == [("Keys", False)]
    assert port.connected == ["Pads"]
    midi.play("Pads", note_off(48))
    assert heard.messages[-1] == note_off(48)


def test_a_port_that_comes_back_is_heard_again():
    midi = FakeMidi("Keys @20")
    heard, port = listen(midi, port=0)
    midi.plugged[:] = []
    port.poll()
    midi.plugged[:] = ["Pads @20", "Keys @24"]  # the same keyboard, under another number
    port.poll()
    assert port.connected == ["Keys @24"]
    midi.play("Keys @24", note_on(60))
    assert heard.messages == [note_on(60)]
    assert heard.changes == [("Keys @20", True), ("Keys @20", False), ("Keys @24", True)]


def test_a_port_that_came_back_between_two_looks_is_heard_again():
    midi = FakeMidi("Keys @20")
    heard, port = listen(midi)
    midi.play("Keys @20", note_on(60))
    midi.plugged[:] = ["Keys @24"]
    port.poll()
    assert heard.messages == [note_on(60), note_off(60)]
    assert port.connected == ["Keys @24"]


def test_a_half_received_message_does_not_survive_the_port():
    midi = FakeMidi("Keys")
    heard, port = listen(midi)
    midi.play("Keys", b"\x90\x3c")
    midi.plugged.clear()
    port.poll()
    midi.plugged.append("Keys")
    port.poll()
    midi.play("Keys", b"\x40")
    assert heard == []


def test_two_keyboards_of_the_same_name_are_both_heard():
    midi = FakeMidi("Keys", "Keys")
    heard, port = listen(midi)
    midi.play("Keys", note_on(60), count=0)
    midi.play("Keys", note_on(61), count=1)
    assert heard.messages == [note_on(60), note_on(61)]
    midi.plugged.pop()
    port.poll()
    assert port.connected == ["Keys"]


def test_a_part_of_the_name_chooses_in_any_case():
    midi = FakeMidi("Through 14:0", "Keystation 49 20:0", "Pads 24:0")
    assert listen(midi, port="keystation")[1].connected == ["Keystation 49 20:0"]


def test_a_number_chooses_and_stays_with_that_keyboard():
    midi = FakeMidi("Through", "Keys")
    _, port = listen(midi, port=1)
    midi.plugged.insert(0, "Pads")
    port.poll()
    assert port.connected == ["Keys"]


@pytest.mark.parametrize(
    "names, port, reason",
    [
        (["Keys", "Pads"], "organ", "no MIDI port with 'organ' in its name: there are 'Keys', 'Pads'"),
        (["Keys"], 3, "no MIDI port number 3: there are 'Keys'"),
        ([], "Keys", "no MIDI input is connected"),
    ],
)
def test_a_port_that_is_not_there_is_refused_in_one_sentence(names, port, reason):
    midi = FakeMidi(*names)
    with pytest.raises(MidiPortError, match=reason) as caught:
        listen(midi, port=port)
    assert str(caught.value).endswith(".")
    assert midi.closed


def test_a_busy_port_is_refused_where_it_was_asked_for_and_tried_again_otherwise():
    midi = FakeMidi("Keys", "Pads")
    midi.busy.add("Keys")
    with pytest.raises(MidiPortError, match="Keys is in use"):
        listen(midi, port="Keys")
    _, port = listen(midi)
    assert port.connected == ["Pads"]
    assert port.problems == {"Keys": "Keys is in use by another program."}
    midi.busy.clear()
    port.poll()
    assert sorted(port.connected) == ["Keys", "Pads"]
    assert port.problems == {}


def test_a_port_that_moved_while_it_was_opened_is_not_taken_for_another():
    midi = FakeMidi("Organ")
    _, port = listen(midi, port="Organ")
    midi.plugged.clear()
    port.poll()
    midi.plugged += ["Keys", "Organ", "Pads"]
    open_port = midi.open

    def open_late(index, deliver):
        if "Keys" in midi.plugged:
            midi.plugged.remove("Keys")  # now the organ's index is that of the pads
        return open_port(index, deliver)

    midi.open = open_late
    port.poll()
    assert midi.opened == {}
    port.poll()
    assert port.connected == ["Organ"]
    assert list(midi.opened) == [("Organ", 0)]


def test_a_virtual_port_is_heard_and_lets_go_when_closed():
    midi = FakeMidi()
    heard, port = listen(midi, virtual="ddsp-live")
    assert port.connected == ["ddsp-live"]
    midi.play("ddsp-live", note_on(60), count="virtual")
    port.close()
    assert heard.messages == [note_on(60), note_off(60)]


def test_a_system_without_virtual_ports_says_so():
    midi = FakeMidi()
    midi.open_virtual = lambda name, deliver: Backend.open_virtual(midi, name, deliver)
    with pytest.raises(MidiPortError, match="no virtual ports"):
        listen(midi, virtual="ddsp-live")


def test_closing_lets_go_of_everything_and_hears_no_more():
    midi = FakeMidi("Keys")
    heard, port = listen(midi)
    midi.play("Keys", note_on(60))
    late = midi.opened["Keys", 0]
    with port:
        pass
    late(note_on(72), 0.0)
    assert heard.messages == [note_on(60), note_off(60)]
    assert midi.opened == {} and midi.closed
    port.close()
    port.poll()
    assert port.connected == []


def test_the_watcher_notices_by_itself_and_survives_a_failing_system():
    midi = FakeMidi()
    names, failures = midi.names, []

    def failing_names():
        if len(failures) < 3:
            failures.append(1)
            raise MidiPortError("The MIDI server is starting.")
        return names()

    _, port = listen(midi, watch_seconds=0.001)
    came = threading.Event()
    port._on_change = lambda name, connected: came.set()
    midi.names = failing_names
    midi.plugged.append("Keys")
    assert came.wait(10)
    port.close()
    assert len(failures) == 3


def test_a_callback_may_close_the_input():
    midi = FakeMidi("Keys")
    _, port = listen(midi)
    port._on_change = lambda name, connected: port.close()
    midi.plugged.clear()
    port.poll()
    assert midi.closed


def test_ports_are_listed():
    assert list_ports(FakeMidi("Keys", "Pads")) == ["Keys", "Pads"]


@pytest.mark.parametrize(
    "api, before, after",
    [
        ("alsa", "Keystation 49:Keystation 49 MIDI 1 20:0", "Keystation 49:Keystation 49 MIDI 1 28:0"),
        ("jack", "a2j:Keystation [20] (capture): MIDI 1", "a2j:Keystation [28] (capture): MIDI 1"),
        ("winmm", "Keystation 0", "Keystation 2"),
        ("core", "Keystation 49", "Keystation 49"),
    ],
)
def test_a_keyboard_is_known_by_its_name_without_the_system_s_numbers(api, before, after):
    backend = object.__new__(RtMidi)
    backend.api = api
    assert backend.stable_name(before) == backend.stable_name(after)
    assert backend.stable_name(before).startswith(("Keystation", "a2j:Keystation"))
    assert api == "core" or api in CHANGING


def test_an_unknown_midi_system_is_refused():
    with pytest.raises(MidiPortError, match="no MIDI system 'carrier-pigeon' here: choose one of"):
        RtMidi("carrier-pigeon")


def test_without_the_package_devices_says_what_to_install_and_all_else_works(tmp_path):
    (tmp_path / "rtmidi").mkdir()  # stands before the real one
    (tmp_path / "rtmidi" / "__init__.py").write_text("raise ModuleNotFoundError('No module', name='rtmidi')")
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from ddsp_live.cli import main; "
        "sys.exit(main(sys.argv[1:]))"
    )

    def run(*words):
        command = [sys.executable, "-c", code, str(tmp_path), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert "`pip install 'ddsp-live[midi]'`" in json.loads(run("devices", "--json").stdout)["midi_problem"]
    done = run("render", "--phrase", "-o", tmp_path / "phrase.wav")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "phrase.wav").stat().st_size > 10_000
