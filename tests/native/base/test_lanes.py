"""The units on narrow registers (SSE, NEON) against the same units on the widest ones."""

import numpy as np
import pytest
import units

NARROW = ("-DWIDEST=128",)
FRAMES, HOP = 20, 192


def harmonic(ffi, lib) -> np.ndarray:
    rng = np.random.default_rng(0)
    f0, level = np.geomspace(100, 230, FRAMES).astype(np.float32), rng.random(FRAMES).astype(np.float32)
    shares = rng.dirichlet(np.ones(100), FRAMES).astype(np.float32)
    starts, out = np.arange(FRAMES + 1) * HOP, np.zeros(FRAMES * HOP + 16, np.float32)
    values = [units.pointer(ffi, x) for x in (f0, level, shares)]
    address = ffi.cast("int64_t *", starts.ctypes.data)

    def render(arena):
        arena.used = lib.offline_harmonic_bytes(100)
        if arena.base:
            lib.offline_harmonic(arena.base, 100, 48000.0, *values, address, FRAMES, units.pointer(ffi, out))

    units.memory(ffi, render)
    return out[:-16]


def noise(ffi, lib) -> np.ndarray:
    magnitudes = np.random.default_rng(1).random((FRAMES, 65)).astype(np.float32)
    starts, out = np.arange(FRAMES + 1) * HOP, np.zeros(FRAMES * HOP + 16, np.float32)
    values = units.pointer(ffi, magnitudes)
    address = ffi.cast("int64_t *", starts.ctypes.data)

    def render(arena):
        arena.used = lib.offline_noise_bytes(65, 48000.0)
        if arena.base:
            lib.offline_noise(arena.base, 65, 48000.0, 1, values, address, FRAMES, units.pointer(ffi, out))

    units.memory(ffi, render)
    return out[:-16]


def room(ffi, lib, sizes=(3000,)) -> np.ndarray:
    rng = np.random.default_rng(2)
    impulse = (rng.normal(size=(2, 3000)) * np.geomspace(0.1, 1e-4, 3000)).astype(np.float32)
    x, out = rng.uniform(-1, 1, (2, 3000)).astype(np.float32), np.zeros((2, 3000), np.float32)
    address = units.pointer(ffi, impulse)
    made, _kept = units.memory(ffi, lambda arena: lib.convolver_init(arena, address, 2, 3000))
    at = 0
    for size in sizes:
        given, taken = (ffi.new("float *[2]", [units.pointer(ffi, row[at:]) for row in y]) for y in (x, out))
        lib.convolver_render(made, given, taken, size)
        at += size
    return out


@pytest.mark.parametrize("part", [harmonic, noise, room])
def test_narrow_registers_give_the_same_sound(part):
    widest = part(*units.load("api/offline.h", "dsp/convolver.h"))
    narrow = part(*units.load("api/offline.h", "dsp/convolver.h", extra=NARROW))
    assert 10 * np.log10(np.sum((narrow - widest) ** 2) / np.sum(widest**2)) < -100


def test_any_split_gives_the_same_bits_on_narrow_registers():
    rng = np.random.default_rng(3)
    ffi, lib = units.load("api/offline.h", "dsp/convolver.h", "dsp/harmonic.h", "dsp/noise.h", extra=NARROW)
    whole = room(ffi, lib)
    sizes = [size for _, size in units.random_splits(rng, 3000)]
    np.testing.assert_array_equal(room(ffi, lib, sizes), whole)

    h, values = ffi.new("Harmonic *"), rng.dirichlet(np.ones(100), 2).astype(np.float32)
    _, _kept = units.memory(ffi, lambda arena: lib.harmonic_init(h, arena, 100, 48000.0))
    lib.harmonic_frame(h, 100.0, 1.0, units.pointer(ffi, values[0]), 0)
    lib.harmonic_frame(h, 220.0, 0.5, units.pointer(ffi, values[1]), HOP)

    def pieces(splits) -> np.ndarray:
        found = []
        for first, size in splits:
            out = np.zeros(size + 16, np.float32)
            lib.harmonic_render(h, first, size, units.pointer(ffi, out), ffi.NULL)
            found.append(out[:size])
        return np.concatenate(found)

    np.testing.assert_array_equal(pieces(units.random_splits(rng, HOP)), pieces([(0, HOP)]))
