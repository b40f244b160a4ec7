"""Rooms from files and patches: what they do to a sound, at any rate."""

import dataclasses

import ddsp_live
import numpy as np
import pytest
import scipy.signal
import soundfile
from ddsp_live.patch.room import RoomError, find_room, read_impulse
from make_patch import make_patch

RATE = 48000
rng = np.random.default_rng(0)


def decaying_noise(rate: int, channels: int = 2, seconds: float = 0.3) -> np.ndarray:
    time = np.arange(int(seconds * rate)) / rate
    return rng.normal(size=(len(time), channels)) * np.exp(-time / 0.05)[:, None]


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "dry.ddsp"))


def played(patch, room, wet: int) -> np.ndarray:
    synth = ddsp_live.Synth(patch, sample_rate=RATE, room=room)
    synth.control_change(91, wet, time=0)
    synth.note_on(60, 100, time=10000)  # when the wet level has arrived
    synth.note_off(60, time=20000)
    return synth.render(RATE)


@pytest.mark.parametrize("channels", [1, 2])
def test_wet_sound_is_the_dry_one_convolved_with_the_file(tmp_path, patch, channels):
    impulse = decaying_noise(RATE, channels)
    soundfile.write(tmp_path / "hall.wav", np.pad(impulse / 8, ((500, 0), (0, 0))), RATE, subtype="DOUBLE")
    dry = played(patch, "none", 127)
    added = played(patch, str(tmp_path / "hall.wav"), 127) - dry
    begin = (np.abs(impulse).max(1) > 0.1 * np.abs(impulse).max()).argmax()
    used = impulse[begin:] / np.sqrt(np.square(impulse[begin:]).sum() / channels)
    wanted = scipy.signal.fftconvolve(dry, np.broadcast_to(used, (len(used), 2)), axes=0)[: len(dry)]
    assert np.sum((added - wanted) ** 2) < 1e-8 * np.sum(wanted**2)


@pytest.mark.parametrize("rate", [16000, 44100, 96000])
def test_a_file_of_any_rate_is_as_loud_and_as_long(tmp_path, patch, rate):
    noise = decaying_noise(192000)
    soundfile.write(tmp_path / "other.wav", scipy.signal.resample_poly(noise, rate, 192000) / 8, rate)
    read = read_impulse(tmp_path / "other.wav")
    moved, own = (
        np.square(np.abs(np.fft.rfft(x, fs)))[:, 100:5100].reshape(2, 10, 500).mean(2)
        for x, fs in ((read.at_rate(RATE), RATE), (read.samples.T, rate))
    )
    np.testing.assert_allclose(10 * np.log10(moved / own), 0, atol=0.5)


def test_a_program_change_stays_in_the_room(tmp_path, patch):
    room = find_room(make_patch(tmp_path / "roomy.ddsp", room=0.1 * decaying_noise(RATE), room_rate=RATE))
    other = dataclasses.replace(patch, info={**patch.info, "title": "Another"})
    synth = ddsp_live.Synth(patch, sample_rate=RATE, room=room)
    synth.programs = [other]
    synth.send(bytes([0xC0, 0]), time=0)
    synth.control_change(91, 127, time=0)
    synth.note_on(60, 100, time=10000)
    synth.note_off(60, time=20000)
    in_room = synth.render(RATE)
    assert synth.patch is other
    assert np.sum((in_room - played(patch, "none", 127)) ** 2) > 0.1 * np.sum(in_room**2)


@pytest.mark.parametrize(
    ("samples", "rate", "said"),
    [
        (np.zeros((1000, 1)), 48000, "silent"),
        (np.ones((100, 3)), 48000, "1 or 2 channels"),
        (np.ones((100, 1)), 4000, "8 to 192 kHz"),
        (np.ones((21 * 8000, 1)), 8000, "at most 20 s"),
        (np.full((10, 1), np.nan), 48000, "silent, or not made of numbers"),
        (np.zeros((0, 1)), 48000, "silent"),
    ],
)
def test_what_is_no_impulse_response_is_refused(tmp_path, samples, rate, said):
    soundfile.write(tmp_path / "bad.wav", samples, rate, subtype="FLOAT")
    with pytest.raises(RoomError, match=f"bad.wav cannot be used: .*{said}"):
        find_room(tmp_path / "bad.wav")


def test_a_mistyped_room_is_answered_with_the_rooms():
    with pytest.raises(RoomError, match=r"no room .hal.: choose own, none, .*hall"):
        find_room("hal")
