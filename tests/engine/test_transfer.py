"""A recording played by a patch, judged by a tracker that shares nothing with the one that was used."""

import json

import ddsp_live
import numpy as np
import pytest
import soundfile
from ddsp_live.cli import main
from ddsp_live.loudness import loudness
from ddsp_live.tools.yin import yin
from ddsp_live.transfer import hear, transfer

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


def test_silence_is_one_sentence(tmp_path, capsys):
    soundfile.write(tmp_path / "silence.wav", np.zeros(RATE), RATE)
    assert main(["transfer", str(tmp_path / "silence.wav"), "-o", str(tmp_path / "out.wav")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
