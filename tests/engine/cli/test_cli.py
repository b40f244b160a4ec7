"""The command line: what it answers, and how it says what is wrong."""

import argparse
import json
import os
import struct
import subprocess
import sys

import ddsp_live.audio.device as device
import mido
import numpy as np
import pytest
import soundfile
from ddsp_live.cli import COMMANDS, main, options
from ddsp_live.cli import input_options as listening
from ddsp_live.options import MODES
from ddsp_live.parameters import BY_NAME
from ddsp_live.synth import Synth
from fake_sound import FakeSound
from make_patch import make_patch


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return str(make_patch(tmp_path_factory.mktemp("patch") / "tiny.ddsp", body=None))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def no_device(monkeypatch):
    monkeypatch.setattr(device, "list_devices", lambda kind="output": [])


@pytest.fixture
def song(here):
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.Message("note_on", note=60, velocity=90, time=0))
    track.append(mido.Message("note_off", note=60, time=480))
    file.save(here / "song.mid")
    return here / "song.mid"


def answer(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_help_is_given(capsys, command):
    status, out, _ = answer(capsys, *command, "--help")
    assert status == 0
    assert out.startswith("usage: ddsp-live")
    assert not command or "examples:" in out


def test_no_words_at_all_are_answered_with_help(capsys):
    status, out, err = answer(capsys)
    assert (status, err) == (0, "")
    assert out == answer(capsys, "--help")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["render", "song.mid", "--wet", "0.5"], "has no room of its own"),
        (["render", "song.mid", "--room", "own"], "small-studio, chamber, hall, plate"),
        (["render", "song.mid", "--room", "0.4"], "has no room of its own"),
        (["render", "song.mid", "--room", "none", "--wet", "0.5"], "--wet has no effect with --room none."),
        (["render", "song.mid", "--room", "own", "--wet", "0"], ""),
        (["render", "song.mid", "--room", "plate"], ""),
        (["render", "song.mid"], ""),
        (
            ["play", "--midi", "Keys", "--learn", "vibrato"],
            "--midi and --learn have no effect without an audio device.",
        ),
        (
            ["play", "--snap", "1", "--scale", "D minor"],
            "--snap and --scale have no effect without an audio device.",
        ),
        (["play", "--panel-port", "1"], "--panel-port has no effect without --panel."),
        (["play", "--osc-host=::"], "--osc-host has no effect without --osc."),
    ],
    ids=" ".join,
)
def test_an_option_without_effect_says_so(capsys, here, song, patch, no_device, monkeypatch, words, said):
    from ddsp_live.cli import demo

    monkeypatch.setattr(demo, "send_phrase", lambda synth: 1)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(here))
    more = ["--patch", patch] if words[0] == "render" else [patch]
    status, _, err = answer(capsys, *words, *more)
    assert status == 0
    assert said in err if said else "effect" not in err and "room" not in err


def test_what_is_for_sound_that_comes_in_needs_some(capsys):
    from types import SimpleNamespace

    listening.listen(
        SimpleNamespace(input=None, midi_out=None, calibrate=False, said={"octave", "gate"}), None
    )
    assert capsys.readouterr().err == "--octave and --gate have no effect without --input.\n"


def test_a_patch_on_many_channels_is_named_once(capsys):
    from types import SimpleNamespace

    oboe, viola = (SimpleNamespace(title=title, room=None) for title in ("Oboe", "Viola"))
    options.tell_of_room(SimpleNamespace(said={"room"}), [oboe, oboe], "own", 1.0)
    assert capsys.readouterr().err.startswith("Oboe has no room of its own, and plays dry")
    options.tell_of_room(SimpleNamespace(said={"room"}), [oboe, viola, oboe], "own", 1.0)
    assert capsys.readouterr().err.startswith("Oboe and Viola have no rooms of their own, and play dry")


