"""The folders' order: what lies above may use what lies below, never the other way, and nothing goes in circles."""

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_FILES = 25
MOST_LINES, MOST_FUNCTION_LINES = 300, 60
NATIVE = (
    *("base", "api", "dsp", "effects", "nn", "midi", "expression", "input", "instrument", "synth", "host"),
    "plugin",
)
PYTHON = (
    "errors",
    "ranges",
    "parameters",
    "folders",
    "terminal",
    "native",
    "effects",
    "tuning",
    "midi",
    "midi.ports",
    "modulation",
    "tools.models",
    "decoders",
    "performance",
    "patch",
    "kernel",
    "signal",
    "input",
    "options",
    "synth",
    "ensemble",
    "render",
    "audio",
    "live",
    "tools.analysis",
    "tools.data",
    "tools.room",
    "tools.spectra",
    "tools.effects",
    "timbre_transfer",
    "tools.bench",
    "tools.training",
    "tools.evaluation",
    "tools.expression",
    "tools.build",
    "workflows",
    "plugins",
    "panel",
    "cli",
    "tools.experiments",
    "tools.docs",
    "tools.web",
)
"""Packages and the modules beside them, without `ddsp_live.`; the lowest comes first."""
FOLDERS = {"engine": "ddsp_live", "native": "ddsp_live.native", "tools": "ddsp_live.tools"}

Edge = tuple[str, str]


def c_includes() -> dict[str, set[str]]:
    """The files of the kernel, "folder/name", and what each includes."""
    found = {}
    for path in (ROOT / "native").glob("*/*.[ch]"):
        text = path.read_text(encoding="utf-8")
        found[f"{path.parent.name}/{path.name}"] = set(re.findall(r'^#include "([\w/]+\.h)"', text, re.M))
    return found


