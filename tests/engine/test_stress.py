"""What no player does on purpose: a million random events, odd blocks, a minute of dying away."""

import ddsp_live
import numpy as np
import pytest
import scipy.signal
from ddsp_live.native._kernel import ffi, lib
from make_patch import make_patch

RACK_SECONDS = 8  # of echo and reverb, whose macros random controllers turn up
RATE = 48000
MINUS_90_DB = 10 ** (-90 / 20)
ROOM_SECONDS = 0.05
FRAME = 192  # samples
RING_SECONDS = 0.1  # five times what the patches' resonance takes to fall by 8.7 dB
SMALLEST_NORMAL = np.finfo(np.float32).tiny
PEAK, POLES = scipy.signal.iirpeak(0.02, 30)
RESONANCE = scipy.signal.tf2sos(POLES + 2 * PEAK, POLES)  # the signal, and a resonance at 480 Hz
CONTROLLERS = (1, 2, 6, 7, 10, 11, 38, 64, 91, 100, 101)


@pytest.fixture(scope="module")
def patches(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("patches"), np.random.default_rng(0)
    length = int(ROOM_SECONDS * RATE)
    room = 0.05 * rng.normal(size=(length, 2)) * np.exp(-np.arange(length) / 500)[:, None]
    extras = {"body": RESONANCE, "room": room.astype(np.float32), "room_rate": RATE}
    first = make_patch(folder / "first.ddsp", **extras)
    second = make_patch(folder / "second.ddsp", seed=1, harmonics=30, width=24, recurrent=True, **extras)
    return ddsp_live.load_patch(first), ddsp_live.load_patch(second)


def release_samples(patch):
    return int(patch.release_ms / 1000 * RATE) + 2 * FRAME


def fully_released(synth):
    """Let everything go on every channel; the audio after the release, the body's ring, the room's and the rack's."""
    for channel in range(16):
        synth.control_change(121, 0, channel)
        synth.control_change(123, 0, channel)
    rings = int((RING_SECONDS + ROOM_SECONDS + RACK_SECONDS) * RATE)
    return synth.render(release_samples(synth.patch) + rings + RATE)[-RATE:]


def random_messages(count, seed):
    """Messages of 1 to 3 bytes: most of them notes and controllers, one in ten any bytes at all."""
    rng = np.random.default_rng(seed)
    raw = rng.integers(0, 128, (count, 3), np.uint8)
    kind = rng.random(count)
    status = np.where(kind < 0.5, 0x90, np.where(kind < 0.6, 0x80, np.where(kind < 0.8, 0xB0, 0xE0)))
    raw[:, 0] = status | rng.integers(0, 16, count)
    nonsense = kind > 0.9
    raw[nonsense] = rng.integers(0, 256, (np.count_nonzero(nonsense), 3), np.uint8)
    size = np.where(nonsense, rng.integers(1, 4, count), 3)
    return [bytes(message[:n]) for message, n in zip(raw, size, strict=True)]


@pytest.mark.parametrize("mode", ["poly", "mono", "legato"])
def test_random_events_do_no_harm(patches, mode):
    """A million of them in all three modes together; a mode message among them changes the mode, too."""
    synth = ddsp_live.Synth(patches[0], voices=16, mode=mode)
    rng, count, heap = np.random.default_rng(1), 334_000, 2000
    messages, loudest = random_messages(count, seed=len(mode)), 0.0
    later = rng.integers(-64, 64, count).tolist()
    for first in range(0, count, heap):
        position = synth.stats().position
        for i in range(first, first + heap):
            assert lib.synth_send(synth.c, position + later[i], messages[i], len(messages[i]))
        audio = synth.render(int(rng.integers(1, 64)))
        assert np.abs(audio).max() <= 1  # NaN fails this too
        loudest = max(loudest, np.abs(audio).max())
        if first % (50 * heap) == 0:
            synth.load(patches[first // (50 * heap) % 2])
    assert synth.stats().dropped_events == 0
    assert synth.stats().stolen_voices > 1000
    assert loudest > 0.1
    synth.render(128)  # plays what is still scheduled
    assert np.abs(fully_released(synth)).max() < MINUS_90_DB
    assert synth.stats().sounding_voices == 0


def performance(seconds, seed=2):
    """Random gestures at odd sample times, more keys than voices: (time, message)."""
    rng, events = np.random.default_rng(seed), []
    for time in np.sort(rng.integers(0, int(seconds * RATE), 150)).tolist():
        a, b = rng.integers(0, 128, 2).tolist()
        message = {
            0: (0x90, 36 + a // 2, b),
            1: (0x90, 36 + a // 2, b),
            2: (0x80, 36 + a // 2, 0),
            3: (0xB0, CONTROLLERS[a % len(CONTROLLERS)], b),
            4: (0xE0, a, b),
            5: (0xD0, a),
        }[int(rng.integers(0, 6))]
        events.append((time, bytes(message)))
    return events


def in_blocks(patches, sizes, seconds=0.6, mode="poly"):
    """The performance in blocks of these sizes, over and over; half-way, at an odd sample, the patch is swapped."""
    synth = ddsp_live.Synth(patches[0], voices=6, mode=mode)
    for time, message in performance(seconds):
        synth.send(message, time)
    total, swap = int(seconds * RATE), int(seconds * RATE) // 2 + 7
    parts, position = [], 0
    while position < total:
        end = swap if position < swap else total
        size = min(sizes[len(parts) % len(sizes)], end - position)
        parts.append(synth.render(size))
        position += size
        if position == swap:
            synth.load(patches[1])
    return np.concatenate(parts)


@pytest.fixture(scope="module")
def in_one_piece(patches):
    audio = in_blocks(patches, [10**9])
    assert np.abs(audio).max() > 0.01
    return audio


@pytest.mark.parametrize("size", [1, 3, 7, 64, 104, 512, 4096])
def test_blocks_of_any_size_give_the_same_bits(patches, in_one_piece, size):
    np.testing.assert_array_equal(in_blocks(patches, [size]), in_one_piece)


@pytest.mark.parametrize("seed", range(3))
def test_blocks_of_random_sizes_give_the_same_bits(patches, in_one_piece, seed):
    sizes = (10 ** np.random.default_rng(seed).uniform(0, 3.6, 999)).astype(int).tolist()
    np.testing.assert_array_equal(in_blocks(patches, sizes), in_one_piece)


@pytest.mark.parametrize("mode", ["mono", "legato"])
def test_modes_give_the_same_bits_in_any_blocks(patches, mode):
    np.testing.assert_array_equal(in_blocks(patches, [64], mode=mode), in_blocks(patches, [10**9], mode=mode))


def subnormals(samples):
    return np.count_nonzero((samples != 0) & (np.abs(samples) < SMALLEST_NORMAL))


def test_sixty_seconds_of_tail_hold_no_subnormal_number(patches):
    impulse = np.zeros(60 * RATE, np.float32)
    impulse[0] = 1
    assert subnormals(scipy.signal.sosfilt(RESONANCE, impulse).astype(np.float32))  # as this body would make
    synth = ddsp_live.Synth(patches[0])
    synth.control_change(91, 127)
    synth.note_on(60, 127)
    synth.note_off(60, time=RATE // 2)
    audio = synth.render(61 * RATE)
    assert np.abs(audio[RATE // 4 : RATE // 2]).max() > 0.01
    assert subnormals(audio) == 0
    assert not audio[-RATE:].any()


def test_rendering_leaves_the_threads_arithmetic_alone(patches):
    synth = ddsp_live.Synth(patches[0])
    synth.note_on(60)
    small = np.full(4, SMALLEST_NORMAL, np.float32)
    assert np.all(small * np.float32(0.5) > 0)
    synth.render(1000)
    out = ffi.new("float[]", 2 * 64)
    lib.synth_callback(ffi.NULL, out, 64, ffi.NULL, 0, synth.c)
    assert np.all(small * np.float32(0.5) > 0)
