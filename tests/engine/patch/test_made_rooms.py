"""The rooms that are made: each octave dies away as it should, left and right differ, and nothing flutters or rings."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.patch.made_rooms import KINDS, OCTAVES_HZ, RATE, make_room
from ddsp_live.patch.room import MADE, find_room
from make_patch import make_patch
from scipy.signal import butter, sosfiltfilt
from scipy.special import erfc

MIXED_BY = {"small-studio": 0.03, "chamber": 0.07, "hall": 0.2, "plate": 0.01}  # seconds, by their volumes


def reverberation_seconds(sound: np.ndarray, hertz: float) -> float:
    """T30 of one octave by Schroeder's integral, after ISO 3382."""
    octave = butter(3, [hertz / 2**0.5, hertz * 2**0.5], "band", fs=RATE, output="sos")
    left = np.cumsum(np.square(sosfiltfilt(octave, sound.astype(float)))[::-1])[::-1]
    level = 10 * np.log10(left / left[0] + 1e-30)
    falls = (level < -5) & (level > -35)
    return -60 / np.polyfit(np.flatnonzero(falls) / RATE, level[falls], 1)[0]


def without_decay(name: str, from_seconds: float, seconds: float) -> np.ndarray:
    """A stretch of the left channel as if it did not decay, at 1 to 4 kHz, where the decay is nearly one."""
    band = butter(4, [1000, 4000], "band", fs=RATE, output="sos")
    sound = sosfiltfilt(band, make_room(name)[:, 0].astype(float))[round(from_seconds * RATE) :]
    sound = sound[: round(seconds * RATE)]
    block = np.square(sound[: len(sound) // 480 * 480]).reshape(-1, 480).mean(1)
    fall = np.polyfit(np.arange(len(block)), np.log(block), 1)[0] / 480 / 2
    return sound * np.exp(-fall * np.arange(len(sound)))


@pytest.mark.parametrize("name", MADE)
def test_each_octave_dies_away_in_its_time(name):
    made = make_room(name)
    for hertz, wanted in zip(OCTAVES_HZ[:7], KINDS[name].t60, strict=False):
        measured = np.mean([reverberation_seconds(made[:, channel], hertz) for channel in range(2)])
        assert measured == pytest.approx(wanted, rel=0.12)


@pytest.mark.parametrize("name", MADE)
def test_left_and_right_are_as_loud_and_not_alike(name):
    made = make_room(name).astype(float)
    level = 10 * np.log10(np.square(made).sum(axis=0))
    assert level == pytest.approx([KINDS[name].level_db] * 2, abs=0.01)
    assert abs(np.corrcoef(made.T)[0, 1]) < 0.1


@pytest.mark.parametrize("name", MADE)
def test_echoes_become_as_dense_as_noise_and_stay_so(name):
    """The share beyond one standard deviation in 20 ms, against a normal distribution's (Abel & Huang, 2006)."""
    flat = make_room(name)[:, 0] * 10 ** (3 * np.arange(len(make_room(name))) / RATE / KINDS[name].t60[3])
    shares = []
    for start in range(round(MIXED_BY[name] * RATE), round((MIXED_BY[name] + 0.2) * RATE) - 960, 480):
        window = flat[start : start + 960]
        shares.append((np.abs(window) > window.std()).mean() / erfc(2**-0.5))
    assert np.mean(shares) == pytest.approx(1, abs=0.05)
    assert min(shares) > 0.8


@pytest.mark.parametrize("name", MADE)
def test_nothing_flutters(name):
    """The envelope of what decays does not repeat itself at any distance of 5 to 100 ms."""
    power = np.square(without_decay(name, MIXED_BY[name], min(0.8 * KINDS[name].t60[3], 1.0)))
    envelope = power[: len(power) // 48 * 48].reshape(-1, 48).mean(1)
    envelope -= envelope.mean()
    whole = np.correlate(envelope, envelope, "full")[len(envelope) - 1 :]
    assert np.abs(whole[5:100]).max() / whole[0] < 5 / np.sqrt(len(envelope))


@pytest.mark.parametrize("name", MADE)
def test_nothing_rings(name):
    """No frequency of the tail stands out more than those of noise do."""
    tail = without_decay(name, MIXED_BY[name], min(0.7 * KINDS[name].t60[3], 0.5))
    power = np.abs(np.fft.rfft(tail * np.hanning(len(tail)))) ** 2
    hertz = np.fft.rfftfreq(len(tail), 1 / RATE)
    near = np.convolve(power, np.ones(61) / 61, "same")
    inside = (hertz > 1200) & (hertz < 3500)
    assert (power / near)[inside].max() < np.log(inside.sum()) + 4.5


@pytest.mark.parametrize("name", MADE)
def test_it_ends_in_silence_and_gives_little_back_below_hearing(name):
    made = make_room(name).astype(float)
    assert np.abs(made[-100:]).max() < 1e-4 * np.abs(made).max()
    power = np.abs(np.fft.rfft(made, 4 * RATE, axis=0)) ** 2
    hertz = np.fft.rfftfreq(4 * RATE, 1 / RATE)
    assert power[hertz < 10].mean() < 0.1 * power[(hertz > 500) & (hertz < 2000)].mean()


def test_a_flutter_and_a_ringing_would_be_found(monkeypatch):
    """The measures above, on a room that has both."""
    import sys

    here = sys.modules[__name__]
    time = np.arange(RATE) / RATE
    noise = (
        np.random.default_rng(1).standard_normal((RATE, 2))
        * 10 ** (-3 * time / KINDS["plate"].t60[3])[:, None]
    )
    slap = noise * (1 + 3 * (np.arange(RATE) % 1440 < 96))[:, None]
    monkeypatch.setattr(here, "make_room", lambda name: slap)
    with pytest.raises(AssertionError):
        test_nothing_flutters("plate")
    ring = noise + 0.5 * (np.sin(2 * np.pi * 2000 * time) * 10 ** (-3 * time / 1.8))[:, None]
    monkeypatch.setattr(here, "make_room", lambda name: ring)
    with pytest.raises(AssertionError):
        test_nothing_rings("plate")


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_it_is_the_same_room_at_every_rate(rate):
    room = find_room("Chamber").at_rate(rate)
    assert room.shape[0] == 2
    assert room.shape[1] / rate == pytest.approx(len(make_room("chamber")) / RATE, abs=0.001)
    gain = np.abs(np.exp(-2j * np.pi * 1000 / rate * np.arange(room.shape[1])) @ room.T)
    first = np.abs(
        np.exp(-2j * np.pi * 1000 / RATE * np.arange(len(make_room("chamber")))) @ make_room("chamber")
    )
    assert gain == pytest.approx(first, rel=0.02)


def test_every_patch_sounds_in_them(tmp_path):
    patch = make_patch(tmp_path / "dry.ddsp")
    rings = []
    for room in ("none", *MADE):
        synth = ddsp_live.Synth(patch, room=room)
        synth.control_change(91, 127)
        synth.note_on(60)
        synth.note_off(60, time=RATE // 4)
        audio = synth.render(2 * RATE)
        rings.append(np.square(audio[RATE // 2 :].astype(float)).sum())
    assert min(rings[1:]) > 100 * rings[0]
    assert rings[1] < rings[2] < rings[3]  # a studio, a chamber, a hall
