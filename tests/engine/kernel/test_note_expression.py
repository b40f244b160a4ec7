"""What one note adds to a target, as hosts of plug-ins send it: that note moves, and no other."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.native._kernel import lib
from make_patch import make_patch

RATE = 48000


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "random.ddsp"))


def chord(patch, *expressions):
    """Two notes of one channel, and then what is sent of one; the synth, and what was rendered."""
    synth = ddsp_live.Synth(patch, sample_rate=RATE, life=0.0)
    for note in (60, 67):
        synth.note_on(note, 90, time=0)
    for target, value in expressions:
        assert lib.synth_send_expression(synth.c, RATE // 4, 0, 67, target, value)
    return synth, synth.render(RATE // 2)


def test_only_the_named_note_moves(patch):
    still = {reading.note: reading.pitch for reading in chord(patch)[0].voice_readings()}
    moved = {
        reading.note: reading.pitch for reading in chord(patch, (lib.MOD_PITCH, 1.5))[0].voice_readings()
    }
    assert moved[60] == still[60]
    assert moved[67] - still[67] == pytest.approx(1.5, abs=1e-4)


@pytest.mark.parametrize("target", ["PITCH", "LEVEL", "PAN", "GAIN", "VIBRATO", "BRIGHTNESS", "VOLUME"])
def test_nothing_added_is_the_same_bits(patch, target):
    code = getattr(lib, f"MOD_{target}")
    plain = chord(patch)[1]
    np.testing.assert_array_equal(chord(patch, (code, 0.0))[1], plain)
    moved = chord(patch, (code, 0.7 if target != "LEVEL" else -12.0))[1]
    assert not np.array_equal(moved, plain)
    np.testing.assert_array_equal(moved[: RATE // 4], plain[: RATE // 4])


def test_the_next_note_begins_without_it(patch):
    synth, _ = chord(patch, (lib.MOD_PITCH, 12.0))
    synth.panic()
    synth.note_on(67, 90)
    synth.render(RATE // 4)
    (reading,) = [each for each in synth.voice_readings() if each.note == 67]
    assert reading.pitch < 68


@pytest.mark.parametrize(("target", "value"), [(-1, 1.0), (99, 1.0), (7, float("nan")), (7, float("inf"))])
def test_what_makes_no_sense_changes_nothing(patch, target, value):
    np.testing.assert_array_equal(chord(patch, (target, value))[1], chord(patch)[1])
