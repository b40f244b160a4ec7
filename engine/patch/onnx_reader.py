"""The weights of an ONNX model, by a small reader of protobuf that trusts nothing it reads.

Only what carries weights is looked at: ModelProto.graph.initializer. Field numbers are those of onnx.proto3,
the wire format is Protocol Buffers' (https://protobuf.dev/programming-guides/encoding).
"""

import itertools
import math
from collections.abc import Iterator

import numpy as np

MOST_BYTES = 256 << 20
"""Of the model, and of the weights in memory."""
MOST_TENSORS = 4096
MOST_FIELDS = 1_000_000
MOST_DIMENSIONS = 8
LONGEST_NAME = 256

VARINT, FIXED_64, CHUNK, FIXED_32 = 0, 1, 2, 5
FLOAT, FLOAT16 = 1, 10

MODEL_GRAPH, MODEL_FUNCTIONS = 7, 25
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_SPARSE_INITIALIZER = 1, 5, 15
NODE_ATTRIBUTE = 5
ATTRIBUTE_TENSOR, ATTRIBUTE_TENSORS = 5, 10
ATTRIBUTE_GRAPHS = (6, 11)
DIMS, DATA_TYPE, SEGMENT, FLOAT_DATA, INT32_DATA, NAME, RAW_DATA = 1, 2, 3, 4, 5, 8, 9
EXTERNAL_DATA, DATA_LOCATION = 13, 14

Field = tuple[int, int, int, int]
"""Number, wire type, and: value, 0 for VARINT; start and end of the bytes for all others."""


def read_weights(model: bytes) -> dict[str, np.ndarray]:
    """The float32 and float16 initializers of a serialized ONNX model, as {name: read-only float32 array}.

    Initializers of other types are left out. Raises ValueError, in one sentence, for a model that is damaged,
    larger than MOST_BYTES, keeps data in other files, has subgraphs or functions, or holds a number that is
    not finite.
    """
    if len(model) > MOST_BYTES:
        raise ValueError(f"The ONNX model is larger than {MOST_BYTES >> 20} MB.")
    counter = itertools.count(1)
    graphs = []
    for number, kind, start, end in _fields(model, 0, len(model), counter):
        if number == MODEL_FUNCTIONS:
            raise ValueError("The ONNX model defines functions of its own, which a decoder may not.")
        if number == MODEL_GRAPH:
            graphs.append(_chunk(kind, start, end))
    if len(graphs) != 1:
        raise ValueError(f"The ONNX model holds {len(graphs)} graphs instead of one.")
    return _graph_weights(model, *graphs[0], counter)


def _graph_weights(model: bytes, start: int, end: int, counter: Iterator[int]) -> dict[str, np.ndarray]:
    weights: dict[str, np.ndarray] = {}
    tensors = size = 0
    for number, kind, first, last in _fields(model, start, end, counter):
        if number == GRAPH_SPARSE_INITIALIZER:
            raise ValueError("The ONNX model has sparse weights; export it with dense ones.")
        if number == GRAPH_NODE:
            _check_node(model, *_chunk(kind, first, last), counter)
        if number != GRAPH_INITIALIZER:
            continue
        tensors += 1
        if tensors > MOST_TENSORS:
            raise ValueError(f"The ONNX model has more than {MOST_TENSORS} weight tensors.")
        name, array = _tensor(model, *_chunk(kind, first, last), counter)
        if name in weights:
            raise ValueError(f"The ONNX model has two weight tensors named {name!r}.")
        if array is None:
            continue
        size += array.nbytes
        if size > MOST_BYTES:
            raise ValueError(f"The ONNX model's weights take more than {MOST_BYTES >> 20} MB.")
        weights[name] = array
    return weights


def _check_node(model: bytes, start: int, end: int, counter: Iterator[int]) -> None:
    """A node may carry constants, but neither graphs of its own nor data in other files."""
    for number, kind, first, last in _fields(model, start, end, counter):
        if number != NODE_ATTRIBUTE:
            continue
        for inner, kind_inside, a, b in _fields(model, *_chunk(kind, first, last), counter):
            if inner in ATTRIBUTE_GRAPHS:
                raise ValueError("The ONNX model has a graph inside a node, which a decoder may not.")
            if inner in (ATTRIBUTE_TENSOR, ATTRIBUTE_TENSORS):
                _tensor(model, *_chunk(kind_inside, a, b), counter)


