"""`ddsp-live transfer`: a recording of a voice or an instrument, played by a patch."""

import sys
from pathlib import Path

from ..audio.outputs import beside, make_folder
from ..terminal import print_json
from .input_options import add_matching_options, check_matching
from .options import DEFAULT_PATCH, add_json, add_rack, number, room_and_wet, room_choice, tell_of_room
from .render import check_output, write_sound

EXAMPLES = """examples:
  ddsp-live transfer humming.wav --patch trumpet           writes humming-trumpet.wav beside it
  ddsp-live transfer solo.flac -o solo-sax.wav --octave -1 --snap 0.7 --scale "D minor"
  ddsp-live transfer humming.wav --room 0.3 --stems parts  harmonic, noise and room, each alone
"""


def add_arguments(parser) -> None:
    parser.add_argument(
        "recording", type=Path, metavar="IN.wav", help="one voice at a time, any rate and channels"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=".wav or .flac, 24 bit")
    parser.add_argument("--patch", default=DEFAULT_PATCH, help=f"a name or a path (default: {DEFAULT_PATCH})")
    add_matching_options(parser)
    parser.add_argument("--room", type=room_choice, default=None, metavar="ROOM", help="as for `render`")
    parser.add_argument(
        "--wet", type=number(float, 0, 1), default=None, metavar="LEVEL", help="as for `render`"
    )
    parser.add_argument(
        "--input-room",
        metavar="PATCH",
        help="a patch that has learned the room of this recording (`train --room trained`), which is then taken off",
    )
    add_rack(parser)
    parser.add_argument(
        "--stems",
        type=Path,
        metavar="FOLDER",
        help="write harmonic, noise and room, which add up to the dry sound",
    )
    add_json(parser)


def run(arguments) -> int:
    from ..effects import find_rack
    from ..kernel.rack import through
    from ..patch import load_patch
    from ..patch.room import NONE, OWN, own_room
    from ..timbre_transfer import LEAST_PITCHED, hear, transfer

    patch, rack = load_patch(arguments.patch), find_rack(arguments.rack)
    source = arguments.recording
    output = arguments.output or beside(source, f"-{patch.name}.wav")
    check_output(output)
    if arguments.stems:
        make_folder(arguments.stems)
    check_matching(arguments)
    room, wet = room_and_wet(arguments)
    tell_of_room(arguments, [patch], room, wet)
    room = own_room(patch) if room == OWN else None if room == NONE else room
    made_in = load_patch(arguments.input_room) if arguments.input_room else None

    def say(sentence: str) -> None:
        print(sentence, file=sys.stderr)

    heard = hear(source, patch.sample_rate, patch.frame_rate, arguments.gate, made_in, say)
    pitched = heard.pitched(arguments.gate)
    if pitched < LEAST_PITCHED:
        print(
            f"Only {100 * pitched:.0f} % of what sounds in {source} has a pitch that could be followed, as with "
            "chords, speech and drums: the rest is not played.",
            file=sys.stderr,
        )
    played = transfer(
        heard,
        patch,
        octave=arguments.octave,
        snap=arguments.snap,
        scale=arguments.scale,
        loudest_db=arguments.loudest,
        room=room,
        wet=wet,
    )
    audio = through(rack, played.audio, played.sample_rate)
    write_sound(output, audio, played.sample_rate)
    if arguments.stems:
        for name, part in played.parts.items():
            write_sound(arguments.stems / f"{name}.wav", part, played.sample_rate)
    summary = {
        "output": str(output),
        "patch": patch.name,
        "seconds": len(audio) / played.sample_rate,
        "octave": played.octave,
        "voiced": float(played.voiced.mean()),
    }
    if arguments.json:
        print_json(summary)
    else:
        moved = (
            f", moved by {played.octave:+d} octave{'s' * (abs(played.octave) > 1)}" if played.octave else ""
        )
        print(f"{output}: {summary['seconds']:.1f} s of {patch.title}{moved}.")
    return 0
