"""The room's partitioned convolution against SciPy's."""

import numpy as np
import pytest
import scipy.signal
import units

ffi, lib = units.load("dsp/convolver.h")
SLOT = 64  # samples between two shares of the stages' work
STAGES = [64, 960, 960 + 1024, 8128, 8128 + 8192]  # taps around which another stage begins, or is worth it
AROUND = sorted({length + more for length in STAGES for more in (-1, 0, 1)})


def make(impulse: np.ndarray):
    """The room of an impulse response [channels, length]."""
    impulse = np.ascontiguousarray(impulse, np.float32)
    address = units.pointer(ffi, impulse)
    return units.memory(ffi, lambda arena: lib.convolver_init(arena, address, *impulse.shape))


def render(room, x: np.ndarray, sizes) -> np.ndarray:
    """What the room makes of x [2, samples]."""
    assert sum(sizes) == x.shape[1]
    out, at = np.zeros_like(x), 0
    for size in sizes:
        pieces = [row.copy() for row in x[:, at : at + size]]
        made = np.full((2, size + 1), 77, np.float32)
        given, taken = (
            ffi.new("float *[2]", [units.pointer(ffi, row) for row in rows]) for rows in (pieces, made)
        )
        lib.convolver_render(room, given, taken, size)
        assert (made[:, size] == 77).all(), "convolver_render wrote past its end"
        out[:, at : at + size] = made[:, :size]
        at += size
    return out


def convolved(x: np.ndarray, impulse: np.ndarray) -> np.ndarray:
    whole = scipy.signal.fftconvolve(x.astype(np.float64), impulse.astype(np.float64), axes=1)
    return whole[:, : x.shape[1]]


def error_db(got: np.ndarray, wanted: np.ndarray) -> float:
    return 10 * np.log10(np.sum((got - wanted) ** 2) / np.sum(wanted**2))


def decaying(length: int, channels: int = 2) -> np.ndarray:
    rng = np.random.default_rng(length)
    fading = np.exp(-4 * np.arange(length) / length)
    return (rng.normal(size=(channels, length)) * fading).astype(np.float32)


def noise(size: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, (2, size)).astype(np.float32)


def work(room, x: np.ndarray, block: int = SLOT) -> np.ndarray:
    """Floating-point operations in each block."""
    done = []
    for at in range(0, x.shape[1], block):
        render(room, x[:, at : at + block], [block])
        done.append(lib.convolver_flops(room))
    return np.diff(done, prepend=0)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("length", [1, 2, *AROUND, 5000, 48000])
def test_convolves_as_scipy_without_delay(length, channels):
    impulse, x = decaying(length, channels), noise(25600)
    room, _kept = make(impulse)
    assert error_db(render(room, x, [64] * 400), convolved(x, impulse)) < -120


def test_a_sparse_impulse_comes_back_as_it_is():
    impulse = np.zeros((2, 20000), np.float32)
    impulse[0, [0, 63, 64, 959, 960, 8127, 8128, 19999]] = [1, -0.5, 0.25, 0.125, -0.3, 0.2, 0.1, -0.2]
    impulse[1, [1, 500, 10000]] = [0.4, -0.2, 0.1]
    x = np.zeros((2, 25000), np.float32)
    x[:, 37] = 1
    room, _kept = make(impulse)
    wanted = np.zeros((2, 25000))
    wanted[:, 37:20037] = impulse
    np.testing.assert_allclose(render(room, x, [100] * 250), wanted, atol=1e-7)


def test_the_channels_do_not_mix():
    x = noise(20000)
    x[1] = 0
    room, _kept = make(decaying(20000))
    left, right = render(room, x, [20000])
    assert np.sum(right**2) < 1e-12 * np.sum(left**2)


def test_any_split_gives_the_same_bits():
    rng = np.random.default_rng(2)
    room, _kept = make(decaying(20000))
    x = noise(24000)
    whole = render(room, x, [24000])
    for _ in range(10):
        lib.convolver_reset(room)
        sizes = [size for _, size in units.random_splits(rng, 24000)]
        assert np.array_equal(render(room, x, sizes).view(np.uint32), whole.view(np.uint32))
    lib.convolver_reset(room)
    assert np.array_equal(render(room, x[:, :5000], [1] * 5000), whole[:, :5000])


def test_what_was_silent_for_long_sounds_again_as_it_should():
    impulse, x = decaying(20000, 1), np.zeros((2, 64000), np.float32)
    for begin, end in [(0, 10), (3000, 3001), (30000, 31000), (31500, 35000), (63000, 64000)]:
        x[:, begin:end] = noise(end - begin)
    room, _kept = make(impulse)
    assert error_db(render(room, x, [64] * 1000), convolved(x, impulse)) < -120


def test_silence_costs_nothing_once_the_room_is_silent():
    room, _kept = make(decaying(20000))
    x = np.zeros((2, 40960), np.float32)
    assert not work(room, x).any()
    x[1, 100] = 1e-6
    lib.convolver_reset(room)
    busy = np.flatnonzero(work(room, x)) * SLOT
    assert 20000 < busy[-1] < 20000 + 3 * 4096


@pytest.mark.parametrize("length", [64, 65, 960, 5000, 16321, 48000, 144000])
def test_every_slot_does_its_share_of_the_work(length):
    room, _kept = make(decaying(length))
    shares = work(room, noise(3 * 4096))[2 * 4096 // SLOT :]
    assert shares.max() <= 1.25 * shares.mean()
    assert shares.min() >= 0.75 * shares.mean()


def test_a_longer_room_costs_little_more():
    short, _kept_short = make(decaying(48000))
    long, _kept_long = make(decaying(3 * 48000))
    assert work(long, noise(8192)).mean() < 1.5 * work(short, noise(8192)).mean()


def test_one_impulse_response_for_both_channels_is_held_once():
    impulse = np.ones((2, 48000), np.float32)
    held = [make(impulse[:channels])[1].nbytes for channels in (1, 2)]
    assert held[1] - held[0] > impulse[0].nbytes


def test_reset_forgets_what_sounded():
    room, _kept = make(decaying(20000))
    render(room, noise(10000), [10000])
    lib.convolver_reset(room)
    np.testing.assert_array_equal(render(room, np.zeros((2, 30000), np.float32), [30000]), 0)
