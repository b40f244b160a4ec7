"""`ddsp-live inspect`: all that a patch holds."""

from ..midi.notes import note_name
from ..terminal import print_json
from .options import DEFAULT_PATCH, add_json

EXAMPLES = f"""examples:
  ddsp-live inspect {DEFAULT_PATCH}
  ddsp-live inspect my-cello.ddsp --json
"""


def add_arguments(parser) -> None:
    parser.add_argument("patch", metavar="PATCH", help="patch, by name or path")
    add_json(parser)


def run(arguments) -> int:
    from ..patch import load_patch

    answer = describe(load_patch(arguments.patch))
    if arguments.json:
        print_json(answer)
    else:
        _say(answer)
    return 0


def describe(patch) -> dict:
    """Everything but the weights themselves, ready for JSON."""
    from ..decoders.program import Program

    program = Program.from_layers(patch.layers, patch.weights)
    kept = ("name", "title", "sample_rate", "frame_rate", "harmonics", "noise_bands", "state_size", "pitch")
    answer = {key: patch.info[key] for key in (*kept, "loudness", "performance", "training", "source")}
    answer["trim_db"] = patch.trim_db
    answer["path"] = str(patch.path)
    answer["bytes"] = patch.path.stat().st_size
    answer["content_hash"] = patch.info["content_hash"]
    answer["layers"] = [layer["op"] for layer in patch.layers]
    answer["weights"] = sum(array.size for array in patch.weights.values())
    answer["multiply_adds_per_frame"] = program.multiply_adds
    answer["body_sections"] = 0 if patch.body is None else len(patch.body)
    answer["room_seconds"] = 0.0 if patch.room is None else len(patch.room) / patch.room_rate
    answer["licence_text"] = patch.licence
    return answer


def _say(answer: dict) -> None:
    pitch, loudness, performance = answer["pitch"], answer["loudness"], answer["performance"]
    low, high = note_name(pitch["low"]), note_name(pitch["high"])
    weights, state, cost = answer["weights"], answer["state_size"], answer["multiply_adds_per_frame"]
    rows = {
        "title": answer["title"],
        "file": f"{answer['path']}, {answer['bytes'] / 1e6:.1f} MB",
        "range": f"{low} to {high} (MIDI {pitch['low']:g} to {pitch['high']:g})",
        "loudness": f"{loudness['low']:.1f} to {loudness['high']:.1f} dB from the softest key to the hardest",
        "trim": f"{answer['trim_db']:+.1f} dB when played live, so that patches are about equally loud",
        "envelope": f"attack {performance['attack_ms']:.0f} ms, release {performance['release_ms']:.0f} ms",
        "rings": f"from {performance['ring_db']:.0f} dB, {performance['ring_ms'] / 1000:.1f} s for 60 dB"
        if "ring_ms" in performance
        else "no",
        "trained at": f"{answer['sample_rate']} Hz; {answer['frame_rate']} frames a second",
        "synthesis": f"{answer['harmonics']} harmonics, {answer['noise_bands']} noise bands",
        "decoder": f"{len(answer['layers'])} layers, {weights} weights, {state} numbers of state",
        "cost": f"{cost} multiply-adds per frame, {cost * answer['frame_rate'] / 1e6:.1f} million a second",
        "body": f"{answer['body_sections']} second-order sections" if answer["body_sections"] else "none",
        "room": f"{answer['room_seconds']:.2f} s" if answer["room_seconds"] else "none",
    }
    figures = {
        name: value for name, value in answer["training"].items() if not isinstance(value, dict | list)
    }
    rows |= {f"training: {name}": _short(value) for name, value in figures.items()}
    rows |= {f"source: {name}": value for name, value in answer["source"].items()}
    rows["hash"] = answer["content_hash"]
    rows["licence"] = answer["licence_text"].strip().partition("\n")[0]
    widest = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name.ljust(widest)}  {value}")


def _short(value: object) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 90 else f"{text[:87]}..."