def test_a_scale_needs_to_be_snapped_to(capsys, here, patch):
    t = np.arange(16000) / 16000
    soundfile.write(here / "hum.wav", 0.3 * np.sin(2 * np.pi * 220 * t), 16000)
    words = "transfer", "hum.wav", "--patch", patch, "--scale", "H minor"
    assert "--scale has no effect without --snap" in answer(capsys, *words)[2]
    assert answer(capsys, *words, "--snap", 1)[2] == ""


def test_version_is_that_of_the_package(capsys):
    from importlib.metadata import version

    assert answer(capsys, "--version")[1].split() == ["ddsp-live", version("ddsp-live")]


def test_the_options_are_what_the_synth_offers(patch):
    assert set(BY_NAME["mode"].choices) == set(MODES)
    for decoder in BY_NAME["decoder"].choices:
        if decoder != "torchscript":
            Synth(patch, decoder=decoder)
    with pytest.raises(ValueError, match=", ".join(BY_NAME["decoder"].choices)):
        Synth(patch, decoder="none")


CUT_SHORT = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", 100) + b"\0\x90"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sing"], "There is no command sing: `ddsp-live --help` lists"),
        (["rendr", "song.mid"], "There is no command rendr: did you mean render?"),
        (["render", "song.mid", "--pach", "PATCH"], "There is no option --pach: did you mean --patch?"),
        (["play", "--key", "H minor"], "There is no option --key: did you mean --keyboard?"),
        (["train", "here", "--otput", "x.ddsp"], "There is no option --otput: did you mean --output?"),
        (["render", "song.mid", "--zzz"], "There is no option --zzz: `ddsp-live render --help` lists"),
        (["--panel"], "There is no option --panel"),
        (["transfer", "noise.wav", "--patch", "PATCH", "--scale", "Q minor"], "There is no scale 'Q minor'"),
        (["play", "no-such-instrument"], "no patch named 'no-such-instrument'"),
        (["play", "no/such.ddsp"], "no patch file"),
        (["play", "broken.ddsp"], "broken.ddsp cannot be used"),
        (["play", "--device", "no such device", "PATCH"], "no audio output device"),
        (["play", "--block", "0", "PATCH"], "not a number from 1 to 4096"),
        (["play", "--block", "many", "PATCH"], "not a number from 1 to 4096"),
        (["play", "--rate", "1", "PATCH"], "not a number from 8000 to 192000"),
        (["play", "--voices", "65", "PATCH"], "not a number from 1 to 64"),
        (["play", "--room", "2", "PATCH"], "not a number from 0 to 1"),
        (["play", "--wet", "much", "PATCH"], "not a number from 0 to 1"),
        (["render", "--phrase", "--room", "0.5", "--wet", "0.5"], "not by both"),
        (["render", "--phrase", "--room", "attic.wav"], "no room 'attic.wav'"),
        (["render", "--phrase", "--room", "noise.wav"], "noise.wav cannot be used: it is not a sound file"),
        (["render", "--phrase", "--room", "PATCH"], "has no room"),
        (
            ["render", "--phrase", "--room", "no-such-instrument"],
            "There is no room 'no-such-instrument': choose own,",
        ),
        (["play", "--mode", "duo", "PATCH"], "invalid choice"),
        (["play", "--decoder", "magic", "PATCH"], "invalid choice"),
        (["render"], "Name one MIDI file"),
        (["render", "song.mid", "--phrase"], "Name one MIDI file"),
        (["render", "nothing.mid"], "nothing.mid cannot be played"),
        (["render", "short.mid"], "short.mid cannot be played: nothing in it can be played"),
        (["render", "noise.mid"], "noise.mid cannot be played"),
        (["render", "song.mid", "-o", "song.txt"], "neither .wav nor .flac"),
        (["render", "song.mid", "-o", "nowhere/song.wav"], "folder 'nowhere' does not exist"),
        (["render", "song.mid", "--patch", "broken.ddsp"], "broken.ddsp cannot be used"),
        (["inspect", "broken.ddsp"], "broken.ddsp cannot be used"),
        (["inspect"], "required"),
        (["doctor", "--block", "-3"], "not a number from 1 to 4096"),
        (["bench", "broken.ddsp"], "broken.ddsp cannot be used"),
    ],
    ids=" ".join,
)
def test_errors_are_one_sentence_and_status_2(capsys, here, song, patch, no_device, words, said):
    (here / "broken.ddsp").write_bytes(b"PK\x05\x06 and then nothing")
    (here / "short.mid").write_bytes(CUT_SHORT)
    for name in ("noise.mid", "noise.wav"):
        (here / name).write_bytes(np.random.default_rng(0).bytes(1000))
    status, out, err = answer(capsys, *(patch if word == "PATCH" else word for word in words))
    assert status == 2
    assert said in err
    assert out == ""
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_render_writes_the_song(capsys, song, patch):
    status, out, err = answer(capsys, "render", song, "--patch", patch, "--json")
    assert (status, err) == (0, "")
    summary = json.loads(out)
    audio, rate = soundfile.read(summary["output"])
    assert (summary["output"], rate) == (str(song.with_suffix(".wav")), 48000)
    assert len(audio) == round(summary["seconds"] * rate)
    assert np.abs(audio).max() == pytest.approx(summary["peak"], abs=2**-22)
    assert np.abs(audio).max() > 0.01


