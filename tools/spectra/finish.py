"""A trained patch's last stage: its tables, made anew in seconds from its network and its recordings."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ...patch import Patch, load_patch, write_patch
from ..analysis.takes import Take, analyse_folder
from ..data.coverage import coverage
from ..data.describe import describe
from ..data.split import named_passages
from ..models.decoder import Decoder, from_weights, to_onnx
from ..room.model import room_of
from ..room.remove import dry_take
from .correct import correct
from .dynamics import LAYER_STEPS, layer_steps, levelled
from .tabled import with_tables, without_tables

QUIETEST_FLOOR_DB, LOUDEST_FLOOR_DB = -70.0, -58.0


def with_correction(
    decoder: Decoder,
    sos: np.ndarray | None,
    learned: Sequence[Take],
    *,
    family: str | None,
    name: str,
    dynamics: str,
    complain: Callable[[str], None] = lambda sentence: None,
) -> tuple[Decoder, dict]:
    """The decoder with tables behind it that were learned from the takes, and figures of them; as it was where no
    table helps.
    """
    layers, weights = without_tables(decoder.spec, decoder.weights())
    plain = from_weights(layers, weights).eval()
    options = {"family": family, "name": name, "dynamics": dynamics, "floor_db": floor_of(learned)}
    made = correct(learned, plain, sos, **options)
    if made.tables is None:
        complain(made.said)
        return plain, made.figures
    return from_weights(*with_tables(layers, weights, made.tables)).eval(), made.figures


def floor_of(takes: Sequence[Take]) -> float:
    """The loudness in dB below which no recording sounds: there the patch falls silent."""
    softest = min(float(take.loudness_db[take.voiced].min()) for take in takes)
    return round(float(np.clip(softest, QUIETEST_FLOOR_DB, LOUDEST_FLOOR_DB)), 1)


def finish_patch(
    folder: Path,
    patch: str | Path,
    output: Path,
    *,
    dynamics: str = "borrowed",
    progress: Callable[[str, float, str], None] = lambda stage, share, note: None,
    complain: Callable[[str], None] = lambda sentence: None,
) -> dict:
    """Writes a patch anew with tables from a folder's recordings, but those that it was judged by; the rest stays.

    Returns figures of the tables. Raises RecordingError or PatchError.
    """
    given = load_patch(patch)
    takes, findings = analyse_folder(
        folder,
        sample_rate=given.sample_rate,
        frame_rate=given.frame_rate,
        progress=lambda done, files: progress("Analysing", done / files, ""),
    )
    for finding in findings:
        complain(f"{finding.sentence} ({finding.action})")
    if (room := room_of(given)) is not None:
        takes = [dry_take(take, room) for take in takes]
    steps = layer_steps(takes, given.family, given.name)
    takes = levelled(takes, steps)
    held_out = set(given.info["training"].get("held_out", ()))
    parts = named_passages(takes, folder)
    learned = [part for name, part in parts.items() if name not in held_out] or takes
    progress("Tables", 0.0, "")
    decoder, figures = with_correction(
        from_weights(given.layers, given.weights).eval(),
        given.body,
        learned,
        family=given.family,
        name=given.name,
        dynamics=dynamics,
        complain=complain,
    )
    training = {key: value for key, value in given.info["training"].items() if key != LAYER_STEPS}
    training |= {"tables": figures} | ({LAYER_STEPS: steps} if steps else {})
    ranges = {"loudness": describe(takes)["loudness"], "coverage": coverage(takes)} if steps else {}
    write_with(output, given, decoder, ranges | {"training": training})
    progress("Tables", 1.0, "")
    return figures


def write_with(output: Path, given: Patch, decoder: Decoder, changed: Mapping) -> None:
    """Writes a patch with another decoder, whose sizes are the same, and with what changes in its patch.json."""
    info = {key: value for key, value in given.info.items() if key not in ("format", "content_hash")}
    info |= {"layers": decoder.spec, "state_size": decoder.state_size, **changed}
    write_patch(
        output,
        info,
        to_onnx(decoder.spec, decoder.weights()),
        licence=given.licence,
        body=given.body,
        room=given.room,
        room_rate=given.room_rate,
        performer=given.performer,
    )
