"""The kernel's parts from NumPy, against float64 references and SciPy."""

import numpy as np
import pytest
import scipy.signal
from ddsp_live import signal

RATES = pytest.mark.parametrize("sample_rate", [16000, 44100, 48000])
FRAME_RATE = 250
SIGNS = "+++++++++++++-+-+--+"  # of the partials, from the first one on


def ramped(frames: np.ndarray, sample_rate: int) -> np.ndarray:
    """[frames, size] -> [samples, size]: frame i at its nearest sample, straight between, the last held."""
    count = len(frames) * sample_rate // FRAME_RATE
    places = np.floor(np.arange(len(frames)) * sample_rate / FRAME_RATE + 0.5)
    return np.stack([np.interp(np.arange(count), places, column) for column in frames.T], 1)


def rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))


@RATES
def test_harmonic_is_the_sum_of_its_ramped_partials(sample_rate):
    rng = np.random.default_rng(0)
    f0 = np.geomspace(150, 300, 50).astype(np.float32)
    amplitude, distribution = rng.random(50), rng.dirichlet(np.ones(20), 50)
    got = signal.harmonic(f0, amplitude, distribution, sample_rate=sample_rate, frame_rate=FRAME_RATE)
    cycles = ramped(f0[:, None].astype(np.float64), sample_rate)[:, 0] / sample_rate
    phase = np.concatenate([[0], np.cumsum((cycles[1:] + cycles[:-1]) / 2)])
    numbers, signs = np.arange(1, 21), np.array([1.0 if sign == "+" else -1.0 for sign in SIGNS])
    cycles = phase[:, None] * numbers
    partials = signs * np.sin(2 * np.pi * cycles)
    wanted = (partials * ramped(amplitude[:, None] * distribution, sample_rate)).sum(1)
    assert got.dtype == np.float32 and got.shape == (50 * sample_rate // FRAME_RATE,)
    assert rms(got - wanted) < 3e-5 * rms(wanted)


def test_harmonic_takes_columns_too():
    f0, flat = np.full(10, 300.0), np.full((10, 4), 0.25)
    rates = {"sample_rate": 48000, "frame_rate": 250}
    rows = signal.harmonic(f0, f0 / 1000, flat, **rates)
    columns = signal.harmonic(f0[:, None], f0[:, None] / 1000, flat, **rates)
    np.testing.assert_array_equal(rows, columns)


@RATES
def test_filtered_noise_has_the_magnitudes_spectrum(sample_rate):
    magnitudes = np.tile(np.linspace(1, 0.1, 33), (2000, 1))
    made = signal.filtered_noise(magnitudes, sample_rate=sample_rate, frame_rate=FRAME_RATE, seed=1)
    assert made.dtype == np.float32 and made.shape == (2000 * sample_rate // FRAME_RATE,)
    found_hz, density = scipy.signal.welch(made, sample_rate, nperseg=256)
    wanted = (
        np.interp(found_hz, np.linspace(0, sample_rate / 2, 33), magnitudes[0]) ** 2 / 3 / (sample_rate / 2)
    )
    np.testing.assert_allclose(10 * np.log10(density[4:-4] / wanted[4:-4]), 0, atol=1)


def test_filtered_noise_swells_where_its_magnitudes_do():
    level = np.interp(np.arange(500), [0, 250, 499], [0, 1, 0])
    made = signal.filtered_noise(np.tile(level[:, None], (1, 17)), sample_rate=48000, frame_rate=250)
    found = [rms(piece) for piece in made.reshape(10, -1)]
    wanted = [rms(piece) / np.sqrt(3) for piece in ramped(level[:, None], 48000).reshape(10, -1)]
    np.testing.assert_allclose(found, wanted, rtol=0.03)


def test_a_seed_repeats_its_noise():
    ones = np.ones((20, 9))
    rates = {"sample_rate": 48000, "frame_rate": 250}
    one, again, other = (signal.filtered_noise(ones, **rates, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, again)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


@pytest.mark.parametrize("shape", [(1000,), (2, 1000), (2, 3, 500), (2, 0)])
def test_sosfilt_is_scipys(shape):
    rng = np.random.default_rng(1)
    sos = scipy.signal.cheby2(7, 40, [0.05, 0.4], "bandpass", output="sos")
    x = rng.uniform(-1, 1, shape).astype(np.float32)
    zi = rng.normal(size=(len(sos), *shape[:-1], 2)) * 0.1
    for start in (None, zi):
        begin = np.zeros_like(zi) if start is None else start
        wanted, wanted_zf = (
            scipy.signal.sosfilt(sos, x.astype(np.float64), zi=begin) if x.size else (x, begin)
        )
        y, zf = signal.sosfilt(sos, x, start)
        assert y.dtype == np.float32 and zf.dtype == np.float64
        np.testing.assert_allclose(y, wanted, atol=2e-7)
        np.testing.assert_allclose(zf, wanted_zf, atol=1e-9)


def test_sosfilt_continues_where_it_stopped():
    sos = scipy.signal.butter(6, 0.2, output="sos")
    x = np.random.default_rng(2).uniform(-1, 1, 700).astype(np.float32)
    whole, whole_zf = signal.sosfilt(sos, x)
    first, state = signal.sosfilt(sos, x[:123])
    second, zf = signal.sosfilt(sos, x[123:], state)
    np.testing.assert_array_equal(np.concatenate([first, second]), whole)
    np.testing.assert_array_equal(zf, whole_zf)


def test_sosfilt_leaves_its_arguments_alone():
    sos, x, zi = scipy.signal.butter(2, 0.2, output="sos"), np.ones(16, np.float32), np.ones((1, 2))
    signal.sosfilt(sos, x, zi)
    assert (x == 1).all() and (zi == 1).all()


GOOD = np.array([[1.0, 0, 0, 1, -0.5, 0.2]])


@pytest.mark.parametrize(
    "sos, x, zi, message",
    [
        (GOOD[:, :5], np.zeros(4), None, "shape"),
        (GOOD * [1, 1, 1, 0, 1, 1], np.zeros(4), None, "a0"),
        (GOOD * [np.nan, 1, 1, 1, 1, 1], np.zeros(4), None, "finite"),
        (np.vstack([GOOD, [[1, 0, 0, 1, 0, 1.0]]]), np.zeros(4), None, "Section 1 is unstable"),
        ([[1, 0, 0, 1, -2.1, 1.05]], np.zeros(4), None, "unstable"),
        (GOOD, 0.0, None, "single number"),
        (GOOD, np.zeros(4), np.zeros((2, 2)), "zi"),
    ],
)
def test_sosfilt_names_what_is_wrong(sos, x, zi, message):
    with pytest.raises(ValueError, match=message):
        signal.sosfilt(sos, x, zi)


ONES = np.ones(5)


@pytest.mark.parametrize(
    "f0_hz, amplitude, distribution, rates, message",
    [
        (ONES[:4], ONES, np.ones((5, 3)), (48000, 250), "f0_hz has 4 frames"),
        (ONES, ONES, ONES, (48000, 250), "distribution has the shape"),
        (np.ones((5, 2)), ONES, np.ones((5, 3)), (48000, 250), "f0_hz has the shape"),
        (-ONES, ONES, np.ones((5, 3)), (48000, 250), "0 Hz or more"),
        (ONES, ONES * np.inf, np.ones((5, 3)), (48000, 250), "amplitude is not finite"),
        (ONES[:0], ONES[:0], np.ones((0, 3)), (48000, 250), "distribution has the shape"),
        (ONES, ONES, np.ones((5, 3)), (48000, 0), "no hop"),
        (ONES, ONES, np.ones((5, 3)), (100, 250), "no hop"),
        (ONES, ONES, np.ones((5, 3)), (float("nan"), 250), "no hop"),
    ],
)
def test_harmonic_names_what_is_wrong(f0_hz, amplitude, distribution, rates, message):
    with pytest.raises(ValueError, match=message):
        signal.harmonic(f0_hz, amplitude, distribution, sample_rate=rates[0], frame_rate=rates[1])


@pytest.mark.parametrize(
    "magnitudes, seed, message",
    [
        (np.ones((5, 1)), 0, "at least 0 Hz and Nyquist"),
        (np.full((5, 9), np.nan), 0, "magnitudes is not finite"),
        (np.ones((5, 9)), -1, "seed"),
        (np.ones((5, 9)), 1 << 32, "seed"),
    ],
)
def test_filtered_noise_names_what_is_wrong(magnitudes, seed, message):
    with pytest.raises(ValueError, match=message):
        signal.filtered_noise(magnitudes, sample_rate=48000, frame_rate=250, seed=seed)