def test_render_at_another_rate_as_flac(capsys, song, patch):
    status, out, _ = answer(capsys, "render", song, "--patch", patch, "-o", "out.flac", "--rate", 32000)
    assert status == 0
    assert out.startswith("out.flac: ")
    assert "times faster than real time" in out
    assert soundfile.info("out.flac").samplerate == 32000


def test_a_file_that_was_there_outlives_a_failed_render(capsys, here, song):
    (here / "song.wav").write_bytes(b"precious")
    (here / "broken.ddsp").write_bytes(b"nothing")
    assert answer(capsys, "render", song, "--patch", "broken.ddsp")[0] == 2
    assert (here / "song.wav").read_bytes() == b"precious"


ECHO = np.zeros((4800, 2), np.float32)
ECHO[2400] = 0.5


@pytest.mark.parametrize(
    ("words", "echoes"),
    [
        ([], False),
        (["--room", "0"], False),
        (["--room", "1"], True),
        (["--room", "own"], True),
        (["--wet", "1"], True),
        (["--room", "own", "--wet", "0"], False),
        (["--room", "none", "--wet", "1"], False),
    ],
    ids=str,
)
def test_the_patchs_own_room_is_heard_where_it_is_asked_for(capsys, here, song, tmp_path, words, echoes):
    path = make_patch(tmp_path / "roomy.ddsp", room=ECHO, room_rate=48000)
    dry, made = (
        json.loads(answer(capsys, "render", song, "--patch", path, "--json", *more)[1])["seconds"]
        for more in ([], words)
    )
    assert made - dry == pytest.approx(0.05 if echoes else 0, abs=0.01)


def test_a_patch_is_played_in_anothers_room_or_in_one_from_a_file(capsys, here, song, patch, tmp_path):
    other = make_patch(tmp_path / "roomy.ddsp", room=ECHO, room_rate=48000)
    soundfile.write(here / "echo.wav", np.concatenate([np.zeros(3000), [1.0], np.zeros(2399), [0.5]]), 48000)
    lengths = []
    for words in ([], ["--room", other], ["--room", "echo.wav"]):
        _, out, _ = answer(capsys, "render", song, "--patch", patch, "--json", *words)
        lengths.append(json.loads(out)["seconds"])
    np.testing.assert_allclose(np.diff(lengths), [0.05, 0], atol=0.01)


