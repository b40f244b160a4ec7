"""How notes become parts: pitch, what came before, and what a part follows after its key was let go."""

import numpy as np
import pytest
import synths
from synths import RATE, lib, make, play

MPE = [(0xB0, 101, 0), (0xB0, 100, 6), (0xB0, 6, 3)]


def bend_of(synth, part):
    """Semitones that a part is bent by in its first frame."""
    part = synths.ffi.addressof(part)
    lib.note_lifecycle_follow(synth, part, 192)
    return lib.note_lifecycle_modulation(synth, part).bend


def test_a_note_begins_at_its_tuned_pitch_with_its_cents():
    synth = make()
    synth.tuning.pitch[2][60] = 60.5
    play(synth, (0x92, 60, 100), time=77, cents=-20.0)
    part = synth.part[0]
    assert (part.active, part.starts, part.continues, part.next_frame) == (1, 1, 0, 77)
    assert part.performance.pitch == pytest.approx(60.3, abs=1e-5)


@pytest.mark.parametrize(("seconds", "interval"), [(0.1, 7.0), (1.9, 7.0), (2.1, 0.0)])
def test_a_note_knows_the_one_before_on_its_channel(seconds, interval):
    synth = make()
    play(synth, (0x90, 60, 100))
    play(synth, (0x80, 60, 64), time=4800)
    play(synth, (0x90, 67, 100), time=4800 + round(seconds * RATE))
    after = synth.part[1].performance
    assert after.interval == interval
    assert after.joined == pytest.approx(np.exp(-seconds / 0.2), rel=1e-4)


def test_a_note_on_another_channel_follows_none():
    synth = make()
    play(synth, (0x90, 60, 100), (0x91, 67, 100))
    assert (synth.part[1].performance.interval, synth.part[1].performance.joined) == (0, 0)


def test_notes_have_seeds_of_their_own_that_the_synths_seed_decides():
    def seeds(seed):
        synth = make()
        synth.config.seed = seed
        play(synth, (0x90, 60, 100), (0x90, 64, 100))
        return [synth.part[v].performance.seed for v in range(2)]

    assert seeds(1) == seeds(1)
    assert len({*seeds(1), *seeds(2)}) == 4


def test_with_mpe_a_note_that_was_let_go_keeps_its_bend():
    synth = make()
    play(synth, *MPE, (0x91, 60, 100), (0xE1, 0, 96), (0x81, 60, 64), (0xE1, 0, 64))
    part = synth.part[0]
    assert (part.frozen, part.frozen_channel.bend, synth.channel[1].bend) == (1, 4096, 0)
    assert bend_of(synth, part) == pytest.approx(24.0, rel=1e-3)


def test_without_mpe_it_follows_its_channel_to_the_end():
    synth = make()
    play(synth, (0x91, 60, 100), (0xE1, 0, 96), (0x81, 60, 64), (0xE1, 0, 64))
    assert not synth.part[0].frozen
    assert bend_of(synth, synth.part[0]) == 0
    play(synth, (0xE1, 0, 96))
    assert bend_of(synth, synth.part[0]) == pytest.approx(1.0, rel=1e-3)


def test_notes_that_sound_follow_the_tuning_but_a_key_made_mute_sounds_on():
    synth = make()
    play(synth, (0x90, 60, 100), (0x90, 64, 100))
    pitches = np.tile(np.arange(128, dtype=np.float32), (16, 1))
    pitches[0, 60], pitches[0, 64] = 59.5, -1
    lib.tuning_set(synths.ffi.addressof(synth.tuning), synths.ffi.cast("float *", pitches.ctypes.data), 1)
    for voice in range(2):
        lib.note_lifecycle_retune(synth, synths.ffi.addressof(synth.part[voice]))
    assert [synth.part[v].performance.pitch for v in range(2)] == [59.5, 64]
