"""`ddsp-live fx`: a recording through a rack of effects."""

from pathlib import Path

from ..audio.outputs import beside
from ..terminal import print_json
from .options import add_json
from .render import check_output, write_sound

EXAMPLES = """examples:
  ddsp-live fx voice.wav --rack voice               writes voice-voice.wav beside it
  ddsp-live fx guitar.flac wet.wav --rack dub-echo
  ddsp-live fx take.wav out.wav --rack mine.json    a file of your own; docs/howto/effects.md says what is in it
"""


def add_arguments(parser) -> None:
    parser.add_argument("recording", type=Path, metavar="IN.wav", help="any rate, 1 or 2 channels")
    parser.add_argument("output", nargs="?", type=Path, metavar="OUT.wav", help=".wav or .flac, 24 bit")
    parser.add_argument(
        "--rack",
        required=True,
        metavar="RACK",
        help="bright-voice, dub-echo, ensemble, hall, leveller, room, tape, voice, or a .json file of your own",
    )
    add_json(parser)


def run(arguments) -> int:
    import numpy as np

    from ..audio.sound_files import SoundFileError, read_sound
    from ..effects import find_rack
    from ..kernel.rack import through

    rack = find_rack(arguments.rack)
    output = arguments.output or beside(arguments.recording, f"-{rack.name or 'rack'}.wav")
    check_output(output)
    sound, rate = read_sound(arguments.recording)
    if sound.ndim == 1:
        sound = sound[:, None]
    if sound.shape[1] > 2:
        raise SoundFileError(
            f"{arguments.recording} has {sound.shape[1]} channels: give a recording with one or two."
        )
    audio = through(rack, np.repeat(sound, 3 - sound.shape[1], axis=1), rate)
    write_sound(output, audio, rate)
    summary = {
        "output": str(output),
        "rack": rack.name,
        "units": list(rack.units),
        "seconds": len(audio) / rate,
        "peak": float(np.abs(audio).max(initial=0)),
    }
    said = f"{output}: {summary['seconds']:.1f} s through {', '.join(rack.units) or 'no effects'}."
    print_json(summary) if arguments.json else print(said)
    return 0
