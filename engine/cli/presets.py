"""`ddsp-live presets`: what was saved under a name."""

from ..terminal import print_json, print_table
from .options import add_json

EXAMPLES = """examples:
  ddsp-live presets
  ddsp-live play --preset evening
"""


def add_arguments(parser) -> None:
    add_json(parser)


def run(arguments) -> int:
    from ..live.presets import PresetError, load_preset, preset_names

    rows = []
    for name in preset_names():
        try:
            rows.append({"name": name, "patch": load_preset(name).patch})
        except PresetError as error:
            rows.append({"name": name, "patch": None, "problem": str(error)})
    if arguments.json:
        print_json(rows)
    elif rows:
        print_table(("name", "patch"), [(row["name"], row["patch"] or row["problem"]) for row in rows])
    else:
        print("There is no preset yet: save one in the panel of `ddsp-live play --panel`.")
    return 0
