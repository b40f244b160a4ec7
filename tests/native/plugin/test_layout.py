"""The interfaces' layout in memory is the official headers', where these are installed.

CLAP's are looked for in the folder that CLAP_HEADERS names, and in the system's.
"""

import os
import subprocess
from pathlib import Path

import pytest
from toolchain import NATIVE, STRICT, gcc

HERE = Path(__file__).parent
PROBES = {"clap": "clap/clap.h", "lv2": "lv2/state/state.h"}


@pytest.mark.parametrize("form", PROBES)
def test_sizes_places_and_names_are_the_official_ones(tmp_path, form):
    folders = [
        folder for folder in (os.environ.get("CLAP_HEADERS"), "/usr/include", "/usr/local/include") if folder
    ]
    found = next((folder for folder in folders if (Path(folder) / PROBES[form]).exists()), None)
    if found is None:
        pytest.skip(f"The official headers of {form.upper()} are not installed.")
    source, out = HERE / f"{form}_layout.c", tmp_path / "layout"
    command = [gcc(), *STRICT, f"-I{found}", f"-I{NATIVE}", str(source), "-o", str(out)]
    subprocess.run(command, check=True)
    assert subprocess.run([out]).returncode == 0


def test_another_layout_is_noticed(tmp_path):
    """If the check could not fail, it would say nothing."""
    if not Path("/usr/include", PROBES["lv2"]).exists():
        pytest.skip("The official headers of LV2 are not installed.")
    changed = tmp_path / "plugin" / "lv2_abi.h"
    changed.parent.mkdir()
    text = (NATIVE / "plugin" / "lv2_abi.h").read_text()
    changed.write_text(text.replace("uint32_t size, type; } Lv2Atom", "uint32_t type, size; } Lv2Atom"))
    command = [gcc(), *STRICT, f"-I{tmp_path}", f"-I{NATIVE}", "-fsyntax-only", str(HERE / "lv2_layout.c")]
    assert "lies elsewhere" in subprocess.run(command, capture_output=True, text=True).stderr
