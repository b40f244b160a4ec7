"""`ddsp-live patches`: the factory patches."""

from ..midi.notes import note_name
from ..terminal import print_json, print_table
from .options import add_json

EXAMPLES = """examples:
  ddsp-live patches
  ddsp-live patches --json
"""


def add_arguments(parser) -> None:
    add_json(parser)


def run(arguments) -> int:
    from ..patch import list_patches

    rows = [
        {
            "name": entry.name,
            "title": entry.title,
            "lowest_note": entry.info["pitch"]["low"],
            "highest_note": entry.info["pitch"]["high"],
            "bytes": entry.path.stat().st_size,
            "source": entry.info["source"]["recordings"],
            "licence": entry.info["source"]["licence"],
            "path": str(entry.path),
        }
        for entry in list_patches()
    ]
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
