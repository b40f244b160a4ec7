"""How an instrument is played, learned from its recordings: a patch's performer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from ...audio.outputs import check_writable
from ...patch import Patch, PatchError, load_patch, write_patch
from ...performance.table import read_table
from ..analysis.takes import Take, analyse_folder
from ..models.decoder import Decoder, from_weights
from ..room.model import room_of
from ..room.remove import dry_take
from .lines import learn_lines, lines_of
from .performer import Settings, decode_with, train_performer
from .prior import prior_in_words, take_rows, train_prior

TIMES = (
    "attack_ms",
    "release_ms",
    "ring_db",
    "ring_ms",
)  # of patch.json's performance, that the renderer goes by


def with_expression(
    info: Mapping,
    decoder: Decoder,
    learned: Sequence[Take],
    judged: Sequence[Take] = (),
    seed: int = 0,
    tables: Sequence[np.ndarray] = (),
) -> tuple[dict, bytes | None]:
    """patch.json with what was learned of the way of playing, and performer.onnx.

    tables: of notes as they were played, to learn the prior from besides; none is learned of single notes, which say
    nothing of how notes follow each other. None, and patch.json without a performer, where the takes hold no whole
    note, or what was learned from them does not help (`Performer.helps`).
    """
    made = train_performer(
        learned,
        decode_with(decoder),
        judged=judged,
        settings=Settings(seed=seed),
        **{name: info["performance"][name] for name in TIMES if name in info["performance"]},
    )
    described = {key: value for key, value in info.items() if key not in ("performer", "prior")}
    prior = train_prior([*take_rows(learned, decode_with(decoder)), *tables], seed)
    if prior is not None and prior["phrases"]:
        described["prior"] = prior
    if made is None or not made.helps:
        return described, None
    return described | {"performer": {"layers": made.layers, **made.figures}}, made.onnx


def add_expression(
    folder: Path,
    patch: str | Path,
    output: Path,
    *,
    seed: int = 0,
    keep: bool | Collection[Path] = (),
    progress: Callable[[str, float, str], None] = lambda stage, share, note: None,
    complain: Callable[[str], None] = lambda sentence: None,
) -> dict[str, float]:
    """Writes a patch anew with a performer and a prior that were learned from a folder; its decoder stays as it is.

    Performance tables (.csv) teach the prior alone. A folder of nothing else, or one table, leaves the
    performer as it is.

    keep: recordings, or with True all, that are learned from whatever is wrong with them.
    A room that the patch was trained with is taken off the recordings first. Recordings that the patch was judged by
    judge the performer, too. Returns its figures. Raises RecordingError or PatchError.
    """
    check_writable(output)
    given = load_patch(patch)
    tables = [read_table(path) for path in _tables(folder)]
    if tables and not _has_others(folder):
        prior = train_prior(tables, seed)
        complain(prior_in_words(prior))
        if prior is None or not prior["phrases"]:
            raise PatchError(f"{folder} tells nothing of how notes follow each other.")
        _write(output, given, {**given.info, "prior": prior}, given.performer)
        return _explained(prior)
    takes, findings = analyse_folder(
        folder,
        sample_rate=given.sample_rate,
        frame_rate=given.frame_rate,
        keep=keep,
        progress=lambda done, files: progress("Analysing", done / files, ""),
    )
    for finding in findings:
        complain(f"{finding.sentence} ({finding.action})")
    if (room := room_of(given)) is not None:  # its tails are not how the instrument is played
        takes = [dry_take(take, room) for take in takes]
    held_out = {Path(str(name)).name for name in given.info["training"].get("held_out", ())}
    judged = [take for take in takes if take.path.name in held_out]
    learned = [take for take in takes if take.path.name not in held_out] or takes
    progress("Learning how it is played", 0.0, "")
    decoder = from_weights(given.layers, given.weights).eval()
    info, performer = with_expression(given.info, decoder, learned, judged, seed, tables)
    lines = lines_of(learned)
    for sentence in lines.refused:
        complain(sentence)
    followed = learn_lines(lines, given.info)
    if followed.numbers:
        own = given.info.get("expression")
        info = {**info, "expression": {**(own if isinstance(own, Mapping) else {}), **followed.numbers}}
        info["expression"]["notes"] = followed.counts
        complain(followed.in_words())
        if performer is None and given.performer is not None:  # what it had stays
            performer, info["performer"] = given.performer, given.info["performer"]
    elif performer is None:
        raise PatchError(f"Nothing that helps could be learned of how the notes in {folder} are played.")
    _write(output, given, info, performer)
    complain(prior_in_words(info.get("prior")))
    progress("Learning how it is played", 1.0, "")
    figures = {name: value for name, value in info.get("performer", {}).items() if name != "layers"}
    return figures | followed.numbers | _explained(info.get("prior"))


def _tables(folder: Path) -> list[Path]:
    return [folder] if folder.suffix.lower() == ".csv" else sorted(folder.glob("*.csv"))


def _has_others(folder: Path) -> bool:
    return folder.is_dir() and any(
        path.is_file() and path.suffix.lower() != ".csv" and not path.name.startswith(".")
        for path in folder.rglob("*")
    )


def _explained(prior: Mapping | None) -> dict[str, float]:
    """The share of each attribute's variance that was foretold."""
    return {f"prior_{name}": row["explained"] for name, row in prior["attributes"].items()} if prior else {}


def _write(output: Path, given: Patch, info: Mapping, performer: bytes | None) -> None:
    write_patch(
        output,
        info,
        given.onnx,
        licence=given.licence,
        body=given.body,
        room=given.room,
        room_rate=given.room_rate,
        performer=performer,
    )
