"""A vibrato's phase and a played pitch's jitter, against what their numbers say."""

import numpy as np
import pytest
import units

ffi, lib = units.load("expression/vibrato.h")


def vibrato(hz=6.0, wander=0.0, seed=1):
    return ffi.new("Vibrato *", {"seed": seed, "hz": hz, "wander": wander})


def test_an_even_vibrato_has_its_rate():
    v = vibrato()
    for t in (0.0, 0.1, 1.0, 10.0):
        assert lib.vibrato_phase(v, t) == pytest.approx(2 * np.pi * 6 * t, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("wander", [0.08, 0.2])
def test_the_rate_wanders_as_far_as_asked_about_its_mean(wander):
    times = np.arange(0, 60, 0.02)
    spreads, means = [], []
    for seed in range(8):
        v = vibrato(wander=wander, seed=seed)
        rate = np.diff([lib.vibrato_phase(v, t) for t in times]) / 0.02 / (2 * np.pi)
        spreads.append(rate.std() / 6)
        means.append(rate.mean())
    assert np.mean(spreads) == pytest.approx(wander, rel=0.06)
    assert np.mean(means) == pytest.approx(6, rel=0.01)


def test_another_rate_goes_on_from_the_phase_that_there_is():
    v = vibrato(wander=0.1)
    before = lib.vibrato_phase(v, 1.234)
    lib.vibrato_change(v, 1.234, 8.0, 0.05)
    after = lib.vibrato_phase(v, 1.234)
    assert np.sin(after) == pytest.approx(np.sin(before), abs=1e-3)
    assert np.cos(after) == pytest.approx(np.cos(before), abs=1e-3)


def test_jitter_lies_between_12_and_60_hz():
    v = vibrato()
    made = np.array([lib.vibrato_jitter(v, i / 250) for i in range(50_000)])
    power = np.abs(np.fft.rfft(made)) ** 2 * 2 / len(made) ** 2
    hz = np.fft.rfftfreq(len(made), 1 / 250)
    band = lambda low, high: np.sqrt(power[(hz >= low) & (hz < high)].sum())  # noqa: E731
    assert band(12, 60) == pytest.approx(1, abs=0.05)
    assert band(3, 9) < 0.4 and band(0.01, 3) < 0.1
