"""Analysis of recordings, against notes whose pitch and loudness are known."""

import numpy as np
import pytest
import soundfile
from ddsp_live.loudness import loudness
from ddsp_live.tools.analysis import RecordingError, analyse, find_recordings
from ddsp_live.tools.periodicity import refine, settle_octaves
from instrument import note


@pytest.mark.parametrize("file_rate", [44100, 48000])
@pytest.mark.parametrize("midi", [45, 60.3, 73])
def test_a_note_is_found_at_its_pitch(tmp_path, midi, file_rate):
    soundfile.write(tmp_path / "note.flac", note(midi, 0.7, 1.0, file_rate), file_rate)
    take = analyse(tmp_path / "note.flac", sample_rate=44100)
    assert len(take.f0_hz) == len(take.loudness_db) == len(take.voiced) == 250
    assert np.median(np.abs(take.midi[take.voiced] - midi)) < 0.05
    assert take.voiced[50:200].all()


def test_a_glide_is_followed_frame_by_frame(tmp_path):
    frequency = 220 * 2 ** (np.arange(48000) / 48000)
    phase = 2 * np.pi * np.cumsum(frequency) / 48000
    soundfile.write(tmp_path / "glide.wav", 0.2 * (np.sin(phase) + 0.5 * np.sin(2 * phase)), 48000)
    take = analyse(tmp_path / "glide.wav", sample_rate=48000)
    wanted = frequency[np.arange(250) * 192]
    cents = 1200 * np.log2(take.f0_hz / wanted)
    assert np.abs(cents[20:-20]).max() < 15


def test_channels_are_averaged_and_loudness_is_the_engines(tmp_path):
    mono = note(60, 0.5, 0.5, 44100)
    soundfile.write(tmp_path / "stereo.wav", np.stack([2 * mono, 0 * mono], 1), 44100, "FLOAT")
    take = analyse(tmp_path / "stereo.wav")
    np.testing.assert_allclose(take.audio, mono, atol=1e-6)
    np.testing.assert_allclose(take.loudness_db, loudness(mono, 44100, 250), atol=1e-3)


@pytest.mark.parametrize("factor", [2, 3, 4, 0.5])
def test_a_tracker_that_is_a_factor_off_is_put_right(factor):
    audio = note(60, 0.6, 1.0, 44100)
    times, right = np.arange(5, 55) * 0.016, 440 * 2 ** (-9 / 12)
    f0_hz = np.full(50, right)
    f0_hz[10:40] *= factor
    settled, wrong = settle_octaves(f0_hz, times, np.ones(50, bool), audio, 44100)
    np.testing.assert_allclose(settled, right)
    assert wrong.tolist() == [10 <= i < 40 for i in range(50)]


def test_pitch_is_refined_to_the_cent_and_an_outlier_is_put_right():
    audio = note(60, 0.6, 1.0, 44100)
    times, right = np.arange(5, 55) * 0.016, 440 * 2 ** (-9 / 12)
    f0_hz = right * 2 ** (np.random.default_rng(1).uniform(-20, 20, 50) / 1200)
    f0_hz[20] *= 2 ** (1 / 12)
    assert np.abs(1200 * np.log2(refine(f0_hz, times, audio, 44100) / right)).max() < 1


def test_recordings_are_found_below_a_folder(tmp_path):
    (tmp_path / "loud").mkdir()
    for name in ("b.wav", "loud/a.FLAC", "notes.txt"):
        (tmp_path / name).touch()
    assert find_recordings(tmp_path) == [tmp_path / "b.wav", tmp_path / "loud" / "a.FLAC"]


def test_what_cannot_be_learned_from_is_named(tmp_path):
    with pytest.raises(RecordingError, match="no folder"):
        find_recordings(tmp_path / "missing")
    with pytest.raises(RecordingError, match="no recordings"):
        find_recordings(tmp_path)
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    with pytest.raises(RecordingError, match=r"broken\.wav cannot be read"):
        analyse(tmp_path / "broken.wav")
    soundfile.write(tmp_path / "click.wav", np.ones(100), 44100)
    with pytest.raises(RecordingError, match="shorter"):
        analyse(tmp_path / "click.wav")
    soundfile.write(tmp_path / "silence.wav", np.zeros(44100), 44100)
    with pytest.raises(RecordingError, match="no pitch"):
        analyse(tmp_path / "silence.wav")
