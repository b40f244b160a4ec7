"""Lets tests of the plug-in make patches as the engine's tests do, and keeps the user's own patches out of them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "engine"))


@pytest.fixture(autouse=True)
def own_settings(monkeypatch, tmp_path_factory):
    """Tests neither read nor change what the user has installed."""
    folder = tmp_path_factory.mktemp("settings")
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(folder))
