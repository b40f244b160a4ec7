"""A spectral envelope that moves along the frequency axis: levels in Hz, power and silence."""

import numpy as np
import pytest
import units

ffi, lib = units.load("instrument/formant_shift.h")

RATE = 44100.0
COUNT, BANDS = 100, 65


def shifter():
    shift = ffi.new("FormantShift *")
    _, alive = units.memory(ffi, lambda arena: lib.formant_shift_init(shift, arena, COUNT, BANDS, RATE))
    return shift, alive


def moved(distribution, octaves, decoder_hz, sound_hz=None):
    """The amplitude (1 before) times the distribution, both as they come out."""
    shift, alive = shifter()
    values, amplitude = np.ascontiguousarray(distribution, np.float32), np.ones(1, np.float32)
    sound_hz = decoder_hz * 2**octaves if sound_hz is None else sound_hz
    lib.formant_shift_partials(
        shift, octaves, decoder_hz, sound_hz, units.pointer(ffi, amplitude), units.pointer(ffi, values)
    )
    del alive
    return amplitude[0], values


def formants(f0_hz, centres=(600.0, 1100.0, 2600.0)):
    """The partials of a note whose resonances lie at fixed frequencies."""
    hz = f0_hz * np.arange(1, COUNT + 1)
    level = sum(1 / (1 + ((hz - centre) / 120) ** 2) for centre in centres) + 1e-3
    return level / level.sum()


@pytest.mark.parametrize("octaves", [-1.0, -0.5, 0.25, 1.0])
def test_the_envelope_stays_in_hz(octaves):
    f0_hz = 110.0
    _, values = moved(formants(f0_hz), octaves, f0_hz)
    hz = f0_hz * 2**octaves * np.arange(1, COUNT + 1)
    inside = (hz > f0_hz) & (hz < 0.9 * f0_hz * COUNT)
    known = np.interp(hz, f0_hz * np.arange(1, COUNT + 1), np.log(formants(f0_hz)))
    difference = (np.log(values) - known)[inside]
    assert np.std(difference) < 0.1


@pytest.mark.parametrize("octaves", [-1.0, -0.4, 0.4, 1.0])
def test_odd_partials_stay_louder_than_even_ones(octaves):
    """As a clarinet's: by 20 dB at first, and less and less above."""
    k = np.arange(1, COUNT + 1)
    weaker_db = np.where(k % 2, 0, 20 * 2 ** -(k / 20))
    d = k**-1.0 * 10 ** (-weaker_db / 20)
    _, values = moved(d / d.sum(), octaves, 150.0)
    level = 20 * np.log10(values)
    contrast = level[2:40:2] - (level[1:39:2] + level[3:41:2]) / 2
    at = (k * 2**octaves)[2:40:2]
    inside = (at > 4) & (at < 90)
    assert contrast[inside] == pytest.approx(20 * 2 ** -(at[inside] / 20), abs=1.5)


@pytest.mark.parametrize(
    "d",
    [
        formants(330.0, (990.0, 2600.0)),
        formants(330.0, (1320.0, 3300.0)),
        np.where(np.arange(COUNT) % 2, 2, 1),
    ],
    ids=["a formant on an odd partial", "a formant on an even partial", "even partials louder"],
)
@pytest.mark.parametrize("octaves", [-0.5, 0.4, 1.0])
def test_what_is_no_clarinet_is_read_between_its_partials(d, octaves):
    d = d / d.sum()
    _, values = moved(d, octaves, 200.0)
    place = np.arange(1, COUNT + 1) * 2**octaves
    inside = (place > 1) & (place < 95)
    level = 20 * np.log10(values)[inside]
    between = np.interp(place[inside], np.arange(1, COUNT + 1), 20 * np.log10(d))
    assert np.std(level - between) < 0.1


def test_ten_partials_below_nyquist_show_that_odd_ones_are_louder():
    d = np.where(np.arange(COUNT) % 2, 0.1, 1.0)
    _, values = moved(d / d.sum(), -1.0, 0.95 * RATE / 2 / 10.5)
    assert 20 * np.log10(values[2:18:2] / values[3:19:2]) == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize("octaves", [-0.7, 0.3, 1.0])
def test_power_stays_and_shares_sum_to_one(octaves):
    d = formants(150.0)
    amplitude, values = moved(d, octaves, 150.0)
    assert values.sum() == pytest.approx(1, rel=1e-5)
    audible = 150.0 * 2**octaves * np.arange(1, COUNT + 1) < 0.95 * RATE / 2
    assert np.sum((amplitude * values[audible]) ** 2) == pytest.approx(np.sum(d**2), rel=1e-3)


def test_above_the_last_partial_the_envelope_falls_by_12_db_an_octave():
    _, values = moved(np.full(COUNT, 1 / COUNT), 1.0, 50.0)
    assert 20 * np.log10(values[99] / values[49]) == pytest.approx(-12.04, abs=0.01)
    assert values[:49] == pytest.approx(values[0], rel=1e-5)


def test_partials_above_nyquist_which_were_never_trained_are_not_read():
    d = np.full(COUNT, 1e-3)
    d[21:] = 1.0  # of 1000 Hz: above 95 % of Nyquist
    _, values = moved(d / d.sum(), 0.5, 1000.0, 500.0)
    assert values[0] == values.max()
    assert np.all(np.diff(values) <= 1e-9)


def test_no_shift_changes_no_bit():
    d = formants(200.0).astype(np.float32)
    amplitude, values = moved(d, 0.0, 200.0)
    assert amplitude == 1
    assert np.array_equal(values, d)


@pytest.mark.parametrize("d", [np.zeros(COUNT), np.eye(1, COUNT)[0]], ids=["silence", "one partial"])
def test_what_has_no_envelope_stays_finite(d):
    amplitude, values = moved(d, 0.5, 200.0)
    assert np.isfinite(values).all()
    assert np.isfinite(amplitude)


def noise(magnitudes, octaves):
    shift, alive = shifter()
    values = np.ascontiguousarray(magnitudes, np.float32)
    lib.formant_shift_noise(shift, octaves, units.pointer(ffi, values))
    del alive
    return values


@pytest.mark.parametrize("octaves", [-1.0, -0.4, 0.4, 1.0])
def test_noise_moves_along(octaves):
    place = np.arange(BANDS)
    peak = np.exp(-(((place - 20) / 3) ** 2))
    assert noise(peak, octaves).argmax() == pytest.approx(20 * 2**octaves, abs=1)


def test_noise_holds_its_last_band():
    assert noise(np.linspace(0, 1, BANDS), -1.0)[33:] == pytest.approx(1)
