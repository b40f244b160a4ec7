"""The chorus against its closed form."""

import numpy as np
import pytest
import racks
import units

ffi, lib = units.load("effects/chorus.h")
RATE = racks.RATE


def make(**changes):
    chorus = ffi.new("Chorus *")
    _, kept = units.memory(ffi, lambda arena: lib.chorus_init(chorus, arena, RATE))
    lib.chorus_aim(chorus, racks.settings(ffi, "chorus", **changes), 0, racks.HOP)
    return chorus, kept


def render(chorus, sound, splits=None):
    return racks.in_place(ffi, lib.chorus_render, chorus, sound, splits)


def test_three_taps_a_side_sway_about_the_dry_sound():
    """A sine through moving delays is a sine of a moving phase, which NumPy can say."""
    hertz, size = 300.0, RATE
    chorus, _kept = make(rate=2.0, depth=4.0, mix=0.5)
    out = render(chorus, racks.sine(hertz, size))
    time = np.arange(size) / RATE
    for side in range(2):
        wet = np.zeros(size)
        for tap in range(3):
            turn = 2 * np.pi * (2.0 * time + tap / 3 + 0.25 * side)
            delay = 0.007 + 0.004 * (0.5 + 0.5 * np.sin(turn))
            wet += 0.5 * np.sin(2 * np.pi * hertz * (time - delay))
        dry = 0.5 * np.sin(2 * np.pi * hertz * time)
        wanted = np.cos(np.pi / 4) * dry + np.sin(np.pi / 4) / np.sqrt(3) * wet
        np.testing.assert_allclose(out[side, 2000:], wanted[2000:], atol=1e-4)


def test_without_width_both_sides_are_alike():
    chorus, _kept = make(width=0.0)
    out = render(chorus, racks.sine(300, 5000))
    np.testing.assert_allclose(out[0], out[1], atol=1e-7)


def test_nothing_of_the_input_is_left_after_its_memory():
    chorus, _kept = make(depth=8.0)
    render(chorus, racks.noise(5000))
    silence = np.zeros((2, int(lib.chorus_memory(chorus)) + 1), np.float32)
    assert not render(chorus, silence)[:, -1].any()


def test_the_rate_changes_without_a_jump():
    """The phase goes on from where it was, also late in a long performance."""
    chorus, _kept = make(rate=0.05, depth=8.0, mix=1.0)
    hour = 3600 * RATE // 192 * 192
    told = racks.settings(ffi, "chorus", rate=0.05, depth=8.0, mix=1.0)
    lib.chorus_aim(chorus, told, hour, 192)
    sound, out = racks.sine(300, 4 * RATE), []
    for i, rate in enumerate((0.05, 5.0, 0.05, 3.0)):
        told = racks.settings(ffi, "chorus", rate=rate, depth=2.0, mix=1.0)
        lib.chorus_aim(chorus, told, hour + i * RATE, 192)
        piece = np.ascontiguousarray(sound[:, i * RATE : (i + 1) * RATE])
        lib.chorus_render(chorus, hour + i * RATE, *racks.sides(ffi, piece), RATE)
        out.append(piece)
    out = np.concatenate(out, axis=1)[:, 5000:]
    steps = np.abs(np.diff(out[0]))
    assert steps.max() < 1.5 * 2 * np.pi * 300 / RATE * 0.5 * np.sqrt(3)


@pytest.mark.parametrize("rate", [0.6, 5.0])
def test_any_split_gives_the_same_bits(rate):
    sound = racks.noise(3000)

    def played(splits):
        chorus, _kept = make()
        lib.chorus_aim(chorus, racks.settings(ffi, "chorus", rate=rate, depth=8.0, width=0.3), 0, 192)
        return render(chorus, sound, splits)

    whole = played(None)
    for seed in range(5):
        np.testing.assert_array_equal(played(units.random_splits(np.random.default_rng(seed), 3000)), whole)
