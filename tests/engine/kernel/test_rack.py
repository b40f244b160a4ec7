"""A rack for recordings: any split gives the same, and what rings is not cut off."""

import numpy as np
import pytest
from ddsp_live.effects import NONE, Rack, list_racks
from ddsp_live.kernel.rack import RackProcessor, through

RATE = 44100


def noise(frames, level=0.3):
    return np.random.default_rng(0).uniform(-level, level, (frames, 2)).astype(np.float32)


@pytest.mark.parametrize("name", list_racks())
def test_any_split_gives_the_same_samples(name):
    rack, sound = list_racks()[name], noise(RATE // 2)
    whole = RackProcessor(rack, RATE).process(sound)
    assert np.isfinite(whole).all() and np.abs(whole - sound).max() > 1e-3
    parts, processor = [], RackProcessor(rack, RATE)
    for piece in np.array_split(sound, [1, 100, 101, 5000, 20011]):
        parts.append(processor.process(piece))
    assert np.array_equal(np.concatenate(parts), whole)


def test_a_rack_changes_while_sound_goes_through():
    processor = RackProcessor(NONE, RATE)
    sound = noise(RATE // 2)
    assert np.array_equal(processor.process(sound), sound)
    processor.rack = Rack(compressor_on=1, compressor_threshold=-40, compressor_ratio=20)
    out = processor.process(sound)
    assert np.std(out[RATE // 4 :]) < 0.3 * np.std(sound) and processor.reduction_db() < -10
    processor.rack = NONE
    processor.process(sound)
    assert np.array_equal(processor.process(sound), sound)


def test_a_recording_is_followed_until_it_has_died_away():
    sound = noise(RATE // 4)
    assert np.array_equal(through(NONE, sound, RATE), sound)
    echoing = Rack(echo_on=1, echo_time=1000, echo_feedback=0, echo_level=-6, echo_width=0)
    assert len(through(echoing, sound, RATE)) == len(sound) + RATE
    ringing = through(Rack(reverb_on=1, reverb_decay=2, reverb_level=0), sound, RATE)
    assert len(sound) + 1.5 * RATE < len(ringing) < len(sound) + 5 * RATE
    equalized = Rack(equalizer_on=1, equalizer_peak_1_gain=6)
    assert len(through(equalized, sound, RATE)) == len(sound)


def test_what_is_too_loud_is_limited():
    loud = through(Rack(drive_on=1, drive_level=12, reverb_on=1, reverb_level=6), noise(RATE, 1.0), RATE)
    assert np.abs(loud).max() <= 1


@pytest.mark.parametrize("shape", [(10,), (10, 1), (10, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="give \\[frames, 2\\]"):
        RackProcessor(NONE, RATE).process(np.zeros(shape, np.float32))
