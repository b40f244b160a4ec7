"""Analysis of recordings, against notes whose pitch and loudness are known."""

import numpy as np
import pytest
import soundfile
from ddsp_live.input.loudness import loudness
from ddsp_live.tools.analysis.pitch_refine import refine
from ddsp_live.tools.analysis.takes import RecordingError, analyse, find_recordings
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


def test_a_note_that_is_scooped_into_and_falls_off_keeps_its_pitch_to_both_ends(tmp_path):
    """Five semitones in 60 ms: before a tracker is sure of a pitch, and when it no longer is."""
    rate, bend, fade = 44100, 0.06, 0.08
    time = np.arange(rate) / rate
    to_end = np.minimum(time, 1 - time)
    semitones = -5 * np.maximum(0, 1 - to_end / bend)
    phase = 2 * np.pi * np.cumsum(220 * 2 ** (semitones / 12)) / rate
    tone = sum(np.sin(k * phase) / k for k in range(1, 9)) * np.minimum(1, to_end / fade)
    audio = np.pad(0.2 * tone, rate // 5) + np.random.default_rng(0).normal(0, 1e-3, rate + 2 * (rate // 5))
    soundfile.write(tmp_path / "scoop.wav", audio, rate)
    take = analyse(tmp_path / "scoop.wav")
    seconds = np.array([0.016, 0.024, 0.036, 0.048, 0.5, 0.952, 0.964, 0.976, 0.984])
    frames = np.round((0.2 + seconds) * take.frame_rate).astype(int)
    assert np.abs(take.midi[frames] - 57 - np.interp(seconds, time, semitones)).max() < 0.3


def test_channels_are_averaged_and_loudness_is_the_engines(tmp_path):
    mono = note(60, 0.5, 0.5, 44100)
    mono -= mono.mean()  # as the analysis does
    soundfile.write(tmp_path / "stereo.wav", np.stack([2 * mono, 0 * mono], 1), 44100, "FLOAT")
    take = analyse(tmp_path / "stereo.wav")
    np.testing.assert_allclose(take.audio, mono, atol=1e-6)
    np.testing.assert_allclose(take.loudness_db, loudness(mono, 44100, 250), atol=1e-3)


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


def harmonic(midi, amplitudes, seconds=1.5, rate=44100, seed=0):
    """A steady tone [samples] with the given amplitudes of its partials, and a little noise."""
    f0_hz = 440 * 2 ** ((midi - 69) / 12)
    time = np.arange(round(seconds * rate)) / rate
    partials = [a * np.sin(2 * np.pi * k * f0_hz * time + k) for k, a in enumerate(amplitudes, 1)]
    noise = np.random.default_rng(seed).normal(0, 1e-3, len(time))
    return 0.5 * sum(partials) / sum(amplitudes) + noise


def off_octave(take, midi):
    return np.abs(take.midi[take.voiced] - midi) > 6


@pytest.mark.parametrize("midi", [95, 97, 100, 104, 108])
@pytest.mark.parametrize("amplitudes", [(1, 0.5, 0.3, 0.2), (1,)])
def test_notes_above_the_trackers_range_are_found_to_the_cent(tmp_path, midi, amplitudes):
    soundfile.write(tmp_path / "high.wav", harmonic(midi, amplitudes), 44100)
    take = analyse(tmp_path / "high.wav")
    assert take.voiced.mean() > 0.9
    assert np.abs(np.median(take.midi[take.voiced]) - midi) < 0.03
    assert not off_octave(take, midi).any()


def test_noise_and_ripples_near_the_lag_of_nothing_are_no_high_notes(tmp_path):
    """A soft low tone under a hiss: its correlation is high at all short lags, with small peaks."""
    rng = np.random.default_rng(3)
    audio = harmonic(45, (1, 0.5, 0.2)) * np.geomspace(1, 0.003, 2 * 44100)[: len(harmonic(45, (1,)))]
    soundfile.write(tmp_path / "low.wav", audio + 0.0005 * rng.standard_normal(len(audio)), 44100)
    take = analyse(tmp_path / "low.wav")
    assert take.midi[take.voiced].max() < 60


@pytest.mark.parametrize("midi", [26, 28, 31])
def test_notes_below_the_trackers_range_are_found(tmp_path, midi):
    soundfile.write(tmp_path / "low.wav", harmonic(midi, 0.8 ** np.arange(40)), 44100)
    take = analyse(tmp_path / "low.wav")
    assert take.voiced.mean() > 0.9
    assert np.abs(np.median(take.midi[take.voiced]) - midi) < 0.1
    assert not off_octave(take, midi).any()


@pytest.mark.parametrize("midi", [36, 48, 60, 72, 73, 79])
@pytest.mark.parametrize(
    "amplitudes",
    [(0.02, 1, 0.5, 0.4, 0.3, 0.2), (0.2, 1, 0.2, 0.5, 0.1, 0.3), (1, 0.01, 0.5, 0.01, 0.3)],
    ids=["weak fundamental", "strong second", "odd partials"],
)
def test_octaves_hold_where_spectra_mislead(tmp_path, midi, amplitudes):
    soundfile.write(tmp_path / "trap.wav", harmonic(midi, amplitudes), 44100)
    take = analyse(tmp_path / "trap.wav")
    assert take.voiced.mean() > 0.8
    assert not off_octave(take, midi).any()


def test_octave_leaps_that_are_played_are_followed(tmp_path):
    audio = np.concatenate([note(midi, 0.6, 0.6, 44100) for midi in (60, 72, 60, 48)])
    soundfile.write(tmp_path / "leaps.wav", audio, 44100)
    take = analyse(tmp_path / "leaps.wav")
    for i, midi in enumerate((60, 72, 60, 48)):
        assert np.abs(take.midi[150 * i + 25 : 150 * i + 110] - midi).max() < 0.5


@pytest.mark.parametrize(("interval", "seconds"), [(7, 0.15), (12, 0.15), (12, 0.3), (12, 0.4), (19, 0.2)])
def test_legato_leaps_of_short_notes_are_followed(tmp_path, interval, seconds):
    """A note repeats after two or three of its periods, too, so that the lower one seems to go on."""
    midi = [57, 57 + interval, 57, 57 + interval, 57]
    held = slice(round(0.06 * 44100), round((0.06 + seconds) * 44100))  # after the attack, before the release
    audio = np.concatenate([note(m, 0.6, seconds + 0.2, 44100)[held] for m in midi])
    soundfile.write(tmp_path / "leaps.wav", audio, 44100)
    take = analyse(tmp_path / "leaps.wav")
    for i, m in enumerate(midi):
        middle = take.midi[round(250 * seconds * (i + 0.35)) : round(250 * seconds * (i + 0.7))]
        assert np.abs(middle - m).max() < 0.5


def test_an_octave_in_doubt_is_said_to_be_unsure(tmp_path):
    """Between a tone and the tone an octave above it there is no saying which one it is."""
    fade = np.linspace(0.12, 0, 3 * 44100)  # of the odd partials
    odd = harmonic(60, (1, 0, 0.5, 0, 0.3), 3)
    even = harmonic(60, (0, 1, 0, 0.5, 0, 0.3), 3)
    soundfile.write(tmp_path / "doubt.wav", even + fade * odd, 44100)
    soundfile.write(tmp_path / "clear.wav", harmonic(60, (1, 0.7, 0.5, 0.3), 3), 44100)
    assert analyse(tmp_path / "doubt.wav").unsure.any()
    assert not analyse(tmp_path / "clear.wav").unsure.any()
