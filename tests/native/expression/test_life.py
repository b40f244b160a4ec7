"""The kernel's life: random processes against their closed forms, and what may never change."""

import numpy as np
import pytest
import units
from ddsp_live.input.loudness import a_weighting
from ddsp_live.performance.life import KNOTS, SPEEDS, Gesture, Life
from scipy.signal import freqz_sos

ffi, lib = units.load("expression/life_contour.h", "instrument/life_spectrum.h", "base/process.h")
RATE, HOP = 48000, 192
FRAME_RATE = RATE / HOP
HARMONICS, BANDS, F0_HZ = 40, 33, 220.0


def numbers(life):
    return ffi.new("LifeNumbers *", life.config())


class Spectrum:
    """One voice's partials and noise, frame by frame."""

    def __init__(self, life, seed=1, f0_hz=F0_HZ):
        self.c, self.seed, self.f0_hz = ffi.new("LifeSpectrum *"), seed, f0_hz
        self._numbers = numbers(life)
        _, self.memory = units.memory(
            ffi,
            lambda arena: lib.life_spectrum_init(
                self.c, arena, self._numbers, 1, HARMONICS, BANDS, RATE, FRAME_RATE
            ),
        )

    def frame(self, distribution, first, amount=1.0):
        """Distribution, amplitude, magnitudes and noise in step of the next frame."""
        distribution = np.array(distribution, np.float32)
        magnitudes, amplitude = np.ones(BANDS, np.float32), np.ones(1, np.float32)
        frame = ffi.new(
            "VoiceFrame *", {"starts": first, "seed": self.seed, "f0_hz": self.f0_hz, "life": amount}
        )
        frame.distribution = units.pointer(ffi, distribution)
        frame.magnitudes = units.pointer(ffi, magnitudes)
        frame.amplitude = units.pointer(ffi, amplitude)
        lib.life_spectrum_step(self.c, 0, frame)
        return distribution, float(amplitude[0]), magnitudes, frame.noise_in_step

    def play(self, distribution, frames):
        rows = [self.frame(distribution, i == 0) for i in range(frames)]
        return tuple(np.array(column) for column in zip(*rows, strict=True))


def contour(life, frames, seed=1, **attributes):
    """Gain in dB and cents of each frame of a note at middle C."""
    made, note = ffi.new("LifeContour *"), ffi.new("NoteContour *", {"pitch": 60, "seed": seed})
    for name in dir(note.attributes):
        setattr(note.attributes, name, attributes.get(name, np.nan))
    lib.life_contour_init(made, numbers(life), RATE, FRAME_RATE)
    lib.life_contour_reset(made, 0, note)
    found = np.empty((frames, 2))
    for i in range(frames):
        note.deviation.gain_db = note.deviation.semitones = 0
        lib.life_contour_step(made, 0, note, (i + 1) * HOP, 1.0)
        found[i] = note.deviation.gain_db, 100 * note.deviation.semitones
    return found


def falling(power=1.0):
    spectrum = np.arange(1, HARMONICS + 1) ** -power
    return spectrum / spectrum.sum()


def seconds_of(i):
    return [1.0 if i == j else 0.0 for j in range(len(SPEEDS))]


@pytest.mark.parametrize("speed", range(len(SPEEDS)))
def test_a_process_has_variance_1_and_its_low_pass_spectrum_from_the_first_frame_on(speed):
    """Many notes: the deviation is that which is asked for in the first frame as in the 500th."""
    life = Life(pitch=tuple(4.0 * x for x in seconds_of(speed)))
    notes = np.array([contour(life, 501, seed)[:, 1] for seed in range(300)])
    assert notes[:, 0].std() == pytest.approx(4, rel=0.15) and notes[:, 500].std() == pytest.approx(
        4, rel=0.15
    )
    # Two low-passes in series: correlation (1 + d (1 - a^2) / (1 + a^2)) a^d after d frames.
    a = np.exp(-1 / (FRAME_RATE * SPEEDS[speed]))
    for d in (1, 3, 10, 30):
        expected = (1 + d * (1 - a**2) / (1 + a**2)) * a**d
        found = np.mean(notes[:, 200 + d] * notes[:, 200]) / 16
        assert found == pytest.approx(expected, abs=0.15)


def test_an_unsteady_vibrato_is_at_its_rate():
    cents = contour(Life(vibrato_cents=10.0, vibrato_hz=6.0), 8192)[:, 1]
    power = np.abs(np.fft.rfft(cents * np.hanning(8192))) ** 2
    hz = np.fft.rfftfreq(8192, 1 / FRAME_RATE)
    assert np.sum(power * hz) / power.sum() == pytest.approx(6.0, abs=0.4)
    assert cents.std() == pytest.approx(10, rel=0.3)


def test_partials_move_each_for_itself_at_one_a_weighted_loudness():
    spectrum = Spectrum(Life(partials=(0.6, 0.4, 0.2, 0.1), slope=0.5, depth=0.5))
    distribution, amplitude, _, _ = spectrum.play(falling(), 3000)
    partials = distribution * amplitude[:, None]
    _, response = freqz_sos(a_weighting(RATE), F0_HZ * np.arange(1, HARMONICS + 1), fs=RATE)
    power = (partials**2 * np.abs(response) ** 2).sum(axis=1)
    expected = (falling() ** 2 * np.abs(response) ** 2).sum()
    assert np.abs(10 * np.log10(power / expected)).max() < 0.05
    assert distribution.sum(axis=1) == pytest.approx(1, abs=1e-4)
    levels = 20 * np.log10(partials)
    assert 0.4 < levels[:, 0].std() < 1.2 and levels[:, 20].std() > 1.5 * levels[:, 2].std()
    assert np.abs(np.corrcoef(levels[:, 5:25].T)[np.triu_indices(20, 1)]).mean() < 0.25


