"""Options that several commands share, and the words for numbers out of range."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import fields

from .words import tell_without_effect

OF_COMMANDS = ("room", "rules", "humanize", "tuning")
"""Options of a synth that each command settles in its own way."""
DEFAULT_PATCH = "alto-saxophone"
DECODERS = ("native", "int8", "onnx", "torchscript")
MODES = ("poly", "mono", "legato")


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


def room_choice(text: str) -> str | float:
    """An argument type: a room's name or path, or a level from 0 to 1 of the patch's own."""
    try:
        float(text)
    except ValueError:
        return text
    return number(float, 0, 1)(text)


def room_and_wet(arguments: argparse.Namespace) -> tuple[object, float]:
    """The room that --room and --wet ask for, read once for all patches, and its level."""
    from ..patch.room import NONE, OWN, find_room

    chosen, wet = arguments.room, arguments.wet
    if isinstance(chosen, float):
        if wet is not None:
            raise ValueError("Say how much of the room either by --wet or by --room, not by both.")
        return OWN, chosen
    if wet is None:
        wet = 0.0 if chosen is None else 1.0
    if chosen is None or chosen == OWN:
        return OWN, wet
    return find_room(chosen) or NONE, wet


def tell_of_room(arguments: argparse.Namespace, patches, room, wet: float) -> None:
    """Say where a room that was asked for is none: of these patches or by its own options."""
    from ..patch.room import MADE, NONE, OWN

    if room == NONE and wet:
        tell_without_effect(arguments, ["wet"], "with --room none")
    without = list(dict.fromkeys(patch.title for patch in patches if patch.room is None))
    if room == OWN and wet and without and not {"room", "wet"}.isdisjoint(arguments.said):
        have = (
            "has no room of its own, and plays"
            if len(without) == 1
            else "have no rooms of their own, and play"
        )
        rooms = ", ".join(MADE)
        print(f"{' and '.join(without)} {have} dry: choose one by --room {rooms}.", file=sys.stderr)


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
        help=f"maximum number of voices, 1 to 64 (default: {voices})",
    )
    parser.add_argument(
        "--decoder",
        choices=DECODERS,
        default="native",
        help="decoder backend: native (float32, in the audio callback), int8 (8-bit, "
        "AVX-512 VNNI), onnx or torchscript "
        "(in a worker thread, 12 ms later) (default: native)",
    )
    parser.add_argument(
        "--mode",
        choices=MODES,
        default="poly",
        help="poly; mono: one voice, each key starts a note; legato: one voice, overlapping keys are slurred "
        "(default: poly)",
    )
    parser.add_argument(
        "--room",
        type=room_choice,
        default=None,
        metavar="ROOM",
        help="room: small-studio, chamber, hall, plate, own (the patch's), none, another patch's, or an "
        "impulse response as .wav; a number is the wet level of its own",
    )
    parser.add_argument(
        "--wet",
        type=number(float, 0, 1),
        default=None,
        metavar="LEVEL",
        help="wet level of the room, 0 to 1 (default: 1 if a room was chosen, otherwise 0)",
    )
    parser.add_argument(
        "--performer",
        type=number(float, 0, 1),
        default=1.0,
        metavar="A",
        help="strength of the patch's learned expression within a note, 0 to 1 (default: 1)",
    )
    parser.add_argument(
        "--expression",
        type=number(float, 0, 1),
        default=1.0,
        metavar="A",
        help="how notes of a line lead into each other, and how vibrato goes: 0, each note as if it stood alone, to 1 "
        "(the default)",
    )
    parser.add_argument(
        "--life",
        type=number(float, 0, 1),
        default=1.0,
        metavar="A",
        help="strength of the small random movements that recorded notes have, 0 to 1 (default: 1)",
    )
    parser.add_argument(
        "--prior",
        type=number(float, 0, 1),
        default=1.0,
        metavar="A",
        help="strength of the patch's learned phrasing, 0 to 1 (default: 1)",
    )
    parser.add_argument("--no-prior", dest="prior", action="store_const", const=0.0, help="same as --prior 0")
    parser.add_argument(
        "--mpe",
        type=number(int, 0, 15),
        default=0,
        metavar="N",
        help="MPE zone of N member channels from the start; most MPE keyboards set up their own",
    )
    parser.add_argument(
        "--map",
        default="keyboard",
        metavar="MAP",
        help="controller map: keyboard (default), wind, mpe, or a .toml file of your own",
    )
    add_tuning(parser)


def add_tuning(parser: argparse.ArgumentParser) -> None:
    """How the keys are tuned."""
    parser.add_argument(
        "--tuning",
        metavar="TUNING",
        help="A4 in Hz, as 415 or 432, or a Scala scale: scale.scl, or the name of one that lies in your folder of "
        "tunings (default: 440)",
    )
    parser.add_argument(
        "--keyboard",
        metavar="MAP.kbm",
        help="how the scale lies on the keys (default: its first note on middle C)",
    )


def chosen_tuning(arguments: argparse.Namespace):
    """The tuning that --tuning and --keyboard ask for, or None. Raises TuningChoiceError or ScalaError."""
    from ..tuning.choice import find_tuning

    asked = arguments.tuning, arguments.keyboard
    return None if asked == (None, None) else find_tuning(*asked)


def add_interpretation(parser: argparse.ArgumentParser, rules: str) -> None:
    """How notes are performed; rules: what they do here."""
    parser.add_argument(
        "--rules",
        type=number(float, 0, 10),
        default=0.0,
        metavar="K",
        help=f"{rules}: 0 is off (default), 1 is nominal",
    )
    parser.add_argument(
        "--humanize",
        type=number(float, 0, 10),
        default=0.0,
        metavar="A",
        help="strength of random deviations (default: 0)",
    )


def set_wet(send, rows, wet: float) -> None:
    """Sends `wet`, 0 to 1, to the room by whatever controllers the map gives it, on all channels."""
    from ..midi.messages import control_change
    from ..modulation.matrix_file import room_controllers

    for number in room_controllers(rows):
        for channel in range(16):
            send(control_change(number, round(127 * wet), channel), time=0)


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def synth_options(arguments, **more):
    """Return the `SynthOptions` that the command line asks for; `more` are those that are a command's own."""
    from ..options import SynthOptions

    names = [field.name for field in fields(SynthOptions) if field.name not in OF_COMMANDS]
    asked = {name: vars(arguments)[name] for name in names if name in arguments}
    return SynthOptions(**(asked | {"tuning": chosen_tuning(arguments)} | more))


def make_synth(arguments, patch, *, rate: float, block: int = 64, **more):
    """Make the `Synth` that the options ask for; `more` is what it gets besides."""
    from ..synth import Synth

    room, wet = room_and_wet(arguments)
    tell_of_room(arguments, [patch], room, wet)
    synth = Synth(patch, synth_options(arguments, sample_rate=rate, block_size=block, room=room, **more))
    set_wet(synth.send, synth.map, wet)
    return synth
