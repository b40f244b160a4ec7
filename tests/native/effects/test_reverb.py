"""The reverb: its decay by bands, that it never grows, and that it changes without clicks."""

import numpy as np
import pytest
import racks
import scipy.signal
import units

ffi, lib = units.load("effects/reverb.h")
RATE = racks.RATE
EVEN = {"low_times": 1.0, "high_times": 1.0, "level": 0.0}


def make(rate=RATE, **changes):
    reverb = ffi.new("Reverb *")
    _, kept = units.memory(ffi, lambda arena: lib.reverb_init(reverb, arena, rate))
    aim(reverb, 0, **changes)
    return reverb, kept


def aim(reverb, position, on=1, **changes):
    return lib.reverb_aim(reverb, racks.settings(ffi, "reverb", **changes), on, position, racks.HOP)


def render(reverb, sound, splits=None, begin=0):
    """What is to be added, [2, size]."""
    wet = []
    for first, size in splits or [(0, sound.shape[1])]:
        piece = np.ascontiguousarray(sound[:, first : first + size])
        out = np.full((2, size), np.nan, np.float32)
        pair = ffi.new("float *[2]", racks.sides(ffi, out))
        lib.reverb_render(reverb, begin + first, *racks.sides(ffi, piece), pair, size)
        wet.append(out)
    return np.concatenate(wet, axis=1)


def response(seconds, **changes):
    """To a click on the left side."""
    reverb, _kept = make(**changes)
    sound = np.zeros((2, int(seconds * RATE)), np.float32)
    sound[0, 0] = 1.0
    return render(reverb, sound)


def decay_seconds(sound, low, high):
    """T60 of a band, by a regression of Schroeder's integral from -5 to -30 dB."""
    band = scipy.signal.sosfiltfilt(
        scipy.signal.butter(4, [low, high], "bandpass", fs=RATE, output="sos"), sound.astype(np.float64)
    )
    left = np.cumsum((band**2).sum(0)[::-1])[::-1]
    left = 10 * np.log10(left / left[0] + 1e-30)
    span = np.arange(np.argmax(left < -5), np.argmax(left < -30))
    return -60 / (np.polyfit(span / RATE, left[span], 1)[0])


OCTAVES = [(62.5 * 2**i * 0.5**0.5, min(20000, 62.5 * 2**i * 2**0.5)) for i in range(1, 9)]


def assert_decays(out, wanted):
    """Within 8 % about 1 kHz and 15 % in the other octaves; wanted: seconds, by a frequency in Hz."""
    for low, high in OCTAVES:
        middle = (low * high) ** 0.5
        within = 0.08 if 950 < middle < 1050 else 0.15
        assert decay_seconds(out, low, high) == pytest.approx(wanted(middle), rel=within), (low, high)


@pytest.mark.parametrize("decay", [0.3, 1.2, 6.0])
def test_all_octaves_decay_in_the_time_that_was_asked_for(decay):
    assert_decays(response(1.5 * decay + 0.5, decay=decay, **EVEN), lambda hertz: decay)


@pytest.mark.parametrize("decay", [1.2, 6.0])
def test_beyond_the_crossovers_octaves_decay_by_their_own_times(decay):
    """As the shelves of a filter of the first order say, which are half in decibels at the crossovers."""
    out = response(2 * decay + 0.5, decay=decay, low_times=1.5, high_times=0.4, low=250.0, high=4000.0)
    passes = 3.0 * np.array(lengths_of(1.0)) / (decay * RATE)

    def wanted(hertz):
        s, low, high = 1j * hertz, 10 ** (passes * (1 - 1 / 1.5)), 10 ** (passes * (1 - 1 / 0.4))
        shelf = (s + 250 * low**0.5) / (s + 250 / low**0.5)
        pole = 4000 * np.maximum(high**0.5, 0.5)
        shelf = shelf * (s * high + pole) / (s + pole)
        return -3 * np.sum(passes * decay / 3) / np.sum(np.log10(10**-passes * np.abs(shelf)))

    assert wanted(20) == pytest.approx(1.5 * decay, rel=0.03) and wanted(20000) < 0.45 * decay
    assert_decays(out, wanted)


