"""The user's own folder of patches: what lies there is known wherever patches are named."""

import json

import ddsp_live
import pytest
from ddsp_live.cli import main
from ddsp_live.folders import data_folder
from ddsp_live.live.presets import patch_reference
from ddsp_live.live.session import Session
from ddsp_live.panel.api import patches
from ddsp_live.patch import add_patch, list_patches, own_folder, own_patches
from make_patch import make_patch


@pytest.fixture
def mine(tmp_path):
    return make_patch(tmp_path / "reed.ddsp").rename(tmp_path / "My Reed.ddsp")


def test_the_folder_is_the_platforms_place(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_folder() == tmp_path / "ddsp-live"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert own_folder() == tmp_path / ".local/share/ddsp-live/patches"
    monkeypatch.setattr("sys.platform", "darwin")
    assert own_folder() == tmp_path / "Library/Application Support/ddsp-live/patches"


def test_a_patch_that_was_added_is_known_everywhere(mine, capsys):
    factory = [entry.name for entry in list_patches()]
    assert main(["patches", "--add", str(mine)]) == 0
    assert "`ddsp-live play my-reed`" in capsys.readouterr().out
    kept = own_folder() / "my-reed.ddsp"
    assert kept.read_bytes() == mine.read_bytes()
    assert [entry.name for entry in list_patches()] == [*factory, "my-reed"]  # programs keep their numbers
    assert ddsp_live.load_patch("My Reed").path == kept
    assert any(row["reference"] == "my-reed" for row in patches())  # of the panel
    assert main(["patches", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out) if row["own"]] == ["my-reed"]


def test_a_program_change_and_a_preset_name_it(mine):
    add_patch(mine)
    number = [entry.name for entry in list_patches()].index("my-reed")
    synth = ddsp_live.Synth("trumpet")
    synth.send(bytes([0xC0, number]))
    synth.render(64)
    assert synth.patch.path == own_folder() / "my-reed.ddsp"
    assert patch_reference(Session(synth).synth.patch) == "my-reed"


def test_what_cannot_be_used_is_refused_before_it_is_copied(tmp_path, capsys):
    broken = tmp_path / "broken.ddsp"
    broken.write_bytes(b"nothing")
    assert main(["patches", "--add", str(broken)]) == 2
    assert "broken.ddsp cannot be used" in capsys.readouterr().err
    assert not own_folder().exists()


def test_a_name_that_is_taken_is_refused_and_the_same_file_is_not(mine, tmp_path, capsys):
    add_patch(mine)
    add_patch(mine)
    (tmp_path / "other").mkdir()
    other = make_patch(tmp_path / "other/my-reed.ddsp", seed=7)
    assert main(["patches", "--add", str(other)]) == 2
    assert "There is a patch named my-reed already" in capsys.readouterr().err
    assert (own_folder() / "my-reed.ddsp").read_bytes() == mine.read_bytes()
    assert main(["patches", "--add", str(make_patch(tmp_path / "cello.ddsp"))]) == 2


def test_files_that_cannot_be_used_are_told_and_stop_nothing(mine, capsys):
    own_folder().mkdir(parents=True)
    (own_folder() / "broken.ddsp").write_bytes(b"nothing")
    make_patch(own_folder() / "cello.ddsp")
    make_patch(own_folder() / "flute-2.ddsp")
    found, problems = own_patches()
    assert [entry.name for entry in found] == ["flute-2"]
    assert len(problems) == 2
    assert ddsp_live.Synth("cello").patch.path.parent != own_folder()
    assert main(["patches"]) == 0
    said = capsys.readouterr()
    assert "broken.ddsp cannot be used" in said.err and "rename the file" in said.err
    assert "flute-2" in said.out
