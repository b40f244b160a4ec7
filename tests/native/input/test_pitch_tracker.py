"""The live pitch tracker against its definition in NumPy, sample by sample sums against sums anew."""

import numpy as np
import pytest
import scipy.signal
import units

ffi, lib = units.load("input/pitch_tracker.h")

RATE = 48000
FACTOR = 3
QUANTUM = 2.0**-20


def make(rate: float = RATE):
    tracker = ffi.new("PitchTracker *")
    _, kept = units.memory(ffi, lambda arena: lib.pitch_tracker_init(tracker, arena, rate))
    return tracker, kept


def push(tracker, samples: np.ndarray) -> None:
    lib.pitch_tracker_push(tracker, units.pointer(ffi, np.ascontiguousarray(samples)), len(samples))


def partials(f0_hz: np.ndarray, count: int, rate: float = RATE) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(f0_hz) / rate
    return sum(0.3 / k * np.sin(k * phase + k) for k in range(1, count + 1)).astype(np.float32)


def measure_of(samples: np.ndarray, windows: np.ndarray) -> np.ndarray:
    """YIN's measure at the last sample, for the lags that have these windows."""
    band = [scipy.signal.butter(2, 30, "high", fs=RATE), scipy.signal.butter(4, 5000, fs=RATE)]
    for b, a in band:
        samples = scipy.signal.lfilter(b, a, samples)
    newest = np.round(samples[::FACTOR] / QUANTUM)[::-1] * QUANTUM
    unlike = []
    for lag, window in enumerate(windows):
        here, there = newest[:window], newest[lag : lag + window]
        unlike.append(1 - here @ there / np.sqrt((here @ here) * (there @ there)))
    lags = np.arange(len(windows))
    return np.concatenate([[1.0], (np.array(unlike) * lags)[1:] / np.cumsum(unlike)[1:]])


def windows_of(tracker) -> np.ndarray:
    lags = np.arange(tracker.longest + 1)
    choices = np.array(list(tracker.windows))
    return choices[np.minimum(3, (lags[:, None] // 16 * 16 + 16 > choices).sum(1))]


@pytest.mark.parametrize("seconds", [0.1, 3.0])
def test_the_measure_is_yins(seconds):
    rng = np.random.default_rng(1)
    samples = partials(np.full(int(seconds * RATE), 173.0), 12)
    samples += 0.05 * rng.standard_normal(len(samples)).astype(np.float32)
    tracker, _kept = make()
    push(tracker, samples)
    lib.pitch_tracker_read(tracker)
    got = np.frombuffer(ffi.buffer(tracker.measure, 4 * (tracker.longest + 1)), np.float32)
    np.testing.assert_allclose(got, measure_of(samples.astype(np.float64), windows_of(tracker)), atol=2e-4)


def test_sums_that_slide_for_minutes_do_not_drift():
    """What went in comes out again, to the last bit, although it was 80 dB louder."""
    tracker, _kept = make()
    rng = np.random.default_rng(2)
    for _ in range(60):
        push(tracker, rng.uniform(-1, 1, RATE).astype(np.float32))
    push(tracker, np.zeros(RATE, np.float32))
    products = np.frombuffer(ffi.buffer(tracker.product, 8 * tracker.longest), np.float64)
    assert not products.any()


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 96000, 192000])
def test_follows_a_tone_at_any_rate(rate):
    tracker, _kept = make(rate)
    push(tracker, partials(np.full(rate // 4, 220.0), 10, rate))
    heard = lib.pitch_tracker_read(tracker)
    assert abs(1200 * np.log2(heard.f0_hz / 220)) < 3
    assert heard.aperiodicity < 0.02
    assert 0.006 < heard.age_seconds < 0.012


@pytest.mark.parametrize("f0_hz", [45.0, 82.4, 440.0, 1568.0, 2093.0])
def test_hears_from_a_double_bass_to_a_whistle(f0_hz):
    tracker, _kept = make()
    push(tracker, partials(np.full(RATE // 4, f0_hz), 6))
    for _ in range(3):
        heard = lib.pitch_tracker_read(tracker)
    assert abs(1200 * np.log2(heard.f0_hz / f0_hz)) < 3


def test_a_missing_fundamental_is_heard():
    phase = 2 * np.pi * 200 * np.arange(RATE // 4) / RATE
    tracker, _kept = make()
    push(tracker, (0.2 * (np.sin(2 * phase) + np.sin(3 * phase) + np.sin(4 * phase))).astype(np.float32))
    assert abs(1200 * np.log2(lib.pitch_tracker_read(tracker).f0_hz / 200)) < 3


def test_one_bad_frame_does_not_jump_an_octave():
    """For 3 ms the second partial drowns the rest; the path stays where it was."""
    tone = partials(np.full(RATE, 220.0), 8)
    at = np.arange(24000, 24000 + 3 * RATE // 1000)
    tone[at] = 0.3 * np.sin(2 * np.pi * 440 * at / RATE)
    tracker, _kept = make()
    heard = []
    for first in range(0, 36000, 192):
        push(tracker, tone[first : first + 192])
        heard.append(lib.pitch_tracker_read(tracker).f0_hz)
    assert np.abs(1200 * np.log2(np.array(heard[20:]) / 220)).max() < 100


def test_silence_and_noise_are_not_periodic():
    for samples in (np.zeros(RATE), np.random.default_rng(3).uniform(-0.5, 0.5, RATE)):
        tracker, _kept = make()
        push(tracker, samples.astype(np.float32))
        assert lib.pitch_tracker_read(tracker).aperiodicity > 0.4


def test_any_split_gives_the_same_readings():
    glide = partials(np.linspace(110, 880, RATE), 12)
    rng = np.random.default_rng(4)
    whole, _kept = make()
    cut, _kept_too = make()
    for first in range(0, RATE, 192):
        piece = glide[first : first + 192]
        push(whole, piece)
        for at, size in units.random_splits(rng, len(piece)):
            push(cut, piece[at : at + size])
        a, b = lib.pitch_tracker_read(whole), lib.pitch_tracker_read(cut)
        assert (a.f0_hz, a.aperiodicity, a.age_seconds) == (b.f0_hz, b.aperiodicity, b.age_seconds)
