"""What is made of the tables is up to date, and an installed plug-in is what hosts look for."""

import re
import shutil
import subprocess

import pytest
from ddsp_live.cli import main
from ddsp_live.parameters import BY_NAME, CHANNEL, SYNTH
from ddsp_live.patch import add_patch, list_patches
from ddsp_live.plugins import tables, turtle
from ddsp_live.plugins.install import bank_folder, binary, bundle_path
from ddsp_live.plugins.parameters import PARAMETERS, plugin_markdown
from make_patch import make_patch


def test_the_c_tables_are_made_of_these_rows():
    assert tables.HEADER.read_text() == tables.tables_h(), "run python -m ddsp_live.plugins.tables"


def test_every_id_and_name_is_its_own():
    ids = [row.id for row in PARAMETERS]
    assert len(set(ids)) == len(ids)
    assert len({row.name for row in PARAMETERS}) == len(PARAMETERS)
    taken = {row.id: row.name for row in BY_NAME.values()}
    assert all(taken.get(row.id, row.name) == row.name for row in PARAMETERS)


def test_what_is_not_there_is_said(request):
    """Parameters of a session that the plug-in lacks are named on its page."""
    page = (request.config.rootpath / "docs" / "howto" / "daw.md").read_text(encoding="utf-8")
    own = {row.name for row in PARAMETERS}
    missing = [row for row in BY_NAME.values() if row.scope in (CHANNEL, SYNTH) and row.name not in own]
    assert missing
    assert all(row.label in page for row in missing)


def test_the_pages_table_is_made_of_these_rows(request):
    page = (request.config.rootpath / "docs" / "howto" / "daw.md").read_text(encoding="utf-8")
    assert plugin_markdown() in page


@pytest.fixture
def installed(capsys, tmp_path):
    add_patch(make_patch(tmp_path / "my-own.ddsp", title='A "quoted" \\ title'))
    assert main(["plugins", "install"]) == 0
    return capsys.readouterr().out


def test_install_puts_bundles_and_patches_where_they_belong(installed, capsys):
    count = len(list_patches())
    assert f"{count} patches" in installed
    assert len(list((bank_folder() / "factory").glob("*.flat"))) == count - 1
    assert (bank_folder() / "own" / "my-own.flat").is_file()
    assert (bank_folder() / "rooms" / "hall.flat").is_file()
    for path in (bundle_path("clap"), bundle_path("lv2") / binary().name):
        assert path.read_bytes() == binary().read_bytes()
    assert main(["plugins", "list"]) == 0
    assert re.search(rf"factory +{count - 1} ", capsys.readouterr().out)


def test_a_patch_that_is_gone_goes_from_the_bank(installed):
    stale = bank_folder() / "own" / "gone.flat"
    stale.write_bytes(b"")
    assert main(["plugins", "install", "clap"]) == 0
    assert not stale.exists()


def test_export_hands_over_one_patch(tmp_path, capsys):
    assert main(["plugins", "export", "flute"]) == 0
    path = bank_folder() / "factory" / "flute.flat"
    assert capsys.readouterr().out.strip() == str(path)
    assert main(["plugins", "export", "flute", "-o", str(tmp_path / "other.flat")]) == 0
    assert (tmp_path / "other.flat").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["install", "vst3"], "There is no format 'vst3': choose one of lv2, clap."),
        (["export", "nothing-like-it"], "There is no patch named 'nothing-like-it'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments, said, capsys):
    assert main(["plugins", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_strangers_path_is_no_patch_of_the_bank(tmp_path, capsys):
    assert main(["plugins", "export", str(make_patch(tmp_path / "far.ddsp"))]) == 2
    assert "patches --add" in capsys.readouterr().err


def test_the_bundle_is_valid(installed):
    """By the validator of LV2's own specifications."""
    if not shutil.which("lv2_validate"):
        pytest.skip("lv2_validate is not installed: it is in Debian's lv2-dev, and needs sordi.")
    files = sorted(map(str, bundle_path("lv2").glob("*.ttl")))
    done = subprocess.run(["lv2_validate", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Found 0 errors" in done.stdout + done.stderr


def test_every_port_has_its_place():
    text = turtle.description(["One", "Two"], "1.2.3")
    assert [int(index) for index in re.findall(r"lv2:index (\d+)", text)] == list(range(4 + len(PARAMETERS)))
    assert "lv2:minorVersion 4 ; lv2:microVersion 6" in text
