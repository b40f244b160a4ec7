"""The example scripts do what they say."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

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
    [
        ("render_midi.py", ["song"]),
        ("swap_patch.py", ["alto-saxophone", "alto-saxophone"]),
        ("swell.py", []),
        ("attributes.py", []),
        ("own_tuning.py", []),
        ("knobs.py", []),
        ("transfer_voice.py", ["humming", "trumpet"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_leaves_sound_in_a_file(script, inputs, song, tmp_path):
    t = np.arange(2 * 48000) / 48000
    humming = sum(0.2 / k * np.sin(2 * np.pi * 220 * k * t) for k in (1, 2, 3))
    soundfile.write(tmp_path / "humming.wav", humming, 48000)
    files = {"song": song, "humming": tmp_path / "humming.wav"}
    words = [str(files.get(word, word)) for word in inputs]
    subprocess.run([sys.executable, EXAMPLES / script, *words, tmp_path / "out.wav"], check=True)
    audio, rate = soundfile.read(tmp_path / "out.wav")
    assert rate in (44100, 48000)
    assert 0.01 < np.abs(audio).max() <= 1


def test_every_example_is_tried():
    text = Path(__file__).read_text(encoding="utf-8")
    scripts = [path.name for path in (*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.ipynb"))]
    assert len(scripts) >= 9
    needs_a_device = {"play_note.py"}
    assert [name for name in scripts if name not in text and name not in needs_a_device] == []


def test_the_notebooks_cells_run_in_order(monkeypatch):
    shown = SimpleNamespace(Audio=lambda audio, rate, normalize: audio)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(display=shown))
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    notebook = json.loads((EXAMPLES / "tour.ipynb").read_text(encoding="utf-8"))
    names: dict = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    assert np.abs(names["audio"]).max() > 0.01 and len(names["still"]) == 48_000
