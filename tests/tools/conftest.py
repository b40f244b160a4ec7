"""Lets tests of this folder import `instrument` and the engine's `make_patch`, and keeps the user's cache out."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "engine")]


@pytest.fixture(autouse=True)
def cache_home(tmp_path_factory, monkeypatch):
    """The folder that stands for the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder
