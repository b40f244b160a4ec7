"""A small valid patch that has a performer, with random weights, for tests."""

import numpy as np
from ddsp_live.performance.performer import INPUTS, OUTPUT
from ddsp_live.tools.models.decoder_onnx import to_onnx
from make_patch import make_patch

LAYERS = [
    {"op": "dense", "input": list(INPUTS), "output": "hidden", "size": 12, "weight": "h.w", "bias": "h.b"},
    {"op": "leaky_relu", "input": ["hidden"], "output": "hidden", "slope": 0.1},
    {"op": "dense", "input": ["hidden"], "output": OUTPUT, "size": 4, "weight": "c.w", "bias": "c.b"},
]


def weights(seed=0):
    rng = np.random.default_rng(seed)
    shapes = {"h.w": (12, len(INPUTS)), "h.b": (12,), "c.w": (4, 12), "c.b": (4,)}
    return {name: rng.normal(0, 0.2, shape).astype(np.float32) for name, shape in shapes.items()}


def performed(path, layers=LAYERS, given=None, **sizes):
    """A patch with a performer of random numbers; `sizes` as `make_patch` takes them."""
    model = to_onnx(LAYERS, weights() | (given or {}), inputs=INPUTS, outputs=(OUTPUT,), name="performer")
    return make_patch(path, seed=1, onnx_performer=model, performer={"layers": layers}, **sizes)
