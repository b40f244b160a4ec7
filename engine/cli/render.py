"""`ddsp-live render`: a MIDI file into a sound file, offline, by the engine that plays live."""

import sys
import time
from pathlib import Path

from ..audio.outputs import beside, check_writable, make_folder
from ..parameters import SYNTH, names_of
from ..terminal import print_json, progress
from .options import (
    DEFAULT_PATCH,
    add_json,
    add_sound_options,
    number,
    room_and_wet,
    set_wet,
    synth_options,
    tell_of_room,
)
from .sound_file import Stems, open_sound
from .words import tell_without_effect

JOINED_SECONDS = 0.03  # files leave such gaps in what is played in one breath
EXAMPLES = """examples:
  ddsp-live render song.mid                       writes song.wav beside it
  ddsp-live render song.mid -o song.flac --patch my-cello.ddsp --room own --wet 0.3
  ddsp-live render song.mid --room church.wav     in a room that was measured, or in another patch's
  ddsp-live render --phrase -o phrase.wav         the built-in phrase
  ddsp-live render quartet.mid --patch 1=violin --patch 2=viola --patch cello --stems parts
                                                  a patch for each channel, and each part alone
  ddsp-live render song.mid --rules 1 --humanize 0.5 --write-performance song.csv
  ddsp-live render song.mid --performance song.csv      as edited: one note a row, with its attributes
  ddsp-live render song.mid --write-controls song.npz   keeps what the decoder made of each note
  ddsp-live render song.mid --controls song.npz         as edited: f0, amplitude, harmonics and noise by the frame
"""

SHAPE_NOTES = (*names_of(SYNTH), "mode", "mpe")


def add_arguments(parser) -> None:
    parser.add_argument("song", nargs="?", type=Path, metavar="SONG.mid", help="MIDI file to render")
    parser.add_argument("--phrase", action="store_true", help="render the built-in phrase instead")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="sound file to write, .wav or .flac, 24 bit (default: the song's name with .wav)",
    )
    parser.add_argument(
        "--patch",
        action="append",
        default=[],
        metavar="[CHANNEL=]PATCH",
        help="patch, by name or path, for one MIDI channel (3=violin) or for all others; none mutes "
        f"(default: {DEFAULT_PATCH}, and none for channel 10, General MIDI's drums)",
    )
    parser.add_argument(
        "--stems", type=Path, metavar="FOLDER", help="also write each channel alone, as 03-violin.wav"
    )
    parser.add_argument(
        "--performance",
        type=Path,
        metavar="TABLE.csv",
        help="play the notes of this table instead of the file's",
    )
    parser.add_argument(
        "--write-performance", type=Path, metavar="TABLE.csv", help="save the notes as played"
    )
    parser.add_argument(
        "--controls", type=Path, metavar="FRAMES.npz", help="play these synthesis frames instead of notes"
    )
    parser.add_argument("--write-controls", type=Path, metavar="FRAMES.npz", help="save the decoder's frames")
    add_sound_options(parser, voices=32, rate=48000)
    parser.add_argument(
        "--seed", type=number(int, 0, 2**32 - 1), default=0, metavar="N", help="random seed (default: 0)"
    )
    add_json(parser)


def run(arguments) -> int:
    from ..midi.files import Song, read_song
    from ..midi.phrase import phrase
    from .frame_options import keep_controls, recorders
    from .parts import assign

    output = _checked_output(arguments)
    song = Song(phrase(), 0.0, "") if arguments.phrase else read_song(arguments.song)
    parts = assign(arguments.patch, song.events, arguments.mpe)
    remarks = [song.remark] * bool(song.remark) + parts.remarks
    for remark in remarks:
        print(remark, file=sys.stderr)
    synth = _ensemble(arguments, parts)
    events = _events(arguments, parts, synth)
    kept = recorders(synth) if arguments.write_controls else {}
    begin = time.perf_counter()
    frames, peak = _render(arguments, output, synth, events, song.seconds, kept)
    took = time.perf_counter() - begin
    if kept:
        keep_controls(arguments, kept, synth)
    summary = {
        "output": str(output),
        "patch": ", ".join(dict.fromkeys(each.patch.name for each in synth.synths.values())),
        "seconds": frames / arguments.rate,
        "times_real_time": frames / arguments.rate / took,
        "peak": peak,
        "stolen_voices": synth.stolen_voices(),
        "remarks": remarks,
    }
    print_json(summary) if arguments.json else _say(summary)
    return 0


