"""What is learned of lines: by lines that were rendered with known numbers."""

import dataclasses
from pathlib import Path

import ddsp_live
import numpy as np
import pytest
from ddsp_live.performance.expression import numbers_of
from ddsp_live.tools.analysis.fine import RATE, fine_track, step_of
from ddsp_live.tools.analysis.takes import Take
from ddsp_live.tools.expression.lines import compared, learn_lines, lines_of

SAMPLES = 44100
KNOWN = {
    "step_ms": 45, "step_power": 0, "leap_ms": 0, "step_spread": 0.2, "slur_db": 3.5, "slur_spread": 0.2,
    "slur_fall_ms": 20, "slur_rise_ms": 40, "detached_db": 14, "detached_spread": 0.1, "vibrato_hz": 5.2,
    "vibrato_wander": 0.0, "vibrato_delay_ms": 0, "resonance_slope": 0,
}  # fmt: skip


def take(count, mode, length=0.3, vibrato=0):
    """A line that the violin plays by the numbers above, with what a tracker would say of its pitch."""
    patch = ddsp_live.load_patch("violin")
    patch = dataclasses.replace(patch, body=None, info={**patch.info, "expression": KNOWN})
    synth = ddsp_live.Synth(patch, sample_rate=SAMPLES, mode=mode, voices=2, life=0.0, performer=0.0)
    synth.control_change(1, vibrato, time=0)
    notes = 72 + np.cumsum(np.resize([2, -1, -2, 1, 3, -3, 1, -1], count))
    frames = round((count * length + 0.4) * RATE)
    midi, voiced = np.full(frames, float(notes[0])), np.zeros(frames, bool)
    for i, note in enumerate(notes):
        at = 0.1 + i * length
        synth.note_on(int(note), 90, time=round(at * SAMPLES))
        synth.note_off(int(note), time=round((at + length + 0.02) * SAMPLES))
        midi[round((at + 0.02) * RATE) :] = note
        voiced[round(at * RATE) : round((at + length) * RATE)] = True
    audio = synth.render(round(frames / RATE * SAMPLES)).mean(axis=1)
    if vibrato:
        midi = fine_track(audio, SAMPLES, midi - 0.7, midi + 0.7).pitch
        midi = np.interp(np.arange(frames), np.flatnonzero(np.isfinite(midi)), midi[np.isfinite(midi)])
    f0 = (440 * 2 ** ((midi - 69) / 12)).astype(np.float32)
    ones = np.ones(frames, np.float32)
    return Take(Path("line.wav"), SAMPLES, RATE, audio, f0, ones, voiced, -20 * ones, 0.0)


@pytest.fixture(scope="module")
def heard():
    return lines_of([take(41, "legato"), take(41, "mono"), take(9, "legato", 1.2, vibrato=60)])


@pytest.mark.parametrize("milliseconds", [12, 21, 36, 61])
def test_the_reader_reads_a_glide_as_long_as_it_is(milliseconds):
    length = milliseconds / 1000 / 0.6082
    at = np.arange(SAMPLES) / SAMPLES
    x = np.clip((at - 0.4) / length, 0, 1)
    pitch = 69 + 2 * x * x * (3 - 2 * x)
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((pitch - 69) / 12)) / SAMPLES
    audio = sum(np.sin(k * phase) / k for k in range(1, 8))
    track = fine_track(audio, SAMPLES, np.full(RATE, 68.0), np.full(RATE, 72.0))
    step = step_of(track.pitch, 69, 71, 60, 180)
    assert 1000 * step.seconds == pytest.approx(milliseconds, abs=2)
    assert step.middle == pytest.approx(0.4 + length / 2, abs=0.002)


def test_known_numbers_come_back_from_forty_notes(heard):
    learned = learn_lines(heard, {"name": "violin", "family": "brass"})
    assert learned.counts["slurs"] >= 30 and learned.counts["detached notes"] >= 30
    assert learned.heard["step_ms"] == pytest.approx(45, rel=0.1)
    assert learned.heard["slur_db"] == pytest.approx(3.5, abs=1)
    assert learned.heard["detached_db"] == pytest.approx(14, abs=1.5)
    assert learned.heard["vibrato_hz"] == pytest.approx(5.2, abs=0.1)


def test_few_notes_are_drawn_to_the_family_and_too_few_are_the_familys(heard):
    info = {"name": "trumpet"}
    learned = learn_lines(heard, info)
    count, family = learned.counts["slurs"], numbers_of(info)["step_ms"]
    assert learned.numbers["step_ms"] == pytest.approx(
        (count * learned.heard["step_ms"] + 20 * family) / (count + 20)
    )
    few = learn_lines(heard._replace(slurs=heard.slurs[:5], detached=[], vibratos=heard.vibratos[:0]), info)
    assert few.numbers == {}
    assert "too few" in few.in_words() and "5 slurs" in few.in_words()


def test_lines_are_near_the_numbers_that_they_were_played_by_and_far_from_others(heard):
    near = compared(heard, {"name": "x", "expression": KNOWN})["octaves"]
    far = compared(heard, {"name": "trumpet"})["octaves"]
    assert near < 0.25 < 0.6 < far


def test_a_recording_of_unsure_octaves_is_refused_by_name():
    unsure = dataclasses.replace(take(3, "legato"), octave_errors=0.3)
    lines = lines_of([unsure])
    assert not lines.slurs and lines.refused == [
        "line.wav teaches no transitions: its octaves are not sure enough."
    ]
