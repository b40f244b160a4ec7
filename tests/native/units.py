"""Builds units of the kernel into private modules, so that tests call their functions from Python."""

import functools
import hashlib
import importlib.util
import itertools
import os
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

NATIVE = Path(__file__).parents[2] / "native"
# Units below the synth use its types, never its functions.
TYPES_ONLY = {"api/synth.h", "api/instrument.h", "api/input_voice.h"}
NOTHING_TO_DECLARE = {
    "api/layer_table.h",
    "api/mod_targets.h",
    "base/arena.h",
    "base/db.h",
    "base/draw.h",
    "base/lanes.h",
    "base/realtime.h",
    "base/simd.h",
    "base/vexp.h",
    "base/vmath.h",
}
ARENA = "typedef struct Arena { char *base; size_t used; } Arena;"
FLOATS = {"float": np.float32, "double": np.float64}


@functools.cache
def load(*headers: str, extra: tuple[str, ...] = ()):
    """The compiled units behind `headers` (names in native/) as cffi's (ffi, lib).

    Only what the headers declare is visible; headers that they include give their types. Linked are the
    sources that belong to these headers and to whatever those sources include. `extra` are more arguments
    for the compiler. The module is kept in the temporary folder, under a hash of all that it is made of.
    """
    sources = _sources(headers)
    texts = [path.read_bytes() for path in (*sorted(NATIVE.rglob("*.h")), NATIVE / "build.py", *sources)]
    key = repr((headers, extra, sys.version)).encode()
    name = "units_" + hashlib.sha256(b"\0".join([key, Path(__file__).read_bytes(), *texts])).hexdigest()[:16]
    cache = Path(tempfile.gettempdir()) / f"ddsp-live-units-{os.getuid() if hasattr(os, 'getuid') else 0}"
    built = next(cache.glob(f"{name}/{name}*"), None) or _compile(name, headers, sources, extra, cache)
    spec = importlib.util.spec_from_file_location(name, built)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ffi, module.lib


def memory(ffi, initialise):
    """Runs `initialise(arena)` to count, then to fill; what it returned, and the memory to keep alive."""
    arena = ffi.new("Arena *")
    initialise(arena)
    counted = arena.used
    raw = np.zeros(counted + 64, np.uint8)
    aligned = raw[-raw.ctypes.data % 64 :]
    arena.base, arena.used = ffi.from_buffer("char[]", aligned), 0
    result = initialise(arena)
    assert arena.used == counted, "an init function counted other memory than it took"
    return result, raw


def pointer(ffi, array: np.ndarray, kind: str = "float"):
    """A C pointer into a contiguous array of that kind."""
    assert array.flags.c_contiguous and array.dtype == FLOATS[kind]
    return ffi.cast(f"{kind} *", array.ctypes.data)


def random_splits(rng: np.random.Generator, size: int) -> list[tuple[int, int]]:
    """(first, size) of pieces that make up `size` samples, some of them single samples."""
    cuts = np.unique(np.concatenate([[0, 1, size - 1, size], rng.integers(0, size, 6)]))
    return [(int(a), int(b - a)) for a, b in itertools.pairwise(cuts)]


def _includes(path: Path) -> list[str]:
    return re.findall(r'^#include "([\w/]+\.h)"', path.read_text(), flags=re.M) if path.exists() else []


def _with_included(header: str, found: dict[str, None]) -> dict[str, None]:
    """Every header that is reached, each after those it includes."""
    for name in _includes(NATIVE / header):
        if name not in found:
            _with_included(name, found)
    found.setdefault(header)
    return found


def _source(header: str) -> Path:
    """The source of a header: of the same name, in whichever folder."""
    return next(NATIVE.rglob(Path(header).stem + ".c"), NATIVE / header.replace(".h", ".c"))


def _sources(headers: tuple[str, ...]) -> list[Path]:
    found: dict[str, None] = {}
    waiting = list(headers)
    while waiting:
        header = waiting.pop()
        source = _source(header)
        if header in found or (header in TYPES_ONLY and header not in headers):
            continue
        found[header] = None
        waiting += _includes(NATIVE / header) + _includes(source)
    return sorted(path for header in found if (path := _source(header)).exists())


def _declarations(headers: tuple[str, ...], declarations) -> str:
    reached: dict[str, None] = {}
    for header in headers:
        _with_included(header, reached)
    texts = [ARENA]
    for header in reached:
        if header in NOTHING_TO_DECLARE:
            continue
        text = declarations(NATIVE / header).replace("_Atomic ", "")
        text = re.sub(r"^(static inline|INLINE)\b[^{;]*\{(?:[^\n]*\}$|.*?^\}$)", "", text, flags=re.M | re.S)
        if header not in headers:
            text = re.sub(r"^(?!typedef)[\w][\w \t*]*\([^{}]*?\)\s*;", "", text, flags=re.M)
        texts.append(text)
    return "\n".join(texts)


def _compile(name: str, headers, sources: list[Path], extra: tuple[str, ...], cache: Path) -> Path:
    spec = importlib.util.spec_from_file_location("kernel_build", NATIVE / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    cache.mkdir(mode=0o700, exist_ok=True)
    cdef = _declarations(headers, build.declarations)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        made = build.builder(name, ["base/arena.h", *headers], sources, extra, cdef=cdef)
        built = Path(made.compile(tmpdir=folder))
        (cache / name).mkdir(exist_ok=True)
        return built.replace(cache / name / built.name)
