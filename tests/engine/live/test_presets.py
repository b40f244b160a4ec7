"""Presets: what was set comes back, from a file that may be damaged."""

import json
import os
import sys
from types import SimpleNamespace

import ddsp_live
import numpy as np
import pytest
from ddsp_live.cli import main
from ddsp_live.cli.surfaces import wanted_preset
from ddsp_live.live.autosave import Autosave
from ddsp_live.live.presets import (
    Preset,
    PresetError,
    config_folder,
    delete_preset,
    load_last,
    load_preset,
    patch_reference,
    preset_names,
    save_last,
    save_preset,
)
from ddsp_live.live.session import Session
from ddsp_live.live.snapshot import capture, recall
from ddsp_live.modulation.matrix import PRESETS
from ddsp_live.tuning.mts import Tuning
from make_patch import make_patch


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "tiny.ddsp"))


def full_preset():
    keys = np.arange(128.0) + 0.5
    keys[0] = np.nan  # a mute key
    return Preset(
        patch="trumpet",
        controls={"volume": 0.5, "vibrato": 0.25, "room": 1.0},
        map="wind",
        knobs={"vibrato": [30, 31]},
        room="none",
        tuning=Tuning(keys, np.full((16, 12), -12.5)),
        panel={"octave": 3, "velocity": 70},
    )


def same(a: Preset, b: Preset) -> bool:
    def plain(preset):
        kept = {name: value for name, value in vars(preset).items() if name != "tuning"}
        return kept, None if preset.tuning is None else preset.tuning.pitches().tolist()

    return repr(plain(a)) == repr(plain(b))


def test_a_preset_comes_back_as_it_was_saved():
    path = save_preset("evening", full_preset())
    assert same(load_preset("evening"), full_preset())
    assert '"vibrato": 0.25' in path.read_text()  # readable
    assert preset_names() == ["evening"]
    delete_preset("evening")
    assert preset_names() == []


def test_presets_lie_where_the_system_keeps_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path / "roaming"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for platform, expected in {
        "linux": tmp_path / "ddsp-live",
        "darwin": tmp_path / "home/Library/Application Support/ddsp-live",
        "win32": tmp_path / "roaming/ddsp-live",
    }.items():
        monkeypatch.setattr(sys, "platform", platform)
        assert config_folder() == expected
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert config_folder() == tmp_path / "home/.config/ddsp-live"


@pytest.mark.parametrize("name", ["", " ", ".hidden", "a/b", "..\\b", "a\nb", "x" * 61, "a:b"])
def test_a_name_is_no_path(name):
    with pytest.raises(PresetError, match=r"preset's name"):
        save_preset(name, full_preset())


def test_a_preset_that_is_not_there_tells_which_are():
    with pytest.raises(PresetError, match="save one in the panel"):
        load_preset("evening")
    save_preset("morning", full_preset())
    with pytest.raises(PresetError, match="there is morning"):
        load_preset("evening")


