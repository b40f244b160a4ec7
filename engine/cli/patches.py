"""`ddsp-live patches`: the factory patches, and those in the user's own folder."""

import sys
from pathlib import Path

from ..midi.notes import note_name
from ..terminal import print_json, print_table
from .options import add_json

EXAMPLES = """examples:
  ddsp-live patches
  ddsp-live patches --json
  ddsp-live patches --add my-cello.ddsp     keeps a copy, which `play my-cello`, the panel and program changes know
"""


def add_arguments(parser) -> None:
    parser.add_argument(
        "--add",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="check a patch and keep a copy of it among your own",
    )
    add_json(parser)


def run(arguments) -> int:
    from ..patch import add_patch, list_patches, own_folder, own_patches

    added = [add_patch(path) for path in arguments.add]
    _, problems = own_patches()
    for problem in problems:
        print(problem, file=sys.stderr)
    rows = [_row(entry, own_folder()) for entry in added or list_patches()]
    if added and not arguments.json:
        for entry in added:
            print(f"{entry.title} is {entry.name} from now on: `ddsp-live play {entry.name}`.")
            if told := _cost(entry):
                print(told, file=sys.stderr)
        return 0
    if arguments.json:
        print_json(rows)
        return 0
    table = [
        (
            row["name"],
            row["title"],
            f"{note_name(row['lowest_note'])} to {note_name(row['highest_note'])}",
            f"{row['bytes'] / 1e6:.1f} MB",
            row["licence"],
            row["source"],
        )
        for row in rows
    ]
    print_table(("name", "title", "range", "size", "licence", "source"), table)
    return 0


def _cost(entry) -> str:
    """A sentence about a patch that is hard or impossible to play live, and nothing for others."""
    from ..options import SynthOptions
    from ..patch import PatchError, load_patch
    from ..patch.cost import check_cost

    try:
        return check_cost(load_patch(entry.path), SynthOptions.voices)
    except PatchError as error:
        return str(error)


def _row(entry, own: Path) -> dict:
    return {
        "name": entry.name,
        "title": entry.title,
        "own": entry.path.parent == own,
        "lowest_note": entry.info["pitch"]["low"],
        "highest_note": entry.info["pitch"]["high"],
        "bytes": entry.path.stat().st_size,
        "source": entry.info["source"]["recordings"],
        "licence": entry.info["source"]["licence"],
        "path": str(entry.path),
    }
