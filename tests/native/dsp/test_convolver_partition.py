"""One stage of the convolver against a convolution in float64, delayed by what the stage says."""

import numpy as np
import pytest
import units

ffi, lib = units.load("dsp/convolver_partition.h")
SLOT = 64


def play(size, partitions, sound, response):
    """The output [2, samples] of a stage for sound and response [2, ...], worked slot by slot."""
    kept = np.ascontiguousarray(response, np.float32)
    impulse = ffi.new(
        "Impulse *", {"samples": units.pointer(ffi, kept), "channels": 2, "length": kept.shape[1]}
    )
    stage = ffi.new("ConvolverPartition *")
    _, memory = units.memory(
        ffi, lambda arena: lib.convolver_partition_init(stage, arena, size, impulse, partitions)
    )
    lib.convolver_partition_reset(stage)
    padded = np.zeros((2, 2 * size + sound.shape[1] + size), np.float32)
    padded[:, 2 * size : 2 * size + sound.shape[1]] = sound
    out = []
    for slot in range(sound.shape[1] // SLOT):
        end = 2 * size + slot * SLOT  # a slot's work is done before its input is there
        past = [ffi.cast("float *", padded[c].ctypes.data) + end for c in (0, 1)]
        heard = bool(padded[:, end - SLOT : end].any())
        place = slot * SLOT % size
        lib.convolver_partition_work(stage, place, past, heard)
        added = ffi.new("float[2][64]")
        lib.convolver_partition_add(stage, place, added)
        out.append(np.array([list(channel) for channel in added]))
    del memory
    return np.concatenate(out, 1)


@pytest.mark.parametrize("size, partitions", [(64, 1), (128, 3), (512, 2)])
def test_convolves_from_its_first_tap_on(size, partitions):
    rng = np.random.default_rng(size)
    samples, first = 16 * size, 2 * size - SLOT
    taps = rng.normal(size=(2, first + size * partitions))
    sound = rng.normal(size=(2, samples))
    sound[:, samples // 2 :] = 0
    out = play(size, partitions, sound, taps)
    late = taps.copy()
    late[:, :first] = 0  # the taps before are for other stages
    wanted = np.stack([np.convolve(sound[c], late[c])[:samples] for c in (0, 1)])
    assert np.abs(out - wanted).max() < 1e-5 * np.abs(wanted).max()


def test_silence_costs_nothing():
    response = np.ones((2, 512), np.float32)
    assert not play(128, 2, np.zeros((2, 2048)), response).any()
