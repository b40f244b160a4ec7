"""How an instrument is played, learned from its recordings: a patch's performer."""

from collections.abc import Mapping, Sequence

from .analysis import Take
from .decoder import Decoder
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
