"""Puts tables of spectra behind a decoder: as layers of its list, so that every way to run it has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

COLUMNS = 41  # of partials that have their own; from the last on all are alike
NEVER_DB = -200.0
STEP_DB, STEP_SLOPE = 0.25, 1 / 64  # a table's values are multiples of these, so that a byte holds each
TABLED = "tabled_"
ROLES = ("levels", "slopes", "reference")


@dataclass(frozen=True)
class Tables:
    """What is added in dB to partials and noise bands, at knots of pitch from MIDI note `first` on, `step` semitones
    apart.

    partials, noise: [knots, columns] at each knot's own loudness. partial_slopes, noise_slopes: dB more for each dB
    louder. reference: [knots] that loudness in dB. floor_db: below it all falls silent.
    """

    first: float
    step: float
    partials: np.ndarray
    noise: np.ndarray
    partial_slopes: np.ndarray
    noise_slopes: np.ndarray
    reference: np.ndarray
    floor_db: float = NEVER_DB


def with_tables(
    layers: Sequence[Mapping], weights: Mapping[str, np.ndarray], tables: Tables
) -> tuple[list[dict], dict[str, np.ndarray]]:
    """The layers and weights of a decoder with tables in place of those that it may have.

    The partials' gains act before the distribution is normalized, and the change of their sum moves into the
    amplitude: what is corrected is each partial's level, and tables of zeros change no bit. Raises ValueError for
    layers that do not end their distribution in `normalize`.
    """
    layers, weights = without_tables(layers, weights)
    last = next((i for i, layer in enumerate(layers) if _normalizes(layer)), None)
    if last is None:
        raise ValueError(
            "The decoder's harmonic_distribution is not normalized, so no table can come before that."
        )
    sizes = {layer["output"]: layer.get("size") for layer in layers if layer["op"] == "dense"}
    parts = {"partials": "harmonic_distribution", "noise": "noise_magnitudes"}
    tabled = {}
    for part, output in parts.items():
        arrays = getattr(tables, part), getattr(tables, part.removesuffix("s") + "_slopes"), tables.reference
        names = {role: f"{TABLED}{part}.{role}" for role in ROLES}
        weights |= {names[role]: np.float32(array) for role, array in zip(ROLES, arrays, strict=True)}
        tabled[part] = (
            {"op": "table", "input": ["f0_scaled", "loudness_scaled"], "output": f"{TABLED}{part}"}
            | {"size": sizes[output], "knots": len(arrays[0]), "columns": arrays[0].shape[1]}
            | {"first": float(tables.first), "step": float(tables.step), "floor_db": float(tables.floor_db)}
            | names
        )
    shaped, level, distribution = f"{TABLED}distribution", f"{TABLED}level", "harmonic_distribution"
    return [
        *layers[:last],
        tabled["partials"],
        {"op": "product", "input": [distribution, f"{TABLED}partials"], "output": shaped},
        {"op": "ratio", "input": [shaped, distribution], "output": level},
        {"op": "product", "input": ["amplitude", level], "output": "amplitude"},
        {"op": "normalize", "input": [shaped], "output": distribution},
        *layers[last + 1 :],
        tabled["noise"],
        {"op": "product", "input": ["noise_magnitudes", f"{TABLED}noise"], "output": "noise_magnitudes"},
    ], weights


def without_tables(
    layers: Sequence[Mapping], weights: Mapping[str, np.ndarray]
) -> tuple[list[dict], dict[str, np.ndarray]]:
    """The layers and weights of a decoder as it was before `with_tables`."""
    kept = []
    for layer in layers:
        if layer["op"] == "normalize" and layer["input"] == [f"{TABLED}distribution"]:
            layer = {**layer, "input": [layer["output"]]}
        elif layer["output"].startswith(TABLED) or any(name.startswith(TABLED) for name in layer["input"]):
            continue
        kept.append(dict(layer))
    return kept, {name: array for name, array in weights.items() if not name.startswith(TABLED)}


def _normalizes(layer: Mapping) -> bool:
    return layer["op"] == "normalize" and layer["output"] == "harmonic_distribution"
