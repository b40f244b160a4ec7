"""Options that several commands share, and the words for numbers out of range."""

import argparse
from collections.abc import Callable

DEFAULT_PATCH = "alto-saxophone"
DECODERS = ("native", "onnx", "torchscript")
MODES = ("poly", "mono", "legato")
ROOM_CONTROLLER = 91


def number(kind: type, low: float, high: float) -> Callable[[str], float]:
    """An argument type: an int or float from `low` to `high`."""

    def read(text: str):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low:g} to {high:g}")
        return value

    return read


def add_sound_options(parser: argparse.ArgumentParser, *, voices: int, rate: int | None) -> None:
    """What decides how a patch sounds, live and offline."""
    said = f"{rate}" if rate else "48000, or what the device runs at"
    parser.add_argument(
        "--rate",
        "--sample-rate",
        type=number(int, 8000, 192000),
        default=rate,
        metavar="HZ",
        help=f"sample rate (default: {said})",
    )
    parser.add_argument(
        "--voices",
        type=number(int, 1, 64),
        default=voices,
        metavar="N",
        help=f"notes that sound together, 1 to 64 (default: {voices})",
    )
    parser.add_argument(
        "--decoder", choices=DECODERS, default="native", help="who runs the network (default: native)"
    )
    parser.add_argument(
        "--mode",
        choices=MODES,
        default="poly",
        help="poly; mono: one voice, each key starts a note; legato: overlapping keys glide (default: poly)",
    )
    parser.add_argument(
        "--room",
        type=number(float, 0, 1),
        default=0.0,
        metavar="LEVEL",
        help="level of the patch's room, 0 (dry, the default) to 1",
    )
    parser.add_argument(
        "--mpe",
        type=number(int, 0, 15),
        default=0,
        metavar="N",
        help="an MPE zone of N member channels from the start; most MPE keyboards ask for theirs themselves",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")


def make_synth(arguments, patch, *, rate: float, block: int = 64, seed: int = 0):
    """The `Synth` that the options ask for."""
    from ..synth import Synth

    synth = Synth(
        patch,
        sample_rate=rate,
        block_size=block,
        voices=arguments.voices,
        decoder=arguments.decoder,
        seed=seed,
        mode=arguments.mode,
        mpe=arguments.mpe,
    )
    synth.control_change(ROOM_CONTROLLER, round(127 * arguments.room), time=0)
    return synth
