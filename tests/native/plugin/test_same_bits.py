"""The plug-in against `Synth.render`: the same events, in blocks of any sizes, are the same bits."""

import subprocess
from pathlib import Path

import ddsp_live
import numpy as np
import pytest
from ddsp_live.patch import list_patches
from ddsp_live.plugins.install import binary, export_all
from toolchain import NATIVE, STRICT, gcc

PATCHES = ("alto-saxophone", "flute", "cello", "trumpet", "sven-ah")
SECONDS = 1.2


@pytest.fixture(scope="module")
def host(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("host") / "play"
    source = Path(__file__).parent / "play.c"
    command = [gcc(), *STRICT, "-O1", f"-I{NATIVE}", str(source), "-o", str(out), "-ldl", "-lm"]
    subprocess.run(command, check=True)
    return out


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A user's folder with all patches installed."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patched:
        for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
            patched.setenv(name, str(folder))
        assert export_all() == len(list_patches())
    return folder


def played(host, home, tmp_path, form, rate, score, seconds=SECONDS, seed=1):
    """What the plug-in makes of a score, float32 [frames, 2], and what it logged."""
    (tmp_path / "score").write_text("".join(f"{line}\n" for line in score))
    frames = int(seconds * rate)
    out = tmp_path / "out.f32"
    command = [host, form, binary(), str(rate), str(frames), str(seed), tmp_path / "score", out]
    environment = {name: str(home) for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return np.fromfile(out, np.float32).reshape(-1, 2), done.stderr


def number_of(patch: str) -> int:
    return [entry.name for entry in list_patches()].index(patch)


def phrase(rate: float, seed: int) -> list[tuple[int, bytes]]:
    """Notes that overlap, with all that a player's hands do, at odd samples."""
    rng = np.random.default_rng(seed)
    events = []
    for i in range(14):
        on = int((0.07 * i + 0.01 * rng.random()) * rate)
        key, channel = int(rng.integers(50, 80)), int(rng.integers(0, 3))
        events.append((on, bytes([0x90 | channel, key, int(rng.integers(1, 128))])))
        events.append((on + int(rng.uniform(0.02, 0.3) * rate), bytes([0x80 | channel, key, 64])))
    for number in (1, 11, 7, 10, 20, 22, 64, 67, 71, 74, 91):
        at = int(rng.integers(0, int(rate)))
        events.append((at, bytes([0xB0 | int(rng.integers(0, 3)), number, int(rng.integers(0, 128))])))
    for status in (0xE0, 0xE1, 0xA0):
        at = int(rng.integers(0, int(rate)))
        events.append((at, bytes([status, int(rng.integers(0, 128)), int(rng.integers(0, 128))])))
    events.append((int(0.4 * rate), bytes([0xD0, 90])))
    return sorted(events, key=lambda event: event[0])


def lines(events) -> list[str]:
    return [f"midi {time} {' '.join(str(byte) for byte in data)}" for time, data in events]


def rendered(patch: str, rate: float, events, seconds=SECONDS, **options) -> np.ndarray:
    synth = ddsp_live.Synth(patch, sample_rate=rate, **{"trim": True, **options})
    for time, data in events:
        synth.send(data, time=time)
    return synth.render(int(seconds * rate))


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("patch", PATCHES)
def test_all_events_are_the_same_bits(host, home, tmp_path, patch, rate):
    events = phrase(rate, seed=number_of(patch))
    wanted = rendered(patch, rate, events)
    assert np.abs(wanted).max() > 0.01
    score = [f"set patch {number_of(patch)}", *lines(events)]
    for form in ("clap", "lv2"):
        got, said = played(host, home, tmp_path, form, rate, score, seed=rate + len(patch))
        assert said == ""
        np.testing.assert_array_equal(got, wanted)


def test_rooms_and_amounts_are_the_same_bits(host, home, tmp_path):
    """A room at another rate than its own, level match off, and less life, line and performer."""
    events = [(0, bytes([0xB0, 91, 100])), *phrase(44100, 5)]
    options = {"room": "hall", "trim": False, "life": 0.25, "expression": 0.5, "performer": 0.75, "voices": 5}
    wanted = rendered("clarinet", 44100, events, **options)
    assert not np.array_equal(wanted, rendered("clarinet", 44100, events))
    score = [f"set patch {number_of('clarinet')}", "set room_kind 4", "set trim 0", "set life 0.25"]
    score += ["set expression 0.5", "set performer 0.75", "set voices 5", *lines(events)]
    for form in ("clap", "lv2"):
        np.testing.assert_array_equal(played(host, home, tmp_path, form, 44100, score)[0], wanted)


SYSEX = {
    "an octave": "F0 7F 7F 08 08 03 7F 7F " + "40 4D 44 51 56 42 4F 3F 4B 46 5A 35" + " F7",
    "an octave, finely": "F0 7E 7F 08 09 03 7F 7F " + "40 00 44 00 3C 00 42 10 " * 3 + "F7",
    "two keys": "F0 7F 7F 08 02 00 02 3C 3D 20 00 43 43 40 00 F7",
    "two keys of a bank": "F0 7E 7F 08 07 00 00 02 3C 3D 20 00 43 43 40 00 F7",
    "master volume": "F0 7F 7F 04 01 00 50 F7",
    "master fine": "F0 7F 7F 04 03 00 50 F7",
    "master coarse": "F0 7F 7F 04 04 00 43 F7",
    "system on": "F0 7E 7F 09 01 F7",
    "a damaged one": "F0 7F 7F 08 08 03 7F 7F 40 41 F7",
}


@pytest.mark.parametrize("name", SYSEX)
def test_system_exclusive_messages_are_the_same_bits(host, home, tmp_path, name):
    rate, message = 48000, bytes.fromhex(SYSEX[name])
    octave = bytes.fromhex(SYSEX["an octave"])
    events = sorted([*phrase(rate, 3), (9001, octave), (20003, message)], key=lambda event: event[0])
    wanted = rendered("oboe", rate, events, seconds=0.8)
    score = [f"set patch {number_of('oboe')}", *lines(events)]
    for form in ("clap", "lv2"):
        np.testing.assert_array_equal(played(host, home, tmp_path, form, rate, score, 0.8)[0], wanted)


def test_program_changes_come_at_their_sample_when_rendered_offline(host, home, tmp_path):
    rate = 48000
    events = [
        (0, bytes([0x90, 60, 100])),
        (12345, bytes([0xC0, number_of("violin")])),
        (30000, bytes([0x90, 64, 90])),
    ]
    wanted = rendered("oboe", rate, events)
    assert not np.array_equal(wanted, rendered("oboe", rate, [events[0], events[2]]))
    score = [f"set patch {number_of('oboe')}", *lines(events)]
    for form in ("clap", "lv2"):
        np.testing.assert_array_equal(played(host, home, tmp_path, form, rate, score)[0], wanted)


def test_a_patch_that_is_changed_while_notes_sound_does_not_click(host, home, tmp_path):
    """No step from sample to sample is larger than the two patches' own."""
    rate, at = 48000, 24000
    score = [
        f"set patch {number_of('flute')}",
        "note 0 60 0.7",
        f"param {at} patch {number_of('french-horn')}",
    ]
    mixed, _ = played(host, home, tmp_path, "clap", rate, score, seconds=1.5)
    own = [
        played(host, home, tmp_path, "clap", rate, [f"set patch {number_of(patch)}", "note 0 60 0.7"], 1.5)[0]
        for patch in ("flute", "french-horn")
    ]
    swap = slice(at - 1000, at + 3000)
    assert not np.array_equal(mixed[at + 6000 :], own[0][at + 6000 :])

    def bend(sound):
        return np.abs(np.diff(sound[swap], 2, axis=0)).max()

    assert bend(mixed) < 1.5 * max(map(bend, own))


def test_note_expressions_move_one_note(host, home, tmp_path):
    rate = 48000
    held = [f"set patch {number_of('violin')}", "note 0 60 0.8", "note 0 69 0.8"]
    plain, _ = played(host, home, tmp_path, "clap", rate, held)
    bent, _ = played(host, home, tmp_path, "clap", rate, [*held, "expression 4800 69 2 1.0"])
    window = np.hanning(rate // 2)

    def level(sound, hz):
        tone = np.exp(-2j * np.pi * hz * np.arange(rate // 2) / rate)
        return 20 * np.log10(np.abs((sound[-rate // 2 :, 0] * window) @ tone))

    a4, b_flat, c4 = 440.0, 466.16, 261.63
    assert level(plain, a4) > level(plain, b_flat) + 15
    assert level(bent, b_flat) > level(bent, a4) + 15
    assert abs(level(bent, c4) - level(plain, c4)) < 3
    for which, value in ((0, 0.25), (1, 0.0), (3, 1.0), (4, 0.4), (5, 1.0), (6, 1.0)):
        moved, _ = played(host, home, tmp_path, "clap", rate, [*held, f"expression 4800 69 {which} {value}"])
        np.testing.assert_array_equal(moved[:4800], plain[:4800])
        assert not np.array_equal(moved, plain)


@pytest.mark.parametrize(("rate", "sounds"), [(8000, True), (192000, True), (384000, False), (4000, False)])
def test_a_rate_that_cannot_be_played_is_silent_and_said(host, home, tmp_path, rate, sounds):
    score = [f"set patch {number_of('oboe')}", "note 0 69 0.8"]
    sound, said = played(host, home, tmp_path, "clap", rate, score, seconds=0.3)
    assert (np.abs(sound).max() > 0.001) == sounds
    assert ("8 to 192 kHz" in said) != sounds


def test_a_bank_without_patches_is_silent_and_said(host, tmp_path):
    sound, said = played(host, tmp_path / "nowhere", tmp_path, "clap", 48000, ["note 0 69 0.8"], seconds=0.3)
    assert np.abs(sound).max() == 0
    assert "ddsp-live plugins install" in said
    sound, _ = played(host, tmp_path / "nowhere", tmp_path, "lv2", 48000, ["midi 0 144 69 100"], seconds=0.3)
    assert np.abs(sound).max() == 0


def test_a_damaged_patch_is_silent_and_said(host, home, tmp_path):
    factory = tmp_path / "home" / "ddsp-live" / "plugin" / "factory"
    factory.mkdir(parents=True)
    good = (home / "ddsp-live" / "plugin" / "factory" / "oboe.flat").read_bytes()
    (factory / "oboe.flat").write_bytes(good[:-1000])
    sound, said = played(host, tmp_path / "home", tmp_path, "clap", 48000, ["note 0 69 0.8"], seconds=0.3)
    assert np.abs(sound).max() == 0
    assert "oboe.flat is damaged" in said
