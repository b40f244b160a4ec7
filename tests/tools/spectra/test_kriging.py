"""Kriging over pitch and partials: against refitting, and on spectra that are known everywhere."""

import numpy as np
import torch
from ddsp_live.tools.spectra.kriging import RESIDUALS, SPECTRA, Krige, fit, observe

PITCHES = np.arange(48.0, 72.0, 2)
PARTIALS = 12


def resonant(pitch, louder=0.0):
    """A body's peak at 900 Hz, softer even partials, and a tilt that opens with loudness: [notes, PARTIALS] dB."""
    order = np.arange(1, PARTIALS + 1)
    semitones = np.asarray(pitch)[:, None] + 12 * np.log2(order)
    peak = 12 * np.exp(-0.5 * ((semitones - 81.4) / 4) ** 2)
    return peak - 6.0 * (order % 2 == 0) + np.asarray(louder)[..., None] * 0.1 * (order - 6)


def observed(pitch, louder=None):
    louder = np.zeros(len(pitch)) if louder is None else louder
    values = resonant(pitch, louder) + np.random.default_rng(0).normal(0, 0.3, (len(pitch), PARTIALS))
    return observe(values, np.ones(values.shape, bool), pitch, louder, np.full(len(pitch), 200))


def without_loudness(parameters):
    return {name: value for name, value in parameters.items() if name not in ("a_l", "a_lf", "l_lf")}


def test_an_unheard_pitch_is_told_by_its_neighbours():
    data = observed(PITCHES)
    kriged = Krige(data, fit(data, without_loudness(RESIDUALS), False), False)
    between = PITCHES[:-1] + 1
    values, slopes = kriged.at(between, PARTIALS)
    error = np.sqrt(np.mean((values - resonant(between)) ** 2))
    nearest = np.sqrt(np.mean((resonant(PITCHES[:-1]) - resonant(between)) ** 2))
    assert error < 0.5 * nearest
    assert not slopes.any()


def test_slopes_over_loudness_are_found():
    pitch, louder = np.repeat(PITCHES, 2), np.tile([-8.0, 8.0], len(PITCHES))
    data = observed(pitch, louder)
    _, slopes = Krige(data, fit(data, SPECTRA, True), True).at(PITCHES, PARTIALS)
    np.testing.assert_allclose(slopes, np.tile(0.1 * (np.arange(1, 13) - 6), (len(PITCHES), 1)), atol=0.06)


def test_leaving_a_pitch_out_is_as_if_it_had_not_been_recorded():
    data = observed(PITCHES)
    mean = data.value.mean()
    whole = Krige(data, without_loudness(SPECTRA), False)
    errors = whole.left_out()
    for pitch in PITCHES[[0, 5, -1]]:
        there = data.pitch == pitch
        rest = data.where(~there)
        # The same mean is taken off, as the closed form has it.
        again = Krige(rest.with_values(rest.value - mean), without_loudness(SPECTRA), False)
        again.weights = again.inverse @ torch.from_numpy(rest.value - mean)
        again.mean = mean
        values, _ = again.at(np.array([pitch]), PARTIALS)
        np.testing.assert_allclose(errors[there], data.value[there] - values[0], atol=1e-6)


def test_short_takes_count_less():
    pitch = np.array([60.0, 60.0, 64.0, 67.0])
    values = np.zeros((4, PARTIALS))
    values[0] = 6.0
    told = {}
    for frames in (500, 5):
        data = observe(
            values, np.ones(values.shape, bool), pitch, np.zeros(4), np.array([frames, 500, 500, 500])
        )
        told[frames] = (
            Krige(data, without_loudness(RESIDUALS), False).at(np.array([60.0]), PARTIALS)[0].mean()
        )
    assert told[5] < told[500] - 0.2


def test_a_note_or_two_do():
    for pitch in ([60.0], [60.0, 61.0]):
        data = observed(np.array(pitch))
        values, _ = Krige(data, fit(data, without_loudness(RESIDUALS), False), False).at(
            np.array([55.0, 60.0]), 40
        )
        assert np.isfinite(values).all()
        assert np.corrcoef(values[1, :PARTIALS], resonant(np.array([60.0]))[0])[0, 1] > 0.8
