"""Pitch, loudness and voicing of an input, frame by frame, against tones of known pitch and level."""

import numpy as np
import pytest
import units
from ddsp_live.input.loudness import a_weighting, loudness

ffi, lib = units.load("input/input_analysis.h")
RATE, HOP = 48000, 192
THRESHOLD = -55.0


def make():
    analysis = ffi.new("InputAnalysis *")
    weighting = np.ascontiguousarray(a_weighting(RATE))
    address = units.pointer(ffi, weighting, "double")
    _, kept = units.memory(ffi, lambda arena: lib.input_analysis_init(analysis, arena, address, RATE))
    return analysis, (kept, weighting)


def frames(samples, stride=1):
    """The frames that are read every HOP samples of one channel of interleaved samples."""
    analysis, _kept = make()
    samples, found = np.ascontiguousarray(samples, np.float32), []
    for first in range(0, len(samples) - HOP * stride + 1, HOP * stride):
        piece = np.ascontiguousarray(samples[first : first + HOP * stride])
        lib.input_analysis_push(analysis, units.pointer(ffi, piece), stride, HOP)
        found.append(lib.input_analysis_read(analysis, THRESHOLD, HOP))
    return found


def tone(f0_hz, seconds=0.4, level=0.3):
    time = np.arange(round(seconds * RATE)) / RATE
    return level * sum(np.sin(2 * np.pi * k * f0_hz * time + k) / k for k in range(1, 9))


@pytest.mark.parametrize("f0_hz", [82.4, 220.0, 987.8])
def test_a_tone_is_voiced_at_its_pitch_and_loudness(f0_hz):
    sound = tone(f0_hz)
    heard = frames(sound)[25:]
    cents = [1200 * np.log2(frame.pitch.f0_hz / f0_hz) for frame in heard]
    assert all(frame.voiced and frame.level for frame in heard) and np.abs(cents).max() < 5
    wanted = np.median(loudness(sound.astype(np.float32), RATE, 250)[25:75])
    assert np.median([frame.loudness_db for frame in heard]) == pytest.approx(wanted, abs=0.5)


def test_silence_and_hiss_are_no_pitch():
    hiss = 0.1 * np.random.default_rng(0).normal(size=RATE // 2)
    assert not any(frame.voiced or frame.level for frame in frames(np.zeros(RATE // 4)))
    heard = frames(hiss)[10:]
    assert np.mean([frame.voiced for frame in heard]) < 0.05 and all(frame.level for frame in heard)


@pytest.mark.parametrize("nonsense", [np.nan, np.inf, -np.inf, 1e9])
def test_what_is_no_sample_counts_as_silence(nonsense):
    broken, mended = tone(220.0), tone(220.0)
    broken[3000:3010], mended[3000:3010] = nonsense, 0
    ours, theirs = frames(broken), frames(mended)
    assert [frame.loudness_db for frame in ours] == [frame.loudness_db for frame in theirs]
    assert all(np.isfinite(frame.pitch.f0_hz) for frame in ours)


def test_one_channel_of_several_is_heard():
    sound = tone(330.0)
    both = np.stack([sound, np.zeros_like(sound)], 1).ravel()
    assert [f.loudness_db for f in frames(both, stride=2)] == [f.loudness_db for f in frames(sound)]
