"""Compiles the kernel, and programs around it, with other compilers, flags and sanitizers."""

import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[2] / "native"
DRIVER = Path(__file__).parent / "driver"
PLUGIN = sorted(path for path in (NATIVE / "plugin").glob("*.c") if path.name != "web.c")
KERNEL = sorted(
    path for path in NATIVE.rglob("*.c") if path.name != "_kernel.c" and path.parent.name != "plugin"
)
STRICT = ("-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-psabi")
CACHE = Path(tempfile.gettempdir()) / f"ddsp-live-objects-{os.getuid() if hasattr(os, 'getuid') else 0}"


@functools.cache
def clang() -> str:
    """The newest clang that knows RealtimeSanitizer (20 and later)."""
    names = {path.name for folder in os.get_exec_path() for path in Path(folder).glob("clang-[0-9]*")}
    versions = sorted((int(n[6:]) for n in names if re.fullmatch(r"clang-\d+", n)), reverse=True)
    for name in [*(f"clang-{version}" for version in versions if version >= 20), "clang"]:
        if shutil.which(name) and _builds(name, "-fsanitize=realtime"):
            return name
    absent("There is no clang 20 or newer with RealtimeSanitizer: install clang-22 and libclang-rt-22-dev.")


def gcc() -> str:
    return "gcc" if shutil.which("gcc") else absent("gcc is not installed.")


def absent(reason: str):
    """A tool is missing: that must not pass unnoticed on CI, and must not be in the way elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def objects(compiler: str, flags: tuple[str, ...], sources: list[Path]) -> list[Path]:
    """The object file of each source, compiled in parallel; a compiler that refuses fails the test.

    They are kept in the temporary folder, under a hash of all that they are made of.
    """
    CACHE.mkdir(mode=0o700, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda source: _object(compiler, flags, source), sources))


def program(compiler: str, flags: tuple[str, ...], made: list[Path], folder: Path) -> Path:
    """Links object files into a program in `folder`."""
    out = folder / "driver"
    _run([compiler, *flags, *map(str, made), "-o", str(out), "-lm", "-lpthread"])
    return out


def symbols(made: Path, kind: str) -> set[str]:
    """The symbols of an object that are `defined` or `undefined`."""
    text = _run(["nm", f"--{kind}-only", str(made)])
    return {line.split()[-1] for line in text.splitlines() if line.strip()}


def _object(compiler: str, flags: tuple[str, ...], source: Path) -> Path:
    headers = (*sorted(NATIVE.rglob("*.h")), *sorted(Path(__file__).parent.rglob("*.h")))
    texts = [path.read_bytes() for path in (*headers, source)]
    key = repr((_version(compiler), flags, source.name)).encode()
    digest = hashlib.sha256(b"\0".join([key, *texts])).hexdigest()
    out = CACHE / f"{source.stem}-{digest[:24]}.o"
    if not out.exists():
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            made = Path(folder) / "made.o"
            _run([compiler, *flags, f"-I{NATIVE}", f"-I{DRIVER}", "-c", str(source), "-o", str(made)])
            made.replace(out)
    return out


@functools.cache
def _version(compiler: str) -> str:
    return _run([compiler, "--version"])


def _builds(compiler: str, flag: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "empty.c"
        source.write_text("int main(void) { return 0; }\n")
        command = [compiler, flag, str(source), "-o", f"{folder}/empty"]
        return subprocess.run(command, capture_output=True).returncode == 0


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr}"
    return done.stdout
