"""Paths that a user gives."""

from pathlib import Path

import ddsp_live
import numpy as np
import pytest
from ddsp_live.audio.outputs import check_writable, make_folder
from ddsp_live.audio.sound_files import read_content
from ddsp_live.effects.files import read_rack, write_rack
from ddsp_live.effects.rack import NONE
from ddsp_live.folders import as_path
from ddsp_live.kernel.frame_log import read_controls, write_controls
from ddsp_live.midi.files import read_song
from ddsp_live.modulation.matrix_file import read_map
from ddsp_live.patch import write_patch
from ddsp_live.performance.table import blank_rows, read_table, write_table
from ddsp_live.tuning.scala import read_scale

WITH_NULL = "a\0b"
DOORS = {
    "song": lambda path: ddsp_live.render_midi(path, "trumpet"),
    "song, as events": read_song,
    "recording": lambda path: ddsp_live.transfer(path, "trumpet"),
    "sound": read_content,
    "patch": ddsp_live.load_patch,
    "patch to write": lambda path: write_patch(path, {}, b"", licence=""),
    "training's folder": lambda path: ddsp_live.train(path, "x.ddsp"),
    "training's output": lambda path: ddsp_live.train(".", path + ".ddsp"),
    "scale": read_scale,
    "map": read_map,
    "room": lambda path: ddsp_live.Synth("trumpet", room=path),
    "rack": read_rack,
    "rack to write": lambda path: write_rack(path, NONE),
    "table": read_table,
    "table to write": lambda path: write_table(path, blank_rows(1)),
    "controls": lambda path: read_controls(path, 48000),
    "controls to write": lambda path: write_controls(path, {"a": {"start": np.zeros(1)}}, None),
    "output": check_writable,
    "folder": make_folder,
}


@pytest.mark.parametrize("door", DOORS)
def test_a_path_with_a_null_character_is_refused_in_a_sentence(door):
    with pytest.raises(ddsp_live.DdspLiveError) as error:
        DOORS[door](WITH_NULL)
    said = str(error.value)
    assert said.endswith(".") and "embedded" not in said and "\n" not in said and len(said) > 30


def test_other_paths_are_left_as_they_are():
    assert as_path("a b/ü.mid") == Path("a b/ü.mid")