@pytest.mark.parametrize("decay", [0.3, 1.6, 8.0])
def test_at_0_db_it_is_as_loud_as_what_comes_in(decay):
    energy = (response(1.5 * decay + 0.5, decay=decay, **EVEN).astype(np.float64) ** 2).sum()
    assert 10 * np.log10(energy) == pytest.approx(0.0, abs=0.7)


def test_both_sides_come_out_of_either_and_differ():
    out = response(1.0, **EVEN)
    energy = (out.astype(np.float64) ** 2).sum(axis=1)
    assert 10 * np.log10(energy[0] / energy[1]) == pytest.approx(0.0, abs=1.0)
    assert abs(np.corrcoef(out)[0, 1]) < 0.1


def test_lines_are_prime_and_no_two_alike():
    for size in (0.3, 1.0, 2.0):
        reverb, _kept = make(size=size)
        lengths = np.array(list(reverb.length[1]))
        assert len(set(lengths)) == len(lengths)
        assert all(all(n % d for d in range(2, int(n**0.5) + 1)) for n in lengths)
        assert -1 < lengths[0] - 997 * RATE / 44100 * size < 40
        assert -1 < lengths[-1] - 5189 * RATE / 44100 * size < 73


def test_the_predelay_comes_before_all():
    out = response(0.3, predelay=100.0, size=0.3)
    first = np.flatnonzero(np.abs(out).max(axis=0) > 1e-6)[0]
    assert first == int(0.1 * RATE) + lengths_of(0.3)[0]


def lengths_of(size):
    reverb, _kept = make(size=size)
    return list(reverb.length[1])


def test_no_setting_makes_it_grow():
    rng = np.random.default_rng(0)
    for _ in range(40):
        told = {
            "decay": 20.0,
            "low": rng.uniform(50, 1000),
            "high": rng.uniform(1500, 12000),
            "low_times": rng.choice([0.25, 1, 4]),
            "high_times": rng.choice([0.05, 1, 1.5]),
            "size": rng.uniform(0.3, 2),
            "level": 0.0,
        }
        out = response(2.0, **told)
        energy = (out.astype(np.float64) ** 2).sum(axis=0).reshape(-1, RATE // 2).sum(axis=1)
        assert (np.diff(energy[1:]) < 0).all(), told


def test_size_and_predelay_change_without_a_click():
    reverb, _kept = make(decay=3.0, **EVEN)
    sound, position, out = racks.sine(200, 4 * RATE), 0, []
    while position < 4 * RATE:
        late = position > 2 * RATE
        aim(reverb, position, decay=3.0, size=0.5 if late else 1.0, predelay=60.0 if late else 0.0, **EVEN)
        out.append(render(reverb, sound[:, position : position + 192], begin=position))
        position += 192
    out = np.concatenate(out, axis=1)[0]
    assert racks.bands_beside(out[int(1.5 * RATE) : int(2.5 * RATE)], 200, 300) < -60
    np.testing.assert_array_equal(list(reverb.length[1]), lengths_of(0.5))


def test_what_was_before_a_reset_is_not_heard_again():
    reverb, _kept = make(decay=20.0)
    render(reverb, racks.noise(20000))
    lib.reverb_reset(reverb)
    aim(reverb, 20000, decay=20.0)
    assert not render(reverb, np.zeros((2, 20000), np.float32), begin=20000).any()


def test_any_split_gives_the_same_bits_while_it_changes():
    sound = racks.noise(6000)

    def played(splits):
        reverb, _kept = make()
        aim(reverb, 0, decay=0.5, size=1.7, predelay=20.0, level=0.0, low_times=3.0)
        aim(reverb, 192, decay=0.5, size=1.7, predelay=20.0, level=0.0, low_times=3.0)
        return render(reverb, sound, splits, begin=192)

    whole = played(None)
    for seed in range(5):
        np.testing.assert_array_equal(played(units.random_splits(np.random.default_rng(seed), 6000)), whole)
