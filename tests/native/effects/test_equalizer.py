"""The equalizer's bands against SciPy's second-order sections."""

import numpy as np
import pytest
import racks
import scipy.signal
import units

ffi, lib = units.load("effects/equalizer.h")
RATE = racks.RATE
OFF = {"high_pass": 16.0, "low_pass": 20000.0}


def make(rate=RATE, **changes):
    equalizer = ffi.new("Equalizer *")
    lib.equalizer_init(equalizer, rate)
    lib.equalizer_aim(equalizer, racks.settings(ffi, "equalizer", **changes), 0, racks.HOP)
    return equalizer


def render(equalizer, sound, splits=None):
    return racks.in_place(ffi, lib.equalizer_render, equalizer, sound, splits)


def cookbook(kind, hertz, gain_db, q):
    """Bristow-Johnson's biquads, [1, 6]."""
    a, w = 10 ** (gain_db / 40), 2 * np.pi * hertz / RATE
    alpha, cosine = np.sin(w) / (2 * q), np.cos(w)
    root = 2 * np.sqrt(a) * alpha
    if kind == "peak":
        b = [1 + alpha * a, -2 * cosine, 1 - alpha * a]
        c = [1 + alpha / a, -2 * cosine, 1 - alpha / a]
    elif kind == "low_shelf":
        b = [a * (a + 1 - (a - 1) * cosine + root), 2 * a * (a - 1 - (a + 1) * cosine)]
        b += [a * (a + 1 - (a - 1) * cosine - root)]
        c = [a + 1 + (a - 1) * cosine + root, -2 * (a - 1 + (a + 1) * cosine)]
        c += [a + 1 + (a - 1) * cosine - root]
    elif kind == "high_shelf":
        b = [a * (a + 1 + (a - 1) * cosine + root), -2 * a * (a - 1 + (a + 1) * cosine)]
        b += [a * (a + 1 + (a - 1) * cosine - root)]
        c = [a + 1 - (a - 1) * cosine + root, 2 * (a - 1 - (a + 1) * cosine)]
        c += [a + 1 - (a - 1) * cosine - root]
    else:
        sign = -1 if kind == "high_pass" else 1
        middle = 1 - sign * cosine
        b = [middle / 2, sign * middle, middle / 2]
        c = [1 + alpha, -2 * cosine, 1 - alpha]
    return np.array([[*b, *c]]) / c[0]


BANDS = {
    "high-pass": ({"high_pass": 148.0, "high_pass_q": 1.3}, ("high_pass", 148.0, 0, 1.3)),
    "low shelf": ({"low_shelf": 137.0, "low_shelf_gain": 12.8}, ("low_shelf", 137.0, 12.8, 0.5**0.5)),
    "peak 1": ({"peak_1": 743.0, "peak_1_gain": -18.0, "peak_1_q": 3.1}, ("peak", 743.0, -18.0, 3.1)),
    "peak 2": ({"peak_2": 12000.0, "peak_2_gain": 18.0, "peak_2_q": 0.4}, ("peak", 12000.0, 18.0, 0.4)),
    "high shelf": ({"high_shelf": 3000.0, "high_shelf_gain": -9.0}, ("high_shelf", 3000.0, -9.0, 0.5**0.5)),
    "low-pass": ({"low_pass": 9000.0, "low_pass_q": 4.0}, ("low_pass", 9000.0, 0, 4.0)),
}


@pytest.mark.parametrize("name", BANDS)
def test_a_band_filters_as_the_cookbook_says(name):
    changes, design = BANDS[name]
    sound = racks.noise(20000)
    wanted = scipy.signal.sosfilt(cookbook(*design), sound.astype(np.float64))
    np.testing.assert_allclose(render(make(**changes), sound), wanted, atol=1e-6)


def test_bands_at_rest_leave_the_sound_alone():
    sound = racks.noise(500)
    np.testing.assert_array_equal(render(make(), sound), sound)


def test_frequencies_beyond_the_rate_are_held_below_it():
    sound = racks.noise(4000)
    out = render(make(8000, low_pass=19000.0, peak_2=17500.0, peak_2_gain=18.0, high_shelf=16000.0), sound)
    assert np.isfinite(out).all() and np.abs(out).max() < 50


def test_any_split_gives_the_same_bits_while_bands_move():
    sound, rng = racks.noise(2000), np.random.default_rng(0)

    def played(split):
        equalizer, out = make(low_shelf_gain=12.0), []
        for step in range(0, 2000, 200):
            told = racks.settings(ffi, "equalizer", low_shelf_gain=float(step % 400), peak_1=100.0 + step)
            lib.equalizer_aim(equalizer, told, step, 192)
            for first, size in units.random_splits(rng, 200) if split else [(0, 200)]:
                piece = np.ascontiguousarray(sound[:, step + first : step + first + size])
                lib.equalizer_render(equalizer, step + first, *racks.sides(ffi, piece), size)
                out.append(piece)
        return np.concatenate(out, axis=1)

    whole = played(False)
    for _ in range(5):
        np.testing.assert_array_equal(played(True), whole)
