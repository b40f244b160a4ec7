"""A patch's cost, from its layers alone: before any of it is run."""

import time

import ddsp_live
import pytest
from ddsp_live.audio.offline_clock import NullStream
from ddsp_live.cli import doctor_checks, main
from ddsp_live.decoders.program import Program
from ddsp_live.patch import PatchError, list_patches
from ddsp_live.patch.cost import FASTEST_GFLOPS, check_cost, core_share, gflops, multiply_adds, render_remark
from make_patch import make_patch


@pytest.fixture(scope="module")
def heavy(tmp_path_factory):
    """Within all limits, but with 17 million multiply-adds a frame at 1000 frames a second."""
    path = tmp_path_factory.mktemp("patch") / "heavy.ddsp"
    return ddsp_live.load_patch(make_patch(path, width=1536, depth=8, frame_rate=1000))


@pytest.mark.parametrize("recurrent", [False, True])
def test_multiply_adds_are_those_of_the_weights(tmp_path, recurrent):
    patch = ddsp_live.load_patch(make_patch(tmp_path / "a.ddsp", width=48, recurrent=recurrent))
    weights = Program.from_layers(patch.layers, patch.weights).multiply_adds
    assert multiply_adds(patch.layers) == weights
    assert gflops(patch, 16) == pytest.approx(2e-9 * 16 * 250 * weights)
    assert gflops(patch, 16, "int8") == gflops(patch, 8)


def test_nothing_is_said_of_factory_patches():
    for entry in list_patches():
        patch = ddsp_live.load_patch(entry.path)
        assert check_cost(patch, 64) == "" and core_share(patch, 64) < 0.5


def test_what_no_machine_plays_is_refused_at_once_unless_trusted(heavy, capsys):
    assert gflops(heavy, 16) > FASTEST_GFLOPS
    begin = time.process_time()
    assert main(["play", str(heavy.path), "--fresh"]) == 2
    assert time.process_time() - begin < 3
    said = capsys.readouterr().err
    assert said.startswith("heavy.ddsp cannot be played live: 16 voices") and "--trust" in said
    assert said.count("\n") == 1
    assert "of a usual core" in check_cost(heavy, 16, trust=True)


def test_fewer_voices_may_fit_and_are_named(heavy):
    with pytest.raises(PatchError, match="--voices ") as error:
        check_cost(heavy, 16)
    fit = int(str(error.value).partition("--voices ")[2].split()[0])
    assert "of a usual core" in check_cost(heavy, fit)
    with pytest.raises(PatchError):
        check_cost(heavy, fit + 1)


def test_a_stream_refuses_it_before_it_plays_and_says_what_is_dear(heavy):
    said = []
    with pytest.raises(PatchError, match="--voices "):
        NullStream(ddsp_live.Synth(heavy, voices=16), say=said.append)
    with NullStream(ddsp_live.Synth(heavy, voices=2), say=said.append):
        pass
    assert len(said) == 1 and "of a usual core for 2 voices" in said[0]


def test_rendering_it_is_told_to_be_slow_and_adding_it_that_it_cannot_be_played(
    heavy, capsys, monkeypatch, tmp_path
):
    assert not render_remark(ddsp_live.load_patch("cello"), 64)
    assert render_remark(heavy, 32).startswith("heavy.ddsp is large: with 32 voices at once, a minute of it ")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["patches", "--add", str(heavy.path)]) == 0
    assert "heavy.ddsp cannot be played live: 16 voices" in capsys.readouterr().err
    assert main(["patches", "--add", str(make_patch(tmp_path / "light.ddsp"))]) == 0
    assert not capsys.readouterr().err


def test_the_doctor_does_not_wait_for_it(heavy):
    finding = doctor_checks.check_headroom(heavy, 48000, 64)
    assert finding.level == "problem" and "heavy.ddsp" in finding.found


def test_the_patch_before_plays_on_where_a_live_one_is_too_heavy(heavy, tmp_path):
    synth = ddsp_live.Synth(make_patch(tmp_path / "small.ddsp"), voices=16)
    with NullStream(synth, say=lambda text: None):
        with pytest.raises(PatchError, match="cannot be played live"):
            synth.load(heavy)
        assert synth.patch.name == "small"
