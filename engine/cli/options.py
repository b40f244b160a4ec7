"""Options that several commands share, and the words for numbers out of range."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import fields

from ..parameters import BY_NAME, SYNTH, names_of
from .words import tell_without_effect

OF_COMMANDS = ("room", "tuning")
"""Options of a synth that each command settles in its own way."""
DEFAULT_PATCH = "alto-saxophone"
AUTO = "auto"
"""Voices: as many as the machine has time for."""


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


def add_voices(parser: argparse.ArgumentParser) -> None:
    """Add --voices with a default that is measured."""
    row = BY_NAME["voices"]
    read = number(int, row.low, row.high)
    parser.add_argument(
        "--voices",
        type=lambda text: text if text == AUTO else read(text),
        default=AUTO,
        metavar="N",
        help=f"{row.meaning}, {row.low:g} to {row.high:g}; auto: as many as this machine has "
        f"time for, at most {row.default:g} (default: auto)",
    )


def add_parameter(
    parser: argparse.ArgumentParser, name: str, *options: str, default: float | None = None
) -> None:
    """Add the option of a row of the table of parameters.

    options: what it is called, if not by its name; default: another one than the row's.
    """
    row = BY_NAME[name]
    default = row.default if default is None else default
    if row.choices:
        kind = {"choices": row.choices, "default": row.written(default)}
    else:
        read = number(int if row.is_whole else float, row.low, row.high)
        kind = {"type": read, "metavar": row.unit.split(" ")[-1].upper() or ("N" if row.is_whole else "A")}
        kind["default"] = int(default) if row.is_whole else default
    names = options or [f"--{name.replace('_', '-')}"]
    parser.add_argument(*names, help=row._replace(default=default).phrase, **kind)


def add_sound_options(parser: argparse.ArgumentParser, *, voices: int | str, rate: int | None) -> None:
    """Add what decides how a patch sounds, live and offline; voices: by default, or AUTO."""
    add_rate(parser, rate)
    if voices == AUTO:
        add_voices(parser)
    else:
        add_parameter(parser, "voices", default=voices)
    add_parameter(parser, "decoder")
    add_parameter(parser, "mode")
    add_room(parser)
    add_rack(parser)
    for name in names_of(SYNTH):
        add_parameter(parser, name)
    parser.add_argument("--no-prior", dest="prior", action="store_const", const=0.0, help="same as --prior 0")
    add_parameter(parser, "mpe")
    parser.add_argument(
        "--map",
        default="keyboard",
        metavar="MAP",
        help="controller map: keyboard (default), wind, mpe, voice, or a .toml file of your own",
    )
    add_tuning(parser)


def add_rate(parser: argparse.ArgumentParser, rate: int | None) -> None:
    """Add the sample rate; rate: the default, if it is not the device's."""
    parser.add_argument(
        "--rate",
        "--sample-rate",
        type=number(int, BY_NAME["sample_rate"].low, BY_NAME["sample_rate"].high),
        default=rate,
        metavar="HZ",
        help=f"sample rate (default: {rate or '48000, or what the device runs at'})",
    )


def add_room(parser: argparse.ArgumentParser) -> None:
    """Add the room and how much of it."""
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


def add_rack(parser: argparse.ArgumentParser) -> None:
    """Add the rack of effects."""
    parser.add_argument(
        "--rack",
        default="none",
        metavar="RACK",
        help="effects behind all notes: none (default), bright-voice, dub-echo, ensemble, hall, leveller, room, tape, "
        "voice, or a .json file of your own",
    )


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