def python_imports() -> dict[str, set[str]]:
    """The package's modules, and which of them each imports, at its top or within its functions."""
    paths = {_module(path): path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    return {name: _imported(name, path, paths) for name, path in paths.items()}


def _module(path: Path) -> str:
    first, *rest = path.relative_to(ROOT).with_suffix("").parts
    return ".".join([FOLDERS[first], *rest]).removesuffix(".__init__")


def _imported(name: str, path: Path, known: Mapping[str, Path]) -> set[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{base}.{a.name}" if f"{base}.{a.name}" in known else base for a in node.names}
    return {each for each in found if each in known} - {name}


def place(module: str) -> str:
    """The row of `PYTHON` that a module belongs to: the longest that begins its name."""
    short = module.removeprefix("ddsp_live").removeprefix(".")
    rows = [row for row in PYTHON if short == row or short.startswith(f"{row}.")]
    return max(rows, key=len, default=short)


def upward(edges: Iterable[Edge], order: tuple[str, ...]) -> list[Edge]:
    """Those that lead to what comes later in the order, or to what is not in it."""
    at = {name: i for i, name in enumerate(order)}
    return [(a, b) for a, b in edges if a not in at or b not in at or at[b] > at[a]]


def circle(uses: Mapping[str, set[str]]) -> list[str]:
    """Names that use each other in a circle; none, if there is none."""
    left = {name: set(used) for name, used in uses.items()}
    while ends := [name for name, used in left.items() if not used & left.keys()]:
        for name in ends:
            del left[name]
    used = set().union(*left.values()) if left else set()
    return sorted(name for name in left if name in used)


def test_the_kernels_folders_include_one_way():
    edges = [(a, b) for a, included in c_includes().items() for b in included]
    assert len(edges) > 100
    assert not upward({(a.split("/")[0], b.split("/")[0]) for a, b in edges}, NATIVE)


def test_the_kernels_units_include_each_other_in_no_circle():
    """A unit is a header and the source of its name."""
    units: dict[str, set[str]] = {}
    for name, included in c_includes().items():
        units.setdefault(name[:-2], set()).update(header[:-2] for header in included)
    assert not circle({name: used - {name} for name, used in units.items()})


def test_packages_import_one_way():
    edges = {(place(a), place(b)) for a, used in python_imports().items() for b in used if a != "ddsp_live"}
    edges = {(a, b) for a, b in edges if b not in ("", "tools")}  # the public face, and a package of packages
    assert len(edges) > 50
    assert not upward({(a, b) for a, b in edges if a != "tools"}, PYTHON)


def test_modules_import_each_other_in_no_circle():
    assert not circle(python_imports())


@pytest.mark.parametrize("top", ["native", "engine", "tools", "tests"])
def test_folders_are_small_enough_to_be_read(top):
    folders: dict[Path, int] = {}
    for path in (ROOT / top).rglob("*"):
        if path.suffix in (".py", ".c", ".h", ".js") and path.name not in ("__init__.py", "_kernel.c"):
            folders[path.parent] = folders.get(path.parent, 0) + 1
    assert folders
    assert {str(folder): count for folder, count in folders.items() if count > MOST_FILES} == {}


def long_functions(path: Path) -> dict[str, int]:
    """The functions of a file that have more lines than is readable, docstrings not counted."""
    text = path.read_text(encoding="utf-8")
    lengths = _python_functions(text) if path.suffix == ".py" else _c_functions(text)
    return {f"{path.name}: {name}": n for name, n in lengths if n > MOST_FUNCTION_LINES}


def _python_functions(text: str) -> Iterable[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            described = len(node.body) > 1 and ast.get_docstring(node, clean=False) is not None
            docstring = node.body[0].end_lineno - node.body[0].lineno + 1 if described else 0
            yield node.name, node.end_lineno - node.lineno + 1 - docstring


def _c_functions(text: str) -> Iterable[tuple[str, int]]:
    """A function begins with a line that is not indented and ends with a brace that is not."""
    for found in re.finditer(r"^\w[^\n;{}=#]*?(\w+)\([^;{}]*\)[^;{}\n]*\{\n.*?^\}", text, re.M | re.S):
        yield found[1], found[0].count("\n") + 1


def source_files() -> list[Path]:
    paths = [path for top in FOLDERS for path in (ROOT / top).rglob("*")]
    return [path for path in paths if path.suffix in (".py", ".c", ".h", ".js") and path.name != "_kernel.c"]


def test_files_are_short_enough_to_be_read():
    lengths = {str(path): path.read_text(encoding="utf-8").count("\n") for path in source_files()}
    assert len(lengths) > 300
    assert {name: count for name, count in lengths.items() if count > MOST_LINES} == {}


def test_functions_are_short_enough_to_be_read():
    found = [long_functions(path) for path in source_files() if path.suffix != ".js"]
    assert [each for each in found if each] == []


def test_functions_that_are_too_long_are_found(tmp_path):
    lines = "\n".join(["    x = 1;"] * MOST_FUNCTION_LINES)
    for name, text in {
        "a.py": f"def long(a,\n         b):\n{lines}\n",
        "a.c": f"static int long(int a,\n                int b) {{\n{lines}\n}}\n",
    }.items():
        (tmp_path / name).write_text(text)
        assert list(long_functions(tmp_path / name)) == [f"{name}: long"]


def test_every_folder_says_what_it_is_for():
    packages = [path for top in FOLDERS for path in (ROOT / top).rglob("__init__.py")]
    assert len(packages) > 20
    for path in packages:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path
    readme = (ROOT / "native" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)/` \| \w", readme, re.M) == list(NATIVE)
    assert {path.parent.name for path in (ROOT / "native").glob("*/*.[ch]")} == set(NATIVE)


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md", "native/README.md", "README.md"])
def test_pages_name_files_that_are_there(page):
    named = set(
        re.findall(
            r"`((?:engine|native|tools|tests)/[\w/]+\.\w+)`", (ROOT / page).read_text(encoding="utf-8")
        )
    )
    assert named or page == "README.md"
    # A recipe's example is a file that is to be made.
    missing = {name for name in named if not (ROOT / name).exists() and "phaser" not in name}
    assert not missing


def test_what_leads_upward_or_in_a_circle_is_found():
    assert upward([("low", "high"), ("high", "low"), ("high", "new")], ("low", "high")) == [
        ("low", "high"),
        ("high", "new"),
    ]
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    assert not circle({"a": {"b", "c"}, "b": {"c"}, "c": set()})
