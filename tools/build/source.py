"""What is known of recordings before they are looked at: where they come from, and where their patch may go."""

import contextlib
import hashlib
import json
import re
from importlib import resources
from pathlib import Path

from ...audio.outputs import OutputError, check_writable
from ...patch import SUFFIX, PatchError
from ..analysis.takes import find_recordings


def check_output(output: Path, *also: Path) -> None:
    """Raises PatchError if the patch, or what comes with it, could not be written, before any time is spent on it."""
    if output.suffix != SUFFIX:
        raise PatchError(f"{str(output)!r} does not end in {SUFFIX}: give the patch this ending.")
    for path in (output, *also):
        try:
            check_writable(path)
        except OutputError as error:
            raise PatchError(str(error)) from error


def plain_name(stem: str) -> str:
    """The name that a patch can have, nearest to its file's."""
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:64].strip("-") or "patch"


def recordings_hash(folder: Path) -> str:
    """SHA-256 over the names and the contents of all recordings below a folder that can be read."""
    digest = hashlib.sha256()
    for path in find_recordings(folder):
        with contextlib.suppress(OSError):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def known_source(name: str, folder: Path) -> dict:
    """What the table of factory patches knows of the source, or what is true of any folder."""
    own = {
        "recordings": f"{folder.name}, its maker's own recordings",
        "licence": "unknown",
        "url": "none",
        "licence_text": "The licence of this patch is up to its maker, within that of the recordings.",
    }
    return own | known_sources().get(name, {})


def known_sources() -> dict[str, dict]:
    """The table of factory patches: {name: title, recordings, licence, url, licence_text}."""
    return json.loads(resources.files("ddsp_live.patches").joinpath("sources.json").read_text())
