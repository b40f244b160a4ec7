"""What `train` says while it works, and when it is stopped."""

import sys

import pytest
from ddsp_live.cli import main
from ddsp_live.cli.train import LINE_SECONDS, how_it_stopped, progress_lines


def test_a_file_is_told_as_a_stage_begins_now_and_then_and_as_it_ends():
    lines, clock = [], [0.0]
    progress = progress_lines(lines.append, lambda: clock[0])
    for step in range(101):
        clock[0] = step * LINE_SECONDS / 25
        progress("Training", step / 100, f"loss {100 - step}")
    progress("Training", 1.0, "loss 0")
    progress("Writing", 0.0, "")
    assert [line.split()[:2] for line in lines] == [
        ["Training", share] for share in ("0", "25", "50", "75", "100")
    ] + [["Writing", "0"]]
    assert lines[1].endswith("25 %  loss 75")


@pytest.mark.parametrize("name", ["cello.ddsp.checkpoint", "cello.ddsp.2.checkpoint"])
def test_what_a_stopped_training_says_is_true(tmp_path, name):
    output = tmp_path / "cello.ddsp"
    (tmp_path / "other.ddsp.checkpoint").touch()
    assert "begins again, with what was measured" in how_it_stopped(output, cache=True)
    assert how_it_stopped(output, cache=False).endswith("begins again.")
    (tmp_path / name).touch()
    assert "goes on from the last checkpoint" in how_it_stopped(output, cache=True)


def test_ctrl_c_before_the_first_checkpoint_promises_no_checkpoint(tmp_path, monkeypatch, capsys):
    make_patch = pytest.importorskip("ddsp_live.tools.build.make_patch")

    def interrupted(*_, progress, **__):
        progress("Listening", 0.1, "a.wav")
        raise KeyboardInterrupt

    monkeypatch.setattr(make_patch, "make_patch", interrupted)
    assert main(["train", str(tmp_path), "-o", str(tmp_path / "cello.ddsp")]) == 130
    said = capsys.readouterr().err
    assert "Listening" in said and "10 %" in said
    assert "before the first checkpoint" in said and "goes on" not in said


def test_a_training_that_is_stopped_while_its_packages_load_says_so(tmp_path, monkeypatch, capsys):
    class Stopped:
        def find_spec(self, name, *_):
            if name.endswith("tools.build.make_patch"):
                raise KeyboardInterrupt

    monkeypatch.setattr(sys, "meta_path", [Stopped(), *sys.meta_path])
    for name in [name for name in sys.modules if name.startswith("ddsp_live.tools.build")]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["train", str(tmp_path), "-o", str(tmp_path / "cello.ddsp")]) == 130
    assert "Stopped before the first checkpoint" in capsys.readouterr().err


def test_options_that_are_not_for_expression_say_so(tmp_path, monkeypatch, capsys):
    expression = pytest.importorskip("ddsp_live.tools.expression.expression")
    monkeypatch.setattr(expression, "add_expression", lambda *_, **__: {})
    words = ["train", str(tmp_path), "-o", "x.ddsp", "--expression", "--size", "tiny", "--steps", "9"]
    assert main(words) == 0
    assert "--size and --steps have no effect with --expression." in capsys.readouterr().err


@pytest.mark.parametrize("command", [["train", "here", "-o", "x.ddsp"], ["evaluate", "trumpet", "here"]])
def test_a_missing_package_has_the_same_hint_everywhere(monkeypatch, capsys, command):
    for name in ("build.make_patch", "evaluation.evaluate_patch"):
        monkeypatch.setitem(sys.modules, f"ddsp_live.tools.{name}", None)
    assert main(command) == 2
    assert capsys.readouterr().err.endswith("run `pip install 'ddsp-live[train]'`.\n")
