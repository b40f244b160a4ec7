"""What is taken for a false reading of pitch, and what is left as it was played."""

import numpy as np
import pytest
from ddsp_live.input.pitch_cleanup import without_leaps

FRAME_RATE = 250


def line(*parts):
    """From (MIDI note or None for silence, milliseconds)."""
    midi, voiced = [], []
    for note, ms in parts:
        frames = round(ms * FRAME_RATE / 1000)
        midi += [60.0 if note is None else note] * frames
        voiced += [note is not None] * frames
    return np.array(midi), np.array(voiced)


@pytest.mark.parametrize("ms", [4, 16, 40, 60])
@pytest.mark.parametrize("far", [-20, 18, 36])
def test_a_scratch_before_a_note_is_the_notes_pitch(ms, far):
    midi, voiced = without_leaps(*line((None, 200), (48 + far, ms), (48, 400), (None, 100)), FRAME_RATE)
    assert np.all(midi[voiced] == 48)
    assert voiced.sum() == (ms + 400) * FRAME_RATE // 1000


def test_so_is_the_way_from_the_scratch_to_the_note():
    midi, voiced = line((None, 200), (95, 24), (48, 400))
    midi[56:60] = [86, 77, 67, 58]  # as between two readings of a tracker with frames of 16 ms
    midi, voiced = without_leaps(midi, voiced, FRAME_RATE)
    assert np.all(midi[voiced] == 48)


def test_a_scratch_alone_is_no_note():
    midi, voiced = without_leaps(*line((50, 300), (None, 100), (97, 50), (None, 100), (52, 300)), FRAME_RATE)
    assert voiced.sum() == 150 and set(midi[voiced]) == {50, 52}
    assert midi.max() <= 60


def glide(low, high, ms):
    return np.linspace(low, high, round(ms * FRAME_RATE / 1000))


PLAYED = {
    "a trill": line(*[(72 + 2 * (i % 2), 60) for i in range(20)]),
    "a tremolo of an octave": line(*[(60 + 12 * (i % 2), 60) for i in range(20)]),
    "leaps of two octaves": line(*[(48 + 24 * (i % 2), 100) for i in range(12)]),
    "an arpeggio over three octaves": line(*[(48 + 4 * (i % 10), 60) for i in range(30)]),
    "staccato": line(*[(note, 50) for i in range(12) for note in (60 + i, None)]),
    "one short note": line((None, 100), (80, 40), (None, 100)),
    "a fast glide": (np.concatenate([line((48, 200))[0], glide(48, 78, 200)]), np.ones(100, bool)),
}


@pytest.mark.parametrize("name", PLAYED)
def test_what_hands_and_voices_do_is_left(name):
    midi, voiced = PLAYED[name]
    kept, heard = without_leaps(midi, voiced, FRAME_RATE)
    assert np.array_equal(heard, voiced)
    np.testing.assert_array_equal(kept[voiced], midi[voiced])


@pytest.mark.parametrize("ms, false", [(76, True), (84, False)])
def test_what_is_held_for_80_ms_is_a_note(ms, false):
    midi, voiced = without_leaps(*line((60, 300), (80, ms), (60, 300)), FRAME_RATE)
    assert voiced.all() and (80 not in midi) == false


@pytest.mark.parametrize("leap, false", [(11.5, False), (12.5, True)])
def test_an_octave_is_not_far(leap, false):
    midi, _ = without_leaps(*line((60, 300), (60 + leap, 40), (60, 300)), FRAME_RATE)
    assert (60 + leap not in midi) == false
