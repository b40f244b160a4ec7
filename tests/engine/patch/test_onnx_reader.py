"""Weights out of ONNX files: what the onnx package wrote comes back, and nothing else gets in."""

import numpy as np
import onnx
import pytest
from ddsp_live.patch import onnx_reader as onnx_weights
from ddsp_live.patch.onnx_reader import read_weights
from onnx import TensorProto, helper, numpy_helper

RNG = np.random.default_rng(3)
MATRIX = RNG.normal(size=(5, 7)).astype(np.float32)
VECTOR = RNG.normal(size=11).astype(np.float32)


def model(*tensors: TensorProto, nodes=()) -> onnx.ModelProto:
    nodes = nodes or [helper.make_node("Identity", ["x"], ["y"])]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["V", 1]) for name in "xy"]
    return helper.make_model(helper.make_graph(list(nodes), "decoder", ends[:1], ends[1:], list(tensors)))


def raw(array: np.ndarray, name: str = "w") -> TensorProto:
    return numpy_helper.from_array(array, name)


def as_list(array: np.ndarray, data_type: int, name: str = "w") -> TensorProto:
    return helper.make_tensor(name, data_type, array.shape, array.ravel())


STORED = {
    "float32 raw": raw(MATRIX),
    "float32 list": as_list(MATRIX, TensorProto.FLOAT),
    "float16 raw": raw(MATRIX.astype(np.float16)),
    "float16 list": as_list(MATRIX.astype(np.float16), TensorProto.FLOAT16),
    "scalar": raw(np.float32(2.5).reshape(())),
    "empty": raw(np.zeros((0, 3), np.float32)),
}


@pytest.mark.parametrize("tensor", STORED.values(), ids=STORED.keys())
def test_weights_are_as_the_onnx_package_reads_them(tensor):
    weights = read_weights(model(tensor, raw(VECTOR, "b")).SerializeToString())
    assert list(weights) == ["w", "b"]
    assert weights["w"].dtype == np.float32
    assert weights["w"].flags.aligned
    np.testing.assert_array_equal(weights["w"], numpy_helper.to_array(tensor).astype(np.float32))
    np.testing.assert_array_equal(weights["b"], VECTOR)


def test_dimensions_may_be_packed():
    tensor = raw(VECTOR)
    plain = tensor.SerializeToString()
    packed = b"\x0a\x01\x0b" + plain[2:]  # field 1 as a chunk of one byte instead of a number
    assert plain[:2] == b"\x08\x0b"
    np.testing.assert_array_equal(read_weights(_chunk(7, _chunk(5, packed)))["w"], VECTOR)


def test_numbers_that_are_not_weights_are_left_out():
    assert read_weights(model(raw(np.arange(3)), raw(VECTOR, "b")).SerializeToString()).keys() == {"b"}


def broken_tensor(**fields) -> bytes:
    tensor = raw(VECTOR)
    for name, value in fields.items():
        tensor.ClearField(name)
        if isinstance(value, list):
            getattr(tensor, name).extend(value)
        elif value is not None:
            setattr(tensor, name, value)
    return model(tensor).SerializeToString()


def external() -> bytes:
    tensor = raw(VECTOR)
    onnx.external_data_helper.set_external_data(tensor, "/etc/passwd")
    return model(tensor).SerializeToString()


def functions() -> bytes:
    made = model(raw(VECTOR))
    made.functions.add().name = "f"
    return made.SerializeToString()


def subgraph() -> bytes:
    inner = model(raw(VECTOR)).graph
    node = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    return model(nodes=[node]).SerializeToString()


def constant(array: np.ndarray) -> bytes:
    return model(nodes=[helper.make_node("Constant", [], ["y"], value=raw(array))]).SerializeToString()


def sparse() -> bytes:
    made = model()
    made.graph.sparse_initializer.add().values.CopyFrom(raw(VECTOR))
    return made.SerializeToString()


