"""Loudness as it comes in against the engine's one definition."""

import numpy as np
import pytest
import units
from ddsp_live.input.loudness import FLOOR_DB, a_weighting, loudness

ffi, lib = units.load("input/loudness_meter.h")

HOP = 192


def make(rate: int):
    meter = ffi.new("LoudnessMeter *")
    weighting = np.ascontiguousarray(a_weighting(rate))
    address = units.pointer(ffi, weighting, "double")
    _, kept = units.memory(ffi, lambda arena: lib.loudness_meter_init(meter, arena, address, rate))
    return meter, kept


def readings(meter, samples: np.ndarray, hop: int) -> np.ndarray:
    got = []
    for first in range(0, len(samples), hop):
        piece = np.ascontiguousarray(samples[first : first + hop])
        got.append(lib.loudness_meter_read(meter))
        lib.loudness_meter_push(meter, units.pointer(ffi, piece), len(piece))
    return np.array(got)


@pytest.mark.parametrize("rate, hop", [(48000, 192), (44100, 176), (96000, 384)])
def test_is_the_engines_loudness_half_a_window_late(rate, hop):
    rng = np.random.default_rng(0)
    swell = np.concatenate([np.zeros(rate // 4), np.geomspace(1e-4, 0.5, rate), np.zeros(rate // 4)])
    samples = (swell * rng.uniform(-1, 1, len(swell))).astype(np.float32)
    meter, _kept = make(rate)
    late = int(lib.loudness_meter_delay(meter))
    assert late / rate == pytest.approx(0.016, abs=1e-4)
    got = readings(meter, samples, hop)
    # The same windows, since the delayed signal's frames stand on the same samples.
    wanted = loudness(np.concatenate([np.zeros(late, np.float32), samples]), rate, rate / hop, hop=hop)
    np.testing.assert_allclose(got, wanted[: len(got)], atol=2e-3)


def test_silence_is_the_floor():
    meter, _kept = make(48000)
    assert (readings(meter, np.zeros(4800, np.float32), HOP) == FLOOR_DB).all()
