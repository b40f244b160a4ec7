"""The factory bank: made by one command that can be stopped and goes on, and a page made from what is there."""

import json
import os
import re
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import matplotlib
import pytest
import soundfile
from ddsp_live import load_patch
from ddsp_live.patch import list_patches
from ddsp_live.tools.build.bank import is_current, main, make_bank
from ddsp_live.tools.build.bank_page import page
from ddsp_live.tools.build.source import known_sources
from ddsp_live.tools.training.jobs import read_status
from ddsp_live.tools.training.settings import Settings
from instrument import note

QUICK = Settings(
    sample_rate=16000,
    harmonics=24,
    noise_bands=17,
    width=32,
    steps=40,
    batch_size=64,
    checkpoint_seconds=0,
    held_out=0.3,
    watched=0.0,
    threads=1,
)


@pytest.fixture(autouse=True)
def fonts(monkeypatch):
    """Pictures find the fonts where they always are, though the rest of the cache is elsewhere."""
    monkeypatch.setenv("MPLCONFIGDIR", matplotlib.get_cachedir())


@pytest.fixture
def recordings(tmp_path):
    for name in ("cello", "violin"):
        folder = tmp_path / "recordings" / name
        folder.mkdir(parents=True)
        for midi in (57, 62, 67):
            soundfile.write(folder / f"{midi}.flac", note(midi, 0.6, 0.6, 16000), 16000)
    return tmp_path / "recordings"


@pytest.fixture
def output(tmp_path):
    (tmp_path / "patches").mkdir()
    return tmp_path / "patches"


@pytest.mark.slow
def test_a_source_that_fails_does_not_stop_the_others_and_one_that_is_killed_goes_on(recordings, output):
    for path in (recordings / "cello").iterdir():
        path.write_bytes(b"RIFF")
    complaints, killed, shares, stages = [], [], [], []

    def kill(name, stage, share, note):
        if (name, stage) == ("violin", "Training") and killed:
            shares.append(share)
        if (name, stage) == ("violin", "Training") and share >= 0.5 and not killed:
            *_, process = read_status(output / "violin.ddsp.status")
            killed.append(share)
            os.kill(process, signal.SIGKILL)

    names = ["cello", "violin"]
    failed = make_bank(recordings, output, names, QUICK, told=kill, complain=complaints.append)
    assert failed == ["cello"] and killed
    assert any(words.startswith("cello: None of the 3 recordings") for words in complaints)
    assert min(shares) > 0.3 and (output / "violin.html").exists() and not list(output.glob("*.checkpoint*"))
    assert not list(output.glob("*.status"))

    def told(name, stage, share, note):
        stages.append(stage)

    assert load_patch(output / "violin.ddsp").title == "Violin"
    # What is there is kept, until its recordings or the settings change.
    stages.clear()
    assert make_bank(recordings, output, ["violin"], QUICK, told=told) == [] and stages == ["Kept"]
    settings = replace(QUICK, threads=1)
    assert is_current(output / "violin.ddsp", recordings / "violin", settings)
    assert not is_current(output / "violin.ddsp", recordings / "violin", replace(settings, seed=1))
    shutil.copy(recordings / "violin" / "57.flac", recordings / "violin" / "58.flac")
    assert not is_current(output / "violin.ddsp", recordings / "violin", settings)


def test_bad_input_is_one_sentence(tmp_path, capsys):
    (tmp_path / "recordings" / "other").mkdir(parents=True)
    for arguments, said in (
        (["none"], "no folder that is named"),
        (["recordings"], "no folder that is named"),
        (["recordings", "--only", "kazoo"], "no source 'kazoo'"),
        (["recordings", "--only", "cello"], "There is no folder"),
    ):
        first, *rest = arguments
        assert main([str(tmp_path / first), "-o", str(tmp_path), *rest]) == 2
        error = capsys.readouterr().err
        assert said in re.sub(r"\s+", " ", error) and "Traceback" not in error


def test_the_table_of_sources_is_whole():
    for name, source in known_sources().items():
        assert set(source) == {"title", "recordings", "licence", "url", "licence_text"}
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name) and all(source.values())
        if source["licence"].startswith("CC-BY"):
            assert "Attribution 4.0" in source["licence_text"] and source["url"].startswith("https://")
    assert len(known_sources()) == 27


def test_the_page_of_the_patches_is_made_from_them():
    folder = Path(list_patches()[0].path).parent
    text = page(folder)
    assert (folder / "README.md").read_text(encoding="utf-8") == text
    for entry in list_patches():
        assert f"`{entry.name}`" in text and json.dumps(entry.info["source"]["licence"])[1:-1] in text