WHOLE = model(raw(VECTOR)).SerializeToString()
HOSTILE = {
    "empty": (b"", "0 graphs"),
    "two graphs": (WHOLE + WHOLE, "2 graphs"),
    "cut short": (WHOLE[:-9], "cut short"),
    "endless number": (b"\xff" * 40, "damaged"),
    "group": (b"\x3b", "damaged"),
    "field number 0": (b"\x02\x00", "damaged"),
    "graph is a number": (b"\x38\x01", "damaged"),
    "external data": (external(), "other files"),
    "functions": (functions(), "functions"),
    "subgraph": (subgraph(), "graph inside a node"),
    "sparse": (sparse(), "sparse"),
    "constant is not finite": (constant(np.full(2, np.nan, np.float32)), "not finite"),
    "infinite": (model(raw(np.full(3, np.inf, np.float32))).SerializeToString(), "not finite"),
    "float16 infinite": (model(raw(np.full(3, np.inf, np.float16))).SerializeToString(), "not finite"),
    "same name twice": (model(raw(VECTOR), raw(VECTOR)).SerializeToString(), "two weight tensors"),
    "too few values": (broken_tensor(dims=[12]), "11 values for shape"),
    "negative dimension": (broken_tensor(dims=[-11]), "256 MB"),
    "negative by nothing": (broken_tensor(dims=[-1, 0]), "256 MB"),
    "dimensions overflow": (broken_tensor(dims=[1 << 33, 1 << 33]), "256 MB"),
    "many dimensions": (broken_tensor(dims=[1] * 9), "more than 8 dimensions"),
    "ends within a number": (broken_tensor(raw_data=b"12345"), "within a number"),
    "values twice": (broken_tensor(float_data=[1.0]), "values twice"),
    "values of another type": (broken_tensor(raw_data=None, int32_data=[1] * 11), "another type"),
    "long name": (broken_tensor(name="w" * 300), "name of more than"),
}


@pytest.mark.parametrize("data, reason", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_model_is_refused_in_one_sentence(data, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        read_weights(data)
    assert_one_sentence(caught.value)


def test_sizes_are_bounded(monkeypatch):
    monkeypatch.setattr(onnx_weights, "MOST_TENSORS", 3)
    with pytest.raises(ValueError, match="more than 3 weight tensors"):
        read_weights(model(*(raw(VECTOR, f"w{i}") for i in range(4))).SerializeToString())
    monkeypatch.setattr(onnx_weights, "MOST_FIELDS", 10)
    with pytest.raises(ValueError, match="more than 10 fields"):
        read_weights(WHOLE)
    monkeypatch.setattr(onnx_weights, "MOST_BYTES", len(WHOLE) - 1)
    with pytest.raises(ValueError, match="larger than"):
        read_weights(WHOLE)


def test_damage_anywhere_gives_weights_or_one_sentence():
    data = model(raw(MATRIX), as_list(VECTOR, TensorProto.FLOAT, "b")).SerializeToString()
    rng = np.random.default_rng(1)
    for end in range(len(data)):
        read_or_refuse(data[:end])
    for _ in range(3000):
        damaged = bytearray(data)
        for at in rng.integers(0, len(data), rng.integers(1, 4)):
            damaged[at] = rng.integers(0, 256)
        read_or_refuse(bytes(damaged))
    for _ in range(500):
        read_or_refuse(rng.bytes(rng.integers(1, 200)))


def read_or_refuse(data: bytes) -> None:
    try:
        weights = read_weights(data)
    except ValueError as error:
        assert_one_sentence(error)
    else:
        assert all(np.isfinite(array).all() for array in weights.values())


def assert_one_sentence(error: ValueError) -> None:
    assert type(error) is ValueError
    text = str(error)
    assert text[0].isupper() and text.endswith(".") and "\n" not in text and ". " not in text
    assert len(text) < 400


def _chunk(number: int, data: bytes) -> bytes:
    size, encoded = len(data), b""
    while size > 127:
        encoded += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + encoded + bytes([size]) + data
