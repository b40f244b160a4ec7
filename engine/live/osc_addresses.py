"""The table of OSC addresses: its documentation is made from it."""

from typing import NamedTuple

from ..parameters import CONTROLS


class Address(NamedTuple):
    """An address that is answered, its arguments, and what it does."""

    pattern: str
    arguments: str
    meaning: str


ADDRESSES = (
    Address("/note", "key velocity", "presses a key, MIDI note 0 to 127; velocity 0 lets it go"),
    Address(
        "/pitch", "value [unit]", "of the continuous voice: a fractional MIDI note, or Hz with the unit `hz`"
    ),
    Address("/loudness", "value", "of the continuous voice, 0 to 1: above 0 it sounds, 0 lets it go"),
    Address(
        "/pad",
        "x y",
        "both at once, 0 to 1: x from the patch's lowest trained pitch to its highest; y of 0 lets it go",
    ),
    Address(
        "/pad/z",
        "touch",
        "1 begins a touch of the pad, 0 ends it: from a pad that sends it, y of 0 is only soft",
    ),
    Address("/pitch/2 … /pitch/6", "", "further continuous voices; /loudness and /pad likewise"),
    *(
        Address(f"/{name}", "value", f"{row.meaning}, {row.range}; without an argument: its default")
        for name, row in CONTROLS.items()
    ),
    Address("/patch", "name", "plays a patch, by its name or its place in `ddsp-live patches`, from 0"),
    Address("/panic", "", "silence at once"),
)
"""What is answered; docs/osc.md is made from it."""


def addresses_markdown() -> str:
    """The table as Markdown, for the documentation."""
    lines = ["| address | arguments | does |", "|---|---|---|"]
    lines += [f"| `{row.pattern}` | {row.arguments or '–'} | {row.meaning} |" for row in ADDRESSES]
    return "\n".join(lines) + "\n"