@pytest.mark.parametrize("speed", range(len(SPEEDS)))
def test_each_speed_of_the_partials_has_its_deviation_and_its_low_pass_spectrum(speed):
    """Equal partials, so that what keeps the loudness hardly moves them; notes enough for the slowest speed."""
    spectrum, even = Spectrum(Life(partials=seconds_of(speed))), np.full(HARMONICS, 1 / HARMONICS)
    found = []
    for seed in range(12):
        spectrum.seed = seed
        distribution, amplitude, _, _ = spectrum.play(even, 400)
        found.append(20 * np.log10(distribution * amplitude[:, None] / even))
    sway = np.concatenate(found, axis=1)  # [frames, partials of all notes]
    assert sway[0].std() == pytest.approx(1, rel=0.15) and sway[399].std() == pytest.approx(1, rel=0.15)
    assert np.mean((sway / sway.std()) ** 4) == pytest.approx(3, abs=0.4)  # as of normal numbers
    a = np.exp(-1 / (FRAME_RATE * SPEEDS[speed]))
    for d in (1, 3, 10, 30):
        expected = (1 + d * (1 - a**2) / (1 + a**2)) * a**d
        assert np.mean(sway[200 + d] * sway[200]) == pytest.approx(expected, abs=0.15)


def test_partials_above_nyquist_are_left_as_they_are():
    frame = falling().astype(np.float32)
    distribution, _, _, _ = Spectrum(Life(partials=(1, 1, 1, 1)), f0_hz=2000.0).frame(frame, True)
    np.testing.assert_array_equal(distribution[12:], frame[12:])
    assert (distribution[:12] != frame[:12]).all() and distribution.sum() == pytest.approx(1, abs=1e-5)


def test_neighbouring_partials_move_together_as_far_as_asked():
    life = Life(partials=(0, 0, 1.0, 0), neighbours=0.7)
    distribution, amplitude, _, _ = Spectrum(life).play(falling(), 6000)
    levels = 20 * np.log10(distribution * amplitude[:, None])
    found = [np.corrcoef(levels[:, k], levels[:, k + 1])[0, 1] for k in range(4, 30)]
    assert np.mean(found) == pytest.approx(0.7, abs=0.08)


def test_the_wildest_numbers_stay_within_bounds():
    wild = Life((5, 5, 5, 5), 1.2, 2, 0.9, 0.8, (3,) * 4, 0.8, (30,) * 4, 0.8, 30, 8, 4, 0.9)
    distribution, amplitude, magnitudes, in_step = Spectrum(wild).play(falling(4.0), 2000)
    assert np.isfinite(distribution).all() and np.isfinite(amplitude).all()
    assert 20 * np.log10(magnitudes.max()) < 9.01 and 20 * np.log10(magnitudes.min()) > -12.01
    assert in_step == pytest.approx(0.9)
    gain_db, cents = contour(wild, 2000).T
    assert np.abs(gain_db).max() <= 9.0001 and np.abs(cents).max() <= 60.001


@pytest.mark.parametrize("spectrum", [np.zeros(HARMONICS), np.eye(HARMONICS)[0], np.full(HARMONICS, 1e-30)])
def test_spectra_with_nothing_to_move_come_through(spectrum):
    distribution, amplitude, _, _ = Spectrum(Life(partials=(1, 1, 1, 1), depth=2.0)).play(spectrum, 50)
    assert np.isfinite(distribution).all()
    np.testing.assert_allclose(
        distribution * amplitude[:, None], np.tile(spectrum, (50, 1)), rtol=1e-4, atol=1e-29
    )


def test_no_amount_leaves_every_number_as_it_was():
    distribution, amplitude, magnitudes, in_step = Spectrum(Life(partials=(1, 1, 1, 1))).frame(
        falling(), True, 0.0
    )
    np.testing.assert_array_equal(distribution, falling().astype(np.float32))
    assert amplitude == 1 and (magnitudes == 1).all() and in_step == 0


def gestured(*rows):
    return Life(gestures=tuple(Gesture(pitch, (db,) * 8, (cents,) * 8) for pitch, db, cents in rows))


def test_a_note_draws_the_attack_of_a_neighbour_and_then_goes_as_they_all_do():
    life = gestured(*((60 + i, float(i), 10.0 * i) for i in range(4)), (90, -9.0, -60.0))
    at = [round(knot * FRAME_RATE) - 1 for knot in KNOTS]
    notes = np.array([contour(life, 200, seed)[at] for seed in range(60)])
    assert set(np.round(notes[:, 0, 0], 3)) == {0.0, 1.0, 2.0, 3.0}  # never the one far away
    assert notes[:, 5:, 0] == pytest.approx(1.5) and notes[:, 5:, 1] == pytest.approx(15)
    assert np.abs(contour(life, 200)[-10:]).max() == 0


def test_attributes_that_are_set_are_left_alone():
    life = Life(
        level=(1, 1, 1, 1), pitch=(0, 5, 5, 0), vibrato_cents=9, gestures=gestured((60, -6.0, 0.0)).gestures
    )
    assert np.abs(contour(life, 300, volume_fluctuation=0.1)[:, 0]).max() == 0
    assert np.abs(contour(life, 300, volume_peak_position=0.5)[:, 0]).max() == 0
    assert np.abs(contour(life, 300, vibrato=1.0)[:, 1]).max() == 0
    noisy = contour(Life(gestures=life.gestures), 300, attack_noise=1.5)[:, 0]
    assert np.abs(noisy[:9]).max() == 0 and noisy[20] == pytest.approx(-6)
    assert np.abs(contour(life, 300)).min(axis=1).max() > 0
