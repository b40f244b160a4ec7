"""Writes a decoder as ONNX straight from its layers, so that weights keep their names and torch's shapes."""

import math
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NEPERS_PER_DB = math.log(10) / 20
TABLE_LOUDER_DB = (-24.0, 6.0)  # from a knot's own loudness, within which a table's slopes are followed
TABLE_FALL = 4.0  # dB more for each dB below its floor
TABLE_DB = (-160.0, 60.0)  # of what is read
OPSET = 17
IR_VERSION = 8
INPUTS = ("f0_scaled", "loudness_scaled")
OUTPUTS = ("amplitude", "harmonic_distribution", "noise_magnitudes")
MOST_FLOAT_BYTES = 1_000_000  # of weights, beyond which halves are kept: they stay 60 dB below what is heard
TO_THE_END = np.iinfo(np.int64).max


def to_onnx(
    layers: Sequence[Mapping],
    weights: Mapping[str, np.ndarray],
    *,
    inputs: Sequence[str] = INPUTS,
    outputs: Sequence[str] = OUTPUTS,
    name: str = "decoder",
    half: bool | None = None,
) -> bytes:
    """A decoder.onnx, or the model of another chain of layers: one frame for any number of voices V.

    A decoder has the inputs f0_scaled [V, 1], loudness_scaled [V, 1], state [V, S]; outputs amplitude [V, 1],
    harmonic_distribution [V, K], noise_magnitudes [V, M], state_out [V, S].
    half: whether matrices are kept as float16, to be computed with as float32; unless it is said, where all
    weights would take more than a megabyte.
    """
    if half is None:
        half = sum(4 * np.size(array) for array in weights.values()) > MOST_FLOAT_BYTES
    graph = _Graph(weights, inputs, half)
    for layer in layers:
        graph.add_layer(layer)
    return graph.finish(outputs, name)


class _Graph:
    """Nodes in the making. Layers may overwrite a value, ONNX may not: `now` names the latest tensors."""

    def __init__(self, weights: Mapping[str, np.ndarray], inputs: Sequence[str], half: bool):
        self.weights = weights
        self.half = half
        self.inputs = inputs
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}
        self.now = {name: name for name in inputs}
        self.sizes = dict.fromkeys(inputs, 1)
        self.state_size = 0
        self.states: list[str] = []

    def node(self, op: str, inputs: Sequence[str], output: str = "", **attributes) -> str:
        output = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], **attributes))
        return output

    def constant(self, value, dtype=np.float32) -> str:
        array = np.asarray(value, dtype=dtype)
        # Readers bound the length of names.
        said = str(array.tolist()) if array.size < 8 else f"{array.size} {zlib.crc32(array.tobytes())}"
        name = f"constant {array.dtype.kind}{said}"
        self.initializers.setdefault(name, numpy_helper.from_array(array, name))
        return name

    def weight(self, name: str) -> str:
        array = np.ascontiguousarray(self.weights[name], dtype=np.float32)
        # A single row, as the amplitude's, saves nothing, and what is lost there moves the level of all.
        matrix = array.ndim == 2 and len(array) > 1
        halved = self.half and matrix and np.abs(array).max(initial=0) <= np.finfo(np.float16).max
        self.initializers[name] = numpy_helper.from_array(array.astype(np.float16) if halved else array, name)
        return self.node("Cast", [name], to=TensorProto.FLOAT) if halved else name

    def table(self, name: str) -> str:
        """Of numbers that halves hold exactly, or nearly: kept as such."""
        array = np.ascontiguousarray(self.weights[name], dtype=np.float32)
        if not np.array_equal(array.astype(np.float16), array):
            return self.weight(name)
        self.initializers[name] = numpy_helper.from_array(array.astype(np.float16), name)
        return self.node("Cast", [name], to=TensorProto.FLOAT)

    def slice(self, x: str, start: int, end: int) -> str:
        start, end, axis = (self.constant([i], np.int64) for i in (start, end, 1))
        return self.node("Slice", [x, start, end, axis])

    def concat(self, parts: Sequence[str]) -> str:
        return parts[0] if len(parts) == 1 else self.node("Concat", parts, axis=1)

    def take_state(self, size: int) -> str:
        self.state_size += size
        return self.slice("state", self.state_size - size, self.state_size)

    def add_layer(self, layer: Mapping) -> None:
        size = sum(self.sizes[name] for name in layer["input"])
        x = self.concat([self.now[name] for name in layer["input"]])
        y, self.sizes[layer["output"]] = WRITERS[layer["op"]](self, layer, x, size)
        self.now[layer["output"]] = y

    def finish(self, wanted: Sequence[str], title: str) -> bytes:
        outputs = []
        for name in wanted:
            self.node("Identity", [self.now[name]], name)
            outputs.append(_voices(name, self.sizes[name]))
        self.node("Identity", [self.concat(self.states or ["state"])], "state_out")
        outputs.append(_voices("state_out", self.state_size))
        inputs = [*(_voices(name, 1) for name in self.inputs), _voices("state", self.state_size)]
        graph = helper.make_graph(self.nodes, title, inputs, outputs, list(self.initializers.values()))
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="ddsp-live"
        )
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model)
        return model.SerializeToString(deterministic=True)


