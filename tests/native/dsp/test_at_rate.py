"""Impulse responses at another rate: as before below both Nyquists, and nothing above them."""

import numpy as np
import pytest
from ddsp_live.native._kernel import ffi, lib

RATE = 48000
SIZE = 1 << 16


def moved(samples: np.ndarray, rate: float) -> np.ndarray:
    out = np.empty(lib.impulse_length_at_rate(len(samples), RATE, rate), np.float32)
    given = np.ascontiguousarray(samples, np.float32)
    lib.impulse_at_rate(
        ffi.from_buffer("float *", given), len(given), RATE, rate, ffi.from_buffer("float *", out)
    )
    return out


def response_db(samples: np.ndarray, hz: np.ndarray, rate: float) -> np.ndarray:
    spectrum = np.fft.rfft(samples.astype(np.float64), SIZE)
    return 20 * np.log10(np.abs(spectrum[np.round(hz * SIZE / rate).astype(int)]) + 1e-12)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 88200, 96000, 192000])
def test_the_response_stays_and_ends_at_the_lower_nyquist(rate):
    impulse = np.zeros(4000)
    impulse[2000] = 1
    made, nyquist = moved(impulse, rate), min(rate, RATE) / 2
    passed = np.linspace(50, 0.9 * nyquist, 50)
    np.testing.assert_allclose(response_db(made, passed, rate), 0, atol=0.01)
    stopped = np.linspace(1.02 * nyquist, rate / 2, 50) if rate > RATE else None
    if stopped is not None:
        assert response_db(made, stopped[:-1], rate).max() < -95


def test_what_would_alias_is_left_out():
    time = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * 23000 * time) * np.hanning(RATE)
    assert np.abs(moved(tone, 44100)).max() < 1e-5


def test_moments_stay_where_they_are():
    impulse = np.zeros(48000)
    impulse[[480, 24000]] = 1, 0.5
    made = moved(impulse, 44100)
    assert len(made) == 44100
    assert np.argmax(made) == 441
    assert 22050 - 1 <= 1000 + np.argmax(made[1000:]) <= 22050 + 1


def test_a_rate_without_a_small_ratio_is_as_good():
    impulse = np.zeros(2000)
    impulse[1000] = 1
    np.testing.assert_allclose(
        response_db(moved(impulse, 47999), np.linspace(50, 20000, 50), 47999), 0, atol=0.01
    )
