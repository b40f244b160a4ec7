"""The example scripts do what they say."""

import subprocess
import sys
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def song(tmp_path):
    file = mido.MidiFile(ticks_per_beat=480)
    notes = [mido.Message("note_on", note=62, velocity=90), mido.Message("note_off", note=62, time=480)]
    file.tracks.append(mido.MidiTrack(notes))
    file.save(tmp_path / "song.mid")
    return tmp_path / "song.mid"


@pytest.mark.parametrize(
    ("script", "inputs"),
    [("render_midi.py", ["song"]), ("swap_patch.py", ["alto-saxophone", "alto-saxophone"]), ("swell.py", [])],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_leaves_sound_in_a_file(script, inputs, song, tmp_path):
    words = [str(song) if word == "song" else word for word in inputs]
    subprocess.run([sys.executable, EXAMPLES / script, *words, tmp_path / "out.wav"], check=True)
    audio, rate = soundfile.read(tmp_path / "out.wav")
    assert rate == 48000
    assert 0.01 < np.abs(audio).max() <= 1
