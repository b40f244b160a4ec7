"""The tap that meters and recorders read: whole frames, or the word that it was too late."""

import numpy as np
import pytest
import units
from ddsp_live.native._kernel import ffi as kernel_ffi
from ddsp_live.native._kernel import lib as kernel

ffi, lib = units.load("synth/tap.h")
SIZE = 64


@pytest.fixture
def tap():
    """The same tap for the kernel, which has the readers' side, and for the unit, which has the writer's."""
    memory = np.zeros(kernel.tap_bytes(SIZE) + 64, np.uint8)
    aligned = memory[-memory.ctypes.data % 64 :]
    shared = kernel.tap_init(kernel_ffi.from_buffer("char[]", aligned), SIZE)
    yield Tap(shared, ffi.cast("Tap *", int(kernel_ffi.cast("uintptr_t", shared))))
    del memory


class Tap:
    def __init__(self, reader, writer):
        self.reader, self.writer, self.count = reader, writer, 0

    def write(self, frames):
        """Writes frames that count up: left is the number of the frame, right its negative."""
        numbers = np.arange(self.count, self.count + frames, dtype=np.float32)
        samples = np.ascontiguousarray(np.stack([numbers, -numbers], 1))
        lib.tap_write(self.writer, units.pointer(ffi, samples), frames)
        self.count += frames

    def read(self, first, frames):
        """The frames, or None if some are no longer there."""
        out = np.zeros((frames, 2), np.float32)
        got = kernel.tap_read(self.reader, first, kernel_ffi.cast("float *", out.ctypes.data), frames)
        return None if got < 0 else out[:got]


def expected(first, frames):
    numbers = np.arange(first, first + frames, dtype=np.float32)
    return np.stack([numbers, -numbers], 1)


def test_what_was_written_is_read_across_the_ring_s_end(tap):
    for frames in (50, 1, 30, 19):
        tap.write(frames)
    np.testing.assert_array_equal(tap.read(40, 60), expected(40, 60))


def test_no_more_is_read_than_there_is(tap):
    tap.write(10)
    np.testing.assert_array_equal(tap.read(4, 60), expected(4, 6))
    assert len(tap.read(10, 5)) == 0


def test_a_reader_that_comes_too_late_is_told_so(tap):
    tap.write(60)
    tap.write(60)
    assert tap.read(120 - SIZE, 10) is not None
    assert tap.read(120 - SIZE - 1, 10) is None
    assert tap.read(121, 1) is None and tap.read(-1, 1) is None


def test_what_is_being_written_over_while_it_is_read_is_not_believed(tap):
    tap.write(60)
    tap.write(60)
    tap.writer.begun = 140  # the writer is at work on 20 more, over the oldest 20, and has not finished
    assert tap.read(120 - SIZE, 10) is None and tap.read(120 - SIZE + 19, 10) is None
    np.testing.assert_array_equal(tap.read(120 - SIZE + 20, 10), expected(120 - SIZE + 20, 10))
