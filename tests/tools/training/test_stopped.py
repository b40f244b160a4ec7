"""Training that is killed, or given what cannot be learned from: what was computed is kept, and it says so."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import soundfile
import torch
from ddsp_live import load_patch
from ddsp_live.cli import main
from instrument import note

RATE = 16000
PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from ddsp_live.tools.build.make_patch import make_patch
from ddsp_live.tools.build.source import known_source
from ddsp_live.tools.training.settings import Settings
settings = Settings(
    sample_rate=16000, harmonics=16, noise_bands=9, width=32, steps=60, batch_size=64, body_sections=0,
    held_out=0.3, watched=0.0, threads=1, checkpoint_seconds=0,
)
folder, output = map(Path, sys.argv[1:])
make_patch(folder, output, settings, known_source("reed", folder), progress=lambda *heard: print(*heard, flush=True))
"""

# Whoever runs the tests in the background may have had Ctrl-C ignored.
COMMAND = """
import signal, sys
from ddsp_live.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    for midi in (57, 62, 67):
        soundfile.write(folder / f"{midi}.flac", note(midi, 0.6, 0.6, RATE), RATE)
    return folder


def started(folder, output):
    environment = os.environ | {"MPLCONFIGDIR": matplotlib.get_cachedir(), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", PROGRAM, str(folder), str(output)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def heard_until(process, stage, share):
    """Reads what a training says up to a share of a stage; whether it came so far."""
    for line in process.stdout:
        name, done, *_ = line.split()
        if name == stage and float(done) >= share:
            return True
    return False


@pytest.mark.slow
def test_killed_at_ten_random_moments_it_goes_on_each_time_and_ends_as_if_never_stopped(folder, tmp_path):
    whole, killed = tmp_path / "whole" / "reed.ddsp", tmp_path / "killed" / "reed.ddsp"
    for output in (whole, killed):
        output.parent.mkdir()
    assert started(folder, whole).wait() == 0
    draw = random.Random(1)
    begun = 0
    for moment in range(10):
        process = started(folder, killed)
        # Every time a little later, then a moment that falls anywhere, also into a checkpoint's writing.
        heard_until(process, "Training", moment / 12)
        time.sleep(draw.uniform(0, 0.05))
        process.kill()
        process.wait()
        checkpoint = killed.with_name("reed.ddsp.checkpoint")
        if checkpoint.exists():
            steps = len(torch.load(checkpoint, weights_only=True)["history"]["losses"])
            assert steps >= begun
            begun = steps
    assert begun > 20
    assert started(folder, killed).wait() == 0
    first, second = (load_patch(path) for path in (whole, killed))
    assert first.onnx == second.onnx
    assert first.info["training"]["distance"] == second.info["training"]["distance"]
    assert sorted(path.name for path in killed.parent.iterdir()) == ["reed.ddsp", "reed.html"]


def test_ctrl_c_is_status_130_and_what_was_learned_is_kept(folder, tmp_path):
    output = tmp_path / "reed.ddsp"
    command = [sys.executable, "-c", COMMAND, "train", str(folder), "-o", str(output), "--rate", "16000"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    deadline = time.monotonic() + 300
    while not output.with_name("reed.ddsp.checkpoint").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert "Stopped: the same command goes on from the last checkpoint." in said and "Traceback" not in said
    state = torch.load(output.with_name("reed.ddsp.checkpoint"), weights_only=True)
    assert len(state["history"]["losses"]) > 0


def drums(generator):
    time = np.arange(2 * RATE) / RATE
    return generator.uniform(-1, 1, len(time)) * np.exp(-20 * (time % 0.25))


def mix(generator):
    time = np.arange(2 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * hz * k * time) / k for hz in (131, 220, 329, 392) for k in range(1, 8))
    return chord / 8 + 0.5 * drums(generator)


def sentences(err):
    """What was said besides how far the work is: "Analysing 100 %"."""
    return [line for line in err.strip().splitlines() if not line.endswith(" %")]


@pytest.mark.parametrize(
    "sound", [drums, mix, lambda generator: np.zeros(2 * RATE)], ids=["drums", "mix", "silence"]
)
def test_what_has_no_single_pitch_is_refused_in_one_sentence(sound, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "a.wav", sound(np.random.default_rng(0)).astype(np.float32), RATE)
    assert main(["train", str(tmp_path / "in"), "-o", str(tmp_path / "x.ddsp"), "--rate", str(RATE)]) == 2
    said = sentences(capsys.readouterr().err)
    assert len(said) == 1 and "Traceback" not in said[0] and "a.wav" in said[0]
    assert not (tmp_path / "x.ddsp").exists()


def test_unreadable_and_empty_files_are_refused_in_one_sentence(tmp_path, capsys):
    for name, content in (("broken.wav", b"RIFF"), ("empty.wav", b"")):
        folder = tmp_path / name.split(".")[0]
        folder.mkdir()
        (folder / name).write_bytes(content)
        assert main(["train", str(folder), "-o", str(tmp_path / "x.ddsp")]) == 2
        said = sentences(capsys.readouterr().err)
        assert len(said) == 1 and name in said[0] and "Traceback" not in said[0]


@pytest.mark.parametrize(
    "output, said", [("no/where.ddsp", "does not exist"), ("reed.zip", "does not end in .ddsp")]
)
def test_an_output_that_cannot_be_written_is_told_before_any_work(folder, tmp_path, capsys, output, said):
    assert main(["train", str(folder), "-o", str(tmp_path / output)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_a_second_of_sound_makes_a_patch_and_says_that_nothing_was_held_out(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "a.wav", note(60, 0.6, 1.0, RATE), RATE)
    arguments = ["train", str(tmp_path / "in"), "-o", str(tmp_path / "My Reed.ddsp"), "--rate", str(RATE)]
    assert main([*arguments, "--steps", "5", "--json"]) == 0
    out, err = capsys.readouterr()
    assert "too few pitches to hold any out" in err and Path(json.loads(out)["report"]).exists()
    patch = load_patch(tmp_path / "My Reed.ddsp")
    assert patch.name == "my-reed" and patch.info["training"]["held_out"] == []