def test_patches_lists_each_factory_patch_with_its_licence(capsys):
    status, out, _ = answer(capsys, "patches", "--json")
    assert status == 0
    rows = json.loads(out)
    assert all(row["licence"] and row["source"] and row["bytes"] > 0 for row in rows)
    table = answer(capsys, "patches")[1]
    assert table.count("\n") == len(rows) + 1
    assert all(row["title"] in table for row in rows)


def test_inspect_tells_what_a_frame_costs(capsys, patch):
    _, out, _ = answer(capsys, "inspect", patch, "--json")
    told = json.loads(out)
    # width 32, depth 2, three lags of two inputs, heads of 1, 20 and 17 that see the loudness too
    assert told["multiply_adds_per_frame"] == 8 * 32 + 32 * 32 + 33 * (1 + 20 + 17)
    assert told["content_hash"].startswith("sha256:")
    words = answer(capsys, "inspect", patch)[1]
    assert "A2 to C6" in words
    assert told["content_hash"] in words


def test_devices_says_why_there_are_none(capsys, monkeypatch, no_device):
    import ddsp_live.midi.ports.input as ports

    monkeypatch.setattr(ports, "list_ports", lambda: [])
    monkeypatch.setattr(device, "portaudio", lambda: None)
    status, out, _ = answer(capsys, "devices")
    assert status == 0
    assert "no audio output device" in out
    assert "no MIDI input" in out


def test_devices_lists_outputs_inputs_and_ports(capsys, monkeypatch):
    import sys

    import ddsp_live.midi.ports.input as ports

    monkeypatch.setitem(sys.modules, "sounddevice", FakeSound())
    monkeypatch.setattr(ports, "list_ports", lambda: ["Keystation"])
    outputs, inputs, midi = answer(capsys, "devices")[1].strip().split("\n\n")
    assert "Audio outputs" in outputs and "* 1" in outputs and "Microphone" not in outputs
    assert "Audio inputs" in inputs and "* 2" in inputs and "USB Audio" not in inputs
    assert "Keystation" in midi
    told = json.loads(answer(capsys, "devices", "--json")[1])
    assert [found["name"] for found in told["inputs"]] == ["Microphone"]


def test_play_without_a_device_leaves_a_file(capsys, here, patch, no_device, monkeypatch):
    import ddsp_live.midi.phrase as phrase

    short = [(0.0, bytes([0x90, 69, 100])), (0.3, bytes([0x80, 69, 0]))]
    monkeypatch.setattr(phrase, "phrase", lambda: short)
    status, out, err = answer(capsys, "play", patch)
    assert (status, out) == (0, "")
    assert "no audio output device" in err.splitlines()[0]
    audio, rate = soundfile.read(here / "demo.wav")
    assert rate == 48000
    assert np.abs(audio).max() > 0.01
    assert np.flatnonzero(audio[:, 0])[0] / rate == pytest.approx(0.25, abs=0.02)


def test_ctrl_c_is_status_130(monkeypatch, patch):
    import ddsp_live.patch

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ddsp_live.patch, "load_patch", interrupted)
    assert main(["inspect", patch]) == 130


def test_a_reader_that_stops_reading_is_no_error(patch):
    code = "import sys; from ddsp_live.cli import main; sys.exit(main(sys.argv[1:]))"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", code, "inspect", patch],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_commands_load_nothing_that_they_do_not_need(patch):
    code = (
        "import sys; from ddsp_live.cli import main; main(sys.argv[1:]); "
        "print([name for name in ('torch', 'onnxruntime', 'sounddevice', 'rtmidi') if name in sys.modules])"
    )
    for words in (["--help"], ["inspect", patch], ["patches", "--json"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments, prior", [([], 1.0), (["--prior", "0.3"], 0.3), (["--no-prior"], 0.0)], ids=str
)
def test_the_prior_is_all_some_or_none(arguments, prior):
    parser = argparse.ArgumentParser()
    options.add_sound_options(parser, voices=16, rate=None)
    assert parser.parse_args(arguments).prior == prior
