"""The compressor in both orders against plain loops, and against the libraries whose laws they are."""

import numpy as np
import pytest
import racks
import units

ffi, lib = units.load("effects/compressor.h")
RATE = racks.RATE


def make(**changes):
    compressor = ffi.new("Compressor *")
    lib.compressor_init(compressor, RATE)
    lib.compressor_aim(compressor, racks.settings(ffi, "compressor", **changes), 0, racks.HOP)
    return compressor


def render(compressor, sound, splits=None):
    return racks.in_place(ffi, lib.compressor_render, compressor, sound, splits)


def loud_and_soft(size=20000, seed=0):
    swell = np.interp(
        np.arange(size), np.linspace(0, size, 9), [0.01, 1, 0.05, 0.9, 0.001, 0.7, 0.02, 1, 0.1]
    )
    return (swell * racks.noise(size, seed, 1.0)).astype(np.float32)


def wanted_factor(level, threshold=-18.0, ratio=3.0, gate=-90.0, expansion=1.0):
    level = 20 * np.log10(np.maximum(1e-8, level))
    below = np.where(level < gate, (1 - expansion) * (gate - level), 0.0)
    return 10 ** (np.minimum(np.minimum(0, (1 - 1 / ratio) * (threshold - level)), below) / 20)


def by_loop(sound, order, attack=5.0, release=200.0, **law):
    sound = sound.astype(np.float64)
    level = np.abs(sound).max(axis=0)
    pace = 2200.0 if order == lib.SMOOTH_GAIN else 2000.0 * np.pi
    shares = [1 - np.exp(-pace / (ms * RATE)) for ms in (attack, release)]
    factor, gain, smooth = wanted_factor(level, **law), 1.0, 0.0
    gains = np.empty(sound.shape[1])
    for i in range(len(gains)):
        if order == lib.SMOOTH_GAIN:
            gain += shares[0 if factor[i] < gain else 1] * (factor[i] - gain)
        else:
            smooth += shares[0 if level[i] > smooth else 1] * (level[i] - smooth)
            gain = wanted_factor(smooth, **law)
        gains[i] = gain
    return sound * gains


@pytest.mark.parametrize("order", ["SMOOTH_GAIN", "SMOOTH_LEVEL"])
@pytest.mark.parametrize("law", [{}, {"threshold": -40.0, "ratio": 20.0}, {"gate": -30.0, "expansion": 2.5}])
def test_compresses_as_a_plain_loop_does(order, law):
    sound, order = loud_and_soft(), getattr(lib, order)
    got = render(make(order=order, **law), sound)
    np.testing.assert_allclose(got, by_loop(sound, order, **law), atol=1e-6)


def test_smoothed_gain_is_torchcomps():
    torchcomp, torch = pytest.importorskip("torchcomp"), pytest.importorskip("torch")
    sound = loud_and_soft()
    sound[1] = sound[0]
    x = torch.from_numpy(sound[:1].astype(np.float64))
    told = {"comp_thresh": -18.0, "comp_ratio": 3.0, "exp_thresh": -50.0, "exp_ratio": 1 / 2.0}
    at, rt = (1 - np.exp(-2200 / (ms * RATE)) for ms in (5.0, 200.0))
    gain = torchcomp.compexp_gain(x.abs(), at=at, rt=rt, **told)
    got = render(make(gate=-50.0, expansion=2.0), sound)
    np.testing.assert_allclose(got[0], (x * gain)[0].numpy(), atol=1e-6)


def test_smoothed_level_is_pedalboards():
    pedalboard = pytest.importorskip("pedalboard")
    sound = loud_and_soft()
    sound[1] = sound[0]
    unit = pedalboard.Compressor(threshold_db=-24, ratio=4, attack_ms=5, release_ms=120)
    wanted = unit.process(sound[0], RATE)
    got = render(make(order=lib.SMOOTH_LEVEL, threshold=-24.0, ratio=4.0, release=120.0), sound)
    np.testing.assert_allclose(got[0], wanted, atol=2e-6)


def test_the_mean_takes_its_time():
    steady = racks.sine(1000, RATE, level=1.0)
    law = {"threshold": -20.0, "ratio": 20.0, "attack": 0.1, "release": 5.0}
    out = render(make(detector=lib.DETECT_MEAN, mean=50.0, **law), steady)
    settled = np.sqrt(np.mean(out[0, -RATE // 2 :] ** 2))
    rms = 10 ** (-3.0103 / 20)
    assert abs(20 * np.log10(settled / (rms * wanted_factor(rms, -20.0, 20.0)))) < 0.1


def test_makeup_and_automatic_makeup():
    soft = racks.noise(1000, level=0.001)
    np.testing.assert_allclose(render(make(makeup=6.0), soft), soft * 10**0.3, rtol=1e-6)
    np.testing.assert_allclose(
        render(make(automatic=1, threshold=-30.0), soft), soft * 10 ** (0.5 * 30 * (2 / 3) / 20), rtol=1e-6
    )


def test_the_reduction_is_the_deepest_since_it_was_asked():
    compressor = make(attack=0.1, release=5.0)
    render(compressor, racks.sine(1000, 5000, level=1.0))
    lowest = lib.compressor_take_reduction(compressor)
    assert 20 * np.log10(lowest) == pytest.approx(-12.0, abs=0.2)
    render(compressor, np.zeros((2, RATE), np.float32))
    lib.compressor_take_reduction(compressor)
    assert lib.compressor_take_reduction(compressor) == pytest.approx(1.0, abs=1e-5)


def test_it_comes_to_rest_in_silence():
    compressor = make(order=lib.SMOOTH_LEVEL, detector=lib.DETECT_MEAN, mean=50.0)
    render(compressor, racks.noise(1000))
    assert not lib.compressor_rests(compressor)
    for _ in range(20):
        render(compressor, np.zeros((2, RATE), np.float32))
    lib.compressor_rests(compressor)
    render(compressor, np.zeros((2, 100), np.float32))
    assert lib.compressor_rests(compressor)


@pytest.mark.parametrize("order", [0, 1])
def test_any_split_gives_the_same_bits(order):
    sound = loud_and_soft(3000)
    told = {"order": order, "detector": 1, "gate": -40.0, "expansion": 3.0}
    whole = render(make(**told), sound)
    for seed in range(5):
        splits = units.random_splits(np.random.default_rng(seed), 3000)
        np.testing.assert_array_equal(render(make(**told), sound, splits), whole)
