"""The page of pictures: what it shows is there, and small; and what a picture lacks is said."""

import re
from pathlib import Path

import numpy as np
import pytest
from ddsp_live.input.loudness import loudness
from ddsp_live.patch import load_patch
from ddsp_live.tools.docs import alive_page
from make_patch import make_patch

DOCS = Path(__file__).parents[3] / "docs"
LARGEST_BYTES = 150_000


def test_the_page_shows_each_picture_and_none_is_large():
    shown = set(re.findall(r"\(alive/(\w+)\.png\)", (DOCS / "alive.md").read_text()))
    assert shown == set(alive_page.PICTURES)
    assert all(0 < (DOCS / "alive" / f"{name}.png").stat().st_size < LARGEST_BYTES for name in shown)


def test_without_the_history_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(alive_page, "BEFORE", "0" * 40)
    with pytest.raises(alive_page.PictureError, match="whole history"):
        alive_page.earlier_patches(tmp_path)("trumpet")
    assert not list(tmp_path.iterdir())


def test_a_folder_without_unseen_notes_is_named(tmp_path, capsys):
    patch = load_patch(make_patch(tmp_path / "tone.ddsp"))
    with pytest.raises(alive_page.PictureError, match="not trained on"):
        alive_page.a_note(patch, tmp_path)
    arguments = [str(tmp_path), str(tmp_path), str(tmp_path / "docs"), "--only", "line"]
    assert alive_page.main(arguments) == 2 and "alive_page" in capsys.readouterr().err


def test_a_line_goes_on_where_notes_meet_and_stops_where_they_do_not(tmp_path):
    patch = load_patch(make_patch(tmp_path / "tone.ddsp", harmonics=16))
    audio = alive_page.play_line(patch, [(0.0, 0.4, 60), (0.42, 0.8, 64), (1.4, 1.8, 62)], 0.0, 2.0)
    level = loudness(audio.astype(float), patch.sample_rate, 250)
    joint, rest = level[95:115].min(), level[300:345].min()
    assert joint > level.max() - 25 and rest < joint - 10 and np.isfinite(audio).all()
