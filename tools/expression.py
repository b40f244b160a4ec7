"""How an instrument is played, learned from its recordings: a patch's performer."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..patch import PatchError, load_patch, write_patch
from .analysis import Take, analyse_folder
from .decoder import Decoder, from_weights
from .performer import Settings, decode_with, train_performer


def with_expression(
    info: Mapping,
    decoder: Decoder,
    learned: Sequence[Take],
    judged: Sequence[Take] = (),
    seed: int = 0,
) -> tuple[dict, bytes | None]:
    """patch.json with what was learned of the way of playing, and performer.onnx.

    None, and patch.json without a performer, where the takes hold no whole note.
    """
    times = {name: info["performance"][name] for name in ("attack_ms", "release_ms")}
    made = train_performer(
        learned, decode_with(decoder), judged=judged, settings=Settings(seed=seed), **times
    )
    described = {key: value for key, value in info.items() if key != "performer"}
    if made is None:
        return described, None
    return described | {"performer": {"layers": made.layers, **made.figures}}, made.onnx


def add_expression(
    folder: Path,
    patch: str | Path,
    output: Path,
    *,
    seed: int = 0,
    progress: Callable[[str, float, str], None] = lambda stage, share, note: None,
    complain: Callable[[str], None] = lambda sentence: None,
) -> dict[str, float]:
    """Writes a patch anew with a performer that was learned from a folder; its decoder stays as it is.

    Recordings that the patch was judged by judge the performer, too. Returns its figures. Raises RecordingError or
    PatchError.
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
    held_out = {Path(str(name)).name for name in given.info["training"].get("held_out", ())}
    judged = [take for take in takes if take.path.name in held_out]
    learned = [take for take in takes if take.path.name not in held_out] or takes
    progress("Learning how it is played", 0.0, "")
    decoder = from_weights(given.layers, given.weights).eval()
    info, performer = with_expression(given.info, decoder, learned, judged, seed=seed)
    if performer is None:
        raise PatchError(f"{folder} holds no whole note, so that nothing can be learned of how it is played.")
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
    progress("Learning how it is played", 1.0, "")
    return {name: value for name, value in info["performer"].items() if name != "layers"}
