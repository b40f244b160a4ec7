"""Vibrato as it is heard: its rate by controller 76, and what it does to the partials."""

import dataclasses

import ddsp_live
import numpy as np
import pytest
from ddsp_live.performance.expression import KINDS, resonances

RATE, NOTE = 48000, 69
F0 = 440.0


def held(seconds=4, controllers=(), numbers=None, **options):
    patch = dataclasses.replace(
        ddsp_live.load_patch("violin"), body=None
    )  # which is a filter behind the partials
    if numbers:
        patch = dataclasses.replace(patch, info={**patch.info, "expression": numbers})
    synth = ddsp_live.Synth(patch, voices=1, life=0.0, **options)
    for number, value in ((1, 40), *controllers):
        synth.control_change(number, value, time=0)
    synth.note_on(NOTE, 90, time=0)
    return synth.render(int(seconds * RATE)).mean(axis=1).astype(np.float64)


def partial(audio, k):
    """The kth partial, complex, 250 a second, without its beginning."""
    base = audio * np.exp(-2j * np.pi * k * F0 * np.arange(len(audio)) / RATE)
    window = np.hanning(960)
    return np.convolve(base, window / window.sum(), "same")[::192][200:-40]


def cents(audio):
    hertz = np.gradient(np.unwrap(np.angle(partial(audio, 1)))) * 250 / (2 * np.pi)
    return 1200 * np.log2(1 + hertz / F0)


@pytest.mark.parametrize(("value", "times"), [(0, 0.7), (64, 1.0), (127, 1.4)])
def test_controller_76_moves_the_rate(value, times):
    heard = cents(held(6, [(76, value)], {"vibrato_wander": 0}))
    heard -= heard.mean()
    zeros = np.flatnonzero((heard[:-1] < 0) & (heard[1:] >= 0))
    exact = zeros - heard[zeros] / (heard[zeros + 1] - heard[zeros])
    rate = (len(exact) - 1) / (exact[-1] - exact[0]) * 250
    assert rate == pytest.approx(KINDS["bowed"]["vibrato_hz"] * times, rel=0.02)


def test_controller_78_makes_vibrato_wait():
    early, late = (held(1.9, [(78, value)]) for value in (64, 127))
    sways = [np.std(cents(audio)[:100]) for audio in (early, late)]
    assert sways[0] > 5 and sways[1] < 0.3 * sways[0]


def test_partials_move_by_the_body_and_their_power_does_not():
    moving, still = held(), held(numbers={"resonance_slope": 0})
    slopes = []
    for k in range(1, 25):
        level = 20 * np.log10(np.abs(partial(moving, k)) + 1e-12)
        plain = 20 * np.log10(np.abs(partial(still, k)) + 1e-12)
        pitch = cents(moving) - cents(moving).mean()
        slopes.append(100 * np.sum((level - plain - np.mean(level - plain)) * pitch) / np.sum(pitch**2))
    assert 9 <= np.median(np.abs(slopes)) <= 17
    powers = [
        np.sum([np.abs(partial(audio, k)) ** 2 for k in range(1, 41)], axis=0) for audio in (moving, still)
    ]
    difference = 10 * np.log10(powers[0] / powers[1])
    assert np.abs(difference).mean() < 0.1 and np.abs(difference).max() < 0.25


@pytest.mark.parametrize("slope", [5, 8, 13])
def test_resonances_are_as_steep_as_asked_either_way_and_bounded(slope):
    curve = resonances({"name": "thing", "expression": {"resonance_slope": slope}}, 120, 9)
    rises = (curve[2:] - curve[:-2]) / 20 * 100
    assert np.median(np.abs(rises)) == pytest.approx(slope, rel=0.02)
    assert np.abs(curve).max() <= 6
    assert 0.3 < np.mean(rises > 2) < 0.55 and 0.3 < np.mean(rises < -2) < 0.55
    again = resonances({"name": "thing", "expression": {"resonance_slope": slope}}, 120, 9)
    np.testing.assert_array_equal(curve, again)


def test_pitch_is_a_little_unsteady_within_a_line_only():
    """Between 12 and 60 Hz, where a held note's has hardly any."""

    def jitter(second):
        synth = ddsp_live.Synth("violin", mode="legato", life=0.0)
        synth.note_on(NOTE - 2, 90, time=0)
        if second:
            synth.note_on(NOTE, 90, time=RATE // 4)
        else:
            synth.note_off(NOTE - 2, time=RATE // 8)
            synth.note_on(NOTE, 90, time=RATE)
        audio = synth.render(4 * RATE).mean(axis=1).astype(np.float64)[RATE * 5 // 4 :]
        base = audio * np.exp(-2j * np.pi * F0 * np.arange(len(audio)) / RATE)
        window = np.hanning(430)  # shorter: 60 Hz come through
        line = np.convolve(base, window / window.sum(), "same")[::192][60:-60]
        found = 1200 * np.log2(1 + np.gradient(np.unwrap(np.angle(line))) * 250 / (2 * np.pi * F0))
        power = np.abs(np.fft.rfft((found - found.mean()) * np.hanning(len(found)))) ** 2
        hz = np.fft.rfftfreq(len(found), 1 / 250)
        share = power[(hz >= 12) & (hz <= 60)].sum() / np.sum(np.hanning(len(found)) ** 2) / len(found) * 2
        return np.sqrt(share)

    assert 0.9 <= jitter(True) <= 2.5
    assert jitter(False) < 0.6
