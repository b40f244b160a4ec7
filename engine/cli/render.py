"""`ddsp-live render`: a MIDI file into a sound file, offline, by the engine that plays live."""

import time
from pathlib import Path

from .options import DEFAULT_PATCH, add_json, add_sound_options, make_synth, number
from .terminal import print_json, progress

EXAMPLES = """examples:
  ddsp-live render song.mid                       writes song.wav beside it
  ddsp-live render song.mid -o song.flac --patch my-cello.ddsp --room 0.3
  ddsp-live render --phrase -o phrase.wav         the built-in phrase
"""


def add_arguments(parser) -> None:
    parser.add_argument("song", nargs="?", type=Path, metavar="SONG.mid", help="a standard MIDI file")
    parser.add_argument("--phrase", action="store_true", help="render the built-in phrase instead")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help=".wav or .flac, 24 bit (default: the song's name with .wav)",
    )
    parser.add_argument("--patch", default=DEFAULT_PATCH, help=f"a name or a path (default: {DEFAULT_PATCH})")
    add_sound_options(parser, voices=32, rate=48000)
    parser.add_argument(
        "--seed", type=number(int, 0, 2**32 - 1), default=0, metavar="N", help="of the noise (default: 0)"
    )
    add_json(parser)


def run(arguments) -> int:
    if arguments.phrase == (arguments.song is not None):
        raise ValueError("Name one MIDI file, or ask for the built-in phrase with --phrase.")
    output = arguments.output or (
        Path("phrase.wav") if arguments.phrase else arguments.song.with_suffix(".wav")
    )
    check_output(output)

    from ..midi.files import read_midi
    from ..midi.phrase import phrase
    from ..patch import load_patch
    from ..render import render_events

    events = phrase() if arguments.phrase else read_midi(arguments.song)
    patch = load_patch(arguments.patch)
    synth = make_synth(arguments, patch, rate=arguments.rate, seed=arguments.seed)
    last = max(1.0, events[-1][0]) if events else 1.0
    begin = time.perf_counter()
    with progress(f"Rendering {output.name}") as show:
        audio = render_events(events, synth, lambda seconds: show(min(1.0, seconds / last)))
    took = time.perf_counter() - begin
    write_sound(output, audio, arguments.rate)
    summary = {
        "output": str(output),
        "patch": patch.name,
        "seconds": len(audio) / arguments.rate,
        "times_real_time": len(audio) / arguments.rate / took,
        "peak": float(abs(audio).max()) if len(audio) else 0.0,
        "stolen_voices": synth.stats().stolen_voices,
    }
    print_json(summary) if arguments.json else _say(summary)
    return 0


def check_output(path: Path) -> None:
    """Raises ValueError where the sound could not be written, before any time is spent on making it."""
    if path.suffix.lower() not in (".wav", ".flac"):
        raise ValueError(f"{str(path)!r} is neither .wav nor .flac: give the output one of these endings.")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"The folder {str(path.parent)!r} does not exist: make it first, or choose another.")


def write_sound(path: Path, audio, rate: float) -> None:
    """24 bit, whole or not at all; audio [frames, 2]."""
    import soundfile

    partial = path.with_name(f".{path.name}.part")
    try:
        soundfile.write(partial, audio, round(rate), format=path.suffix[1:].upper(), subtype="PCM_24")
        partial.replace(path)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"{str(path)!r} can't be written: {error.error_string}") from error
    finally:
        partial.unlink(missing_ok=True)


def _say(summary: dict) -> None:
    import math

    peak = f"{20 * math.log10(summary['peak']):.1f} dB" if summary["peak"] else "silence"
    print(
        f"{summary['output']}: {summary['seconds']:.1f} s of {summary['patch']}, "
        f"{summary['times_real_time']:.0f} times faster than real time, peak {peak}."
    )
    if summary["stolen_voices"]:
        print(f"{summary['stolen_voices']} notes were cut short for new ones: more --voices keep them.")
