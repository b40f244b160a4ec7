"""The queue of events: nothing lost, nothing twice, each producer's own order kept."""

import threading
import time

import numpy as np
import pytest
import units

ffi, lib = units.load("midi/event_queue.h")


def make(capacity):
    ring = ffi.new("EventQueue *")
    _, kept = units.memory(ffi, lambda arena: lib.event_queue_init(ring, arena, capacity))
    return ring, kept


def push(ring, at):
    return lib.event_queue_push(ring, ffi.new("Event *", {"time": at, "bytes": [0x90, 60, 100], "size": 3}))


def pop_all(ring):
    event, times = ffi.new("Event *"), []
    while lib.event_queue_pop(ring, event):
        times.append(event.time)
    return times


def test_events_come_out_as_they_went_in():
    ring, _kept = make(8)
    event = ffi.new("Event *", {"time": -5, "bytes": [0xE3, 1, 127], "size": 3})
    assert lib.event_queue_push(ring, event)
    popped = ffi.new("Event *")
    assert lib.event_queue_pop(ring, popped)
    assert (popped.time, list(popped.bytes), popped.size) == (-5, [0xE3, 1, 127], 3)


def test_an_empty_ring_gives_nothing():
    ring, _kept = make(8)
    assert not pop_all(ring)


@pytest.mark.parametrize("capacity", [2, 8, 64])
def test_a_full_ring_refuses_and_loses_nothing(capacity):
    ring, _kept = make(capacity)
    assert [push(ring, at) for at in range(capacity + 2)] == [1] * capacity + [0, 0]
    assert pop_all(ring) == list(range(capacity))
    assert push(ring, 7)
    assert pop_all(ring) == [7]


def test_order_outlasts_many_wraps():
    ring, _kept = make(8)
    rng, sent, got = np.random.default_rng(0), 0, []
    while sent < 1000:
        for _ in range(rng.integers(1, 9)):
            sent += push(ring, sent)
        got += pop_all(ring)
    assert got == list(range(sent))


def test_the_counters_may_overflow():
    ring, _kept = make(8)
    start = 2**32 - 3  # as after four thousand million events
    ring.head = ring.tail = start
    for i in range(8):
        ring.cell[(start + i) % 8].sequence = (start + i) % 2**32
    assert all(push(ring, at) for at in range(8))
    assert not push(ring, 8)
    assert pop_all(ring) == list(range(8))


def test_producers_on_many_threads_lose_nothing():
    ring, _kept = make(64)
    producers, each, give_up = 4, 2000, time.monotonic() + 60

    def produce(number):
        for i in range(each):
            while not push(ring, number * each + i) and time.monotonic() < give_up:
                time.sleep(0.0001)

    threads = [threading.Thread(target=produce, args=(number,)) for number in range(producers)]
    for thread in threads:
        thread.start()
    got = []
    while any(thread.is_alive() for thread in threads):
        got += pop_all(ring)
        time.sleep(0.0001)
    got += pop_all(ring)
    assert sorted(got) == list(range(producers * each))
    for number in range(producers):
        own = [at for at in got if at // each == number]
        assert own == sorted(own)
