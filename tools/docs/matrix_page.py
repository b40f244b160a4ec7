"""The modulation matrix as Markdown: targets, curves and presets."""

from ...modulation.matrix import CURVES, DEFAULT, INPUT_MEANINGS, INPUTS, PRESETS, TARGETS, ModRoute


def gestures_markdown() -> str:
    """Targets, curves and presets as Markdown, for the documentation."""
    lines = ["| target | unit | range | is |", "|---|---|---|---|"]
    lines += [f"| {t.name} | {t.unit} | {t.low:g} to {t.high:g} | {t.meaning} |" for t in TARGETS.values()]
    lines += ["", "| source | goes from 0 to 1 with |", "|---|---|"]
    lines += [f"| {name} | {meaning} |" for name, meaning in INPUT_MEANINGS.items()]
    lines += ["", "| curve | goes from low to high |", "|---|---|"]
    lines += [f"| {name} | {curve.meaning} |" for name, curve in CURVES.items()]
    for name, rows in PRESETS.items():
        lines += ["", f"`{name}`" + (", the default" if name == DEFAULT else ""), ""]
        lines += [
            "| gesture | moves | from | to | curve | smoothing, ms | default |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += map(_markdown, rows)
    return "\n".join(lines) + "\n"


def _markdown(row: ModRoute) -> str:
    low, high = ("−", "+ the bend range") if row.low is None else (f"{row.low:g}", f"{row.high:g}")
    unit = "" if row.low is None else f" {TARGETS[row.target].unit}"
    when = " (when a note begins)" if row.onset else ""
    default = row.default if row.gesture.startswith("cc") or row.gesture in INPUTS else "–"
    cells = (row.gesture + when, row.target, low, high + unit, row.curve, f"{row.smoothing_ms:g}", default)
    return f"| {' | '.join(map(str, cells))} |"
