"""Events that wait for their sample, against a sorted list."""

import numpy as np
import pytest
import units

ffi, lib = units.load("midi/event_schedule.h")

NEVER = 2**63 - 1


def make(capacity=1000):
    schedule = ffi.new("EventSchedule *")
    _, kept = units.memory(ffi, lambda arena: lib.event_schedule_init(schedule, arena, capacity))
    return schedule, kept


def add(schedule, time, mark=0):
    lib.event_schedule_add(
        schedule, {"time": time, "bytes": [mark & 127, mark >> 7 & 127, mark >> 14], "size": 3}
    )


def take(schedule):
    event = lib.event_schedule_take(schedule)
    return event.time, event.bytes[0] | event.bytes[1] << 7 | event.bytes[2] << 14


def test_an_empty_schedule_has_no_next_event():
    schedule, _kept = make()
    assert lib.event_schedule_next(schedule) == NEVER


def test_events_at_one_time_keep_their_order():
    schedule, _kept = make()
    for mark in range(100):
        add(schedule, 7, mark)
    assert [take(schedule) for _ in range(100)] == [(7, mark) for mark in range(100)]


def test_a_schedule_is_full_at_its_capacity():
    schedule, _kept = make(3)
    for count in range(3):
        assert not lib.event_schedule_full(schedule)
        add(schedule, -count)
    assert lib.event_schedule_full(schedule)


@pytest.mark.parametrize("spread", [3, 100, 2**62])
def test_any_mixture_comes_out_as_from_a_sorted_list(spread):
    schedule, _kept = make(400)
    rng, waiting = np.random.default_rng(spread), []
    for mark in range(5000):
        if waiting and (len(waiting) == 400 or rng.random() < 0.48):
            waiting.sort()
            assert lib.event_schedule_next(schedule) == waiting[0][0]
            assert take(schedule) == waiting.pop(0)
        else:
            time = int(rng.integers(-spread, spread))
            waiting.append((time, mark))
            add(schedule, time, mark)
    assert [take(schedule) for _ in waiting] == sorted(waiting)
    assert lib.event_schedule_next(schedule) == NEVER
