"""Families of instruments: what one instrument's few recordings leave open is taken from its family's.

A patch says its family in patch.json ("family"); where it does not, its name and title tell.
"""

import re

FAMILIES: dict[str, tuple[str, ...]] = {
    "flute": ("flute", "piccolo", "recorder", "whistle", "fife", "ocarina", "shakuhachi", "panpipes", "ney"),
    "single-reed": ("clarinet", "saxophone", "sax", "basset horn", "chalumeau"),
    "double-reed": (
        *("oboe", "bassoon", "contrabassoon", "english horn", "cor anglais", "heckelphone", "dulcian"),
        *("bagpipe", "bagpipes", "shawm", "duduk", "crumhorn", "zurna", "suona"),
    ),
    "brass": (
        *("trumpet", "cornet", "flugelhorn", "bugle", "horn", "trombone", "tuba", "euphonium", "sousaphone"),
        *("ophicleide", "serpent", "cornetto", "sackbut"),
    ),
    "bowed": (
        *("violin", "viola", "cello", "violoncello", "double bass", "contrabass", "fiddle", "viol", "gamba"),
        *("erhu", "kamancheh", "strings"),
    ),
    "voice": (
        *("voice", "vocal", "vocals", "singing", "singer", "sung", "choir"),
        *("soprano voice", "alto voice", "tenor voice", "bass voice", "baritone voice"),
    ),
}
"""{family: words of instruments' names that tell it}."""


def family_of(*names: str) -> str | None:
    """The family that the words of names or titles tell, or None where they tell none.

    The last such word counts, as a contrabass clarinet is no contrabass; of two that end alike the longer, as an
    English horn is no horn.
    """
    text = f" {' '.join(re.findall('[a-z]+', ' '.join(names).lower()))} "
    found = [
        (text.rindex(f" {word} ") + len(word), len(word), family)
        for family, words in FAMILIES.items()
        for word in words
        if f" {word} " in text
    ]
    return max(found)[2] if found else None
