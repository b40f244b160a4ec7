"""From wall time to sample time, against a simulated device whose callbacks wake up late."""

import time

import numpy as np
import pytest
import units

ffi, lib = units.load("synth/clock.h")

RATE = 48000
START = 5000.0  # seconds


class Device:
    """Calls a clock as a sound card does: its own rate is off by some ppm, and threads wake up late."""

    def __init__(self, frames, ppm=0.0):
        self.clock = ffi.new("Clock *")
        lib.clock_init(self.clock, RATE)
        self.frames, self.rate = frames, RATE * (1 + ppm * 1e-6)
        self.position, self.time = 0, START
        self.played = 0  # sample of the event before

    def run(self, lateness_seconds, xrun=False):
        """One block for each lateness; for an event in each: samples that its time is off from exactly one block, or
        where blocks have become smaller, from the event before."""
        rng, errors = np.random.default_rng(self.position), []
        for late in lateness_seconds:
            lib.clock_block(self.clock, self.position, self.frames, self.time + late, xrun)
            into = rng.uniform(0, self.frames)
            aim = max(self.position + self.frames + into, self.played)
            self.played = lib.clock_event_time(self.clock, self.time + into / self.rate)
            errors.append(self.played - aim)
            self.position += self.frames
            self.time += self.frames / self.rate
        return np.array(errors)

    def blocks(self, seconds):
        return int(seconds * RATE / self.frames)


@pytest.mark.parametrize("ppm", [-200, 0, 200])
@pytest.mark.parametrize("frames", [64, 104, 512])
def test_a_steady_device_places_events_to_the_sample(frames, ppm):
    device = Device(frames, ppm)
    device.run(np.zeros(device.blocks(10)))
    assert np.abs(device.run(np.zeros(device.blocks(5)))).max() <= 1


@pytest.mark.parametrize("frames", [64, 512])
@pytest.mark.parametrize("jitter_seconds", [20e-6, 200e-6])
def test_jitter_of_wake_ups_is_filtered(frames, jitter_seconds):
    """The delay stays put: its spread is a small part of the jitter's, from the first second on."""
    device = Device(frames, 50)
    late = np.random.default_rng(1).uniform(0, jitter_seconds, device.blocks(20))
    errors = device.run(late)[device.blocks(1) :]
    assert np.abs(errors).max() < jitter_seconds * RATE + 1
    rounding, jitter = 1 / np.sqrt(12), jitter_seconds * RATE / np.sqrt(12)
    last = errors[-device.blocks(5) :]
    assert np.std(last) < np.hypot(rounding, 0.4 * jitter)


def test_a_wake_up_that_comes_very_late_moves_events_little():
    device = Device(64)
    device.run(np.zeros(device.blocks(5)))
    errors = device.run([0, 0.003, 0.002, 0, 0, 0])
    assert np.abs(errors).max() < 3


def test_blocks_of_changing_size_are_followed():
    device = Device(64)
    rng, errors = np.random.default_rng(0), []
    for _ in range(3000):
        device.frames = int(rng.choice([64, 65, 128, 1]))
        errors.append(device.run([0.0])[0])
    assert np.abs(errors[1000:]).max() <= 1


@pytest.mark.parametrize("seconds", [0.02, 1.0, 3600.0])
def test_a_device_that_stood_still_is_followed_at_once(seconds):
    device = Device(64)
    device.run(np.zeros(1000))
    device.time += seconds
    assert np.abs(device.run(np.zeros(50))).max() <= 1


def test_a_clock_begins_anew_after_an_xrun():
    device = Device(64)
    device.run(np.zeros(1000))
    device.time += 0.004  # too little to be told from a late wake-up
    errors = np.concatenate([device.run([0.0], xrun=True), device.run(np.zeros(50))])
    assert np.abs(errors).max() <= 1


def test_a_clock_begins_anew_where_the_position_jumps():
    """As when samples were rendered between two streams."""
    device = Device(64)
    device.run(np.zeros(1000))
    device.position += 100
    assert np.abs(device.run(np.zeros(50))).max() <= 1


def test_what_arrives_later_is_never_played_earlier():
    """Also where the device stood still in between; and what arrived meanwhile is played soon after."""
    device, rng, played, waited = Device(64), np.random.default_rng(2), [], []
    device.run(np.zeros(100))
    for stall in rng.choice([0.0, 0.0, 0.003, 0.02, 0.3], 400):
        lib.clock_block(device.clock, device.position, 64, device.time, False)
        device.position += 64
        for arrival in device.time + np.sort(rng.uniform(0, 64 / RATE + stall, 4)):
            played.append(lib.clock_event_time(device.clock, arrival))
            waited.append(played[-1] - device.position)
        device.time += 64 / RATE + stall
    assert (np.diff(played) >= 0).all()
    assert max(waited) <= 5 * 64 + 0.005 * RATE


def test_before_the_first_block_there_is_no_time():
    assert lib.clock_event_time(Device(64).clock, START) == -1


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -float("inf"), 1e300, -1e300])
def test_a_nonsensical_arrival_is_played_as_soon_as_possible(seconds):
    device = Device(64)
    device.run(np.zeros(10))
    assert lib.clock_event_time(device.clock, seconds) == -1


def test_clock_seconds_is_the_monotonic_clock_of_python():
    before = time.monotonic()
    read = lib.clock_seconds()
    assert before <= read <= time.monotonic()
