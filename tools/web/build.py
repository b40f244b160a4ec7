"""Builds the page in a folder: `python -m ddsp_live.tools.web.build FOLDER`. It needs the package ziglang."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

from ddsp_live.errors import DdspLiveError
from ddsp_live.kernel.flat import SUFFIX, flat_patch, write_flat
from ddsp_live.parameters import CHANNEL
from ddsp_live.patch import list_patches, load_patch
from ddsp_live.plugins.parameters import PARAMETERS

NATIVE = Path(__file__).parents[2] / "native"
STATIC = Path(__file__).parent / "static"
FOLDERS = ("base", "dsp", "nn", "midi", "expression", "input", "instrument", "effects", "synth")
"""Of the kernel: all but what stands outside the engine."""
NOT_HERE = ("lv2.c", "clap.c", "clap_extensions.c")
FLAGS = (
    *("-target", "wasm32-wasi", "-mexec-model=reactor", "-O3", "-msimd128", "-std=gnu11"),
    *("-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden"),
    *("-Wall", "-Wextra", "-lm", "-Wl,--strip-all"),
)
SHOWN = ("life", "expression", "performer", "a4")
"""Parameters with a slider, beside the channels'."""
MIDDLE_C = 60


class WebError(DdspLiveError):
    """A page that cannot be built; the message is one sentence."""


def has_compiler() -> bool:
    """Tell whether the compiler is installed."""
    return importlib.util.find_spec("ziglang") is not None


def compile_kernel(out: Path) -> None:
    """Compile the kernel to WebAssembly. Raises WebError."""
    if not has_compiler():
        raise WebError("The page needs the compiler zig: run `pip install ziglang`.")
    sources = [path for folder in FOLDERS for path in sorted((NATIVE / folder).glob("*.c"))]
    sources += [path for path in sorted((NATIVE / "plugin").glob("*.c")) if path.name not in NOT_HERE]
    command = [
        sys.executable,
        "-m",
        "ziglang",
        "cc",
        f"-I{NATIVE}",
        *map(str, sources),
        *FLAGS,
        "-o",
        str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise WebError(f"The kernel cannot be compiled for browsers: {done.stderr.strip()[-2000:]}")


def listing() -> dict:
    """Return what the page lists: patches, and parameters with their places in the kernel's table."""
    patches = [
        {
            "file": f"{entry.path.stem}{SUFFIX}",
            "title": entry.title,
            "low": entry.info["pitch"]["low"],
            "high": entry.info["pitch"]["high"],
        }
        for entry in list_patches()
    ]
    rows = [
        {
            "index": i,
            "label": row.label,
            "low": row.low,
            "high": row.high,
            "default": row.default,
            "unit": row.unit,
        }
        for i, row in enumerate(PARAMETERS)
        if (row.scope == CHANNEL and row.name != "room" and not row.is_pedal) or row.name in SHOWN
    ]
    return {"patches": patches, "parameters": rows}


def build(folder: Path) -> Path:
    """Build the page and return its folder. Raises WebError or OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in STATIC.iterdir():
        shutil.copyfile(path, folder / path.name)
    (folder / "list.json").write_text(json.dumps(listing()), encoding="utf-8")
    for entry in list_patches():
        write_flat(folder / "patches" / f"{entry.path.stem}{SUFFIX}", flat_patch(load_patch(entry.path)))
    compile_kernel(folder / "ddsp.wasm")
    return folder


if __name__ == "__main__":
    try:
        print(build(Path(sys.argv[1] if len(sys.argv) > 1 else "build/web")))
    except WebError as error:
        sys.exit(str(error))
