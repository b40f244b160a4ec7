"""How bright the input is: a sine's own frequency, more for more highs, whatever the block."""

import numpy as np
import pytest
import units

ffi, lib = units.load("input/brightness_meter.h")

RATE = 48000


def make(rate=RATE):
    meter = ffi.new("BrightnessMeter *")
    _, kept = units.memory(ffi, lambda arena: lib.brightness_meter_init(meter, arena, rate))
    return meter, kept


def brightness(samples, rate=RATE, splits=None):
    meter, _kept = make(rate)
    samples = np.ascontiguousarray(samples, np.float32)
    for first, size in splits or [(0, len(samples))]:
        piece = np.ascontiguousarray(samples[first : first + size])
        lib.brightness_meter_push(meter, units.pointer(ffi, piece), size)
    return lib.brightness_meter_read(meter)


def sine(hz, rate=RATE, level=0.1):
    return level * np.sin(2 * np.pi * hz * np.arange(rate // 5) / rate)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("hz", [220.0, 1000.0, 5000.0])
def test_of_a_sine_it_is_the_frequency(rate, hz):
    assert brightness(sine(hz, rate), rate) == pytest.approx(hz, rel=0.02)


def test_it_rises_with_the_highs_and_not_with_the_level():
    dull, bright = sine(200), sine(200) + 0.3 * sine(3000)
    assert brightness(bright) > 2 * brightness(dull)
    assert brightness(0.01 * bright) == pytest.approx(brightness(bright), rel=1e-3)


def test_silence_has_none():
    assert brightness(np.zeros(4800)) == 0


def test_any_split_gives_the_same():
    samples = np.random.default_rng(0).normal(0, 0.1, 4801)
    whole = brightness(samples)
    assert brightness(samples, splits=units.random_splits(np.random.default_rng(1), 4801)) == whole
