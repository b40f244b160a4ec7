"""Which notes are heard in a recording, against lines whose notes are known."""

import numpy as np
import pytest
import soundfile
from ddsp_live.tools.analysis.takes import analyse
from ddsp_live.tools.analysis.vibrato import without_vibrato
from ddsp_live.tools.expression.note_segmentation import hear_notes
from instrument import note

RATE = 44100
FAST = [57, 60, 64, 62, 69, 57, 65, 64, 60, 72, 71, 67, 69, 57, 64, 62, 61, 60, 62, 57]


def notes(tmp_path, audio):
    soundfile.write(tmp_path / "line.wav", audio, RATE)
    rows = hear_notes(analyse(tmp_path / "line.wav"))
    return rows["onset_seconds"], rows["pitch"], rows["duration_seconds"]


@pytest.mark.parametrize("seconds", [0.12, 0.16])
def test_fast_notes_are_all_heard_in_a_hall(tmp_path, seconds):
    held = slice(round(0.03 * RATE), round((0.03 + seconds) * RATE))
    dry = np.concatenate([note(midi, 0.6, seconds + 0.13, RATE)[held] for midi in FAST])
    decay = np.exp(-np.arange(RATE) / (0.12 * RATE)) * np.random.default_rng(0).normal(0, 1, RATE)
    tail = np.fft.irfft(np.fft.rfft(dry, 1 << 19) * np.fft.rfft(decay, 1 << 19))[: len(dry)]
    onsets, pitches, _ = notes(tmp_path, dry + 0.3 * tail * dry.std() / tail.std())
    played = np.arange(len(FAST)) * seconds
    found = (np.abs(onsets - played[:, None]) < 0.05) & (np.abs(pitches - np.array(FAST)[:, None]) < 0.6)
    assert found.any(1).mean() >= 0.9 and found.any(0).mean() >= 0.9


@pytest.mark.parametrize("cents", [0, 60, 110])
def test_vibrato_is_one_note_and_each_semitone_another(tmp_path, cents):
    time = np.arange(3 * RATE) / RATE
    midi = 60 + np.floor(time) + cents / 100 * np.sin(2 * np.pi * 5.8 * time)
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((midi - 69) / 12)) / RATE
    onsets, pitches, _ = notes(tmp_path, 0.1 * sum(np.sin(k * phase) / k for k in range(1, 12)))
    np.testing.assert_allclose(pitches, [60, 61, 62], atol=0.15)
    np.testing.assert_allclose(onsets, [0, 1, 2], atol=0.08)


def test_a_pitch_that_is_played_again_is_another_note_and_a_swell_is_not(tmp_path):
    time = np.arange(2 * RATE) / RATE
    phase = 2 * np.pi * 220 * time
    tone = 0.2 * sum(np.sin(k * phase) / k for k in range(1, 12))
    again = tone * (1 - 0.9 * np.exp(-(((time % 0.5) - 0.25) ** 2) / 0.02**2))  # dips of 20 dB
    onsets, pitches, _ = notes(tmp_path, again)
    np.testing.assert_allclose(onsets[1:], [0.25, 0.75, 1.25, 1.75], atol=0.03)
    np.testing.assert_allclose(pitches, 57, atol=0.1)
    swell = tone * 10 ** (-0.1 * np.cos(2 * np.pi * 2 * time))  # 4 dB
    assert len(notes(tmp_path, swell)[0]) == 1


def test_vibrato_comes_off_and_steps_stay():
    rate = 62.5
    time = np.arange(250) / rate
    steps = 60 + 2 * (time > 2)
    swung = steps + 0.8 * np.sin(2 * np.pi * 6 * time)
    voiced = np.ones(len(time), bool)
    left = without_vibrato(swung, voiced, rate)
    away = np.abs(time - 2) > 0.05
    assert np.abs(left - steps)[away].max() < 0.05
    assert np.array_equal(without_vibrato(swung, ~voiced, rate), swung)
    assert np.array_equal(without_vibrato(swung[:10], voiced[:10], rate), swung[:10])
    for step in (1, 2, 4, 7, 12):
        assert np.array_equal(
            without_vibrato(60.0 + step * (time > 2), voiced, rate), 60.0 + step * (time > 2)
        )
        ramp = np.interp(time, [1.9, 2.1], [60, 60 + step])  # as a pitch that is bridged, or glides
        assert np.abs(without_vibrato(ramp, voiced, rate) - ramp).max() < 0.25