ROW = {"gesture": "cc20", "target": "vibrato", "low": 0, "high": 50}
DAMAGES = {
    "cut off": lambda kept: json.dumps(kept)[:100],
    "not JSON": lambda kept: "patch = 'trumpet'",
    "nothing": lambda kept: "",
    "nested": lambda kept: "[" * 100_000,
    "large": lambda kept: json.dumps(kept) + " " * 300_000,
    "list": lambda kept: "[]",
    "format": lambda kept: json.dumps(kept | {"format": 2}),
    "patch": lambda kept: json.dumps(kept | {"patch": None}),
    "room": lambda kept: json.dumps(kept | {"room": 3}),
    "control": lambda kept: json.dumps(kept | {"controls": {"volume": 2}}),
    "control NaN": lambda kept: json.dumps(kept | {"controls": {"volume": float("nan")}}),
    "controls": lambda kept: json.dumps(kept | {"controls": []}),
    "knobs": lambda kept: json.dumps(kept | {"knobs": {"volume": [120]}}),
    "knobs list": lambda kept: json.dumps(kept | {"knobs": {"volume": 7}}),
    "map": lambda kept: json.dumps(kept | {"map": "theremin"}),
    "map rows": lambda kept: json.dumps(kept | {"map": [{"gesture": "cc1"}]}),
    "map target": lambda kept: json.dumps(
        kept | {"map": [{"gesture": "cc1", "target": "x", "low": 0, "high": 1}]}
    ),
    "map number": lambda kept: json.dumps(kept | {"map": 7}),
    "panel": lambda kept: json.dumps(kept | {"panel": {"octave": 9}}),
    "panel text": lambda kept: json.dumps(kept | {"panel": {"octave": "4"}}),
    "tuning": lambda kept: json.dumps(kept | {"tuning": {"keys": [1, 2], "octave_cents": []}}),
    "control beyond float": lambda kept: json.dumps(kept | {"controls": {"volume": 10**400}}),
    "control of 5,000 digits": lambda kept: json.dumps(kept).replace("0.25", "9" * 5000),
    "knob beyond float": lambda kept: json.dumps(kept | {"knobs": {"volume": [10**400]}}),
    "knob true": lambda kept: json.dumps(kept | {"knobs": {"volume": [True]}}),
    "map row": lambda kept: json.dumps(kept | {"map": ["cc1"]}),
    "map gesture": lambda kept: json.dumps(kept | {"map": [ROW | {"gesture": 3}]}),
    "map gesture long": lambda kept: json.dumps(kept | {"map": [ROW | {"gesture": "cc" + "9" * 5000}]}),
    "map low text": lambda kept: json.dumps(kept | {"map": [ROW | {"low": "a"}]}),
    "map high beyond float": lambda kept: json.dumps(kept | {"map": [ROW | {"high": 10**400}]}),
    "map equal beyond float": lambda kept: json.dumps(
        kept | {"map": [ROW | {"low": 10**400, "high": 10**400}]}
    ),
    "map default": lambda kept: json.dumps(kept | {"map": [ROW | {"default": 10**400}]}),
    "map smoothing": lambda kept: json.dumps(kept | {"map": [ROW | {"smoothing_ms": None}]}),
    "map curve": lambda kept: json.dumps(kept | {"map": [ROW | {"curve": ["linear"]}]}),
    "map onset": lambda kept: json.dumps(kept | {"map": [ROW | {"onset": "x"}]}),
    "panel beyond float": lambda kept: json.dumps(kept | {"panel": {"velocity": 10**400}}),
    "tuning beyond float": lambda kept: json.dumps(
        kept | {"tuning": kept["tuning"] | {"keys": [10**400] * 128}}
    ),
    "tuning ragged": lambda kept: json.dumps(
        kept | {"tuning": kept["tuning"] | {"octave_cents": [[0], 1] * 8}}
    ),
    "tuning text": lambda kept: json.dumps(kept | {"tuning": "equal"}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_preset_is_one_sentence(damage):
    path = save_preset("evening", full_preset())
    path.write_text(DAMAGES[damage](json.loads(path.read_text())))
    with pytest.raises(PresetError, match=r"^The preset 'evening' cannot be used: .*\.$") as error:
        load_preset("evening")
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


def test_every_key_that_a_tuning_mutes_stays_mute():
    keys = np.arange(128.0)
    keys[3], keys[4] = np.nan, -5.0  # the kernel starts no note below 0
    save_preset("evening", Preset("trumpet", tuning=Tuning(keys)))
    kept = load_preset("evening").tuning.keys
    assert np.isnan(kept[3:5]).all() and (np.delete(kept, [3, 4]) == np.delete(keys, [3, 4])).all()


def test_what_a_later_version_knows_is_left_out():
    path = save_preset("evening", full_preset())
    kept = json.loads(path.read_text())
    path.write_text(json.dumps(kept | {"controls": {"volume": 0.5, "colour": "red"}, "mood": 1}))
    assert load_preset("evening").controls == {"volume": 0.5}


def test_the_last_state_comes_back():
    assert load_last() == (None, "")
    save_last(full_preset())
    last, said = load_last()
    assert same(last, full_preset()) and said == ""
    assert preset_names() == []


def test_a_damaged_last_state_is_set_aside_with_a_sentence():
    save_last(full_preset())
    path = config_folder() / "last.json"
    path.write_text("{")
    last, said = load_last()
    assert last is None and "was put aside as" in said and said.endswith(".")
    assert not path.exists() and (config_folder() / "last-damaged.json").read_text() == "{"
    assert load_last() == (None, "")


def test_a_damaged_last_state_that_cannot_be_moved_is_only_told(monkeypatch):
    save_last(full_preset())
    (config_folder() / "last.json").write_text("{")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    assert load_last() == (None, "What was set last cannot be read: it is not JSON, or was cut off.")


@pytest.mark.parametrize("damage", ["control beyond float", "map onset", "tuning beyond float"])
def test_play_goes_on_where_the_last_state_is_damaged(damage, monkeypatch, capsys):
    save_last(full_preset())
    path = config_folder() / "last.json"
    path.write_text(DAMAGES[damage](json.loads(path.read_text())))
    chosen = wanted_preset(SimpleNamespace(preset=None, fresh=False, demo=False))
    assert chosen.patch == "alto-saxophone" and chosen.controls == {}
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "was put aside as" in said


@pytest.mark.parametrize("gone", ["gone.ddsp", "x" * 5000, "a\0b.ddsp"])
def test_play_begins_with_another_patch_where_the_last_is_gone(gone, capsys):
    save_last(Preset(gone))
    assert wanted_preset(SimpleNamespace(preset=None, fresh=False, demo=False)).patch == "alto-saxophone"
    assert capsys.readouterr().err.startswith("It begins with the alto-saxophone: There is no patch")


def test_saving_that_fails_leaves_what_was_there(monkeypatch):
    save_preset("evening", full_preset())

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save_preset("evening", Preset("alto-saxophone"))
    assert same(load_preset("evening"), full_preset())
    assert len(list((config_folder() / "presets").iterdir())) == 1


def test_a_session_gives_what_was_set_and_takes_it_back(patch):
    first, second = (Session(ddsp_live.Synth(patch)) for _ in range(2))
    first.set("vibrato", 0.5)
    first.set("attack", 0.75)
    first.set_map(PRESETS["mpe"][:8])
    first.learn_all({"room": [30]})
    first.synth.tune(Tuning(np.arange(128.0) + 1))
    first.load("trumpet")
    said = recall(second, capture(first, {"octave": 2}))
    assert said == []
    assert second.synth.map == PRESETS["mpe"][:8]
    assert second.values == first.values and second.learned == {30: "room"}
    assert second.synth.patch.name == "trumpet"
    assert second.synth.tuning.pitch(60) == 61


def test_a_preset_whose_patch_is_gone_sets_the_rest(patch):
    session = Session(ddsp_live.Synth(patch))
    said = recall(session, Preset("gone", controls={"vibrato": 0.5}))
    assert len(said) == 1 and "The patch before plays on" in said[0]
    assert session.values["vibrato"] == 0.5


def test_factory_patches_are_named_and_others_by_path(patch):
    assert patch_reference(ddsp_live.load_patch("trumpet")) == "trumpet"
    assert patch_reference(patch) == str(patch.path)


def test_what_was_set_is_kept_at_the_end(patch):
    session = Session(ddsp_live.Synth(patch))
    with Autosave(session, {"octave": 6}):
        session.set("vibrato", 0.5)
    last, _ = load_last()
    assert last.controls["vibrato"] == 0.5 and last.panel == {"octave": 6}


def test_the_command_lists_them(capsys):
    assert main(["presets"]) == 0
    assert "save one in the panel" in capsys.readouterr().out
    save_preset("evening", full_preset())
    save_preset("morning", full_preset()).write_text("{")
    assert main(["presets"]) == 0
    out = capsys.readouterr().out
    assert "evening  trumpet" in out and "The preset 'morning' cannot be used" in out
    assert main(["presets", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["evening", "morning"]