def _voices(name: str, size: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["V", size])


def _difference(graph: _Graph, layer: Mapping, x: str, size: int) -> tuple[str, int]:
    lags, longest = layer["lags"], max(layer["lags"])
    state = graph.take_state(longest * size + 1)
    kept, flag = graph.slice(state, 0, longest * size), graph.slice(state, longest * size, TO_THE_END)
    first = graph.node("Tile", [x, graph.constant([1, longest], np.int64)])
    past = graph.node("Where", [graph.node("Greater", [flag, graph.constant(0.5)]), kept, first])
    differences = [graph.node("Sub", [x, graph.slice(past, (lag - 1) * size, lag * size)]) for lag in lags]
    newest = [x] if longest == 1 else [x, graph.slice(past, 0, (longest - 1) * size)]
    graph.states.append(graph.concat([*newest, graph.node("Max", [flag, graph.constant(1.0)])]))
    return graph.concat([x, *differences]), size * (1 + len(lags))


def _dense(graph: _Graph, layer: Mapping, x: str, size: int) -> tuple[str, int]:
    weights = [graph.weight(layer["weight"]), graph.weight(layer["bias"])]
    return graph.node("Gemm", [x, *weights], transB=1), layer["size"]


def _layer_norm(graph: _Graph, layer: Mapping, x: str, size: int) -> tuple[str, int]:
    weights = [graph.weight(layer["weight"]), graph.weight(layer["bias"])]
    return graph.node("LayerNormalization", [x, *weights], axis=-1, epsilon=layer["epsilon"]), size


def _leaky_relu(graph: _Graph, layer: Mapping, x: str, size: int) -> tuple[str, int]:
    return graph.node("LeakyRelu", [x], alpha=layer["slope"]), size


def _exp_sigmoid(graph: _Graph, layer: Mapping, x: str, size: int) -> tuple[str, int]:
    power = graph.node("Pow", [graph.node("Sigmoid", [x]), graph.constant(math.log(10.0))])
    return graph.node("Add", [graph.node("Mul", [power, graph.constant(2.0)]), graph.constant(1e-7)]), size


def _normalize(graph: _Graph, layer: Mapping, x: str, size: int) -> tuple[str, int]:
    total = graph.node("ReduceSum", [x, graph.constant([1], np.int64)], keepdims=1)
    return graph.node("Div", [x, total]), size


