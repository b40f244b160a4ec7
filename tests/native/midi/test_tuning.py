"""The table of the keys' pitches, as the audio thread reads it."""

import numpy as np
import units

ffi, lib = units.load("midi/tuning.h")

CHANNELS, KEYS = 16, 128


def table(tuning):
    return np.frombuffer(ffi.buffer(tuning.pitch), np.float32).reshape(CHANNELS, KEYS)


def test_a_new_table_is_equal_temperament():
    tuning = ffi.new("Tuning *")
    lib.tuning_init(tuning)
    assert np.array_equal(table(tuning), np.tile(np.arange(KEYS, dtype=np.float32), (CHANNELS, 1)))


def test_every_key_of_every_channel_takes_its_own_pitch():
    tuning = ffi.new("Tuning *")
    lib.tuning_init(tuning)
    wanted = np.random.default_rng(0).uniform(-1, 127, (CHANNELS, KEYS)).astype(np.float32)
    lib.tuning_set(tuning, units.pointer(ffi, wanted), True)
    assert np.array_equal(table(tuning), wanted)


def test_changes_count_those_that_concern_sounding_notes():
    tuning = ffi.new("Tuning *")
    lib.tuning_init(tuning)
    keys = np.zeros((CHANNELS, KEYS), np.float32)
    counted = []
    for sounding in (False, True, False, True):
        lib.tuning_set(tuning, units.pointer(ffi, keys), sounding)
        counted.append(tuning.changes)
    assert counted == [0, 1, 1, 2]
