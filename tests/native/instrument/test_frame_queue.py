"""The ring between the stages: frames that wait for a worker's answers, in time, late, or never."""

import numpy as np
import pytest
import units

ffi, lib = units.load("instrument/frame_queue.h")

VOICES, HARMONICS, BANDS = 3, 4, 5
HOLD = 4  # frames that a late worker's last frame is held
NEVER = 2**63 - 1
SLOTS = 32


class Ring:
    """Frames, and a worker whose answers say which request they are for: their amplitude is its f0_scaled."""

    def __init__(self):
        self.frames = ffi.new("FrameQueue *")
        _, self._kept = units.memory(
            ffi, lambda arena: lib.frame_queue_init(self.frames, arena, VOICES, HARMONICS, BANDS)
        )
        self.asked = []

    def push(self, voice, due, mark=0.0, starts=0):
        frame = ffi.new("VoiceFrame *", {"starts": starts, "length": 192})
        lib.frame_queue_push(self.frames, voice, due, frame, mark, 0.0)

    def requests(self, most=64):
        """[(voice, mark, starts)] of one batch."""
        voices, starts, f0, loudness = (
            ffi.new("int[64]"),
            ffi.new("int[64]"),
            ffi.new("float[64]"),
            ffi.new("float[64]"),
        )
        count = lib.frame_queue_requests(self.frames, most, voices, starts, f0, loudness)
        self.asked = [(voices[i], f0[i], starts[i]) for i in range(count)]
        return self.asked

    def answer(self):
        marks = np.array([mark for _, mark, _ in self.asked], np.float32)
        spread = np.repeat(marks[:, None], HARMONICS, 1) + np.arange(HARMONICS, dtype=np.float32)
        bands = np.repeat(marks[:, None], BANDS, 1) + 100
        arrays = [np.ascontiguousarray(a, np.float32) for a in (marks, spread, bands)]
        lib.frame_queue_answer(self.frames, len(marks), *(units.pointer(ffi, a) for a in arrays))

    def work(self):
        while self.requests():
            self.answer()

    def take(self, voice):
        """(late, amplitude times scale) of the voice's next frame."""
        frame = ffi.new("VoiceFrame *")
        late = lib.frame_queue_take(self.frames, voice, HOLD, frame)
        self.taken = frame
        return late, frame.amplitude[0] * frame.scale


def test_a_worker_in_time_is_heard_frame_by_frame():
    ring = Ring()
    for i in range(5):
        ring.push(1, 100 * i, mark=i + 1, starts=i == 0)
    ring.work()
    for i in range(5):
        assert lib.frame_queue_due(ring.frames, 1) == 100 * i
        assert lib.frame_queue_starts(ring.frames, 1) == (i == 0)
        assert ring.take(1) == (0, i + 1)
        assert [ring.taken.distribution[k] for k in range(HARMONICS)] == [i + 1 + k for k in range(HARMONICS)]
        assert [ring.taken.magnitudes[m] for m in range(BANDS)] == [i + 101] * BANDS
    assert lib.frame_queue_due(ring.frames, 1) == NEVER


def test_a_batch_asks_for_a_voice_once_and_in_order():
    ring = Ring()
    for voice, mark in ((0, 1), (1, 2), (0, 3), (2, 4)):
        ring.push(voice, 0, mark)
    assert [(v, m) for v, m, _ in ring.requests()] == [(0, 1), (1, 2)]
    assert [(v, m) for v, m, _ in ring.requests()] == [(0, 3), (2, 4)]
    assert not ring.requests()


def test_a_worker_may_ask_for_less():
    ring = Ring()
    for voice in range(VOICES):
        ring.push(voice, 0, voice)
    assert [len(ring.requests(2)), len(ring.requests(2))] == [2, 1]


def test_a_late_frame_holds_the_last_one_then_decays():
    ring = Ring()
    ring.push(0, 0, mark=1, starts=1)
    ring.work()
    assert ring.take(0) == (0, 1)
    heard = []
    for i in range(HOLD + 3):
        ring.push(0, i, mark=9)
        late, amplitude = ring.take(0)
        assert late
        heard.append(amplitude)
    np.testing.assert_allclose(heard, [1.0] * HOLD + [0.8, 0.64, 0.512], rtol=1e-6)


def test_a_worker_that_is_back_is_heard_at_once():
    ring = Ring()
    ring.push(0, 0, mark=1, starts=1)
    ring.work()
    ring.take(0)
    for i in range(2 * HOLD):
        ring.push(0, i)
        ring.take(0)
    ring.work()
    ring.push(0, 99, mark=5)
    ring.work()
    assert ring.take(0) == (0, 5)


def test_a_note_whose_first_frame_is_late_begins_silent():
    ring = Ring()
    ring.push(0, 0, mark=1, starts=1)
    ring.work()
    ring.take(0)
    ring.push(0, 1, mark=2, starts=1)
    assert ring.take(0) == (1, 0)


def test_an_answer_to_a_frame_long_gone_is_not_heard():
    """A slot comes round again after 32 frames: what was asked for then must not sound now."""
    ring = Ring()
    ring.push(0, 0, mark=1, starts=1)
    assert ring.requests() == [(0, 1, 1)]  # and the worker falls asleep
    ring.take(0)
    for i in range(1, SLOTS):
        ring.push(0, i, mark=2)
        ring.take(0)
    ring.push(0, SLOTS, mark=3)
    ring.answer()
    late, amplitude = ring.take(0)
    assert late
    assert amplitude == 0


def test_the_start_of_a_note_is_told_although_its_frame_could_not_be_asked_for():
    ring = Ring()
    ring.push(0, 0, mark=1, starts=1)
    assert ring.requests() == [(0, 1, 1)]  # and the worker falls asleep
    ring.take(0)
    for i in range(1, SLOTS):
        ring.push(0, i, mark=2)
        ring.take(0)
    ring.push(0, SLOTS, mark=3, starts=1)  # its slot is still the sleeping worker's
    ring.take(0)
    ring.answer()
    while batch := ring.requests():
        assert batch == [(0, 2, 0)]
        ring.answer()
    for i in range(2):
        ring.push(0, SLOTS + 1 + i, mark=4)
    assert [ring.requests(), ring.requests()] == [[(0, 4, 1)], [(0, 4, 0)]]


def test_dropped_frames_are_forgotten():
    ring = Ring()
    for i in range(3):
        ring.push(0, i, mark=1, starts=i == 0)
    lib.frame_queue_drop(ring.frames, 0)
    assert lib.frame_queue_due(ring.frames, 0) == NEVER
    ring.push(0, 50, mark=7, starts=1)
    ring.work()
    assert ring.take(0) == (0, 7)


def test_a_voice_never_waits_for_more_frames_than_there_are_slots():
    ring = Ring()
    for i in range(100):
        ring.push(0, i, mark=i)
    ring.work()
    taken = 0
    while lib.frame_queue_due(ring.frames, 0) != NEVER:
        assert ring.take(0) == (0, taken)
        taken += 1
    assert taken == SLOTS - 1


@pytest.mark.parametrize("mark", [float("nan"), float("inf"), -float("inf")])
def test_an_answer_that_is_no_number_is_silence(mark):
    ring = Ring()
    ring.push(0, 0, mark=mark, starts=1)
    ring.work()
    assert ring.take(0) == (0, 0)
    assert all(ring.taken.distribution[k] == 0 for k in range(HARMONICS))
