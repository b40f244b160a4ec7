"""The harmonic bank against sums of sines in float64."""

import numpy as np
import pytest
import units

ffi, lib = units.load("dsp/harmonic.h")
RATE = 48000.0
HOP = 192


def make(partials: int, rate: float = RATE):
    h = ffi.new("Harmonic *")
    _, kept = units.memory(ffi, lambda arena: lib.harmonic_init(h, arena, partials, rate))
    return h, kept


def begin(h, f0_hz, amplitude, distribution, length):
    values = np.ascontiguousarray(distribution, np.float32)
    lib.harmonic_frame(h, f0_hz, amplitude, units.pointer(ffi, values), length)


def render(h, first: int, size: int) -> np.ndarray:
    out = np.zeros(size + 16, np.float32)
    lib.harmonic_render(h, first, size, units.pointer(ffi, out), ffi.NULL)
    return out[:size]


def weights(f0_hz: float, partials: int, rate: float = RATE) -> np.ndarray:
    """1 up to 95 % of Nyquist, 0 from Nyquist on, straight between."""
    return np.interp(f0_hz * np.arange(1, partials + 1), [0.475 * rate, 0.5 * rate], [1, 0])


def waves(phase: np.ndarray, partials: int) -> np.ndarray:
    """The sines of the partials for a phase in cycles [samples]: [samples, partials]."""
    numbers = np.arange(1, partials + 1)
    cycles = (numbers * phase[:, None]) % 1.0
    return np.sin(2 * np.pi * cycles)


def signs(h) -> np.ndarray:
    return np.frombuffer(ffi.buffer(h.sign, 4 * h.partials), np.float32)


class Reference:
    """The same promises in float64: waves of a phase that is the integral of a piecewise linear frequency. Amplitudes
    have the partials' signs."""

    def __init__(self, f0_hz, amplitudes, phase=0.0, rate=RATE):
        self.f0, self.amplitudes, self.phase, self.rate = float(np.float32(f0_hz)), amplitudes, phase, rate

    def frame(self, f0_hz, amplitudes, length, picked=None):
        f0_hz = float(np.float32(f0_hz))
        n = np.arange(length)
        phase = self.phase + (self.f0 * n + (f0_hz - self.f0) * n**2 / (2 * length)) / self.rate
        ramp = (n / length)[:, None]
        out = None
        if picked is None or picked:
            levels = self.amplitudes + ramp * (amplitudes - self.amplitudes)
            out = (levels * waves(phase, len(amplitudes))).sum(1)
        self.phase = (self.phase + 0.5 * (self.f0 + f0_hz) * length / self.rate) % 1.0
        self.f0, self.amplitudes = f0_hz, amplitudes
        return out


def error_db(got: np.ndarray, wanted: np.ndarray) -> float:
    return 10 * np.log10(np.sum((got - wanted) ** 2) / np.sum(wanted**2))


@pytest.mark.parametrize("f0_hz", [20.0, 55.0, 110.5, 228.0, 440.0, 1234.5, 3000.0, 8000.0])
@pytest.mark.parametrize("partials", [1, 60, 100, 128])
def test_partials_are_sines_and_cosines_within_minus_100_db(f0_hz, partials):
    distribution = 1.0 / np.arange(1, partials + 1)
    distribution /= distribution.sum()
    h, _kept = make(partials)
    levels = 0.5 * distribution.astype(np.float32) * weights(f0_hz, partials) * signs(h)
    reference = Reference(f0_hz, levels)
    got, wanted = [], []
    for _ in range(12):
        begin(h, f0_hz, 0.5, distribution, HOP)
        got.append(render(h, 0, HOP))
        wanted.append(reference.frame(f0_hz, levels, HOP))
    assert error_db(np.concatenate(got), np.concatenate(wanted)) < -100


@pytest.mark.parametrize("low, high", [(20.0, 30.0), (100.0, 228.0), (200.0, 2000.0), (2000.0, 8000.0)])
def test_glides_and_ramps_follow_the_integral_of_f0(low, high):
    rng = np.random.default_rng(3)
    h, _kept = make(100)
    shares = rng.dirichlet(np.ones(100), 30).astype(np.float32)
    frames = list(zip(np.geomspace(low, high, 30), rng.random(30), shares, strict=True))
    levels = [np.float32(a) * d * weights(np.float32(f), 100) * signs(h) for f, a, d in frames]
    reference = Reference(frames[0][0], levels[0])
    begin(h, *frames[0], 0)
    got, wanted = [], []
    for frame, level in zip(frames[1:], levels[1:], strict=True):
        length = int(rng.integers(1, 300))
        begin(h, *frame, length)
        got.append(render(h, 0, length))
        wanted.append(reference.frame(frame[0], level, length))
    assert error_db(np.concatenate(got), np.concatenate(wanted)) < -90


