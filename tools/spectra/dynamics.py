"""How timbre follows loudness in families of instruments, for those that were recorded at one dynamic.

Slopes in dB of a partial per dB of loudness, relative to loudness, over its frequency in semitones from the centroid of
the hardest notes: measured on a tenor trombone and a tuba, on an alto and a baritone saxophone, at several dynamics.
"""

from collections.abc import Sequence

import numpy as np

from .measure import Notes

OFFSETS = (-42, -30, -18, -12, -6, 0, 6, 12, 18, 24, 30, 42)
BRASS = (-0.55, -0.52, -0.42, -0.26, -0.22, 0.04, 0.48, 1.26, 1.55, 1.70, 1.57, 1.28)
SAXOPHONES = (-0.27, -0.49, -0.39, -0.30, 0.03, 0.05, 0.33, 0.32, 0.66, 0.86, 0.75, 1.41)
CURVES = {"brass": (BRASS, 0.9), "saxophone": (SAXOPHONES, 0.75)}
"""{family: slopes at OFFSETS, and their scale}."""
RANGES_DB = {"brass": 18.0, "bowed": 18.0, "single-reed": 8.0, "double-reed": 8.0}
"""Of a family, from the softest to the hardest dynamic, over which sets whose levels were normalized are laid."""
NORMALIZED_DB = 3.0  # between dynamics by name, under which their levels were made equal
LEAST_STEP_DB = 2.0  # by their timbre, under which they are takes of one dynamic
FEWEST = 3  # notes of a dynamic
COMPARED = 24  # partials
ORDER = ("ppp", "pp", "p", "mp", "mf", "f", "ff", "fff")


def family_slopes(family: str | None, name: str, frequency: np.ndarray, centroid: float) -> np.ndarray | None:
    """The family's slopes at frequencies, both in MIDI notes, or None where none were measured."""
    key = "saxophone" if "sax" in name.lower() else family
    if key not in CURVES:
        return None
    slopes, scale = CURVES[key]
    return scale * np.interp(frequency - centroid, OFFSETS, slopes)


def centroid_of(notes: Notes) -> float:
    """The median centroid of the partials' power of the hardest notes, as a MIDI note."""
    hard = notes.loudness_db >= np.percentile(notes.loudness_db, 60)
    power = 10 ** (notes.recorded[hard] / 10) * notes.valid[hard]
    f0_hz = 440 * 2 ** ((notes.pitch[hard] - 69) / 12)
    hertz = (power * np.arange(1, power.shape[1] + 1)).sum(1) / power.sum(1) * f0_hz
    return float(np.median(69 + 12 * np.log2(hertz / 440)))


def relabelled(notes: Notes, family: str | None, name: str) -> np.ndarray | None:
    """Loudness in dB [notes] for a set whose dynamics were made equally loud: its layers laid over the family's range.

    None where the levels are as they were, or where the layers hardly differ. By the family's curve where there is one:
    the step that explains how the softer differ from the hardest; else evenly.
    """
    layers = ordered(notes.dynamic)
    if len(layers) < 2 or family not in RANGES_DB:
        return None
    dynamic = np.array(notes.dynamic)
    medians = [float(np.median(notes.loudness_db[dynamic == layer])) for layer in layers]
    if max(medians) - min(medians) >= NORMALIZED_DB:
        return None
    steps = np.linspace(-RANGES_DB[family], 0, len(layers))
    told = [step_told(notes, dynamic, layer, layers[-1], family, name) for layer in layers[:-1]]
    if all(step is not None for step in told):
        if max(map(abs, told)) < LEAST_STEP_DB:
            return None
        if family == "brass":
            steps = np.append(told, 0.0)
    loudness_db = notes.loudness_db.copy()
    for layer, step in zip(layers, steps, strict=True):
        loudness_db[dynamic == layer] += step
    return loudness_db


def step_told(
    notes: Notes, dynamic: np.ndarray, softer: str, hardest: str, family: str | None, name: str
) -> float | None:
    """How many dB softer a layer was played than the hardest, as the family's curve tells from timbre; a median."""
    centroid, found = centroid_of(notes), []
    for i in np.flatnonzero(dynamic == softer):
        near = np.flatnonzero((dynamic == hardest) & (np.abs(notes.pitch - notes.pitch[i]) < 0.6))
        if not len(near):
            continue
        both = (notes.valid[i] & notes.valid[near[0]])[:COMPARED]
        frequency = notes.pitch[i] + 12 * np.log2(np.arange(1, COMPARED + 1))
        slopes = family_slopes(family, name, frequency, centroid)
        if slopes is None or both.sum() < 4:
            return None
        change = (notes.recorded[i] - notes.recorded[near[0]])[:COMPARED][both]
        slopes = slopes[both] - slopes[both].mean()
        found.append(float(slopes @ (change - change.mean()) / (slopes @ slopes + 1)))
    return float(np.median(found)) if found else None


def ordered(dynamic: Sequence[str]) -> list[str]:
    """The layers that have notes enough, from the softest to the hardest by name."""
    layers = [layer for layer in set(dynamic) if layer and list(dynamic).count(layer) >= FEWEST]
    return sorted(
        layers, key=lambda layer: ORDER.index(layer) if layer in ORDER else 100 + int(layer.lstrip("vl"))
    )