def _tensor(model: bytes, start: int, end: int, counter: Iterator[int]) -> tuple[str, np.ndarray | None]:
    """A TensorProto's name and values; None for types that are not weights."""
    name, data_type = "", 0
    dims: list[int] = []
    data: dict[int, list[tuple[int, int]]] = {}
    for number, kind, first, last in _fields(model, start, end, counter):
        if number in (SEGMENT, EXTERNAL_DATA) or (number == DATA_LOCATION and first != 0):
            raise ValueError("The ONNX model keeps data in other files; export it as one file.")
        if number == DIMS:
            dims += [first] if kind == VARINT else _varints(model, *_chunk(kind, first, last))
            if len(dims) > MOST_DIMENSIONS:
                raise ValueError(f"A tensor of the ONNX model has more than {MOST_DIMENSIONS} dimensions.")
        elif number == DATA_TYPE:
            data_type = first if kind == VARINT else -1
        elif number == NAME:
            name = _text(model, *_chunk(kind, first, last))
        elif number in (FLOAT_DATA, INT32_DATA, RAW_DATA):
            data.setdefault(number, []).append(_chunk(kind, first, last))
    if data_type not in (FLOAT, FLOAT16):
        return name, None
    if max(dims, default=0) > MOST_BYTES or math.prod(dims) * 4 > MOST_BYTES:
        raise ValueError(f"The tensor {name!r} of the ONNX model takes more than {MOST_BYTES >> 20} MB.")
    values = _values(model, name, data_type, data)
    if len(values) != math.prod(dims):
        raise ValueError(f"The tensor {name!r} of the ONNX model has {len(values)} values for shape {dims}.")
    array = values.astype(np.float32).reshape(dims)  # a copy: aligned, and in this machine's byte order
    if not np.isfinite(array).all():
        raise ValueError(f"The tensor {name!r} of the ONNX model holds numbers that are not finite.")
    array.flags.writeable = False
    return name, array


def _values(model: bytes, name: str, data_type: int, data: dict[int, list[tuple[int, int]]]) -> np.ndarray:
    if len(data) > 1:
        raise ValueError(f"The tensor {name!r} of the ONNX model has its values twice.")
    [(number, pieces)] = data.items() or [(RAW_DATA, [(0, 0)])]
    if len(pieces) > 1:
        raise ValueError(f"The tensor {name!r} of the ONNX model has its values in pieces.")
    [(start, end)] = pieces
    if number == INT32_DATA and data_type == FLOAT16:  # the bits of each half, as a varint
        halves = list(_varints(model, start, end))
        if any(half > 0xFFFF for half in halves):
            raise ValueError(f"The tensor {name!r} of the ONNX model holds numbers that are not float16.")
        return np.array(halves, np.uint16).view(np.float16)
    if number == INT32_DATA or (number == FLOAT_DATA and data_type == FLOAT16):
        raise ValueError(f"The tensor {name!r} of the ONNX model has its values in a field of another type.")
    stored = np.dtype("<f4" if data_type == FLOAT else "<f2")
    if (end - start) % stored.itemsize:
        raise ValueError(f"The tensor {name!r} of the ONNX model ends within a number.")
    return np.frombuffer(model, stored, (end - start) // stored.itemsize, start)


def _fields(model: bytes, start: int, end: int, counter: Iterator[int]) -> Iterator[Field]:
    """The fields of one message, which is bytes [start, end). `counter` runs on over the whole model."""
    at = start
    while at < end:
        if next(counter) > MOST_FIELDS:
            raise ValueError(f"The ONNX model has more than {MOST_FIELDS} fields.")
        tag, at = _varint(model, at, end)
        number, kind = tag >> 3, tag & 7
        first = last = 0
        if kind == VARINT:
            first, at = _varint(model, at, end)
        elif kind in (FIXED_64, FIXED_32):
            first, at = at, at + (8 if kind == FIXED_64 else 4)
            last = at
        elif kind == CHUNK:
            size, first = _varint(model, at, end)
            at = last = first + size
        if number == 0 or kind not in (VARINT, FIXED_64, CHUNK, FIXED_32) or at > end:
            raise ValueError(f"The ONNX model is damaged or cut short near byte {min(at, end)}.")
        yield number, kind, first, last


def _varint(model: bytes, at: int, end: int) -> tuple[int, int]:
    """An unsigned number of up to 64 bits, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= end:
            break
        byte = model[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
    raise ValueError(f"The ONNX model is damaged or cut short near byte {at}.")


def _varints(model: bytes, start: int, end: int) -> Iterator[int]:
    if end - start > MOST_FIELDS:
        raise ValueError("The ONNX model has a long list of numbers where raw data should be.")
    while start < end:
        value, start = _varint(model, start, end)
        yield value


def _chunk(kind: int, start: int, end: int) -> tuple[int, int]:
    if kind != CHUNK:
        raise ValueError(f"The ONNX model is damaged near byte {start}.")
    return start, end


def _text(model: bytes, start: int, end: int) -> str:
    if end - start > LONGEST_NAME:
        raise ValueError(f"The ONNX model has a name of more than {LONGEST_NAME} bytes near byte {start}.")
    try:
        return model[start:end].decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"The ONNX model has a name that is not text near byte {start}.") from error
