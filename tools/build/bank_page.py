"""patches/README.md, made from the patches themselves: `python -m ddsp_live.tools.build.bank_page`."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ...patch import SUFFIX, Patch, load_patch

HEAD = """# Factory patches

This page is made from the patches by `python -m ddsp_live.tools.build.bank_page`. `make patches RECORDINGS=folder`
trains them anew, goes on where it was stopped, and makes this page; the recordings are not part of this project.
What is measured, and how, is in [docs/training.md](../docs/training.md).

"""
SCORES = """
## Scores

Of recordings that were held out before anything was fitted, whole pitches, each played with its own pitch and
loudness and measured from the sound. Distance is the multi-scale spectral distance at the patch's rate (in brackets:
at 16 kHz), *no network* the same of one spectrum for all notes, *floor* that of two takes of the same noise, and
*gap closed* the place between the two; *over hold-outs* is its mean and deviation where several were trained for.
*Partials* is the RMS error of partials 1-20 of what is held of the notes, in dB, and *held* the distance of that part
at 16 kHz (in brackets: without the tables). *Unseen* is the distance in relation to that of pitches that were learned.
Pitch is measured by a tracker that training does not use. The settings were chosen on some of the same recordings, so
take the scores as a description. Where a figure is missing, the patch is older than the measure.

"""
MISSING = "–"


def page(folder: Path) -> str:
    """The whole text for the patches in a folder."""
    patches = [load_patch(path) for path in sorted(Path(folder).glob(f"*{SUFFIX}"))]
    return HEAD + table(SOURCES, patches) + SCORES + table(FIGURES, patches)


def write_page(folder: Path) -> Path:
    """Writes README.md into a folder of patches."""
    path = Path(folder) / "README.md"
    path.write_text(page(folder), encoding="utf-8")
    return path


def table(columns: Mapping[str, Callable[[Patch], str]], patches: list[Patch]) -> str:
    """A table in Markdown with a row for each patch; a cell whose figure the patch lacks is a dash."""
    rows = [list(columns), ["---"] * len(columns)]
    for patch in patches:
        rows.append([_cell(column, patch) for column in columns.values()])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(column: Callable[[Patch], str], patch: Patch) -> str:
    try:
        return column(patch).replace("|", "\\|")
    except KeyError:
        return MISSING


def _training(patch: Patch, name: str) -> float:
    return patch.info["training"][name]


def _recordings(patch: Patch) -> str:
    source, training = patch.info["source"], patch.info["training"]
    words = f"[{source['recordings']}]({source['url']})" if "://" in source["url"] else source["recordings"]
    return f"{words}: {training['recordings']} files, {training['seconds'] / 60:.1f} min"


def _distance(patch: Patch, name: str) -> str:
    return f"{_training(patch, name):.2f} ({_training(patch, f'{name}_16k'):.2f})"


def _share(patch: Patch, name: str) -> str:
    return f"{100 * _training(patch, name):.0f} %"


def _spread(patch: Patch, name: str) -> str:
    """Mean, deviation, and number of hold-outs."""
    folds = _training(patch, "folds")
    return f"{100 * folds[name]['mean']:.0f} ± {100 * folds[name]['deviation']:.0f} % ({folds['count']})"


def _beside(patch: Patch, name: str) -> str:
    """A figure, and in brackets that of the network without its tables."""
    own, untabled = _training(patch, name), patch.info["training"].get(f"untabled_{name}")
    return f"{own:.2f}" + (f" ({untabled:.2f})" if untabled is not None else "")


SOURCES: dict[str, Callable[[Patch], str]] = {
    "patch": lambda patch: f"`{patch.name}`",
    "recordings": _recordings,
    "licence": lambda patch: patch.info["source"]["licence"],
    "pitch": lambda patch: f"MIDI {patch.pitch_low:.0f} to {patch.pitch_high:.0f}",
    "sustained loudness": lambda patch: f"{patch.loudness_low:.1f} to {patch.loudness_high:.1f} dB",
    "size": lambda patch: f"{patch.path.stat().st_size / 1e6:.2f} MB",
    "one voice's cost (RTF)": lambda patch: f"{_training(patch, 'rtf'):.4f}",
    "trained in": lambda patch: f"{_training(patch, 'minutes'):.1f} min",
}
FIGURES: dict[str, Callable[[Patch], str]] = {
    "patch": lambda patch: f"`{patch.name}`",
    "held out": lambda patch: f"{len(patch.info['training']['held_out'])} takes",
    "distance": lambda patch: _distance(patch, "distance"),
    "no network": lambda patch: _distance(patch, "no_network"),
    "floor": lambda patch: _distance(patch, "floor"),
    "gap closed": lambda patch: f"{_share(patch, 'gap_closed')} ({_share(patch, 'gap_closed_16k')})",
    "gap closed, over hold-outs": lambda patch: _spread(patch, "gap_closed"),
    "partials": lambda patch: _beside(patch, "partials_db"),
    "held": lambda patch: _beside(patch, "sustain"),
    "unseen": lambda patch: f"{_training(patch, 'distance') / _training(patch, 'trained_distance'):.2f}",
    "pitch error": lambda patch: f"{_training(patch, 'f0_cents'):.1f} cents",
    "within 50 cents": lambda patch: f"{100 * _training(patch, 'f0_within_50_cents'):.1f} %",
    "octave errors": lambda patch: f"{100 * _training(patch, 'f0_octave_errors'):.1f} %",
    "loudness error": lambda patch: f"{_training(patch, 'loudness_error_db'):.2f} dB",
    "mel distance": lambda patch: f"{_training(patch, 'mel_db'):.1f} dB",
}
"""What is said of a patch, column by column."""


if __name__ == "__main__":
    write_page(Path(sys.argv[1] if len(sys.argv) > 1 else "patches"))
