"""The layout for Open Stage Control that is made from the table of parameters: examples/osc/ddsp-live.json."""

import json

from ...parameters import CHANNEL, CONTROLS, SYNTH

COLUMN = {"left": "60%", "width": "40%"}
WHOLE = {"min": 0, "max": 1}
PAD = {
    "type": "xy",
    "id": "pad",
    "label": "pad",
    "left": "0%",
    "top": "0%",
    "width": "60%",
    "height": "60%",
    "address": "/pad",
    "spring": True,
    "default": "[0.5, 0]",
    "value": "",
    "rangeX": WHOLE,
    "rangeY": WHOLE,
    "typeTags": "ff",
}
KEYS = {
    "type": "keyboard",
    "id": "keys",
    "label": "keys",
    "left": "0%",
    "top": "60%",
    "width": "100%",
    "height": "40%",
    "address": "/note",
    "keys": 25,
    "start": 48,
    "traversing": True,
    "on": 100,
    "off": 0,
}
PANIC = {
    "type": "button",
    "id": "panic",
    "label": "panic",
    **COLUMN,
    "address": "/panic",
    "mode": "tap",
    "typeTags": "",
    "preArgs": "",
    "on": "",
    "off": "",
}


def osc_layout() -> str:
    """Return the layout as JSON: a pad, keys, a fader for each parameter of notes, and panic."""
    faders = [
        {
            "type": "fader",
            "id": row.name,
            "label": row.name,
            **COLUMN,
            "address": f"/{row.name}",
            "horizontal": True,
            "range": {"min": row.low, "max": row.high},
            "default": round(row.default, 4),
            "typeTags": "f",
        }
        for row in CONTROLS.values()
        if row.scope in (CHANNEL, SYNTH) and not row.is_pedal
    ]
    column = [*faders, PANIC]
    share = 60 / len(column)
    placed = [
        {**widget, "top": f"{i * share:.3g}%", "height": f"{share:.3g}%"} for i, widget in enumerate(column)
    ]
    root = {
        "type": "root",
        "id": "root",
        "label": "ddsp-live",
        "layout": "default",
        "tabs": [],
        "widgets": [PAD, KEYS, *placed],
    }
    session = {"createdWith": "Open Stage Control", "version": "1.25.0", "type": "session", "content": root}
    return json.dumps(session, indent=1) + "\n"
