"""What an LV2's bundle says of the plug-in, in Turtle; the bank's patches are scale points of a port."""

from collections.abc import Sequence

from ..parameters import SWITCH, Parameter
from .parameters import PARAMETERS, names_of_values

URI = "urn:ddsp-live:instrument"
PREFIXES = {
    "atom": "http://lv2plug.in/ns/ext/atom#",
    "doap": "http://usefulinc.com/ns/doap#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "log": "http://lv2plug.in/ns/ext/log#",
    "lv2": "http://lv2plug.in/ns/lv2core#",
    "midi": "http://lv2plug.in/ns/ext/midi#",
    "pprops": "http://lv2plug.in/ns/ext/port-props#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "state": "http://lv2plug.in/ns/ext/state#",
    "units": "http://lv2plug.in/ns/extensions/units#",
    "urid": "http://lv2plug.in/ns/ext/urid#",
    "work": "http://lv2plug.in/ns/ext/worker#",
}
SOUND = ("Left", "Right")
EVENTS_PORT = """    [
        a lv2:InputPort, atom:AtomPort ;
        lv2:index 0 ; lv2:symbol "events" ; lv2:name "Events" ;
        atom:bufferType atom:Sequence ; atom:supports midi:MidiEvent ; lv2:designation lv2:control
    ]"""
FREEWHEEL_PORT = """    [
        a lv2:InputPort, lv2:ControlPort ;
        lv2:index 3 ; lv2:symbol "freewheel" ; lv2:name "Freewheel" ; lv2:designation lv2:freeWheeling ;
        lv2:default 0.0 ; lv2:minimum 0.0 ; lv2:maximum 1.0 ; lv2:portProperty lv2:toggled, pprops:notOnGUI
    ]"""
HEAD = """<{uri}>
    a lv2:InstrumentPlugin, lv2:Plugin ;
    doap:name "ddsp-live" ; doap:license <https://spdx.org/licenses/MIT> ;
    lv2:project [ a doap:Project ; doap:name "ddsp-live" ; doap:maintainer [ a foaf:Person ; foaf:name "ddsp-live" ] ] ;
    rdfs:comment "A neural instrument, played live." ;
    lv2:minorVersion {minor} ; lv2:microVersion {micro} ;
    lv2:requiredFeature urid:map, work:schedule ; lv2:optionalFeature lv2:hardRTCapable, log:log ;
    lv2:extensionData state:interface, work:interface ;
    lv2:port
"""


def manifest(binary: str) -> str:
    """Return manifest.ttl; binary: the library's name in the bundle."""
    return f"{_prefixes()}<{URI}> a lv2:Plugin ; lv2:binary <{binary}> ; rdfs:seeAlso <ddsp-live.ttl> .\n"


def description(patches: Sequence[str], version: str) -> str:
    """Return ddsp-live.ttl. patches: their titles, in the bank's order. version: the package's, major.minor.micro."""
    ports = [EVENTS_PORT, *(_sound(i, name) for i, name in enumerate(SOUND, 1)), FREEWHEEL_PORT]
    first = len(ports)
    ports += [_parameter(first + i, row, patches) for i, row in enumerate(PARAMETERS)]
    numbers = [*(int(part) for part in version.split(".") if part.isdigit()), 0, 0, 0]
    # Odd numbers mean that a version is not released.
    head = HEAD.format(uri=URI, minor=2 * numbers[1], micro=2 * numbers[2])
    return f"{_prefixes()}{head}" + " ,\n".join(ports) + " .\n"


def _prefixes() -> str:
    return "".join(f"@prefix {name}: <{uri}> .\n" for name, uri in PREFIXES.items()) + "\n"


def _sound(index: int, name: str) -> str:
    return (
        f"    [\n        a lv2:OutputPort, lv2:AudioPort ;\n        lv2:index {index} ; "
        f'lv2:symbol "{name.lower()}" ; lv2:name "{name}"\n    ]'
    )


def _parameter(index: int, row: Parameter, patches: Sequence[str]) -> str:
    names = patches if row.name == "patch" else names_of_values(row)
    high = max(1, len(patches) - 1) if row.name == "patch" else row.high
    lines = [
        "a lv2:InputPort, lv2:ControlPort",
        f'lv2:index {index} ; lv2:symbol "{row.name}" ; lv2:name {_text(row.label)}',
        f"lv2:default {row.default:.6f} ; lv2:minimum {row.low:.6f} ; lv2:maximum {high:.6f}",
    ]
    if properties := _properties(row, names):
        lines.append(f"lv2:portProperty {', '.join(properties)}")
    if row.unit == "Hz":
        lines.append("units:unit units:hz")
    if names and row.curve != SWITCH:
        points = (f"[ rdfs:label {_text(name)} ; rdf:value {i}.0 ]" for i, name in enumerate(names))
        lines.append("lv2:scalePoint\n            " + " ,\n            ".join(points))
    return "    [\n        " + " ;\n        ".join(lines) + "\n    ]"


def _properties(row: Parameter, names: Sequence[str]) -> list[str]:
    if row.curve == SWITCH:
        return ["lv2:toggled"]
    if not row.is_whole:
        return []
    return ["lv2:integer", *(["lv2:enumeration"] if names else [])]


def _text(text: str) -> str:
    """A text in quotes; patches come from strangers, but without control characters."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
