"""What the live input hears, on lines whose pitch is known exactly."""

import numpy as np
import pytest
from ddsp_live.input.loudness import loudness
from ddsp_live.input.pitch_track import track
from ddsp_live.tools.experiments.synthetic_melodies import melody

FRAME_RATE = 250


def heard_right(x, f0_hz, sounding, rate):
    """Share of sounding frames that are voiced and within 50 cents, and the median error in cents."""
    heard = track(x, sample_rate=rate, frame_rate=FRAME_RATE)
    times = np.arange(len(heard.f0_hz)) / FRAME_RATE - heard.age
    at = np.round(times * rate).astype(int).clip(0, len(x) - 1)
    true = sounding[at] & (times > 0)
    cents = np.abs(1200 * np.log2(np.maximum(heard.f0_hz, 1) / f0_hz[at]))
    return np.mean(heard.voiced[true] & (cents[true] < 50)), np.median(cents[true & heard.voiced])


@pytest.mark.parametrize("rate", [44100, 48000])
@pytest.mark.parametrize("tilt", [1.0, 2.0])
def test_lines_are_tracked(rate, tilt):
    share, median = heard_right(*melody(rate, 0, tilt=tilt), rate)
    assert share >= 0.98
    assert median <= 2


def test_lines_in_white_noise_are_tracked():
    x, f0_hz, sounding = melody(48000, 1)
    noise = np.random.default_rng(1).standard_normal(len(x))
    x = x + (noise * np.sqrt(np.mean(x[sounding] ** 2) / 100)).astype(np.float32)
    assert heard_right(x, f0_hz, sounding, 48000)[0] >= 0.95


@pytest.mark.parametrize("rate", [16000, 44100, 48000, 96000])
@pytest.mark.parametrize("midi", [29, 97, 102, 108])
def test_the_ends_of_the_range_are_heard(rate, midi):
    f0_hz = 440 * 2 ** ((midi - 69) / 12)
    partials = np.arange(1, max(2, int(0.45 * min(rate, 44100) / f0_hz)))
    x = 0.1 / partials @ np.sin(2 * np.pi * f0_hz * np.outer(partials, np.arange(rate)) / rate)
    heard = track(x, sample_rate=rate, frame_rate=FRAME_RATE)
    cents = 1200 * np.log2(heard.f0_hz[heard.voiced][20:] / f0_hz)
    assert heard.voiced.mean() > 0.9 and np.abs(cents).max() < 25


@pytest.mark.parametrize("rate", [8000, 11025])
def test_a_low_rate_ends_below(rate):
    seconds = np.arange(rate) / rate
    x = sum(0.1 / k * np.sin(2 * np.pi * 1000 * k * seconds) for k in (1, 2, 3))
    heard = track(x, sample_rate=rate, frame_rate=FRAME_RATE)
    assert np.abs(1200 * np.log2(heard.f0_hz[50:] / 1000)).max() < 25


def test_silence_noise_and_hum_are_not_voiced():
    rng = np.random.default_rng(2)
    seconds = np.arange(10 * 48000) / 48000
    hum = 10 ** (-45 / 20) * np.sin(2 * np.pi * 50 * seconds)  # its A-weighted level is 30 dB lower
    for x in (np.zeros(48000), hum, 0.1 * rng.standard_normal(48000), 10**-4 * rng.standard_normal(48000)):
        assert track(x.astype(np.float32), sample_rate=48000, frame_rate=FRAME_RATE).voiced.mean() <= 0.01


def test_a_note_that_is_cut_off_does_not_squeak():
    """What rings on in the tracker's filter is short and full of corners: it must not be taken for a note far away."""
    rng = np.random.default_rng(5)
    for _ in range(150):
        f0_hz, frames, partials = rng.uniform(90, 500), 14400 + rng.integers(192), np.arange(1, 12)
        phase = 2 * np.pi * f0_hz * np.arange(frames) / 48000
        x = 0.1 / partials @ np.sin(partials[:, None] * (phase + rng.integers(2)))
        heard = track(np.append(x, np.zeros(9600)), sample_rate=48000, frame_rate=FRAME_RATE)
        cents = 1200 * np.abs(np.log2(heard.f0_hz[30:] / f0_hz))  # 120 ms, then it is steady
        assert heard.voiced[30:].any()
        assert cents[heard.voiced[30:]].max() < 400, f"{f0_hz:.1f} Hz, {frames} samples"


def test_loudness_is_the_engines():
    x, _, _ = melody(48000, 3, notes=4)
    heard = track(x, sample_rate=48000, frame_rate=FRAME_RATE)
    late = round(heard.loudness_age * FRAME_RATE)
    np.testing.assert_allclose(heard.loudness_db[late:], loudness(x, 48000, FRAME_RATE)[:-late], atol=0.01)


def test_a_frame_knows_nothing_of_what_follows():
    x, _, _ = melody(48000, 4, notes=4)
    other = x.copy()
    other[24000:] = 0
    for a, b in zip(
        *(track(y, sample_rate=48000, frame_rate=FRAME_RATE)[:6] for y in (x, other)), strict=True
    ):
        np.testing.assert_array_equal(a[:126], b[:126])


def test_numbers_that_are_none_count_as_silence():
    x, _, _ = melody(48000, 5, notes=4)
    zeroed, broken = x.copy(), x.copy()
    zeroed[10000:10100] = 0
    broken[10000:10100] = [np.nan, np.inf, -np.inf, 1e30] * 25
    for a, b in zip(
        *(track(y, sample_rate=48000, frame_rate=FRAME_RATE)[:6] for y in (zeroed, broken)), strict=True
    ):
        np.testing.assert_array_equal(a, b)


def test_refuses_what_it_cannot_hear():
    with pytest.raises(ValueError, match="one channel"):
        track(np.zeros((100, 2)), sample_rate=48000, frame_rate=FRAME_RATE)
    with pytest.raises(ValueError, match="8000 to 192000"):
        track(np.zeros(100), sample_rate=4000, frame_rate=FRAME_RATE)
    assert len(track(np.zeros(0), sample_rate=48000, frame_rate=FRAME_RATE).f0_hz) == 0
