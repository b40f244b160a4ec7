"""Hosts at random, under the sanitizers: no fault, no race, nothing that blocks in the callback."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from ddsp_live.kernel.flat import flat_patch, flat_room, write_flat
from ddsp_live.patch import load_patch
from ddsp_live.patch.room import Room
from make_patch import make_patch
from make_performer import performed
from toolchain import KERNEL, PLUGIN, STRICT, clang, objects, program, symbols

COMMON = (*STRICT, "-O1", "-g", "-fno-omit-frame-pointer", "-DNO_CLONES", '-DPLUGIN_VERSION="0"')
MEMORY = (*COMMON, "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
REALTIME = (*COMMON, "-fsanitize=realtime")
THREAD = (*COMMON, "-fsanitize=thread")
SESSIONS = 30
SECONDS = 300  # after which a session hangs
BODY = np.array([[1.0, -1.2, 0.5, 1.0, -1.1, 0.45]])


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A user's folder with small patches, a damaged one, and a room."""
    folder = tmp_path_factory.mktemp("home")
    bank = folder / "ddsp-live" / "plugin"
    rng = np.random.default_rng(0)
    room = 0.1 * rng.normal(size=(1500, 2)) * np.exp(-np.arange(1500) / 300)[:, None]
    made = [
        performed(folder / "a.ddsp"),
        make_patch(folder / "b.ddsp", recurrent=True, body=BODY),
        make_patch(folder / "c.ddsp", room=room, room_rate=22050, seed=2),
        make_patch(folder / "d.ddsp", harmonics=7, noise_bands=5, frame_rate=100),
    ]
    for path in made:
        write_flat(bank / "factory" / f"{path.stem}.flat", flat_patch(load_patch(path)))
    whole = (bank / "factory" / "a.flat").read_bytes()
    (bank / "own").mkdir()
    (bank / "own" / "damaged.flat").write_bytes(whole[:-40])
    (bank / "own" / "nothing.flat").write_bytes(b"DDSPFLAT")
    write_flat(bank / "rooms" / "hall.flat", flat_room("hall", "Hall", Room(room.astype(np.float32), 48000)))
    return folder


def build(flags, folder) -> Path:
    source = Path(__file__).parent / "sessions.c"
    return program(clang(), flags, objects(clang(), flags, [*KERNEL, *PLUGIN, source]), folder)


def run(driver, home, *arguments):
    places = {name: str(home) for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA")}
    command = [driver, *map(str, arguments)]
    done = subprocess.run(
        command, env={**os.environ, **places}, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr[-6000:]


def test_memory_and_arithmetic_are_sound(home, tmp_path):
    driver = build(MEMORY, tmp_path)
    for form in ("clap", "lv2"):
        run(driver, home, form, SESSIONS, 1)


def test_the_callback_never_blocks(home, tmp_path):
    """`process` and `run` are where the sanitizer listens; a host that renders offline may wait, and is left out."""
    driver = build((*REALTIME, "-DNO_OFFLINE"), tmp_path)
    for form in ("clap", "lv2"):
        run(driver, home, form, SESSIONS, 2)


def test_threads_do_not_race(home, tmp_path):
    run(build(THREAD, tmp_path), home, "clap", SESSIONS // 3, 3, "threads")


@pytest.mark.parametrize("unit", ["clap.c", "lv2.c", "core_block.c"])
def test_the_blocks_are_armed(unit):
    """`process`, `run` and what they call tell the sanitizer when realtime begins."""
    flags = (*REALTIME, "-DNO_OFFLINE")
    made = objects(clang(), flags, [path for path in PLUGIN if path.name == unit])
    assert "__rtsan_realtime_enter" in symbols(made[0], "undefined")
