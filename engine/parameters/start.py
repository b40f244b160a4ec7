"""What a synth is made with, and keeps."""

from .row import LINEAR, START, STEPS, Parameter


def _number(
    id: int,
    name: str,
    label: str,
    low: float,
    high: float,
    default: float,
    unit: str,
    curve: str,
    meaning: str,
) -> Parameter:
    return Parameter(id, name, label, "engine", START, meaning, low, high, default, unit, curve)


def _choice(id: int, name: str, label: str, choices: tuple[str, ...], meaning: str) -> Parameter:
    return Parameter(
        id, name, label, "engine", START, meaning, 0, len(choices) - 1, curve=STEPS, choices=choices
    )


# One row a parameter.
# fmt: off
STARTING = (
    _number(40, "sample_rate", "Sample rate", 8000, 192_000, 48_000, "Hz", LINEAR,
            "sample rate of the output"),
    _number(41, "block_size", "Block", 1, 4096, 64, "samples", STEPS,
            "audio block size; larger is safer, smaller has less latency, and offline it changes nothing"),
    _number(42, "voices", "Voices", 1, 64, 16, "", STEPS,
            "maximum number of notes that sound together"),
    _choice(43, "decoder", "Decoder", ("native", "int8", "onnx", "torchscript"),
            "decoder backend: native (float32, in the audio callback), int8 (8-bit, by VNNI or ARM's dot products), "
            "onnx or torchscript (in a worker thread, 12 ms later)"),
    _choice(44, "mode", "Mode", ("poly", "mono", "legato"),
            "poly: many voices; mono: one voice, each key starts a note; legato: one voice, "
            "overlapping keys are slurred"),
    _number(45, "mpe", "MPE", 0, 15, 0, "member channels", STEPS,
            "MPE zone from the start; most MPE keyboards set up their own"),
    _number(46, "join", "Join", 0.0, 0.3, 0.0, "seconds", LINEAR,
            "silence between two notes that legato bridges: 0 for live playing, as only files are written with gaps"),
)
# fmt: on
