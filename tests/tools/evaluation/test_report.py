"""The report: one file, with everything in it that was promised, and nothing fetched from elsewhere."""

import base64
import io
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from ddsp_live.input.loudness import loudness
from ddsp_live.patch import Patch
from ddsp_live.tools.analysis.takes import Take
from ddsp_live.tools.data.coverage import coverage
from ddsp_live.tools.evaluation.baselines import StaticSound
from ddsp_live.tools.evaluation.evaluate_patch import Evaluation
from ddsp_live.tools.evaluation.metrics import judge, summary
from ddsp_live.tools.evaluation.report import WORST, write_report
from ddsp_live.tools.evaluation.report_pictures import spectrogram_db
from ddsp_live.tools.training.history import History
from ddsp_live.tools.training.tensorboard import scalar_writer
from instrument import note

RATE, FRAMES = 16000, 250


def judged(midi, off_db):
    audio = note(midi, 0.6, 0.4, RATE)
    level = loudness(audio, RATE, FRAMES)
    f0_hz = np.full(len(level), 440 * 2 ** ((midi - 69) / 12), np.float32)
    voiced = np.ones(len(level), bool)
    take = Take(Path(f"{midi}.wav"), RATE, FRAMES, audio, f0_hz, voiced * 1.0, voiced, level, 0.0)
    static = StaticSound(np.ones(8) / 8, np.full(9, 0.05), RATE, FRAMES)
    return judge(take, audio * 10 ** (off_db / 20), static=static)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    rows = [judged(60 + i, -float(i)) for i in range(5)]
    figures = summary(rows)
    (folder / "reed.ddsp").write_bytes(b"0" * 1000)
    training = figures | {
        "recordings": 5,
        "seconds": 60.0,
        "minutes": 1.0,
        "settings": {"steps": 100, "seed": 7},
        "trained_distance": 2.5,
    }
    info = {
        "training": training,
        "source": {"recordings": "A <reed> & its player", "licence": "CC0-1.0", "url": "none"},
        "coverage": coverage([row.take for row in rows]),
    }
    unset = dict.fromkeys(Patch.__dataclass_fields__)
    kept = {"title": "Reed", "path": folder / "reed.ddsp", "info": info, "frame_rate": FRAMES}
    files = [{"file": row.take.path.name} | summary([row]) for row in rows]
    evaluation = Evaluation("reed", "held out of training", figures, files, [], rows)
    history = History([4.0 / (1 + i) for i in range(200)], [(100, 3.0), (200, 3.5)], 30.0)
    path = write_report(
        folder / "reed.html",
        Patch(**unset | kept),
        evaluation,
        history,
        ["61.wav is <clipped>. (kept)"],
        ["It is 40 % <worse> than a static spectrum."],
    )
    return path.read_text(encoding="utf-8")


def test_the_verdict_comes_first(text):
    assert text.index("It is 40 % &lt;worse&gt; than") < text.index("<h2>Scores</h2>")


def test_nothing_is_fetched_from_elsewhere(text):
    addresses = re.findall(r"""(?:src|href)=["']([^"']*)""", text)
    assert addresses and all(address.startswith(("data:", "#")) for address in addresses)
    assert not re.search(r"url\((?!#|data:)|@import|<script|<link", text)


def test_pictures_are_in_the_page_and_take_its_colours(text):
    assert text.count("<svg") == 2 + WORST
    assert "currentColor" in text and "#010203" not in text and "light-dark(" in text
    words = re.findall(r"<text [^>]*", text)
    assert len(words) > 50 and all("currentColor" in word for word in words)
    ids = re.findall(r'<clipPath id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_the_worst_are_heard_and_seen_worst_first(text):
    assert re.findall(r"<h3>(\d+)\.wav", text) == ["64", "63", "62"]
    sounds = re.findall(r"src='data:audio/[a-z]+;base64,([^']+)'", text)
    assert len(sounds) == 2 * WORST
    levels = []
    for sound in sounds:
        audio, rate = soundfile.read(io.BytesIO(base64.b64decode(sound)))
        assert rate == RATE and len(audio) == pytest.approx(0.4 * RATE, abs=3000)
        levels.append(20 * np.log10(np.sqrt(np.mean(audio**2))))
    assert levels[0] - levels[1] == pytest.approx(4, abs=0.7)


def test_scores_settings_and_complaints_are_there_and_escaped(text):
    for words in (
        "gap closed",
        "of a fit without a network",
        "of two takes of the same noise",
        "CC0-1.0",
        "seed",
    ):
        assert words in text
    assert "61.wav is &lt;clipped&gt;. (kept)" in text and "A &lt;reed&gt; &amp; its player" in text
    assert all(f"<td>6{i}.wav</td>" in text for i in range(5))


def test_a_spectrogram_shows_a_tone_at_its_frequency():
    time = np.arange(RATE) / RATE
    level = spectrogram_db(np.sin(2 * np.pi * 2000 * time))
    heights = level[:, 20:-20].argmax(0)
    assert set(heights) <= {63, 64} and level.shape[0] == 256


def test_curves_are_written_for_tensorboard_where_it_is_installed(tmp_path, monkeypatch):
    heard = []

    class SummaryWriter:
        def __init__(self, folder, **options):
            self.folder = folder

        def add_scalar(self, *values):
            heard.append((self.folder, *values))

    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", SimpleNamespace(SummaryWriter=SummaryWriter))
    scalar_writer(tmp_path / "curves")("loss", 0.5, 3)
    assert heard == [(str(tmp_path / "curves"), "loss", 0.5, 3)]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    scalar_writer(tmp_path / "curves")("loss", 0.5, 4)
    assert len(heard) == 1 and not (tmp_path / "curves").exists()
