"""A small valid patch with random weights, for tests: untrained, but louder where it should be."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ddsp_live.decoders.program import Program
from ddsp_live.patch import write_patch
from ddsp_live.tools.models.decoder_onnx import to_onnx

PITCH = {"low": 45.0, "high": 84.0, "quantiles": np.linspace(45, 84, 21).tolist()}
LOUDNESS = {"low": -45.0, "high": -12.0, "quantiles": np.linspace(-60, -8, 21).tolist()}
LICENCE = "Random numbers, free for any use.\n"
HEADS = ("amplitude", "harmonic_distribution", "noise_magnitudes")


def make_patch(
    path: str | Path,
    *,
    width: int = 32,
    harmonics: int = 20,
    noise_bands: int = 17,
    seed: int = 0,
    depth: int = 2,
    lags: Sequence[int] = (1, 2, 4),
    recurrent: bool = False,
    onnx_performer: bytes | None = None,
    body: np.ndarray | None = None,
    room: np.ndarray | None = None,
    room_rate: int | None = None,
    partials_db: np.ndarray | None = None,
    **changes,
) -> Path:
    """Write a patch to `path` and return it; `changes` replace entries of its patch.json.

    Amplitude follows loudness, some 0.4 at 0 dB and 10 dB less for 10 dB less; partials fall by 6 dB an
    octave, a little less when loud; noise stays some 40 dB below. `recurrent` puts a GRU behind the dense
    layers. partials_db [harmonics] makes partials louder.
    """
    layers = make_layers(width, harmonics, noise_bands, depth, lags, recurrent)
    weights = make_weights(layers, seed)
    if partials_db is not None:
        weights["harmonic_distribution.bias"] += np.asarray(partials_db, np.float32) / 20
    info = {
        "name": Path(path).stem,
        "title": "Random numbers",
        "sample_rate": 44100,
        "frame_rate": 250,
        "harmonics": harmonics,
        "noise_bands": noise_bands,
        "state_size": Program.from_layers(layers, weights).state_size,
        "layers": layers,
        "pitch": PITCH,
        "loudness": LOUDNESS,
        "performance": {"attack_ms": 30.0, "release_ms": 80.0},
        "training": {},
        "source": {"recordings": "none", "licence": "CC0-1.0", "url": "https://example.org"},
        **changes,
    }
    extras = {"body": body, "room": room, "room_rate": room_rate, "performer": onnx_performer}
    return write_patch(path, info, to_onnx(layers, weights), licence=LICENCE, **extras)


def make_layers(
    width: int, harmonics: int, noise_bands: int, depth: int, lags: Sequence[int], recurrent: bool
) -> list[dict]:
    """A layer list that uses every op (the GRU if `recurrent`); each head also sees the loudness itself."""
    inputs = ["f0_scaled", "loudness_scaled"]
    layers: list[dict] = [{"op": "difference", "input": inputs, "output": "context", "lags": list(lags)}]
    value = "context"
    for i in range(1, depth + 1):
        hidden = f"hidden_{i}"
        norm = {"weight": f"norm_{i}.weight", "bias": f"norm_{i}.bias"}
        layers += [
            _dense([value], hidden, width),
            {"op": "layer_norm", "input": [hidden], "output": hidden, "epsilon": 1e-5} | norm,
            {"op": "leaky_relu", "input": [hidden], "output": hidden, "slope": 0.01},
        ]
        value = hidden
    if recurrent:
        names = ("weight", "bias", "weight_hidden", "bias_hidden")
        gru = {"op": "gru", "input": [value, "context"], "output": "recurrent", "size": width}
        layers.append(gru | {name: f"recurrent.{name}" for name in names})
        value = "recurrent"
    for head, size in zip(HEADS, (1, harmonics, noise_bands), strict=True):
        layers.append(_dense([value, "loudness_scaled"], head, size))
        layers.append({"op": "exp_sigmoid", "input": [head], "output": head})
    layers.append({"op": "normalize", "input": [HEADS[1]], "output": HEADS[1]})
    return layers


def make_weights(layers: Sequence[dict], seed: int) -> dict[str, np.ndarray]:
    """Random float32 weights in torch's shapes, with heads biased towards a sound (see make_patch)."""
    rng = np.random.default_rng(seed)
    sizes = {"f0_scaled": 1, "loudness_scaled": 1}
    weights: dict[str, np.ndarray] = {}
    for layer in layers:
        width, op = sum(sizes[name] for name in layer["input"]), layer["op"]
        size = width
        if op == "difference":
            size = width * (1 + len(layer["lags"]))
        if op == "dense":
            size = layer["size"]
            weights[layer["weight"]] = rng.normal(0, 1 / np.sqrt(width), (size, width))
            weights[layer["bias"]] = rng.normal(0, 0.1, size)
            if layer["output"] in HEADS:
                _bias_head(layer, weights)
        if op == "layer_norm":
            weights[layer["weight"]] = rng.normal(1, 0.1, size)
            weights[layer["bias"]] = rng.normal(0, 0.1, size)
        if op == "gru":
            size = layer["size"]
            shapes = {"weight": (3 * size, width), "weight_hidden": (3 * size, size)}
            for name in ("weight", "bias", "weight_hidden", "bias_hidden"):
                weights[layer[name]] = rng.normal(0, 1 / np.sqrt(size), shapes.get(name, (3 * size,)))
        sizes[layer["output"]] = size
    return {name: array.astype(np.float32) for name, array in weights.items()}


def _bias_head(layer: dict, weights: dict[str, np.ndarray]) -> None:
    """Far below zero, exp_sigmoid(x) is 2·10^x: 20 dB for each 1. The last input is loudness, in 80 dB."""
    weight, bias, size = weights[layer["weight"]], weights[layer["bias"]], layer["size"]
    weight[:, :-1] *= 0.05 if size == 1 else 0.2
    partials = np.arange(1, size + 1)
    slopes = {
        "amplitude": 4.0,
        "harmonic_distribution": 0.5 * np.log10(partials),
        "noise_magnitudes": 3.0,
    }
    offsets = {
        "amplitude": 0.0,
        "harmonic_distribution": -1.0 - np.log10(partials),
        "noise_magnitudes": -3.0,
    }
    weight[:, -1] = slopes[layer["output"]]
    bias[:] += offsets[layer["output"]] - weight[:, -1]


def _dense(inputs: list[str], name: str, size: int) -> dict:
    named = {"weight": f"{name}.weight", "bias": f"{name}.bias"}
    return {"op": "dense", "input": inputs, "output": name, "size": size} | named
