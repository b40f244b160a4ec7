"""A recording played by a patch, judged by a tracker that shares nothing with the one that was used."""

import json
import sys

import ddsp_live
import numpy as np
import pytest
import soundfile
from ddsp_live.cli import main
from ddsp_live.input.loudness import loudness
from ddsp_live.timbre_transfer import hear, transfer
from ddsp_live.tools.analysis.yin import yin

RATE = 44100


@pytest.fixture
def song(tmp_path):
    """Four sung notes with vibrato and dynamics, stereo, 24 bit, 96 kHz."""
    rate, notes = 96000, []
    for midi, level in ((57, 0.05), (60, 0.1), (64, 0.2), (59, 0.03)):
        seconds = np.arange(int(0.8 * rate)) / rate
        hz = 440 * 2 ** ((midi - 69 + 0.2 * np.sin(2 * np.pi * 5 * seconds)) / 12)
        phase = 2 * np.pi * np.cumsum(hz) / rate
        fade = np.minimum(1, np.minimum(seconds, seconds[::-1]) / 0.03)
        notes += [level * fade * sum(np.sin(k * phase) / k for k in range(1, 10)), np.zeros(rate // 5)]
    mono = np.concatenate(notes)
    soundfile.write(tmp_path / "song.wav", np.stack([mono, mono], 1), rate, subtype="PCM_24")
    return tmp_path / "song.wav"


def test_pitch_and_loudness_are_the_songs(song):
    patch = ddsp_live.load_patch("trumpet")
    heard = hear(song, patch.sample_rate, patch.frame_rate)
    played = transfer(heard, patch)
    audio = played.audio[:, 0]
    inside = np.convolve(heard.voiced, np.ones(15), "same") > 14
    times, f0_hz, _ = yin(audio, played.sample_rate)
    at = np.round(times * patch.frame_rate).astype(int).clip(0, len(inside) - 1)
    away = np.abs(69 + 12 * np.log2(f0_hz / 440) - played.midi[at])[inside[at]]
    assert np.mean(away < 0.5) >= 0.97
    assert not (away > 6).any()
    level = loudness(audio, played.sample_rate, patch.frame_rate)[: len(inside)]
    assert np.percentile(np.abs(level - played.target_db[: len(level)])[inside[: len(level)]], 90) <= 1


def test_the_command_writes_stems_that_add_up(song, tmp_path, capsys):
    out = tmp_path / "out.wav"
    assert (
        main(
            [
                "transfer",
                str(song),
                "-o",
                str(out),
                "--octave",
                "1",
                "--stems",
                str(tmp_path / "parts"),
                "--json",
            ]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["octave"] == 1
    whole, _ = soundfile.read(out)
    parts = [soundfile.read(tmp_path / "parts" / f"{name}.wav")[0] for name in ("harmonic", "noise", "room")]
    np.testing.assert_allclose(sum(parts), whole, atol=4e-7)


def test_without_the_trainers_packages_it_hears_as_live(song, monkeypatch):
    """And the two readings agree."""
    patch = ddsp_live.load_patch("trumpet")
    told = hear(song, patch.sample_rate, patch.frame_rate)
    monkeypatch.setitem(sys.modules, "ddsp_live.tools.analysis.takes", None)
    heard = hear(song, patch.sample_rate, patch.frame_rate)
    frames = min(len(told.voiced), len(heard.voiced))
    both = (told.voiced[:frames] & heard.voiced[:frames]).nonzero()[0]
    assert len(both) > 0.95 * max(told.voiced.sum(), heard.voiced.sum())
    assert np.mean(np.abs(told.midi[both] - heard.midi[both]) < 0.5) >= 0.98
    np.testing.assert_allclose(heard.loudness_db[both], told.loudness_db[both], atol=0.5)
    played = transfer(heard, patch)
    assert np.abs(played.audio).max() > 0.01


@pytest.mark.parametrize("rate, channels", [(8000, 1), (22050, 2), (192000, 1)])
def test_any_rate_is_heard_without_the_trainers_packages(tmp_path, monkeypatch, rate, channels):
    monkeypatch.setitem(sys.modules, "ddsp_live.tools.analysis.takes", None)
    phase = 2 * np.pi * 330 * np.arange(rate) / rate
    tone = 0.1 * sum(np.sin(k * phase) / k for k in range(1, 10))
    soundfile.write(tmp_path / "tone.wav", np.stack([tone] * channels, 1), rate)
    heard = hear(tmp_path / "tone.wav", RATE, 250)
    assert heard.voiced.mean() > 0.9
    assert np.median(heard.midi[heard.voiced]) == pytest.approx(64.02, abs=0.03)


def test_what_has_mostly_no_pitch_is_played_and_told_of(tmp_path, capsys):
    """A tone, then noise that is three times as long."""
    phase = 2 * np.pi * 330 * np.arange(RATE) / RATE
    tone = 0.1 * np.sin(phase) + 0.05 * np.sin(2 * phase)
    noise = 0.05 * np.random.default_rng(0).standard_normal(3 * RATE)
    soundfile.write(tmp_path / "in.wav", np.concatenate([tone, noise]), RATE)
    assert main(["transfer", str(tmp_path / "in.wav"), "-o", str(tmp_path / "out.wav")]) == 0
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("Only 2")
    played = np.abs(soundfile.read(tmp_path / "out.wav")[0])
    assert played[: RATE // 2].max() > 100 * played[2 * RATE :].max()


def test_silence_is_one_sentence(tmp_path, capsys):
    soundfile.write(tmp_path / "silence.wav", np.zeros(RATE), RATE)
    assert main(["transfer", str(tmp_path / "silence.wav"), "-o", str(tmp_path / "out.wav")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_soft_take_is_raised_and_said_and_one_that_is_inverted_on_one_side_too(song, tmp_path):
    audio, rate = soundfile.read(song)
    soft = 10 ** (-50 / 20) / np.abs(audio).max() * audio * [1, -0.97]
    soundfile.write(tmp_path / "soft.wav", soft, rate, subtype="PCM_24")
    said, rates = [], (44100, 250)
    usual, heard = hear(song, *rates), hear(tmp_path / "soft.wav", *rates, say=said.append)
    assert np.mean(usual.voiced == heard.voiced) > 0.95
    both = usual.voiced & heard.voiced
    assert np.percentile(np.abs(usual.midi - heard.midi)[both], 99) < 0.3
    assert ["cancel each other" in sentence for sentence in said] == [True, False] and "is soft" in said[1]


def test_a_double_stop_is_said_with_its_time(tmp_path, capsys):
    time = np.arange(RATE) / RATE
    one, two = (
        sum(np.sin(2 * np.pi * 196 * fifth * k * time + k) / k for k in range(1, 12)) for fifth in (1, 1.5)
    )
    soundfile.write(tmp_path / "stop.wav", 0.1 * np.concatenate([one, one, one + two]), RATE)
    assert main(["transfer", str(tmp_path / "stop.wav"), "-o", str(tmp_path / "out.wav")]) == 0
    (sentence,) = capsys.readouterr().err.strip().splitlines()
    assert "several notes at once at 2." in sentence


def test_without_the_trainer_it_says_what_is_not_noticed(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ddsp_live.tools.analysis.takes", None)
    times = np.arange(24000) / 48000
    soundfile.write(tmp_path / "note.wav", 0.2 * np.sin(2 * np.pi * 220 * times), 48000)
    said = []
    assert hear(tmp_path / "note.wav", 48000, 250, say=said.append).voiced.any()
    assert len(said) == 1 and "several notes at once" in said[0] and "ddsp-live[train]" in said[0]
