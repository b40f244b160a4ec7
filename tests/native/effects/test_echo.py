"""The echo against its closed form, and its changes of time."""

import numpy as np
import pytest
import racks
import units

ffi, lib = units.load("effects/echo.h")
RATE = racks.RATE


def make(**changes):
    echo = ffi.new("Echo *")
    _, kept = units.memory(ffi, lambda arena: lib.echo_init(echo, arena, RATE))
    aim(echo, 0, **changes)
    return echo, kept


def aim(echo, position, on=1, **changes):
    return lib.echo_aim(echo, racks.settings(ffi, "echo", **changes), on, position, racks.HOP)


def render(echo, sound, splits=None, begin=0):
    """(wet, send), each [2, size]."""
    wet, send = [], []
    for first, size in splits or [(0, sound.shape[1])]:
        piece = np.ascontiguousarray(sound[:, first : first + size])
        outs = np.full((4, size), np.nan, np.float32)
        pair = [ffi.new("float *[2]", racks.sides(ffi, outs[i : i + 2])) for i in (0, 2)]
        lib.echo_render(echo, begin + first, *racks.sides(ffi, piece), *pair, size)
        wet.append(outs[:2])
        send.append(outs[2:])
    return np.concatenate(wet, axis=1), np.concatenate(send, axis=1)


def click(size):
    sound = np.zeros((2, size), np.float32)
    sound[:, 0] = 1.0
    return sound


@pytest.mark.parametrize("first", ["FIRST_LEFT", "FIRST_RIGHT", "FIRST_MIDDLE"])
def test_echoes_come_in_time_fall_and_change_sides(first):
    echo, _kept = make(
        time=10.0, feedback=0.5, tone=20000.0, level=0.0, width=1.0, send=0.25, first=getattr(lib, first)
    )
    wet, send = render(echo, click(2500))
    wanted, side = np.zeros((2, 2500)), {"FIRST_LEFT": 0, "FIRST_RIGHT": 1}.get(first)
    for n in range(1, 6):
        for s in range(2):
            loud = 1.0 if side is None else 2.0 * ((side + n) % 2 != s)
            wanted[s, 480 * n] = loud * 0.5 ** (n - 1)
    np.testing.assert_allclose(wet, wanted, atol=1e-7)
    np.testing.assert_allclose(send, 0.25 * wanted, atol=1e-7)


def test_the_mono_sum_is_pedalboards_delay():
    pedalboard = pytest.importorskip("pedalboard")
    sound = racks.noise(RATE)
    sound[1] = sound[0]
    unit = pedalboard.Delay(delay_seconds=0.125, feedback=0.6, mix=1.0)
    echo, _kept = make(time=125.0, feedback=0.6, tone=20000.0, level=0.0)
    wet, _ = render(echo, sound)
    np.testing.assert_allclose(wet.mean(axis=0), unit.process(sound[0], RATE), atol=2e-6)


def test_the_tone_is_a_low_pass_in_the_loop():
    echo, _kept = make(time=10.0, feedback=0.9, tone=1000.0, level=0.0, width=0.0)
    wet, _ = render(echo, click(2500))
    assert wet[0, 480] == pytest.approx(1.0, abs=1e-6)
    share = 1 - np.exp(-2 * np.pi * 1000 / RATE)
    tail = 0.9 * share * (1 - share) ** np.arange(200)
    np.testing.assert_allclose(wet[0, 960:1160], tail, atol=1e-6)


def test_a_new_time_fades_in_and_waits_for_the_one_before():
    echo, _kept = make(time=500.0, feedback=0.0, level=0.0, width=0.0)
    sound, position, out = racks.sine(200, 2 * RATE), 0, []
    while position < 2 * RATE:
        time = 500.0 if position < RATE else 333.0 if position < RATE + 2000 else 700.0
        again = aim(echo, position, time=time, feedback=0.0, level=0.0, width=0.0)
        out.append(render(echo, sound[:, position : position + 192], begin=position)[0])
        position += 192
    out = np.concatenate(out, axis=1)[0]
    assert not again
    assert np.abs(np.diff(out))[RATE // 2 + 2 :].max() < 1.2 * 2 * np.pi * 200 / RATE * 0.5
    late = np.arange(int(1.9 * RATE), 2 * RATE)
    np.testing.assert_allclose(out[late], sound[0, late - int(0.7 * RATE)], atol=1e-6)


def test_what_was_before_a_reset_is_not_heard_again():
    echo, _kept = make(time=100.0)
    render(echo, racks.noise(20000))
    lib.echo_reset(echo)
    aim(echo, 20000, time=100.0)
    wet, _ = render(echo, np.zeros((2, 20000), np.float32), begin=20000)
    assert not wet.any()


def test_any_split_gives_the_same_bits_while_the_time_changes():
    sound = racks.noise(6000)

    def played(splits):
        echo, _kept = make(time=20.0, feedback=0.9)
        aim(echo, 0, time=31.0, feedback=0.2, send=0.5)
        aim(echo, 192, time=31.0, feedback=0.2, send=0.5)
        return np.concatenate(render(echo, sound, splits, begin=192))

    whole = played(None)
    for seed in range(5):
        np.testing.assert_array_equal(played(units.random_splits(np.random.default_rng(seed), 6000)), whole)
