"""Bench runs that are kept: what a row holds, which run is compared with, and files that are none."""

import json

import pytest
from ddsp_live.errors import DdspLiveError
from ddsp_live.tools.bench import history

PATCH = {"name": "reed", "harmonics": 100}
REPORT = {
    "machine": {"processor": "Made Up", "gflops": 123.456789},
    "patch": PATCH,
    "sample_rate": 48000,
    "block": 64,
    "stages": {"harmonic": 0.000123456, "room": 0.002},
    "decoder": [{"voices": 4, "native_us": 10.0, "int8_us": 5.0, "onnx_us": 80.0, "ratio": 0.125}],
    "synth": [{"voices": 16, "rtf": 0.05, "under_half": 1.0}],
    "resident_mb": 50.0,
}


def row(**changes):
    return {**history.row_of(REPORT), **changes}


def test_a_row_has_every_cost_of_the_report_once():
    made = history.row_of(REPORT, "on mains")
    assert made["figures"] == {
        "harmonic": 0.0001235,
        "room": 0.002,
        "decoder_4_native_us": 10.0,
        "decoder_4_int8_us": 5.0,
        "decoder_4_onnx_us": 80.0,
        "synth_16": 0.05,
        "resident_mb": 50.0,
    }
    assert (made["note"], made["patch"], made["machine"]["gflops"]) == ("on mains", PATCH, 123.5)


def test_runs_are_kept_in_order(tmp_path):
    path = tmp_path / "runs.json"
    assert history.read(path) == []
    for note in ("first", "second"):
        history.append(path, row(note=note))
    assert [kept["note"] for kept in history.read(path)] == ["first", "second"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "other",
    [{"patch": {"name": "flute"}}, {"sample_rate": 44100}, {"block": 128}],
    ids=lambda change: next(iter(change)),
)
def test_only_the_newest_run_of_the_same_thing_is_compared_with(other):
    rows = [row(note="old"), row(note="new"), row(note="other", **other)]
    assert history.last_like(rows, row())["note"] == "new"
    assert history.last_like(rows[2:], row()) is None


def test_ratios_are_now_over_before_for_what_both_have():
    old = row(figures={"room": 0.004, "gone": 1.0, "synth_16": 0.0})
    assert history.compare(row(), old) == [{"name": "room", "old": 0.004, "now": 0.002, "times": 0.5}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ("{}", "is not a list"),
        ("[3]", "Run 1 of"),
        (json.dumps([{"version": "1"}]), "Run 1 of"),
        (json.dumps([row(), row(figures={"room": "fast"})]), "Run 2 of"),
        (json.dumps([row(machine={})]), "Run 1 of"),
    ],
)
def test_a_file_of_something_else_is_said_to_be_one(tmp_path, text, said):
    path = tmp_path / "runs.json"
    path.write_text(text)
    with pytest.raises(DdspLiveError, match=said):
        history.append(path, row())
    assert path.read_text() == text


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(DdspLiveError, match="--history"):
        history.append(tmp_path / "nowhere" / "runs.json", row())


def test_the_file_that_ships_has_runs_of_the_default_patch():
    rows = history.read(history.SHIPPED)
    assert [kept["patch"]["name"] for kept in rows] == ["alto-saxophone"] * len(rows) != []
    assert all(kept["note"] for kept in rows)