def _table(graph: _Graph, layer: Mapping, x: str, size: int) -> tuple[str, int]:
    knots, columns = layer["knots"], layer["columns"]
    pitch, loudness = graph.slice(x, 0, 1), graph.slice(x, 1, 2)
    at = graph.node("Mul", [pitch, graph.constant(127.0)])
    at = graph.node("Sub", [at, graph.constant(layer["first"])])
    at = graph.node("Div", [at, graph.constant(layer["step"])])
    at = graph.node("Clip", [at, graph.constant(0.0), graph.constant(knots - 1)])
    away = graph.node("Abs", [graph.node("Sub", [at, graph.constant(np.arange(knots))])])
    weights = graph.node("Relu", [graph.node("Sub", [graph.constant(1.0), away])])
    loudness_db = graph.node(
        "Mul", [graph.node("Sub", [loudness, graph.constant(1.0)]), graph.constant(80.0)]
    )
    column = graph.node("Unsqueeze", [graph.table(layer["reference"]), graph.constant([1], np.int64)])
    louder = graph.node("Sub", [loudness_db, graph.node("MatMul", [weights, column])])
    louder = graph.node("Clip", [louder, *map(graph.constant, TABLE_LOUDER_DB)])
    below = graph.node("Sub", [loudness_db, graph.constant(layer["floor_db"])])
    fall = graph.node("Mul", [graph.node("Min", [below, graph.constant(0.0)]), graph.constant(TABLE_FALL)])
    levels, slopes = (
        graph.node("MatMul", [weights, graph.table(layer[role])]) for role in ("levels", "slopes")
    )
    db = graph.node("Add", [graph.node("Add", [levels, graph.node("Mul", [louder, slopes])]), fall])
    db = graph.node("Clip", [db, *map(graph.constant, TABLE_DB)])
    gains = graph.node("Exp", [graph.node("Mul", [db, graph.constant(NEPERS_PER_DB)])])
    places = graph.constant(np.minimum(np.arange(layer["size"]), columns - 1), np.int64)
    return graph.node("Gather", [gains, places], axis=1), layer["size"]


def _product(graph: _Graph, layer: Mapping, x: str, size: int) -> tuple[str, int]:
    half = size // 2
    return graph.node("Mul", [graph.slice(x, 0, half), graph.slice(x, half, size)]), half


def _ratio(graph: _Graph, layer: Mapping, x: str, size: int) -> tuple[str, int]:
    half = size // 2
    parts = (graph.slice(x, 0, half), graph.slice(x, half, size))
    sums = [graph.node("ReduceSum", [part, graph.constant([1], np.int64)], keepdims=1) for part in parts]
    return graph.node("Div", sums), 1


def _gru(graph: _Graph, layer: Mapping, x: str, size: int) -> tuple[str, int]:
    """Spelled out: ONNX's own GRU has another gate order, so torch's weights could not stay as they are."""
    width = layer["size"]
    hidden = graph.take_state(width)
    a = graph.node("Gemm", [x, graph.weight(layer["weight"]), graph.weight(layer["bias"])], transB=1)
    b = graph.node(
        "Gemm", [hidden, graph.weight(layer["weight_hidden"]), graph.weight(layer["bias_hidden"])], transB=1
    )
    (ar, az, an), (br, bz, bn) = (
        [graph.slice(g, i * width, (i + 1) * width) for i in range(3)] for g in (a, b)
    )
    reset = graph.node("Sigmoid", [graph.node("Add", [ar, br])])
    update = graph.node("Sigmoid", [graph.node("Add", [az, bz])])
    new = graph.node("Tanh", [graph.node("Add", [an, graph.node("Mul", [reset, bn])])])
    kept = graph.node("Mul", [update, graph.node("Sub", [hidden, new])])
    y = graph.node("Add", [new, kept])
    graph.states.append(y)
    return y, width


WRITERS = {
    "difference": _difference,
    "dense": _dense,
    "layer_norm": _layer_norm,
    "leaky_relu": _leaky_relu,
    "gru": _gru,
    "exp_sigmoid": _exp_sigmoid,
    "normalize": _normalize,
    "table": _table,
    "product": _product,
    "ratio": _ratio,
}
