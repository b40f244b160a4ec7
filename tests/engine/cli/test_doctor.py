"""What the doctor finds, and that each finding that is not ok says what to change."""

import dataclasses
import sys
import types

import ddsp_live
import pytest
from ddsp_live.audio.device import DeviceError, find_device
from ddsp_live.cli import doctor_checks as checks
from ddsp_live.cli import main
from fake_sound import FakeSound
from make_patch import make_patch


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "tiny.ddsp"))


def stats(loads, xruns=0):
    """Of callbacks in the given bins of 5 %."""
    histogram = tuple(loads.get(bin, 0) for bin in range(40))
    fields = dict.fromkeys(ddsp_live.Stats.__dataclass_fields__, 0)
    made = fields | {"callbacks": sum(histogram), "xruns": xruns, "load_histogram": histogram}
    return ddsp_live.Stats(**made)


@pytest.mark.parametrize(
    ("seen", "level", "words"),
    [
        (stats({0: 1000}), "ok", "under 5 %"),
        (stats({0: 990, 39: 10}), "ok", "under 5 %"),
        (stats({0: 980, 12: 20}), "warning", "under 65 %"),
        (stats({0: 1000}, xruns=3), "warning", "3 xruns"),
    ],
    ids=["quick", "rarely slow", "often slow", "xruns"],
)
def test_callbacks_are_judged_by_load_and_xruns(seen, level, words):
    finding = checks.judge_callbacks(seen, 64)
    assert finding.level == level
    assert words in finding.found
    assert ("--block 128" in finding.change) == (level == "warning")


def test_the_input_that_would_be_heard_is_named(monkeypatch):
    sound = FakeSound()
    monkeypatch.setitem(sys.modules, "sounddevice", sound)
    output = find_device(None)
    assert "hears 'Microphone' (ALSA)" in checks.check_input(output).found
    elsewhere = dataclasses.replace(output, host="JACK")
    assert checks.check_input(elsewhere).level == "warning"
    assert "one host" in checks.check_input(elsewhere).change
    sound.names.remove("Microphone")
    assert checks.check_input(output).level == "ok"
    assert "no audio input" in checks.check_input(output).found


@pytest.mark.parametrize(("priority", "level"), [(70, "ok"), (0, "warning"), (None, "warning")])
def test_priority_is_judged_by_what_was_granted(priority, level):
    assert checks.judge_priority(priority).level == level


@pytest.mark.parametrize(
    ("governors", "level"), [(["performance"] * 2, "ok"), (["schedutil", "powersave"], "warning"), ([], None)]
)
def test_the_clock_governor_is_read(tmp_path, governors, level):
    for index, governor in enumerate(governors):
        folder = tmp_path / f"cpu{index}" / "cpufreq"
        folder.mkdir(parents=True)
        (folder / "scaling_governor").write_text(f"{governor}\n")
    assert [finding.level for finding in checks.check_governor(tmp_path)] == ([level] if level else [])


def test_pipewire_is_pointed_out_only_where_it_helps(tmp_path, monkeypatch):
    monkeypatch.setattr(checks.sys, "platform", "linux")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert checks.sound_server_hint("ALSA") == ""
    (tmp_path / "pipewire-0").touch()
    assert "pw-jack" in checks.sound_server_hint("ALSA")
    assert checks.sound_server_hint("JACK Audio Connection Kit") == ""


def test_a_missing_library_is_a_problem_with_its_command(patch, monkeypatch):
    def missing():
        raise DeviceError(
            "PortAudio's library is not installed (none): run `sudo apt install libportaudio2`."
        )

    monkeypatch.setattr(checks, "portaudio", missing)
    [finding] = checks.check_output(patch, None, 48000, 64, sound=False)
    assert finding.level == "problem"
    assert finding.change == "Run `sudo apt install libportaudio2`."


def test_more_voices_fit_into_longer_blocks(patch, monkeypatch):
    costs = {2: 0.01, 16: 0.15}
    monkeypatch.setattr(checks, "callback_share", lambda patch, rate, block, voices: costs[voices])
    finding = checks.check_headroom(patch, 48000, 64)
    assert (finding.level, "51 voices" in finding.found) == ("ok", True)  # 2 + (0.5 - 0.01) / 0.01
    costs[16] = 0.71
    assert checks.check_headroom(patch, 48000, 64).level == "warning"


def test_problems_come_first_and_make_the_exit_status_1(patch, monkeypatch, capsys):
    finding = checks.Finding("audio device", "problem", "Nothing is connected.", "Connect something.")
    monkeypatch.setattr(checks, "check_output", lambda *_: [finding])
    monkeypatch.setattr(checks, "check_midi", lambda: checks.Finding("MIDI", "ok", "Two inputs."))
    assert main(["doctor", "--patch", str(patch.path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[0] == "PROBLEM"
    assert lines[1].strip() == "Connect something."


def test_without_problems_the_exit_status_is_0(patch, monkeypatch, capsys):
    monkeypatch.setattr(checks, "check_output", lambda *_: [])
    assert main(["doctor", "--json", "--patch", str(patch.path)]) == 0
    assert '"level": "ok"' in capsys.readouterr().out


def test_limits_are_read_where_the_system_has_them(monkeypatch):
    if not hasattr(checks.os, "geteuid"):
        assert checks.check_limits() == []
        return
    import resource

    monkeypatch.setattr(checks.sys, "platform", "linux")
    monkeypatch.setattr(checks, "os", types.SimpleNamespace(geteuid=lambda: 1000))
    for soft, level in ((0, "warning"), (95, "ok"), (resource.RLIM_INFINITY, "ok")):
        monkeypatch.setattr(resource, "RLIMIT_RTPRIO", 14, raising=False)
        monkeypatch.setattr(resource, "getrlimit", lambda _, soft=soft: (soft, soft))
        assert [finding.level for finding in checks.check_limits()] == [level]
