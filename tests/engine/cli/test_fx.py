"""`ddsp-live fx`: recordings through a rack."""

import json

import numpy as np
import pytest
import soundfile
from ddsp_live.cli import main
from ddsp_live.effects import Rack, write_rack

RATE = 44100


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "in.wav"
    soundfile.write(path, np.random.default_rng(0).uniform(-0.3, 0.3, RATE // 2), RATE)
    return path


def test_a_recording_goes_through_a_factory_rack(recording, tmp_path, capsys):
    assert main(["fx", str(recording), "--rack", "hall", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    out, rate = soundfile.read(tmp_path / "in-hall.wav")
    assert rate == RATE and out.shape[1] == 2 and len(out) > RATE and np.abs(out).max() <= 1
    assert said["units"] == ["reverb"] and said["seconds"] == pytest.approx(len(out) / RATE)


def test_a_rack_from_a_file_and_a_name_for_the_output(recording, tmp_path):
    write_rack(tmp_path / "mine.json", Rack("mine", compressor_on=1, compressor_threshold=-40))
    out = tmp_path / "out.flac"
    assert main(["fx", str(recording), str(out), "--rack", str(tmp_path / "mine.json")]) == 0
    assert np.std(soundfile.read(out)[0][RATE // 4 :]) < 0.5 * np.std(soundfile.read(recording)[0])


@pytest.mark.parametrize(
    ("rack", "said"),
    [("hal", "did you mean 'hall'"), ("missing.json", "cannot be read"), ("hall", "channels")],
)
def test_what_cannot_be_done_is_one_sentence(recording, rack, said, capsys):
    if rack == "hall":
        soundfile.write(recording, np.zeros((100, 6)), RATE)
    assert main(["fx", str(recording), "--rack", rack]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_render_plays_behind_a_rack(tmp_path, capsys):
    dry, wet = tmp_path / "dry.wav", tmp_path / "wet.wav"
    assert main(["render", "--phrase", "-o", str(dry), "--patch", "flute"]) == 0
    assert main(["render", "--phrase", "-o", str(wet), "--patch", "flute", "--rack", "hall"]) == 0
    a, b = soundfile.read(dry)[0], soundfile.read(wet)[0]
    assert len(b) > len(a) and np.abs(a - b[: len(a)]).max() > 0.01
    assert main(["render", "--phrase", "-o", str(wet), "--rack", "no-such-rack"]) == 2
    assert "There is no rack 'no-such-rack'" in capsys.readouterr().err
