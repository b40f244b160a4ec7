"""Puts the plug-in where hosts look, and the patches where the plug-in looks."""

import os
import shutil
import sys
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from ..errors import DdspLiveError
from ..folders import data_folder
from ..kernel.flat import SUFFIX, flat_patch, flat_room, write_flat
from ..patch import PatchEntry, list_patches, load_patch, own_folder
from ..patch.made_rooms import KINDS
from ..patch.room import find_room
from . import turtle

LV2, CLAP = "lv2", "clap"
FORMATS = (LV2, CLAP)
BUNDLE = "ddsp-live"
PLIST = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>ddsp-live</string>
<key>CFBundleIdentifier</key><string>io.github.ddsp-live</string>
<key>CFBundleName</key><string>ddsp-live</string>
<key>CFBundlePackageType</key><string>BNDL</string>
<key>CFBundleVersion</key><string>{version}</string>
</dict></plist>
"""


class PluginError(DdspLiveError):
    """A plug-in that cannot be installed; the message is one sentence."""


def binary() -> Path:
    """Return the library that hosts load. Raises PluginError if this installation has none."""
    name = "ddsp_live_plugin" + (".dll" if sys.platform == "win32" else ".so")
    path = Path(str(resources.files("ddsp_live.native").joinpath(name)))
    if not path.is_file():
        raise PluginError(f"This installation has no plug-in, {name}: install ddsp-live again.")
    return path


def bank_folder() -> Path:
    """Return the folder in which the plug-in looks for patches: `factory`, `own` and `rooms`."""
    return data_folder() / "plugin"


def host_folder(form: str) -> Path:
    """Return the user's folder in which hosts look for plug-ins of a format."""
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library/Audio/Plug-Ins" / form.upper()
    if sys.platform == "win32" and form == CLAP:
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local") / "Programs/Common/CLAP"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or home / "AppData/Roaming") / "LV2"
    return home / f".{form}"


def bundle_path(form: str) -> Path:
    """Return where the plug-in lies in a format: a folder, or a CLAP's one file."""
    return host_folder(form) / f"{BUNDLE}.{form}"


def install(form: str) -> Path:
    """Put the plug-in where hosts look for this format, in place of one that is there.

    Raises PluginError or OSError.
    """
    {LV2: _install_lv2, CLAP: _install_clap}[form](binary(), bundle_path(form))
    return bundle_path(form)


def export(entry: PatchEntry, path: Path | None = None) -> Path:
    """Write one patch for the plug-in, by default where it looks. Raises PatchError or OSError."""
    kind = "own" if entry.path.parent == own_folder() else "factory"
    target = path or bank_folder() / kind / f"{entry.path.stem}{SUFFIX}"
    return write_flat(target, flat_patch(load_patch(entry.path)))


def export_all() -> int:
    """Write all patches and rooms where the plug-in looks, and remove those that are gone; return how many patches."""
    written = {export(entry) for entry in list_patches()}
    count = len(written)
    for name, kind in KINDS.items():
        room = find_room(name)
        assert room is not None
        written.add(
            write_flat(bank_folder() / "rooms" / f"{name}{SUFFIX}", flat_room(name, kind.title, room))
        )
    for path in bank_folder().glob(f"*/*{SUFFIX}"):
        if path not in written:
            path.unlink()
    return count


def _install_lv2(library: Path, bundle: Path) -> None:
    bundle.mkdir(parents=True, exist_ok=True)
    titles = [entry.title for entry in list_patches()]
    _copy(library, bundle / library.name)
    (bundle / "ddsp-live.ttl").write_text(turtle.description(titles, version("ddsp-live")), encoding="utf-8")
    (bundle / "manifest.ttl").write_text(turtle.manifest(library.name), encoding="utf-8")


def _install_clap(library: Path, bundle: Path) -> None:
    if sys.platform != "darwin":
        _copy(library, bundle)
        return
    contents = bundle / "Contents"
    _copy(library, contents / "MacOS" / BUNDLE)
    (contents / "Info.plist").write_text(PLIST.format(version=version("ddsp-live")), encoding="utf-8")


def _copy(library: Path, target: Path) -> None:
    """Copy the library, whole or not at all: a host may have the one before open."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    try:
        shutil.copyfile(library, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