def _checked_output(arguments) -> Path:
    """Return where the sound goes, once it is sure that all files can be written. Raises ValueError or OSError."""
    from .frame_options import check_level

    if arguments.phrase == (arguments.song is not None):
        raise ValueError("Name one MIDI file, or ask for the built-in phrase with --phrase.")
    output = arguments.output or (Path("phrase.wav") if arguments.phrase else beside(arguments.song, ".wav"))
    check_output(output)
    check_level(arguments)
    if arguments.stems is not None:
        make_folder(arguments.stems)
    for also in filter(None, (arguments.write_controls, arguments.write_performance)):
        check_writable(also)
    return output


def _ensemble(arguments, parts):
    """Make the synths of all channels, in their room."""
    from ..ensemble import Ensemble

    room, wet = room_and_wet(arguments)
    join = JOINED_SECONDS if arguments.mode == "legato" else 0.0
    alone = {"rules": 0.0, "humanize": 0.0}  # `_performed` has them, with what follows in sight
    options = synth_options(arguments, sample_rate=arguments.rate, room=room, join=join, **alone)
    synth = Ensemble(parts.patches, parts.together, options)
    set_wet(synth.send, synth.map, wet)
    tell_of_room(arguments, [each.patch for each in synth.synths.values()], room, wet)
    return synth


def _events(arguments, parts, synth) -> list:
    """Return what is played: notes, or frames of the decoder that were kept."""
    from .frame_options import played_controls

    if not arguments.controls:
        return _performed(arguments, parts, synth)
    tell_without_effect(arguments, SHAPE_NOTES, "with --controls, whose frames are played as they are")
    return played_controls(arguments, parts.events, synth)


def _render(arguments, output: Path, synth, events: list, seconds: float, kept) -> tuple[int, float]:
    """Write the sound, and each channel's if asked for; return its frames and its peak."""
    from ..render import render_blocks

    last = max(1.0, seconds, *(at for at, _ in events[-1:]))
    frames, peak = 0, 0.0
    sink, stems = open_sound(output, arguments.rate), Stems(arguments.stems, synth)
    with sink as mix, stems, progress(f"Rendering {output.name}") as show:

        def listen() -> None:
            for each in kept.values():
                each.take()
            stems.listen()

        for block in render_blocks(events, synth, lambda now: show(min(1.0, now / last)), listen, seconds):
            mix.write(block)
            frames, peak = frames + len(block), max(peak, float(abs(block).max()))
        stems.cut(frames)
    return frames, peak


def _performed(arguments, parts, ensemble) -> list:
    """The song as it is to be played: from a table, by rules, or as it is written."""
    import numpy as np

    from ..performance.perform import perform
    from ..performance.rules import RULES
    from ..performance.score import from_events, match_score, with_notes
    from ..performance.table import read_table, write_table

    if not (arguments.performance or arguments.rules or arguments.humanize or arguments.write_performance):
        return parts.events
    rows = score = from_events(parts.events)
    if arguments.performance:
        rows = read_table(arguments.performance)
        rows = rows[~np.isin(rows["channel"], list(parts.muted))]
        match_score(rows, score, arguments.performance.name)
    if arguments.rules or arguments.humanize:
        quantities = dict.fromkeys(RULES, arguments.rules)
        # Rules move the level about an ordinary note's; what is ordinary differs from part to part.
        ordinary = np.array([ensemble.volume(row["pitch"], 64, int(row["channel"])) for row in rows])
        rest, unset = np.nan_to_num(np.nanmean(ordinary), nan=1.0), np.isnan(rows["volume"])
        rows = perform(rows, quantities, human=arguments.humanize, seed=arguments.seed, rest={"volume": rest})
        rows["volume"] += np.where(unset, np.nan_to_num(ordinary - rest), 0.0)
    if arguments.write_performance:
        write_table(arguments.write_performance, rows)
    return with_notes(parts.events, rows)


def check_output(path: Path) -> None:
    """Raises ValueError where the sound could not be written, before any time is spent on making it."""
    if path.suffix.lower() not in (".wav", ".flac"):
        raise ValueError(f"{str(path)!r} is neither .wav nor .flac: give the output one of these endings.")
    check_writable(path)


def write_sound(path: Path, audio, rate: float) -> None:
    """24 bit, whole or not at all; audio [frames, 2]."""
    with open_sound(path, rate) as file:
        file.write(audio)


def _say(summary: dict) -> None:
    import math

    peak = f"{20 * math.log10(summary['peak']):.1f} dB" if summary["peak"] else "silence"
    print(
        f"{summary['output']}: {summary['seconds']:.1f} s of {summary['patch']}, "
        f"{summary['times_real_time']:.0f} times faster than real time, peak {peak}."
    )
    if summary["stolen_voices"]:
        print(f"{summary['stolen_voices']} notes were cut short for new ones: more --voices keep them.")
