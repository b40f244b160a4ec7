"""The realtime gate: a driver puts the whole kernel through all it does, under clang's sanitizers."""

import subprocess

import pytest
from toolchain import DRIVER, KERNEL, STRICT, clang, objects, program, symbols

COMMON = (*STRICT, "-O1", "-g", "-fno-omit-frame-pointer", "-DNO_CLONES")
REALTIME = (*COMMON, "-fsanitize=realtime")
MEMORY = (*COMMON, "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-include", "guarded_arena.h")
THREAD = (*COMMON, "-fsanitize=thread")
SOURCES = [path for path in sorted(DRIVER.glob("*.c")) if path.name != "planted.c"]
TIMEOUT = 120  # seconds: only a scenario that hangs reaches it


def build(flags, folder):
    return program(clang(), flags, objects(clang(), flags, KERNEL + SOURCES), folder)


def run(driver, *scenarios):
    return subprocess.run([driver, *scenarios], capture_output=True, text=True, timeout=TIMEOUT)


def test_the_callback_never_blocks(tmp_path):
    done = run(build(REALTIME, tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("unit", ["synth.c", "portaudio_callback.c"])
def test_the_render_functions_are_armed(unit):
    """`synth_render` and `synth_callback`, each by itself, tell the sanitizer when realtime begins."""
    made = objects(clang(), REALTIME, [path for path in KERNEL if path.name == unit])
    assert "__rtsan_realtime_enter" in symbols(made[0], "undefined")


def test_a_planted_malloc_is_caught(tmp_path):
    renamed = (*REALTIME, "-Dnetwork_step=unplanted_network_step")
    decoder = [path for path in KERNEL if path.name == "network.c"]
    rest = [path for path in KERNEL if path.name != "network.c"] + SOURCES + [DRIVER / "planted.c"]
    made = objects(clang(), renamed, decoder) + objects(clang(), REALTIME, rest)
    done = run(program(clang(), REALTIME, made, tmp_path))
    assert done.returncode != 0
    assert "unsafe-library-call" in done.stderr
    assert "`malloc`" in done.stderr


def test_memory_and_arithmetic_are_sound(tmp_path):
    done = run(build(MEMORY, tmp_path))
    assert done.returncode == 0, done.stderr


def test_threads_do_not_race(tmp_path):
    done = run(build(THREAD, tmp_path), "threads")
    assert done.returncode == 0, done.stderr
