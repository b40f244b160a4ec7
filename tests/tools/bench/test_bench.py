"""The benchmark's report: whole, plausible, and right about its targets."""

import json
import sys
from pathlib import Path

import ddsp_live
import pytest
from ddsp_live.tools.bench import bench

sys.path.insert(0, str(Path(__file__).parents[2] / "engine"))
from make_patch import make_patch


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = make_patch(tmp_path_factory.mktemp("patch") / "tiny.ddsp")
    shares = []
    made = bench.measure(
        ddsp_live.load_patch(path),
        runs=2,
        seconds=0.05,
        synth_voices=(1, 2),
        decoder_voices=(1, 16),
        progress=shares.append,
    )
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    return made


def test_it_is_json(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_all_costs_are_positive(report):
    costs = [*report["stages"].values(), *(row["rtf"] for row in report["synth"])]
    costs += [row[key] for row in report["decoder"] for key in ("native_us", "onnx_us", "ratio", "gflops")]
    assert all(cost > 0 for cost in costs)
    assert all(0 <= row["under_half"] <= 1 for row in report["synth"])
    assert report["resident_mb"] > 10


def test_the_decoder_is_measured_against_what_the_core_can_do(report):
    for row in report["decoder"]:
        assert row["of_peak"] == pytest.approx(row["gflops"] / report["machine"]["gflops"])
        flops = 2 * row["voices"] * report["patch"]["multiply_adds"]
        assert row["gflops"] == pytest.approx(1e-3 * flops / row["native_us"])
        assert row["of_peak"] < 1.5


def test_targets_of_other_sizes_are_left_out(report):
    names = [target["name"] for target in report["targets"]]
    assert not any("harmonic bank" in name for name in names)
    assert any("ONNX Runtime" in name for name in names)


def test_a_target_is_met_on_its_side_of_the_limit():
    assert bench.Target("cost", 1.0, 1.0).met
    assert not bench.Target("cost", 1.0, 1.1).met
    assert bench.Target("share", 0.9, 0.95, at_least=True).met
    assert not bench.Target("share", 0.9, 0.8, at_least=True).met