@pytest.mark.parametrize("f0_hz", [20.0, 227.9, 8000.0])
def test_phase_does_not_drift_in_a_minute(f0_hz):
    h, _kept = make(100)
    distribution = np.full(100, 0.01)
    levels = distribution.astype(np.float32) * weights(f0_hz, 100) * signs(h)
    reference = Reference(f0_hz, levels)
    frames = 60 * 250
    for i in range(frames):
        f0 = f0_hz * (1 + 0.01 * np.sin(i / 9))
        levels = distribution.astype(np.float32) * weights(np.float32(f0), 100) * signs(h)
        begin(h, f0, 1.0, distribution, HOP)
        if i == 0:
            reference.f0, reference.amplitudes = float(np.float32(f0)), levels
        checked = i % 1500 == 0 or i >= frames - 3
        wanted = reference.frame(f0, levels, HOP, checked)
        if checked:
            assert error_db(render(h, 0, HOP), wanted) < -90


def test_any_split_of_a_frame_gives_the_same_bits():
    rng = np.random.default_rng(0)
    for f0 in [(90.0, 101.0), (700.0, 350.0), (30.0, 8000.0)]:
        h, _kept = make(100)
        begin(h, f0[0], 1.0, rng.dirichlet(np.ones(100)), 0)
        begin(h, f0[1], 0.3, rng.dirichlet(np.ones(100)), HOP)
        whole = render(h, 0, HOP)
        for _ in range(20):
            pieces = [render(h, *piece) for piece in units.random_splits(rng, HOP)]
            assert np.array_equal(np.concatenate(pieces).view(np.uint32), whole.view(np.uint32))
        assert np.array_equal(np.concatenate([render(h, i, 1) for i in range(HOP)]), whole)


def test_signs_are_the_same_in_every_voice_and_evenly_spread():
    (one, _kept), (other, _kept_too) = make(128), make(100)
    assert set(signs(one)) == {1.0, -1.0}
    np.testing.assert_array_equal(signs(one)[:100], signs(other))
    assert abs(signs(one).sum()) < 3 * np.sqrt(128)


def test_peaks_of_the_partials_do_not_lie_together():
    """A sawtooth's partials: all of sines, they would peak at 4.9 times their effective value."""
    h, _kept = make(100)
    begin(h, 100.0, 1.0, 1.0 / np.arange(1, 101), HOP)
    sound = render(h, 0, 960).astype(np.float64)
    assert np.abs(sound).max() / np.sqrt(np.mean(sound**2)) < 3.5


def test_adds_to_what_is_there():
    h, _kept = make(3)
    begin(h, 400.0, 1.0, [0.5, 0.3, 0.2], 64)
    alone = render(h, 0, 64)
    out = np.ones(80, np.float32)
    lib.harmonic_render(h, 0, 64, units.pointer(ffi, out), ffi.NULL)
    np.testing.assert_array_equal(out[:64], alone + np.float32(1))


def test_a_partial_fades_over_the_last_twentieth_below_nyquist_and_is_silent_above():
    for f0, level in [(22000, 1), (22800, 1), (23400, 0.5), (23880, 0.1), (24000, 0), (30000, 0)]:
        h, _kept = make(1)
        begin(h, f0, 1.0, [1.0], 4000)
        rms = np.sqrt(np.mean(np.square(render(h, 0, 4000), dtype=np.float64)))
        assert rms == pytest.approx(level / np.sqrt(2), rel=0.02, abs=1e-9)


def test_amplitudes_that_ramp_to_a_faded_partial_end_in_silence():
    h, _kept = make(2)
    begin(h, 9000.0, 1.0, [0.0, 1.0], 0)
    begin(h, 13000.0, 1.0, [0.0, 1.0], HOP)
    assert np.abs(render(h, 0, HOP)).max() > 0.5
    begin(h, 13000.0, 1.0, [0.0, 1.0], HOP)
    np.testing.assert_array_equal(render(h, 0, HOP), 0)


def test_the_first_frame_after_a_reset_has_no_ramp():
    h, _kept = make(1)
    begin(h, 100.0, 0.1, [1.0], HOP)
    lib.harmonic_reset(h, 0.25)
    begin(h, 1000.0, 1.0, [1.0], HOP)
    n = np.arange(HOP)
    np.testing.assert_allclose(render(h, 0, HOP), np.cos(2 * np.pi * 1000 / RATE * n), atol=1e-6)


def test_a_frame_of_no_length_sets_where_the_next_one_starts():
    h, _kept = make(1)
    begin(h, 500.0, 1.0, [1.0], HOP)
    begin(h, 1000.0, 0.0, [1.0], 0)
    begin(h, 1000.0, 1.0, [1.0], HOP)
    n = np.arange(HOP)
    wanted = n / HOP * np.sin(2 * np.pi * (500 * HOP + 1000 * n) / RATE)
    np.testing.assert_allclose(render(h, 0, HOP), wanted, atol=1e-6)


def test_silence_before_the_first_frame_and_for_unusable_f0():
    h, _kept = make(4)
    np.testing.assert_array_equal(render(h, 0, 32), 0)
    for f0 in (0.0, -5.0, float("nan")):
        lib.harmonic_reset(h, 0.0)
        begin(h, f0, 1.0, [0.25] * 4, 32)
        np.testing.assert_array_equal(render(h, 0, 32), 0)
