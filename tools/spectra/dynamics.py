"""How timbre follows loudness in families of instruments, for those that were recorded at one dynamic.

Slopes in dB of a partial per dB of loudness, relative to loudness, over its frequency in semitones from the centroid of
the hardest notes: measured on a tenor trombone and a tuba, on an alto and a baritone saxophone, at several dynamics.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..analysis.takes import Take
from .measure import LOUD_DB, Spectrum, dynamic_of, loud_part, read_spectrum

LAYER_STEPS = "layer_steps_db"  # in a patch's training: what its recordings' dynamics were moved by
OFFSETS = (-42, -30, -18, -12, -6, 0, 6, 12, 18, 24, 30, 42)
BRASS = (-0.55, -0.52, -0.42, -0.26, -0.22, 0.04, 0.48, 1.26, 1.55, 1.70, 1.57, 1.28)
SAXOPHONES = (-0.27, -0.49, -0.39, -0.30, 0.03, 0.05, 0.33, 0.32, 0.66, 0.86, 0.75, 1.41)
CURVES = {"brass": (BRASS, 0.9), "saxophone": (SAXOPHONES, 0.75)}
"""{family: slopes at OFFSETS, and their scale}."""
RANGES_DB = {"brass": 18.0, "bowed": 18.0, "single-reed": 8.0, "double-reed": 8.0, "flute": 8.0}
"""Of a family, from the softest to the hardest dynamic, over which sets whose levels were normalized are laid.

Measured, but for double reeds and flutes, which are taken to have the range of single reeds.
"""
NORMALIZED_DB = 3.0  # between dynamics by name, under which their levels were made equal
LEAST_STEP_DB = 2.0  # by their timbre, under which that tells nothing of a step
SAME_PITCH = 0.6  # semitones
FEWEST = 3  # notes of a dynamic
COMPARED, FEWEST_PARTIALS = 24, 4
ORDER = ("ppp", "pp", "p", "mp", "mf", "f", "ff", "fff")


def family_slopes(family: str | None, name: str, frequency: np.ndarray, centroid: float) -> np.ndarray | None:
    """The family's slopes at frequencies, both in MIDI notes, or None where none were measured."""
    key = "saxophone" if "sax" in name.lower() else family
    if key not in CURVES:
        return None
    slopes, scale = CURVES[key]
    return scale * np.interp(frequency - centroid, OFFSETS, slopes)


def centroid_of(spectra: Sequence[Spectrum]) -> float:
    """The median centroid of the partials' power, as a MIDI note."""
    return float(np.median([spectrum.centroid for spectrum in spectra]))


def layer_steps(takes: Sequence[Take], family: str | None, name: str) -> dict[str, float] | None:
    """How many dB each dynamic of a set is to be moved by, {dynamic: dB <= 0}, if its levels were made equal.

    The layers are laid evenly over the family's range; those of brass by the steps that the family's curve reads from
    how the softer differ from the hardest, if these are no fewer than LEAST_STEP_DB. None if the levels are as they
    were, or if no range of the family is known.
    """
    dynamic = np.array([dynamic_of(take.path) for take in takes])
    layers = ordered(dynamic)
    if len(layers) < 2 or family not in RANGES_DB:
        return None
    level_db = np.array([loudness_of(take) for take in takes])
    medians = [float(np.median(level_db[dynamic == layer])) for layer in layers]
    if max(medians) - min(medians) >= NORMALIZED_DB:
        return None
    steps = np.linspace(-RANGES_DB[family], 0, len(layers))
    if family == "brass":
        spectra = [read_spectrum(loud_part(take)) for take in takes]
        found = [step_of(spectra, dynamic, layer, layers[-1], family, name) for layer in layers[:-1]]
        if all(step is not None and step <= -LEAST_STEP_DB for step in found):
            steps = np.append(found, 0.0)
    return {layer: round(float(step), 1) for layer, step in zip(layers, steps, strict=True)}


def loudness_of(take: Take) -> float:
    """Median loudness in dB of what is held of a take."""
    return float(np.median(take.loudness_db[take.loudness_db > take.loudness_db.max() - LOUD_DB]))


def levelled(takes: Sequence[Take], steps: Mapping[str, float] | None) -> list[Take]:
    """The takes with their sound moved by the `layer_steps` of their dynamics."""
    return [_moved(take, (steps or {}).get(dynamic_of(take.path), 0.0)) for take in takes]


def _moved(take: Take, step_db: float) -> Take:
    if not step_db:
        return take
    audio = take.audio * np.float32(10 ** (step_db / 20))
    return replace(take, audio=audio, loudness_db=take.loudness_db + np.float32(step_db))


def step_of(
    spectra: Sequence[Spectrum | None], dynamic: np.ndarray, softer: str, hardest: str, family: str, name: str
) -> float | None:
    """How many dB softer than the hardest a layer was played, <= 0, read from timbre by the family's curve; a median
    over its notes.
    """
    heard = [spectrum is not None for spectrum in spectra]
    centroid = centroid_of([spectra[i] for i in np.flatnonzero((dynamic == hardest) & heard)])
    found = []
    for i in np.flatnonzero((dynamic == softer) & heard):
        near = [
            j
            for j in np.flatnonzero((dynamic == hardest) & heard)
            if abs(spectra[j].pitch - spectra[i].pitch) < SAME_PITCH
        ]
        if not near:
            continue
        both = (spectra[i].valid & spectra[near[0]].valid)[:COMPARED]
        slopes = family_slopes(
            family, name, spectra[i].pitch + 12 * np.log2(np.arange(1, COMPARED + 1)), centroid
        )
        if slopes is None or both.sum() < FEWEST_PARTIALS:
            continue
        change = (spectra[i].partials - spectra[near[0]].partials)[:COMPARED][both]
        slopes = slopes[both] - slopes[both].mean()
        found.append(float(slopes @ (change - change.mean()) / (slopes @ slopes + 1)))
    return float(np.median(found)) if found else None


def ordered(dynamic: Sequence[str]) -> list[str]:
    """The layers that have notes enough, from the softest to the hardest by name."""
    layers = [layer for layer in set(dynamic) if layer and list(dynamic).count(layer) >= FEWEST]
    return sorted(
        layers, key=lambda layer: ORDER.index(layer) if layer in ORDER else 100 + int(layer.lstrip("vl"))
    )
