"""Audio devices as PortAudio shows them, and a stream whose device goes and comes; PortAudio is a fake."""

import sys
import time

import ddsp_live
import numpy as np
import pytest
from ddsp_live.audio import device, stream
from ddsp_live.native._kernel import ffi, lib
from fake_sound import FakeSound
from make_patch import make_patch


@pytest.fixture
def sound(monkeypatch):
    fake = FakeSound()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setattr(stream, "WATCH_SECONDS", 0.005)
    return fake


@pytest.fixture
def synth(tmp_path):
    return ddsp_live.Synth(make_patch(tmp_path / "tiny.ddsp"))


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    assert condition()


def test_only_outputs_are_listed_and_one_is_the_default(sound):
    devices = device.list_devices()
    assert [found.name for found in devices] == ["Built-in", "USB Audio"]
    assert [found.default for found in devices] == [False, True]
    assert (devices[0].host, devices[0].channels, devices[0].latency_ms) == ("ALSA", 2, 5.0)


@pytest.mark.parametrize(
    ("wanted", "name"),
    [(None, "USB Audio"), ("", "USB Audio"), (0, "Built-in"), ("0", "Built-in"), ("usb", "USB Audio")],
)
def test_a_device_is_found_by_number_or_part_of_its_name(sound, wanted, name):
    assert device.find_device(wanted).name == name


@pytest.mark.parametrize("wanted", ["2", "99", "-1", "nothing like it"])
def test_a_device_that_is_not_there_is_named_with_those_that_are(sound, wanted):
    with pytest.raises(device.DeviceError, match=r"choose one of 0 \(Built-in\), 1 \(USB Audio\)"):
        device.find_device(wanted)


def test_no_device_at_all_is_a_sentence(sound):
    sound.plugged = False
    with pytest.raises(device.DeviceError, match="no audio output device"):
        device.find_device(None)


def test_without_portaudio_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(device.DeviceError, match=r"run `.*install.*`"):
        device.portaudio()


def test_the_device_calls_the_kernel_and_no_python(sound, synth):
    with ddsp_live.play(synth) as playing:
        options = sound.opened[0].options
        assert options["callback"] == int(ffi.cast("uintptr_t", ffi.addressof(lib, "synth_callback")))
        assert options["userdata"] == int(ffi.cast("uintptr_t", synth.c))
        assert options["wrap_callback"] is None
        assert (options["samplerate"], options["blocksize"], options["channels"]) == (48000, 64, 2)
        assert playing.latency_ms == pytest.approx(4.0)
        until(lambda: synth.callbacks() > 3)
    assert synth.stream is None


def test_notes_are_heard_on_the_device(sound, synth):
    with ddsp_live.play(synth):
        synth.note_on(69)
        until(lambda: sound.peak > 0.001)


def test_xruns_that_the_device_reports_are_counted(sound, synth):
    sound.flags = 4  # paOutputUnderflow
    with ddsp_live.play(synth):
        until(lambda: synth.stats().xruns > 0)


def test_a_rate_that_is_refused_is_a_sentence_and_nothing_plays(sound, tmp_path):
    synth = ddsp_live.Synth(make_patch(tmp_path / "tiny.ddsp"), sample_rate=96000)
    with pytest.raises(device.DeviceError, match=r"'USB Audio' .* refused 96000 Hz in blocks of 64 samples"):
        ddsp_live.play(synth)
    assert synth.stream is None
    synth.note_on(69)
    assert np.abs(synth.render(4800)).max() > 0.001


def test_a_lost_device_is_told_time_goes_on_and_it_is_taken_up_again(sound, synth):
    said = []
    with ddsp_live.play(synth, say=said.append) as playing:
        until(lambda: synth.callbacks() > 3)
        sound.plugged = False
        until(lambda: playing.lost)
        assert "'USB Audio' is gone" in said[-1]
        position = synth.stats().position
        until(lambda: synth.stats().position > position + 4800)
        sound.peak = 0.0
        synth.note_on(69)
        sound.plugged = True
        until(lambda: not playing.lost)
        assert "'USB Audio' is back" in said[-1]
        assert len(said) == 2
        assert sound.rescans > 0
        until(lambda: sound.peak > 0.001)  # the note that was played meanwhile still sounds


def test_a_note_let_go_while_the_device_is_away_has_ended_when_it_is_back(sound, synth):
    with ddsp_live.play(synth, say=lambda sentence: None) as playing:
        synth.note_on(69)
        until(lambda: synth.stats().sounding_voices == 1)
        sound.plugged = False
        until(lambda: playing.lost)
        synth.note_off(69)
        until(lambda: synth.stats().sounding_voices == 0)


def test_a_device_that_comes_back_refusing_is_tried_again(sound, synth):
    with ddsp_live.play(synth, say=lambda sentence: None) as playing:
        until(lambda: synth.callbacks() > 3)
        sound.plugged = False
        until(lambda: playing.lost)
        sound.rates = ()
        sound.plugged = True
        rescans = sound.rescans
        until(lambda: sound.rescans > rescans + 2)
        assert playing.lost
        sound.rates = (48000,)
        until(lambda: not playing.lost)


def test_rendering_while_live_is_refused(sound, synth):
    with ddsp_live.play(synth), pytest.raises(RuntimeError, match="playing live"):
        synth.render(64)


@pytest.mark.parametrize(("rates", "rate"), [((44100, 48000), 48000), ((44100,), 44100)])
def test_the_usual_rate_is_taken_where_the_device_takes_it(sound, rates, rate):
    sound.rates = rates
    assert device.accepted_rate(device.find_device(None)) == rate
