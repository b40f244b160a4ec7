"""`ddsp-live attributes`: a recording's notes, each with its six performance attributes, as a table."""

import sys
from pathlib import Path

from ..errors import MissingPackageError
from ..terminal import print_json, print_table
from .options import add_json

EXAMPLES = """examples:
  ddsp-live attributes solo.wav                         writes solo.csv beside it
  ddsp-live attributes solo.wav -o notes.csv --notes solo.mid
  ddsp-live attributes solo.wav --patch my-cello.ddsp   as this patch's decoder would play it
"""


def add_arguments(parser) -> None:
    parser.add_argument("recording", type=Path, metavar="RECORDING", help="recording of one voice")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="TABLE.csv",
        help="table to write (default: the recording's name with .csv)",
    )
    parser.add_argument(
        "--notes",
        type=Path,
        metavar="SONG.mid",
        help="notes to measure instead of the detected ones",
    )
    parser.add_argument(
        "--patch",
        help="patch whose decoder provides the synthesis controls (default: they are measured from the sound)",
    )
    add_json(parser)


def run(arguments) -> int:
    try:
        from ddsp_live.tools.expression.note_segmentation import measure_notes
    except ModuleNotFoundError as error:
        raise MissingPackageError("Analysis", "train", error) from error
    from ..audio.outputs import beside, check_writable
    from ..patch import load_patch
    from ..performance.table import write_table

    output = arguments.output or beside(arguments.recording, ".csv")
    check_writable(output)
    patch = load_patch(arguments.patch) if arguments.patch else None
    rows, units = measure_notes(
        arguments.recording,
        midi=arguments.notes,
        patch=patch,
        say=lambda sentence: print(sentence, file=sys.stderr),
    )
    write_table(output, rows)
    notes = [
        {"onset_seconds": float(row["onset_seconds"]), "pitch": float(row["pitch"])}
        | {name: float(unit[name]) for name in unit.dtype.names}
        for row, unit in zip(rows, units, strict=True)
    ]
    if arguments.json:
        print_json({"output": str(output), "notes": notes})
    else:
        _say(notes)
        print(f"{output}: {len(rows)} notes.")
    return 0


def _say(notes: list[dict]) -> None:
    from ..midi.notes import note_name

    head = ("at", "note", "lasts", "level", "varies", "peak", "vibrato", "centroid", "attack noise")
    print_table(
        head,
        [
            (
                f"{note['onset_seconds']:.2f} s",
                note_name(note["pitch"]),
                f"{note['duration_ms']:.0f} ms",
                f"{note['level_db']:.1f} dB",
                f"{note['fluctuation_db']:.1f} dB",
                f"{100 * note['peak_position']:.0f} %",
                f"±{note['vibrato_cents']:.0f} cents, {note['vibrato_hz']:.1f} Hz"
                if note["vibrato_hz"]
                else "none",
                f"{note['centroid_hz']:.0f} Hz",
                f"{note['attack_noise_db']:.1f} dB",
            )
            for note in notes
        ],
    )
