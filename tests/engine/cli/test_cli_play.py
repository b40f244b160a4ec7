"""`ddsp-live play` on a device and with keyboards that are not there in truth."""

import _thread
import sys
import threading
import time

import ddsp_live.midi.ports.rtmidi as rtmidi_ports
import numpy as np
import pytest
from ddsp_live.audio import stream
from ddsp_live.cli import main
from ddsp_live.live import capacity
from ddsp_live.midi import phrase
from ddsp_live.midi.ports import input as ports
from fake_sound import FakeSound
from make_patch import make_patch


class Keyboards(ports.Backend):
    """A MIDI system whose ports are the names in `there`."""

    def __init__(self):
        self.there, self.delivers, self.closed = [], {}, 0

    def names(self):
        return list(self.there)

    def open(self, index, deliver):
        return self.open_virtual(self.there[index], deliver)

    def open_virtual(self, name, deliver):
        self.delivers[name] = deliver
        return Connection(self)


class Connection:
    def __init__(self, keyboards):
        self._keyboards = keyboards

    def close(self):
        self._keyboards.closed += 1
        self._keyboards.delivers.clear()


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return str(make_patch(tmp_path_factory.mktemp("patch") / "tiny.ddsp"))


@pytest.fixture
def sound(monkeypatch):
    fake = FakeSound()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setattr(stream, "WATCH_SECONDS", 0.005)
    return fake


@pytest.fixture
def keyboards(monkeypatch):
    fake = Keyboards()
    monkeypatch.setattr(rtmidi_ports, "RtMidi", lambda: fake)
    monkeypatch.setitem(ports.MidiInput.__init__.__kwdefaults__, "watch_seconds", 0.01)
    return fake


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)


def play_while(patch, actions):
    """Plays until `actions` are over, as a player who then presses Ctrl-C."""

    def act():
        try:
            actions()
        finally:
            _thread.interrupt_main()

    acting = threading.Thread(target=act, daemon=True)
    acting.start()
    assert main(["play", patch]) == 130
    acting.join()


def test_it_says_where_it_plays_and_how_late(sound, keyboards, patch, capsys):
    keyboards.there = ["Keys [20] (capture)"]
    assert main(["play", patch, "--seconds", "0.2"]) == 0
    said = capsys.readouterr().err.splitlines()
    # The fake device's 4.0 ms and one block of 64 samples at 48 kHz.
    assert (
        "'USB Audio' (ALSA), 48000 Hz in blocks of 64, 16 voices: 5.3 ms from a key to its sound" in said[0]
    )
    assert said[1].startswith("Play on Keys [20] (capture).")


def test_by_default_it_plays_as_many_voices_as_fit(sound, keyboards, patch, capsys, monkeypatch):
    monkeypatch.setattr(capacity, "callback_share", lambda patch, rate, block, voices, decoder: 0.05 * voices)
    assert main(["play", patch, "--seconds", "0.1"]) == 0
    said = capsys.readouterr().err
    assert said.startswith("8 voices of ") and "blocks of 64, 8 voices:" in said
    assert main(["play", patch, "--seconds", "0.1", "--voices", "16"]) == 0
    assert "blocks of 64, 16 voices:" in capsys.readouterr().err


def test_a_key_is_heard(sound, keyboards, patch):
    keyboards.there = ["Keys"]

    def press():
        until(lambda: "Keys" in keyboards.delivers and sound.called > 3)
        keyboards.delivers["Keys"](bytes([0x90, 69, 100]), time.monotonic())
        until(lambda: sound.peak > 0.001)

    play_while(patch, press)
    assert sound.peak > 0.001


def test_a_keyboard_that_goes_and_comes_is_told(sound, keyboards, patch, capsys):
    keyboards.there = ["Keys"]

    def unplug():
        until(lambda: "Keys" in keyboards.delivers and sound.called > 3)
        time.sleep(0.2)  # the ports that are there from the start are not told one by one
        keyboards.there = []
        until(lambda: keyboards.closed == 1)
        keyboards.there = ["Keys"]
        until(lambda: "Keys" in keyboards.delivers)
        time.sleep(0.1)  # it is told a moment after it was opened

    play_while(patch, unplug)
    said = capsys.readouterr().err
    assert "The MIDI port 'Keys' is gone" in said
    assert "The MIDI port 'Keys' is here." in said


def test_without_a_keyboard_it_says_what_to_do(sound, keyboards, patch, capsys):
    assert main(["play", patch, "--seconds", "0.1"]) == 0
    assert "connect one and play" in capsys.readouterr().err


def test_a_port_that_is_not_there_is_status_2(sound, keyboards, patch, capsys):
    keyboards.there = ["Keys"]
    assert main(["play", patch, "--midi", "Organ"]) == 2
    assert "no MIDI port with 'Organ' in its name: there are 'Keys'" in capsys.readouterr().err
    assert main(["play", patch, "--midi", "7"]) == 2
    assert "no MIDI port number 7" in capsys.readouterr().err


def test_several_ports_may_be_chosen(sound, keyboards, patch, capsys):
    keyboards.there = ["Keys", "Pads", "Organ"]
    assert main(["play", patch, "--seconds", "0.1", "--midi", "key", "--midi", "2", "--virtual", "in"]) == 0
    assert "Play on Keys, in, Organ." in capsys.readouterr().err


def test_a_device_that_is_not_there_is_status_2(sound, keyboards, patch, capsys):
    assert main(["play", patch, "--device", "Tape"]) == 2
    assert "no audio output device 'Tape': choose one of 0 (Built-in)" in capsys.readouterr().err


def test_a_rate_that_the_device_refuses_is_status_2(sound, keyboards, patch, capsys):
    assert main(["play", patch, "--rate", "96000"]) == 2
    assert "refused 96000 Hz" in capsys.readouterr().err


def test_a_device_without_48_khz_is_played_at_its_own_rate(sound, keyboards, patch, capsys):
    sound.rates = (44100,)
    assert main(["play", patch, "--seconds", "0.1"]) == 0
    assert "44100 Hz" in capsys.readouterr().err


def test_the_demo_plays_by_itself_and_ends(sound, keyboards, patch, monkeypatch):
    short = [(0.0, bytes([0x90, 69, 100])), (0.1, bytes([0x80, 69, 0]))]
    monkeypatch.setattr(phrase, "phrase", lambda: short)
    begin = time.monotonic()
    assert main(["play", patch, "--demo"]) == 0
    assert time.monotonic() - begin < 10
    assert sound.peak > 0.001


def test_the_status_line_tells_what_happens(patch):
    import ddsp_live
    from ddsp_live.cli.play import status_line

    synth = ddsp_live.Synth(patch)
    synth.note_on(69)
    audio = synth.render(4800)
    line = status_line(synth.stats(), type("Stream", (), {"lost": True}))
    assert "voices  1" in line
    assert f"{20 * np.log10(np.abs(audio).max()):.1f} dB" in line
    assert line.endswith("no device")
