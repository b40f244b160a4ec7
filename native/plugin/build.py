"""Builds the plug-in: one library with both interfaces, LV2 and CLAP, of the kernel's objects and its own."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
NAME = "ddsp_live_plugin" + (".dll" if sys.platform == "win32" else ".so")


def sources() -> list[Path]:
    """Return this folder's C files but the browser's."""
    return sorted(path for path in HERE.glob("*.c") if path.name != "web.c")


def build(compiler, kernel: list[str], args: list[str], version: str, scratch: str, folder: Path) -> Path:
    """Compile and link the plug-in, and return its path.

    compiler: of setuptools, customized. kernel: the kernel's object files. args: for the compiler, as for the kernel,
    so that both make the same sound. version: of the package. scratch: where objects go.
    """
    root = HERE.parents[1]
    own = compiler.compile(
        [str(path.relative_to(root)) for path in sources()],
        output_dir=scratch,
        include_dirs=[str(HERE.parent)],
        macros=[("PLUGIN_VERSION", f'"{version}"')],
        extra_postargs=args,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    partial = f"{NAME}.part"  # hosts may have the one before open
    strip = ["-Wl,-s"] if sys.platform.startswith("linux") else []
    compiler.link_shared_object([*kernel, *own], str(folder / partial), libraries=["m"], extra_postargs=strip)
    (folder / partial).replace(path)
    return path
