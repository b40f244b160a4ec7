"""Controls from sound, against the controls that the kernel's own parts made the sound of."""

import numpy as np
import pytest
from ddsp_live.performance import attributes
from ddsp_live.signal import filtered_noise, harmonic
from ddsp_live.tools.analysis.harmonic_analysis import infer

FRAME_RATE, FRAMES, NOISE_DB = 250, 500, -55.0


def played(midi, *, harmonics=60, sample_rate=44100, cents=0.0, noise=True, level_db=-20.0, falloff=4.0):
    """f0, controls and sound of a swaying note whose level swells by 6 dB, with a burst of noise at its start."""
    rates = {"sample_rate": sample_rate, "frame_rate": FRAME_RATE}
    frame = np.arange(FRAMES)
    sway = cents / 100 * np.sin(2 * np.pi * 5.5 * frame / FRAME_RATE)
    f0_hz = 440 * 2 ** ((midi - 69 + sway) / 12)
    amplitude = 10 ** ((level_db + 6 * np.sin(np.pi * frame / FRAMES)) / 20)
    strength = np.exp(-np.arange(harmonics) / falloff)
    distribution = np.tile(strength / strength.sum(), (FRAMES, 1))
    burst = 10 ** ((NOISE_DB + 10 * np.exp(-frame / 10)) / 20)
    magnitudes = burst[:, None] * np.linspace(1, 0.3, 65) * noise
    audio = harmonic(f0_hz, amplitude, distribution, **rates) + filtered_noise(magnitudes, **rates, seed=2)
    return rates, f0_hz, (amplitude, distribution, magnitudes), audio


@pytest.mark.parametrize("midi", [45, 57, 69, 81])
@pytest.mark.parametrize("cents", [0.0, 40.0])
def test_partials_are_found_while_the_pitch_moves(midi, cents):
    rates, f0_hz, (amplitude, distribution, _), audio = played(midi, cents=cents, noise=False, harmonics=30)
    got_amplitude, got_distribution, _ = infer(audio, f0_hz, **rates, harmonics=30)
    middle = slice(30, -30)
    level_db = 20 * np.log10(got_amplitude / amplitude)
    assert np.abs(level_db[middle]).max() < 0.15
    np.testing.assert_allclose(got_distribution[middle], distribution[middle], atol=4e-3)


@pytest.mark.parametrize("midi", [45, 69, 81])
def test_noise_is_found_between_the_partials(midi):
    rates, f0_hz, (_, _, magnitudes), audio = played(midi, cents=20)
    got = infer(audio, f0_hz, **rates)[2]
    error_db = 20 * np.log10(got / magnitudes)[60:-60]
    assert abs(error_db.mean()) < 1.5  # a mean of decibels lies a little below the mean power
    assert np.abs(error_db.mean(axis=0)).max() < 2.5


@pytest.mark.parametrize("midi", [48, 60, 72, 79])
def test_attributes_are_heard_as_they_were_played(midi):
    rates, f0_hz, controls, audio = played(midi, cents=30, level_db=-30)
    asked, got = (
        attributes(f0_hz, *made, [(midi, 0, FRAMES)], FRAME_RATE)[0]
        for made in (controls, infer(audio, f0_hz, **rates))
    )
    tolerance = {
        "volume": 0.01,
        "volume_fluctuation": 0.02,
        "volume_peak_position": 0.06,
        "vibrato": 1e-9,
        "brightness": 0.03,
        "attack_noise": 0.06,
    }
    for name, within in tolerance.items():
        assert got[name] == pytest.approx(asked[name], abs=within), name


@pytest.mark.parametrize("midi", [55, 67, 79])
def test_an_attack_is_heard_beneath_noise_that_hides_its_partials(midi):
    """As deep as without the noise, within what noise makes of a level by chance; silence before it stays silent."""
    rates = {"sample_rate": 44100, "frame_rate": FRAME_RATE}
    frame, silent = np.arange(FRAMES), 50
    f0_hz = np.full(FRAMES, 440 * 2 ** ((midi - 69) / 12))
    amplitude = 10 ** ((-26 - 20 * np.maximum(0, 1 - (frame - silent) / 25)) / 20) * (frame >= silent)
    strength = np.exp(-np.arange(60) / 6)
    distribution = np.tile(strength / strength.sum(), (FRAMES, 1))
    burst = 10 ** (-42 / 20) * ((frame >= silent) & (frame < silent + 20))
    magnitudes = np.tile(burst[:, None], 65)
    attack = slice(silent + 4, silent + 20)
    seen = []
    for seed in range(4):
        audio = harmonic(f0_hz, amplitude, distribution, **rates)
        audio = audio + filtered_noise(magnitudes, **rates, seed=seed)
        got = infer(audio, f0_hz, **rates)[0]
        assert got[: silent - 15].max() < 1e-4  # the floor of the attributes
        seen.append(20 * np.log10(np.maximum(got, 1e-4))[attack])
    error_db = np.mean(seen, axis=0) - 20 * np.log10(amplitude[attack])
    assert abs(error_db.mean()) < 1.5 and np.abs(error_db).max() < 3


def test_silence_is_silent_and_its_distribution_sums_to_one():
    amplitude, distribution, magnitudes = infer(
        np.zeros(4410), np.full(25, 220.0), sample_rate=44100, frame_rate=250
    )
    assert not amplitude.any()
    assert not magnitudes.any()
    np.testing.assert_array_equal(distribution.sum(axis=1), 1)


def test_other_rates_and_sizes():
    rates, f0_hz, (amplitude, _, _), audio = played(60, sample_rate=48000, noise=False, harmonics=20)
    got = infer(audio, f0_hz, **rates, harmonics=40, noise_bands=17)
    assert [part.shape for part in got] == [(FRAMES,), (FRAMES, 40), (FRAMES, 17)]
    assert got[0][30:-30] == pytest.approx(amplitude[30:-30], rel=0.02)


def test_partials_beyond_nyquist_are_nothing():
    rates, f0_hz, _, audio = played(100, harmonics=8)
    distribution = infer(audio, f0_hz, **rates)[1]
    assert not distribution[:, int(22050 / f0_hz.max()) + 1 :].any()
