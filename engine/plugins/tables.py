"""Writes native/plugin/tables.h, the parameters and controller maps for C; run it after a change of either:

python -m ddsp_live.plugins.tables
"""

from pathlib import Path

from ..effects import NONE
from ..modulation.matrix_file import compile_map, find_map
from ..parameters import BY_NAME, GROUPS, Parameter
from ..parameters.effects import UNITS
from .parameters import MAPS, PARAMETERS, ROOMS, kind_of, names_of_values

HEADER = Path(__file__).parents[2] / "native" / "plugin" / "tables.h"
TOP = """/* Made by `python -m ddsp_live.plugins.tables` from engine/plugins/parameters.py and
   engine/modulation/matrix.py: change those. */
#ifndef DDSP_PLUGIN_TABLES_H
#define DDSP_PLUGIN_TABLES_H
#include <stdint.h>

#include "api/mod_matrix.h"
#include "api/rack_settings.h"

/* A number that hosts show, automate and keep. */
typedef struct Parameter {
    const char *symbol, *label, *group, *unit;
    uint32_t id; /* which never changes */
    int kind, controller;
    int whole; /* whole numbers only */
    float low, high, start;
    const char *const *names; /* of the values of a choice; 0: a number */
} Parameter;

"""


def tables_h() -> str:
    """Return the text of the header."""
    kinds = dict.fromkeys(map(kind_of, PARAMETERS))
    lines = ["enum {", *(f"    KIND_{kind.upper()}," for kind in kinds), "};"]
    lines += ["enum {", *(f"    P_{row.name.upper()}," for row in PARAMETERS), "    PARAMETERS", "};", ""]
    lines += ["static const Parameter parameters[PARAMETERS] = {", *map(_parameter, PARAMETERS), "};", ""]
    rooms = f"static const char *const room_names[ROOMS] = {{{_strings(ROOMS)}}};"
    lines += [f"#define ROOMS {len(ROOMS)}", rooms, ""]
    lines += [f"#define MAPS {len(MAPS)}", "static const ModMatrix maps[MAPS] = {", *map(_map, MAPS), "};"]
    lines += ["", *_rack()]
    return TOP + "\n".join(lines) + "\n\n#endif\n"


def _parameter(row: Parameter) -> str:
    texts = ", ".join(f'"{text}"' for text in (row.name, row.label, GROUPS[row.group], row.unit))
    numbers = f"{row.id}, KIND_{kind_of(row).upper()}, {row.controller or 0}, {int(row.is_whole)}"
    bounds = ", ".join(map(_single, (row.low, row.high, row.default)))
    names = names_of_values(row)
    choices = f"(const char *const[]){{{_strings(names)}}}" if names else "0"
    return f"    {{{texts}, {numbers}, {bounds},\n     {choices}}},"


def _map(name: str) -> str:
    compiled = compile_map(find_map(name))
    rows = [compiled.rows[i] for i in range(compiled.count)]
    lines = [f"    {{{compiled.count}, {{ /* {name} */"]
    for row in rows:
        numbers = [row.gesture, row.target, row.curve, row.onset]
        numbers += map(_single, (row.low, row.high, row.smoothing_seconds, row.rest))
        lines.append(f"        {{{', '.join(map(str, numbers))}}},")
    return "\n".join([*lines, "    }},"])


def _rack() -> list[str]:
    lines = [
        "/* All units off, each at its defaults: what controllers add to. */",
        "static const RackSettings rack_off = {",
    ]
    for unit in UNITS:
        fields = {name.removeprefix(f"{unit}_"): name for name in NONE if name.startswith(f"{unit}_")}
        values = (int(NONE[of]) if BY_NAME[of].is_whole else _single(NONE[of]) for of in fields.values())
        set_to = [f".{field} = {value}" for field, value in zip(fields, values, strict=True)]
        lines.append(f"    .{unit} = {{{', '.join(set_to)}}},")
    return [*lines, "};"]


def _single(value: float) -> str:
    """A float so that C reads the same one."""
    return f"{float(value).hex()}f"


def _strings(texts: tuple[str, ...]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


if __name__ == "__main__":
    HEADER.write_text(tables_h())
    print(HEADER)
