"""Second-order sections against SciPy's."""

import numpy as np
import pytest
import scipy.signal
import units

ffi, lib = units.load("dsp/biquad_cascade.h")

FILTERS = {
    "one section": scipy.signal.butter(2, 0.3, output="sos"),
    "narrow and low": scipy.signal.tf2sos(*scipy.signal.iirpeak(0.002, 40)),
    "elliptic, 9 sections": scipy.signal.ellip(18, 0.5, 80, [0.05, 0.6], "bandpass", output="sos")[:9],
    "12 peaks": scipy.signal.butter(24, [0.02, 0.5], "bandstop", output="sos")[:12],
}


def make(sos: np.ndarray, channels: int = 1):
    body = ffi.new("BiquadCascade *")
    sos = np.ascontiguousarray(sos, np.float64)
    address = units.pointer(ffi, sos, "double")
    _, kept = units.memory(
        ffi, lambda arena: lib.biquad_cascade_init(body, arena, address, len(sos), channels)
    )
    return body, kept


def render(body, samples: np.ndarray, channel: int = 0) -> np.ndarray:
    samples = samples.copy()
    lib.biquad_cascade_render(body, channel, units.pointer(ffi, samples), len(samples))
    return samples


def noise(size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, size).astype(np.float32)


@pytest.mark.parametrize("name", FILTERS)
def test_filters_as_scipy_within_minus_120_db(name):
    x = noise(20000)
    body, _kept = make(FILTERS[name])
    wanted = scipy.signal.sosfilt(FILTERS[name], x.astype(np.float64))
    error = render(body, x) - wanted
    assert 10 * np.log10(np.sum(error**2) / np.sum(wanted**2)) < -120


def test_divides_by_a0():
    sos = FILTERS["one section"]
    plain, _kept = make(sos)
    scaled, _kept_too = make(sos * -4)
    np.testing.assert_array_equal(render(plain, noise(100)), render(scaled, noise(100)))


def test_channels_keep_their_own_state():
    sos = FILTERS["elliptic, 9 sections"]
    body, _kept = make(sos, channels=2)
    left, right = noise(500, 1), noise(500, 2)
    got = [
        [render(body, x[i : i + 100], channel) for channel, x in ((0, left), (1, right))]
        for i in range(0, 500, 100)
    ]
    for channel, x in enumerate((left, right)):
        wanted = scipy.signal.sosfilt(sos, x.astype(np.float64))
        np.testing.assert_allclose(np.concatenate([pair[channel] for pair in got]), wanted, atol=1e-6)


def test_any_split_gives_the_same_bits():
    x = noise(1000)
    whole_body, _kept = make(FILTERS["12 peaks"])
    whole = render(whole_body, x)
    body, _kept_too = make(FILTERS["12 peaks"])
    for split in range(10):
        lib.biquad_cascade_reset(body)
        pieces = units.random_splits(np.random.default_rng(split), 1000)
        assert np.array_equal(np.concatenate([render(body, x[a : a + n]) for a, n in pieces]), whole)


def test_no_sections_leave_the_signal_alone():
    body, _kept = make(np.zeros((0, 6)))
    np.testing.assert_array_equal(render(body, noise(64)), noise(64))
