"""One voice's sound: gains ramp, onsets fade in, cuts fade out, and blocks do not matter."""

from itertools import pairwise

import numpy as np
import units

ffi, lib = units.load("instrument/voice_renderer.h", "dsp/noise.h")
RATE, HOP, PARTIALS, BANDS = 48000, 192, 20, 17


class Voice:
    """A voice that is played frame by frame into chunks."""

    def __init__(self):
        self.renderer, self.design = ffi.new("VoiceRenderer *"), ffi.new("NoiseDesign *")

        def initialise(arena):
            lib.noise_design_init(self.design, arena, BANDS, RATE, RATE)
            lib.voice_renderer_init(self.renderer, arena, self.design, PARTIALS, RATE)

        _, self.kept = units.memory(ffi, initialise)
        self.values = []

    def frame(self, *, starts=0, last=0, gain=(1.0, 1.0), f0_hz=220.0, amplitude=0.3, noise=0.0):
        arrays = [
            np.full(1, amplitude, np.float32),
            np.full(PARTIALS, 1 / PARTIALS, np.float32),
            np.full(BANDS, noise, np.float32),
        ]
        self.values.append(arrays)
        names = ("amplitude", "distribution", "magnitudes")
        pointers = {name: units.pointer(ffi, array) for name, array in zip(names, arrays, strict=True)}
        values = {"starts": starts, "fade_in": starts, "last": last, "length": HOP, "f0_hz": f0_hz, "seed": 5}
        values |= {"gain_left": gain[0], "gain_right": gain[1], "voicing": 1.0, "scale": 1.0}
        return ffi.new("VoiceFrame *", values | pointers)

    def render(self, frames, cuts=()):
        """[samples, 2] of whole frames, in pieces that end at each frame and at `cuts`."""
        total, out = HOP * len(frames), []
        for n, frame in enumerate(frames):
            start = n * HOP
            lib.voice_renderer_begin(self.renderer, start, frame)
            places = [start, *sorted(c for c in cuts if start < c < start + HOP), start + HOP]
            for first, end in pairwise(places):
                lib.voice_renderer_advance(self.renderer, first, end)
                sides = (self.renderer.out_left, self.renderer.out_right)
                out.append(
                    np.stack([np.frombuffer(ffi.buffer(s, 4 * (end - first)), np.float32) for s in sides], 1)
                )
                lib.voice_renderer_clear(self.renderer, end - first)
        joined = np.concatenate(out)
        assert len(joined) == total
        return joined


def note(voice, count=4, **options):
    return [voice.frame(starts=int(i == 0), **options) for i in range(count)]


def test_a_note_begins_out_of_nothing_within_48_samples():
    voice, plain = Voice(), Voice()
    sound = voice.render(note(voice, noise=0.5))
    frames = note(plain, noise=0.5)
    frames[0].fade_in = 0
    full = plain.render(frames)
    ramp = np.minimum(1, np.arange(1, len(full) + 1) / 48)[:, None]
    np.testing.assert_allclose(sound, full * ramp, atol=1e-6)


def test_gains_ramp_from_frame_to_frame_on_each_side():
    voice, plain = Voice(), Voice()
    flat = plain.render(note(plain, 2))[HOP:]
    first, second = voice.frame(starts=1), voice.frame(gain=(0.0, 0.5))
    ramped = voice.render([first, second])[HOP:]
    place = np.arange(HOP)[:, None] / HOP
    np.testing.assert_allclose(ramped, flat * (1 + place * (np.array([0.0, 0.5]) - 1)), atol=1e-6)


def test_pieces_of_any_size_are_the_same_bits():
    whole, pieces = Voice(), Voice()
    wanted = whole.render(note(whole, noise=0.2))
    got = pieces.render(note(pieces, noise=0.2), cuts=(1, 2, 63, 64, 100, 191, 193, 400, 401, 575))
    np.testing.assert_array_equal(got, wanted)


def test_the_last_frame_ends_the_voice():
    voice = Voice()
    voice.render([voice.frame(starts=1), voice.frame(last=1, gain=(0.0, 0.0))])
    assert not voice.renderer.active


def test_a_cut_fades_out_within_128_samples():
    voice = Voice()
    voice.render(note(voice, 3))
    lib.voice_renderer_begin(voice.renderer, 3 * HOP, voice.frame())
    tail, size = ffi.new("Tail *"), 1024
    sides = np.zeros((2, size), np.float32)
    tail.left, tail.right = units.pointer(ffi, sides[0]), units.pointer(ffi, sides[1])
    lib.voice_renderer_cut(voice.renderer, 3 * HOP, tail)
    at = np.arange(3 * HOP, 3 * HOP + 128) % size
    heard = sides[:, at]
    assert not voice.renderer.active and np.abs(heard[0]).max() > 0.01
    assert np.abs(heard[:, -4:]).max() < 1e-3 and np.count_nonzero(sides) <= 2 * 128
