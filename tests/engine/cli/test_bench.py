"""`ddsp-live bench`: runs that are kept and compared."""

import json

import pytest
from ddsp_live import cli
from ddsp_live.tools.bench import bench, history

REPORT = {
    "machine": {"processor": "Made Up", "gflops": 1.0, "vector_bits": 256}
    | {"cache_gb_per_s": 1.0, "memory_gb_per_s": 1.0},
    "patch": {"name": "alto-saxophone", "width": 256, "harmonics": 100, "noise_bands": 65, "frame_rate": 250}
    | {"multiply_adds": 1},
    "sample_rate": 48000,
    "block": 64,
    "stages": dict.fromkeys(("harmonic", "noise", "body", "rack", "performance"), 0.001)
    | dict.fromkeys(("performance_of_16", "prior", "dry_voice"), 0.001)
    | {"room": 0.002},
    "decoder": [],
    "synth": [],
    "resident_mb": 50.0,
    "targets": [],
}


@pytest.fixture
def measured(monkeypatch):
    """Answer `bench.measure` with a report whose room costs what the fixture is set to."""
    cost = {"room": 0.002}
    monkeypatch.setattr(
        bench, "measure", lambda *a, **k: {**REPORT, "stages": REPORT["stages"] | {"room": cost["room"]}}
    )
    return cost


def test_a_run_is_kept_and_the_next_one_set_beside_it(measured, tmp_path, capsys):
    kept = tmp_path / "runs.json"
    assert cli.main(["bench", "--save", "--history", str(kept), "--note", "on mains"]) == 0
    measured["room"] = 0.003
    capsys.readouterr()
    assert cli.main(["bench", "--compare", "--history", str(kept)]) == 0
    out = capsys.readouterr().out
    assert "Made Up (on mains)" in out
    assert "another processor" not in out
    assert next(line.split() for line in out.splitlines() if line.startswith("room  ")) == [
        "room",
        "0.002",
        "0.003",
        "1.50",
    ]
    assert len(history.read(kept)) == 1


def test_json_has_the_run_before_and_the_ratios(measured, tmp_path, capsys):
    kept = tmp_path / "runs.json"
    history.append(kept, history.row_of(REPORT))
    assert cli.main(["bench", "--compare", "--json", "--history", str(kept)]) == 0
    compared = json.loads(capsys.readouterr().out)["compared"]
    assert compared["before"] == history.read(kept)[0]
    assert {row["name"]: row["times"] for row in compared["figures"]}["room"] == 1.0


def test_another_processor_is_said(measured, tmp_path, capsys):
    kept = tmp_path / "runs.json"
    row = history.row_of(REPORT)
    history.append(kept, row | {"machine": {"processor": "Other"}})
    cli.main(["bench", "--compare", "--history", str(kept)])
    assert "another processor" in capsys.readouterr().out


def test_without_a_run_to_compare_with_the_report_comes_all_the_same(measured, tmp_path, capsys):
    assert cli.main(["bench", "--compare", "--history", str(tmp_path / "none.json")]) == 0
    out, err = capsys.readouterr()
    assert "memory while 16 voices sound" in out
    assert "--save" in err
    assert not (tmp_path / "none.json").exists()


def test_options_that_do_nothing_are_said(measured, capsys):
    cli.main(["bench", "--note", "on mains", "--history", "x.json"])
    err = capsys.readouterr().err
    assert "--note has no effect without --save" in err
    assert "--history has no effect" in err
