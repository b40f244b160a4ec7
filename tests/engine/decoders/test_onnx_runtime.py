"""No library tells anybody that it is used: ONNX Runtime's telemetry is off before it is imported."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

ROOT = Path(__file__).parents[3]
THE_PLACE = "onnx_runtime.py"
IMPORTS = re.compile(
    r"^\s*(?:import|from)\s+(?:onnxruntime|swift_f0)\b"
    r"|(?:import_module|__import__)\(\s*['\"](?:onnxruntime|swift_f0)",
    re.MULTILINE,
)


def test_onnx_runtime_is_imported_in_one_place():
    files = [
        path for path in ROOT.rglob("*.py") if not re.search(r"(^|/)\.|^build/", str(path.relative_to(ROOT)))
    ]
    assert any(path.name == THE_PLACE for path in files)
    assert [path for path in files if IMPORTS.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.slow
def test_nothing_is_written_below_the_users_folder(tmp_path):
    rate, home = 44100, tmp_path / "home"
    takes = tmp_path / "takes"
    for folder in (home, takes):
        folder.mkdir()
    time = np.arange(rate) / rate
    for pitch in (57, 60, 64, 67):
        phase = 2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time
        tone = sum(np.sin(k * phase) / k for k in range(1, 9))
        fade = np.minimum(1, np.minimum(time, time[::-1]) / 0.05)
        soundfile.write(takes / f"{pitch}.wav", 0.1 * fade * tone, rate)
    # Only what the libraries write by themselves counts, so that what is asked for goes elsewhere.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_"))}
    environment = clean | {"HOME": str(home), "MPLCONFIGDIR": str(tmp_path / "matplotlib")}
    for words in (
        ["transfer", takes / "60.wav", "-o", tmp_path / "played.wav"],
        ["render", "--phrase", "--decoder", "onnx", "-o", tmp_path / "phrase.wav"],
        ["train", takes, "-o", tmp_path / "made.ddsp", "--steps", "1", "--no-cache"],
    ):
        code = "import sys; from ddsp_live.cli import main; sys.exit(main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, words)], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()] == [], words
