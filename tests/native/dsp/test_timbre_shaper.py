"""What a decoder made, bent towards a note's attributes: the asked centroid and level come out, the rest stays."""

import numpy as np
import pytest
import units

ffi, lib = units.load("dsp/timbre_shaper.h")


def bent(distribution, **wanted):
    values = np.ascontiguousarray(distribution, np.float32)
    bender = ffi.new("TimbreShaper *")
    alive = units.memory(ffi, lambda arena: lib.timbre_shaper_init(bender, arena, len(values), 2, 44100))
    lib.timbre_shaper_distribution(
        bender, ffi.new("TimbreShape *", wanted), ffi.from_buffer("float *", values)
    )
    del alive
    return values


def centroid(distribution):
    return np.sum(np.arange(1, len(distribution) + 1) * distribution.astype(np.float64))


def falling(count, power=1.5):
    d = np.arange(1, count + 1) ** -power
    return d / d.sum()


@pytest.mark.parametrize("count", [20, 60, 100, 128, 256])
@pytest.mark.parametrize("wanted", [1.5, 3, 6, 9.5])
def test_the_centroid_is_the_one_asked_for(count, wanted):
    d = bent(falling(count), centroid=wanted)
    assert centroid(d) == pytest.approx(wanted, rel=1e-3)
    assert d.sum() == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("octaves", [-1, -0.3, 0.3, 1])
def test_brighter_is_relative(octaves):
    d = falling(100)
    assert centroid(bent(d, brighter=octaves)) == pytest.approx(centroid(d) * 2**octaves, rel=1e-3)


def test_the_tilt_is_a_power_of_the_harmonic_number():
    d = falling(64)
    ratio = np.log(bent(d, centroid=8) / d)
    k = np.log(np.arange(1, 65))
    assert np.polyfit(k, ratio, 1, full=True)[1] == pytest.approx(0, abs=1e-6)


def test_nothing_asked_changes_no_bit():
    d = falling(100).astype(np.float32)
    assert np.array_equal(bent(d), d)


@pytest.mark.parametrize("d", [np.zeros(20), np.eye(1, 20)[0]], ids=["silence", "one partial"])
def test_what_cannot_be_bent_stays(d):
    result = bent(d, centroid=5)
    assert np.isfinite(result).all()
    assert result == pytest.approx(d, abs=1e-6)


def noise_bent(magnitudes, **wanted):
    values = np.ascontiguousarray(magnitudes, np.float32)
    bender = ffi.new("TimbreShaper *")
    alive = units.memory(ffi, lambda arena: lib.timbre_shaper_init(bender, arena, 4, len(values), 44100))
    lib.timbre_shaper_magnitudes(bender, ffi.new("TimbreShape *", wanted), ffi.from_buffer("float *", values))
    del alive
    return values


@pytest.mark.parametrize(("share", "wanted_db"), [(1, -40), (1, -10), (0.5, -60)])
def test_noise_moves_to_the_mean_level_asked_for(share, wanted_db):
    magnitudes = (10 ** np.linspace(-3, -1, 65)).astype(np.float32)  # -60 to -20 dB
    levels = 20 * np.log10(noise_bent(magnitudes, noise_db=wanted_db, noise_share=share))
    assert levels.mean() == pytest.approx(-40 + share * (wanted_db + 40), abs=1e-3)
    assert np.ptp(levels) == pytest.approx(40, abs=1e-3)


@pytest.mark.parametrize("gain_db", [0.0, -30.0, 6.0])
@pytest.mark.parametrize("wanted_db", [-78.0, -70.0, -50.0, -20.0])
@pytest.mark.parametrize("steepness_db", [0.0, 40.0, 120.0])
def test_the_level_of_noise_is_met_in_the_sound_as_the_attribute_has_it(gain_db, wanted_db, steepness_db):
    """A mean over bands, none of them below -80 dB, of what is left behind the gain that follows."""
    magnitudes = 10 ** (np.linspace(-60, -60 - steepness_db, 65) / 20)
    bent_db = 20 * np.log10(noise_bent(magnitudes, noise_db=wanted_db, noise_share=1, gain_db=gain_db))
    assert np.maximum(bent_db + gain_db, -80).mean() == pytest.approx(wanted_db, abs=0.05)


@pytest.mark.parametrize("balance_db", [-24.0, -6.0, 6.0, 24.0])
def test_balance_lowers_the_noise_or_brings_it_forward_and_the_harmonics_back(balance_db):
    amplitude, magnitudes = np.array([0.25], np.float32), np.linspace(0.01, 0.1, 65).astype(np.float32)
    wanted = ffi.new("TimbreShape *", {"balance_db": balance_db})
    before, gain = magnitudes.copy(), 10 ** (balance_db / 20)
    lib.timbre_shaper_balance(
        wanted, ffi.from_buffer("float *", amplitude), ffi.from_buffer("float *", magnitudes), 65
    )
    assert magnitudes == pytest.approx(before * gain, rel=1e-5)
    assert amplitude == pytest.approx(0.25 / max(1.0, gain), rel=1e-5)
