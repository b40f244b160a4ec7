"""Builds the C kernel: `synth.h` is read twice, by the compiler and, as its declarations, by cffi."""

import platform
import re
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).parent
NO_VECTORS = (
    "The kernel is written in the vector extensions of gcc and clang, which Microsoft's compiler does not know: "
    "install MinGW-w64, write `[build]` and `compiler=mingw32` into setup.cfg, and install again "
    "(with clang, set CC=clang, too)."
)


def declarations(*headers: Path) -> str:
    """The C declarations of headers, without what cffi does not read (directives other than constants)."""
    text = "\n".join(header.read_text() for header in headers)
    text = _with_rows(re.sub(r"/\*.*?\*/", "", text, flags=re.S))
    constant = re.compile(r"#define\s+[A-Z0-9_]+\s+-?\d+\s*$")
    lines = (line for line in text.splitlines() if not line.startswith("#") or constant.match(line))
    return re.sub(r"\bNONBLOCKING\b", "", "\n".join(lines))


def _with_rows(text: str) -> str:
    """Write out the rows of tables, which C includes between `#define ROW(names, ...)` and `#undef ROW`."""
    include = r'#define (\w+)\(([\w, ]+), \.\.\.\) (.*)\n#include "([\w/]+\.h)"\n#undef \1\n'

    def rows(found: re.Match) -> str:
        macro, names, body, header = found.groups()
        body, lines = body.replace("##", ""), []
        for row in re.findall(rf"^{macro}\((.*)\)$", (HERE / header).read_text(), re.M):
            made = body
            for name, value in zip(names.split(", "), row.split(","), strict=False):
                made = re.sub(rf"(?<![A-Za-z]){name}\b", value.strip(), made)
            lines.append(made)
        return "\n".join(lines) + "\n"

    return re.sub(include, rows, text)


def compile_args(compiler: str = "unix") -> list[str]:
    """Return the flags for a compiler, by setuptools' name for it.

    compiler: ``unix``, ``mingw32`` (gcc and clang on Windows) or ``msvc``, which cannot build the kernel. Raises
    SystemExit, in one sentence, for that one.
    """
    if compiler == "msvc":
        raise SystemExit(NO_VECTORS)
    # Contraction is safe here: every loop runs over whole vectors, so no sample meets another instruction.
    args = ["-O3", "-std=gnu11", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math"]
    args += ["-fvisibility=hidden", "-Wall", "-Wextra"]
    return args + (["-Wno-psabi"] if platform.machine() in ("x86_64", "AMD64") else [])


def builder(
    module: str, headers: list[str], sources: list[Path], extra: tuple[str, ...] = (), cdef: str | None = None
) -> FFI:
    """A cffi builder for `sources` that exports what `headers` (names in this folder) or `cdef` declare."""
    made = FFI()
    made.cdef(declarations(*(HERE / header for header in headers)) if cdef is None else cdef)
    made.set_source(
        module,
        "\n".join(f'#include "{header}"' for header in headers),
        sources=[str(s) for s in sources],
        include_dirs=[str(HERE)],
        extra_compile_args=[*compile_args(), *extra],
        libraries=["m"],
    )
    return made


def kernel_sources() -> list[Path]:
    return sorted(
        path for path in HERE.rglob("*.c") if path.name != "_kernel.c" and path.parent.name != "plugin"
    )


# setuptools executes this file by its path, where it has no `ddsp_live` around it.
ffi = builder(
    "ddsp_live.native._kernel",
    [
        "api/attributes.h",
        "api/expression.h",
        "api/mod_matrix.h",
        "api/frame_log.h",
        "api/life_numbers.h",
        "api/rack_settings.h",
        "api/layer_spec.h",
        "api/instrument.h",
        "api/input_voice.h",
        "api/synth.h",
        "api/offline.h",
        "api/offline_rack.h",
        "api/at_rate.h",
        "api/biquad_grad.h",
        "api/compressor_fit.h",
        "api/bench.h",
    ],
    [source.relative_to(HERE.parent) for source in kernel_sources()],
)

if __name__ == "__main__":
    ffi.compile(verbose=True)
