"""The drive: what folds back, what it leaves alone, and that both ways through it are aligned."""

import numpy as np
import pytest
import racks
import units

ffi, lib = units.load("effects/drive.h")
RATE = racks.RATE
SHAPES = {"soft": 0, "tube": 1, "hard": 2}


def make(rate=RATE, **changes):
    drive = ffi.new("Drive *")
    lib.drive_init(drive, rate)
    lib.drive_aim(drive, racks.settings(ffi, "drive", **changes), 0, racks.HOP)
    return drive


def render(drive, sound, splits=None):
    return racks.in_place(ffi, lib.drive_render, drive, sound, splits)


def aliases(sound, hertz):
    """The loudest line below 20 kHz that is no harmonic, in dB of the loudest."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE)
    harmonic = np.abs(frequency - hertz * np.round(frequency / hertz)) < 6
    return 20 * np.log10(spectrum[~harmonic & (frequency < 20000)].max() / spectrum.max())


@pytest.mark.parametrize(
    ("hertz", "amount", "most"), [(4978, 24.0, -60), (4978, 12.0, -110), (1245, 24.0, -110)]
)
def test_what_it_adds_does_not_fold_back(hertz, amount, most):
    out = render(make(amount=amount), racks.sine(hertz, 2 * RATE))
    assert aliases(out[0, RATE:], hertz) < most


def test_without_oversampling_the_same_would_be_heard():
    plain = np.tanh(10 ** (24 / 20) * racks.sine(4978, RATE))
    assert aliases(plain[0], 4978) > -30


@pytest.mark.parametrize("shape", SHAPES)
def test_soft_sound_passes_as_it_is_but_for_the_delay_of_the_filters(shape):
    """Within the level's rule, a quiet sine comes out as loud as its gain says."""
    quiet = racks.sine(1000, RATE, level=1e-4)
    out = render(make(shape=SHAPES[shape], amount=12.0), quiet)
    gain = 10 ** (12 / 20 * (1 - 0.7))
    got = np.sqrt(2 * np.mean(out[0, RATE // 2 :] ** 2)) / 1e-4
    assert got == pytest.approx(gain, rel=2e-3)


def test_dry_and_wet_are_aligned():
    """Half of each adds up to the whole: a delay between them would comb."""
    sound = racks.noise(RATE, level=1e-3)
    wet = render(make(amount=0.0), sound)
    half = render(make(amount=0.0, mix=0.5), sound)
    dry = render(make(amount=0.0, mix=1e-9), sound)
    np.testing.assert_allclose(half, 0.5 * (wet + dry), atol=1e-8)


def test_the_filters_delay_by_a_few_samples_and_are_flat():
    click = np.zeros((2, 4096), np.float32)
    click[:, 0] = 1e-3
    response = np.fft.rfft(render(make(amount=0.0), click)[0] / 1e-3)
    frequency = np.fft.rfftfreq(4096, 1 / RATE)
    heard = (frequency > 100) & (frequency < 20000)
    assert np.abs(20 * np.log10(np.abs(response[heard]))).max() < 0.05
    phase = np.unwrap(np.angle(response))
    near = np.searchsorted(frequency, 1000)
    delay = -(phase[near + 1] - phase[near - 1]) / (2 * np.pi * (frequency[near + 1] - frequency[near - 1]))
    assert 3 < delay * RATE < 6


def test_the_hard_shape_clips_and_the_tube_leans():
    loud = racks.sine(100, RATE, level=1.0)
    hard = render(make(shape=SHAPES["hard"], amount=36.0), loud)[0, RATE // 2 :]
    assert np.median(np.abs(hard)) * 10 ** (36 * 0.7 / 20) == pytest.approx(1.0, abs=0.05)
    for shape, even in (("soft", False), ("tube", True)):
        out = render(make(shape=SHAPES[shape], amount=12.0), loud)[0, RATE // 2 :]
        spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
        second = spectrum[100] / spectrum[50]  # half a second: 2 Hz a line
        assert (second > 0.02) == even


def test_no_steady_offset_is_left():
    out = render(make(bias=0.5, shape=SHAPES["tube"], amount=24.0), racks.sine(200, 3 * RATE, level=1.0))
    assert abs(out[0, 2 * RATE :].mean()) < 1e-3
    silent = render(make(bias=0.5), np.zeros((2, 100), np.float32))
    assert not silent.any()


def test_the_tone_is_a_low_pass():
    sound = racks.sine(6000, RATE, level=1e-3)
    level = [np.std(render(make(amount=0.0, tone=tone), sound)[0, 5000:]) for tone in (20000.0, 6000.0)]
    assert 20 * np.log10(level[1] / level[0]) == pytest.approx(-3, abs=1.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_any_split_gives_the_same_bits_while_the_shape_turns(shape):
    sound = racks.noise(1000)

    def played(splits):
        drive = make(amount=24.0, bias=0.3)
        lib.drive_aim(drive, racks.settings(ffi, "drive", shape=SHAPES[shape], amount=3.0), 0, 192)
        return render(drive, sound, splits)

    whole = played(None)
    for seed in range(5):
        np.testing.assert_array_equal(played(units.random_splits(np.random.default_rng(seed), 1000)), whole)
