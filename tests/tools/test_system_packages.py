"""The script that installs what pip cannot, on computers that are made up: their commands are small scripts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "system-packages.sh"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a shell script")


@pytest.fixture
def computer(tmp_path):
    """Makes a folder of commands; returns what the script did there."""

    def run(purpose, *, user=1000, lacks=(), sudo=False):
        def command(name, text):
            if name not in lacks:
                (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
                (tmp_path / name).chmod(0o755)

        log = tmp_path / "installed"
        command("id", f"echo {user}")
        command("uname", "echo Linux")
        command("cc", "true")
        command("c++", "true")
        command("jackd", "true")
        command("chromium", "true")
        command("clang-22", "true")
        command("lv2_validate", "true")
        command("sord_validate", "true")
        command("pkg-config", "true")
        command("apt-get", f'echo "$*" >>{log}')
        if sudo:
            command("sudo", 'shift; "$@"')
        library = "exit 1" if "portaudio" in lacks else "exit 0"
        command("python", f'case "$*" in *find_library*) {library};; esac\nexec {sys.executable} "$@"')
        done = subprocess.run(
            [SCRIPT, purpose, tmp_path / "python"],
            env={"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done, log.read_text() if log.exists() else ""

    return run


def test_where_all_is_there_nothing_is_done(computer):
    done, installed = computer("test")
    assert (done.returncode, done.stdout, done.stderr, installed) == (0, "", "", "")


def test_root_gets_what_is_missing(computer):
    done, installed = computer("play", user=0, lacks=["portaudio"])
    assert done.returncode == 0
    assert installed.splitlines()[-1].split()[-1] == "libportaudio2"


def test_sudo_is_used_where_it_asks_no_password(computer):
    assert "libportaudio2" in computer("play", sudo=True, lacks=["portaudio"])[1]


def test_others_are_told_the_one_command_and_play_on(computer):
    done, installed = computer("play", lacks=["portaudio"])
    assert (done.returncode, installed) == (0, "")
    assert "`sudo apt-get install libportaudio2`" in done.stderr


def test_without_a_compiler_it_ends_with_the_command(computer):
    done, _ = computer("play", lacks=["cc"])
    assert done.returncode == 2
    assert "`sudo apt-get install build-essential`" in done.stderr


def test_tests_want_jack_and_clang_but_playing_does_not(computer):
    lacks = ["jackd", "clang-22"]
    assert computer("play", user=0, lacks=lacks)[1] == ""
    installed = computer("test", user=0, lacks=lacks)[1]
    assert "jackd2" in installed
    assert "clang-22" in installed
    assert "libclang-rt-22-dev" in installed


def test_a_python_that_is_missing_is_a_sentence(tmp_path):
    done = subprocess.run([SCRIPT, "play", tmp_path / "python9"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "install a newer one" in done.stderr
