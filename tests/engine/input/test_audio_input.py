"""Streams that listen: one stream in and out, and what happens where that can't be had."""

import sys
import time

import ddsp_live
import numpy as np
import pytest
from ddsp_live.audio.device import find_device, find_input
from fake_sound import FakeSound


@pytest.fixture
def sound(monkeypatch):
    fake = FakeSound()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    return fake


@pytest.fixture
def synth():
    made = ddsp_live.Synth("trumpet", voices=2)
    made.input.follow("follow", octave=0, loudest_db=-16)
    return made


class Voice:
    """A steady 440 Hz."""

    def __init__(self, level):
        self.level, self.position = level, 0

    def __call__(self, size):
        at = self.position + np.arange(size)
        self.position += size
        return self.level * (
            np.sin(2 * np.pi * 440 * at / 48000) + 0.5 * np.sin(2 * np.pi * 880 * at / 48000)
        )


class Chord:
    """A minor seventh, which has no common period within a voice's range."""

    position = 0

    def __call__(self, size):
        at = self.position + np.arange(size)
        self.position += size
        hertz = [440 * 2 ** ((note - 69) / 12) for note in (57, 60, 64, 67)]
        return sum(0.05 / k * np.sin(2 * np.pi * k * hz * at / 48000) for hz in hertz for k in range(1, 8))


def wait_for(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_is_sung_is_played(sound, synth):
    sound.sing = Voice(0.1)
    with ddsp_live.play(synth, input="micro") as stream:
        assert sound.opened[-1].options["kind"] == "duplex"
        assert sound.opened[-1].options["device"] == (2, 1)
        assert (stream.input.name, stream.latency_ms, stream.input_latency_ms) == ("Microphone", 4.0, 3.0)
        wait_for(lambda: sound.peak > 0.01)
        assert synth.stats().input.f0_hz == pytest.approx(440, abs=1)


@pytest.mark.parametrize("wanted", ["", "mic", "Micro", "2", 2])
def test_a_part_of_a_name_is_enough(sound, wanted):
    assert find_input(wanted, find_device(None)).name == "Microphone"


def no_microphone(sound):
    sound.names = ["Built-in", "USB Audio"]
    return "no audio input device: connect a microphone"


def another_rate(sound):
    opens = sound._StreamBase

    def refuse(**options):
        if options["kind"] == "duplex":
            raise sound.PortAudioError("Invalid sample rate")
        return opens(**options)

    sound._StreamBase = refuse
    return "refused 48000 Hz"


@pytest.mark.parametrize("trouble", [no_microphone, another_rate])
def test_without_a_microphone_the_keys_play(sound, synth, trouble):
    words, said = trouble(sound), []
    with ddsp_live.play(synth, input="mic", say=said.append) as stream:
        assert stream.input is None
        synth.note_on(69)
        wait_for(lambda: sound.peak > 0.001)
    assert len(said) == 1
    assert words in said[0]


def test_a_name_or_channel_that_there_is_not_is_one_sentence(sound, synth):
    for options, words in (
        ({"input": "line"}, "no audio input device 'line'"),
        ({"input": "", "input_channel": 2}, "1 channels"),
    ):
        said = []
        with ddsp_live.play(synth, say=said.append, **options) as stream:
            assert stream.input is None
        assert len(said) == 1
        assert words in said[0]


def test_a_microphone_that_vanishes_leaves_the_keys(sound, synth):
    said = []
    with ddsp_live.play(synth, input="mic", say=said.append) as stream:
        wait_for(lambda: sound.called > 10)
        sound.plugged = False
        wait_for(lambda: stream.lost)
        sound.names, sound.plugged = ["Built-in", "USB Audio"], True
        wait_for(lambda: not stream.lost)
        assert stream.input is None
        sound.peak = 0
        synth.note_on(69)
        wait_for(lambda: sound.peak > 0.001)
    assert "is gone" in said[0]
    assert "no audio input device" in said[1]
    assert "is back" in said[2]


def test_clipping_is_said_once(sound, synth):
    sound.sing, said = Voice(3.0), []
    with ddsp_live.play(synth, input="mic", say=said.append):
        wait_for(lambda: said)
        time.sleep(0.3)
    assert said == ["The input is cut off at full scale: turn its gain down."]


def test_a_chord_is_told_of_once_and_the_keys_play_on(sound, synth):
    sound.sing, said = Chord(), []
    with ddsp_live.play(synth, input="mic", say=said.append):
        synth.note_on(69)
        wait_for(lambda: said)
        assert [voice.note for voice in synth.voice_readings() if voice.held] == [69]
        sound.peak = 0
        wait_for(lambda: sound.peak > 0.001)
        time.sleep(0.3)
    assert said == [
        "The input has no pitch from 40 to 4200 Hz, as with chords and noise: play one note at a time."
    ]
