"""Sections at another rate keep their resonances."""

import numpy as np
import pytest
import scipy.signal
from ddsp_live.kernel.filters import sections_at_rate


def peak(hz: float, gain_db: float, q: float, rate: float) -> np.ndarray:
    """A peaking filter of the Audio EQ Cookbook."""
    angle, a = 2 * np.pi * hz / rate, 10 ** (gain_db / 40)
    alpha = np.sin(angle) / (2 * q)
    section = np.array(
        [1 + alpha * a, -2 * np.cos(angle), 1 - alpha * a, 1 + alpha / a, -2 * np.cos(angle), 1 - alpha / a]
    )
    return section / section[3]


PEAKS = [(110.0, 6.0, 12.0), (450.0, -9.0, 1.0), (2500.0, 12.0, 3.0), (9000.0, 4.0, 0.7)]


def gain_db(sos: np.ndarray, hz: np.ndarray, rate: float) -> np.ndarray:
    return 20 * np.log10(np.abs(scipy.signal.sosfreqz(sos, hz, fs=rate)[1]))


@pytest.mark.parametrize("rate, new_rate", [(44100, 48000), (48000, 44100), (44100, 96000), (44100, 32000)])
def test_peaks_are_as_if_designed_for_the_new_rate_but_for_the_warp_of_their_width(rate, new_rate):
    moved = sections_at_rate(np.array([peak(*each, rate) for each in PEAKS]), rate, new_rate)
    for section, (hz, gain, q) in zip(moved, PEAKS, strict=True):
        assert gain_db(section[None], np.array([hz]), new_rate)[0] == pytest.approx(gain, abs=1e-6)
        near = hz * np.linspace(0.9, 1.1, 101)
        wanted = gain_db(peak(hz, gain, q, new_rate)[None], near, new_rate)
        np.testing.assert_allclose(gain_db(section[None], near, new_rate), wanted, atol=0.3)


def test_any_filter_keeps_its_response_at_low_frequencies_and_its_stability():
    sos = scipy.signal.butter(4, [150, 3000], "bandpass", fs=16000, output="sos")
    moved = sections_at_rate(sos, 16000, 48000)
    assert (np.abs([np.roots(section[3:]) for section in moved]) < 1).all()
    hz = np.linspace(50, 1000, 50)
    np.testing.assert_allclose(gain_db(moved, hz, 48000), gain_db(sos, hz, 16000), atol=0.2)


def test_the_same_rate_changes_nothing():
    sos = np.array([peak(*each, 48000) for each in PEAKS])
    np.testing.assert_array_equal(sections_at_rate(sos, 48000, 48000), sos)


def test_what_lies_beyond_nyquist_is_left_out():
    moved = sections_at_rate(np.array([peak(*each, 44100) for each in PEAKS]), 44100, 16000)
    np.testing.assert_allclose(moved[3], [1, 0, 0, 1, 0, 0], atol=1e-12)
    assert np.isfinite(moved).all()
