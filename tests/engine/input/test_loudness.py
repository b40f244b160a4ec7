"""Loudness against the curve of IEC 61672 and signals whose level is known."""

import numpy as np
import pytest
from ddsp_live.input.loudness import a_weighting, loudness

# IEC 61672-1, table 3: A-weighting in dB at the exact third-octave frequencies 1000 * 10^(n / 10).
TABLE = {
    -15: -39.4,
    -13: -30.2,
    -10: -19.1,
    -7: -10.9,
    -5: -6.6,
    -3: -3.2,
    0: 0.0,
    3: 1.2,
    6: 1.0,
    8: -0.1,
    9: -1.1,
}


def sine(frequency_hz, sample_rate, seconds=1.0, amplitude=1.0):
    return amplitude * np.sin(
        2 * np.pi * frequency_hz * np.arange(round(seconds * sample_rate)) / sample_rate
    )


@pytest.mark.parametrize(
    ("sample_rate", "n"),
    [
        (rate, n)
        for rate in (16000, 44100, 48000, 96000)
        for n in TABLE
        if 1000 * 10 ** (n / 10) <= 0.45 * rate
    ],
)
def test_sines_have_the_levels_of_the_standard(sample_rate, n):
    frequency_hz = 1000 * 10 ** (n / 10)
    level = np.median(loudness(sine(frequency_hz, sample_rate), sample_rate, 250))
    near_an_edge = frequency_hz < 40 or frequency_hz > 0.35 * sample_rate
    assert level == pytest.approx(TABLE[n], abs=0.5 if near_an_edge else 0.3)


@pytest.mark.parametrize("amplitude_db", [0, -20, -60])
def test_a_sine_at_1_khz_has_its_amplitude_in_db(amplitude_db):
    level = loudness(sine(1000, 48000, amplitude=10 ** (amplitude_db / 20)), 48000, 250)
    assert level[50:200] == pytest.approx(amplitude_db, abs=0.02)


def test_silence_is_the_floor():
    assert np.array_equal(loudness(np.zeros(4800), 48000, 250), np.full(25, -80, np.float32))


def test_frames_are_centred_where_they_belong_at_any_hop():
    audio = np.zeros(44100)
    audio[22050:] = sine(1000, 44100, 0.5)
    level = loudness(audio, 44100, 250)
    assert len(level) == 250
    # A window centred on the onset holds half the power.
    assert level[125] == pytest.approx(-3, abs=0.3)
    assert level[120] < -20 and level[130] == pytest.approx(0, abs=0.3)
    # Sums over the same window in another order differ in the last bit.
    np.testing.assert_allclose(
        loudness(audio, 44100, 250, hop=441)[::2], loudness(audio, 44100, 50), atol=1e-6
    )


def test_the_filter_is_stable_and_has_unit_gain_at_1_khz():
    for sample_rate in (16000, 22050, 44100, 48000, 96000, 192000):
        sos = a_weighting(sample_rate)
        assert all(np.abs(np.roots(section[3:])).max() < 1 for section in sos)


def test_two_channels_are_refused():
    with pytest.raises(ValueError, match="one channel"):
        loudness(np.zeros((100, 2)), 48000, 250)
