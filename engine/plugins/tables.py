"""Writes native/plugin/tables.h: parameters and controller maps, for C. Run it after a change of either:

python -m ddsp_live.plugins.tables
"""

from pathlib import Path

from ..modulation.matrix_file import compile_map, find_map
from .parameters import MAPS, PARAMETERS, ROOMS, Parameter

HEADER = Path(__file__).parents[2] / "native" / "plugin" / "tables.h"
TOP = """/* Made by `python -m ddsp_live.plugins.tables` from engine/plugins/parameters.py: change it there. */
#ifndef DDSP_PLUGIN_TABLES_H
#define DDSP_PLUGIN_TABLES_H
#include "api/mod_matrix.h"

/* A number that hosts show, automate and keep. */
typedef struct Parameter {
    const char *symbol, *label, *group, *unit;
    int kind, argument; /* argument: the controller of KIND_CONTROLLER */
    int whole;          /* whole numbers only */
    float low, high, start;
    const char *const *names; /* of the values of a choice; 0: a number */
} Parameter;

"""


def tables_h() -> str:
    """Return the text of the header."""
    kinds = list(dict.fromkeys(row.kind for row in PARAMETERS))
    lines = [f"enum {{ {', '.join(f'KIND_{kind.upper()}' for kind in kinds)} }};"]
    names = [f"P_{row.symbol.upper()}" for row in PARAMETERS]
    lines += ["enum {", *(f"    {name}," for name in names), "    PARAMETERS", "};", ""]
    lines += ["static const Parameter parameters[PARAMETERS] = {", *map(_parameter, PARAMETERS), "};", ""]
    lines += [
        f"#define ROOMS {len(ROOMS)}",
        "static const char *const room_names[ROOMS] = {" + _strings(ROOMS) + "};",
        "",
    ]
    lines += [f"#define MAPS {len(MAPS)}", "static const ModMatrix maps[MAPS] = {", *map(_map, MAPS), "};"]
    return TOP + "\n".join(lines) + "\n\n#endif\n"


def _parameter(row: Parameter) -> str:
    texts = [row.symbol, row.label, row.group, row.unit]
    quoted = ", ".join(f'"{text}"' for text in texts)
    numbers = f"KIND_{row.kind.upper()}, {row.argument}, {int(row.whole)}"
    names = f"(const char *const[]){{{_strings(row.names)}}}" if row.names else "0"
    return f"    {{{quoted}, {numbers}, {_single(row.low)}, {_single(row.high)}, {_single(row.default)}, {names}}},"


def _map(name: str) -> str:
    compiled = compile_map(find_map(name))
    rows = [compiled.rows[i] for i in range(compiled.count)]
    lines = [f"    {{{compiled.count}, {{ /* {name} */"]
    for row in rows:
        numbers = [row.gesture, row.target, row.curve, row.onset]
        numbers += map(_single, (row.low, row.high, row.smoothing_seconds, row.rest))
        lines.append(f"        {{{', '.join(map(str, numbers))}}},")
    return "\n".join([*lines, "    }},"])


def _single(value: float) -> str:
    """A float so that C reads the same one."""
    return f"{float(value).hex()}f"


def _strings(texts: tuple[str, ...]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


if __name__ == "__main__":
    HEADER.write_text(tables_h())
    print(HEADER)
