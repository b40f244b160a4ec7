"""A patch's layer list: what is placed where, and what is turned away with a sentence."""

import numpy as np
import pytest
from ddsp_live.decoders.layers import OPS
from ddsp_live.decoders.program import OUTPUTS, Program

SMALL = {"context": 4, "hidden": 5, "harmonic_distribution": 3, "noise_magnitudes": 2, "amplitude": 1}


def dense(value, name, size):
    return {"op": "dense", "input": value, "output": name, "size": size} | {
        "weight": name + ".w",
        "bias": name + ".b",
    }


def layers() -> list[dict]:
    return [
        {"op": "difference", "input": ["f0_scaled", "loudness_scaled"], "output": "context", "lags": [3]},
        dense(["context"], "hidden", 5),
        {"op": "layer_norm", "input": ["hidden"], "output": "hidden"}
        | {"weight": "norm.w", "bias": "norm.b", "epsilon": 1e-5},
        {"op": "leaky_relu", "input": ["hidden"], "output": "hidden", "slope": 0.01},
        {"op": "gru", "input": ["hidden", "context"], "output": "memory", "size": 6}
        | {"weight": "gru.w", "bias": "gru.b", "weight_hidden": "gru.wh", "bias_hidden": "gru.bh"},
        *(dense(["memory"], name, SMALL[name]) for name in OUTPUTS),
        {"op": "exp_sigmoid", "input": ["amplitude"], "output": "amplitude"},
    ]


def weights() -> dict[str, np.ndarray]:
    shapes = {"hidden.w": (5, 4), "hidden.b": (5,), "norm.w": (5,), "norm.b": (5,)}
    shapes |= {"gru.w": (18, 9), "gru.b": (18,), "gru.wh": (18, 6), "gru.bh": (18,)}
    shapes |= {f"{name}.w": (SMALL[name], 6) for name in OUTPUTS} | {
        f"{name}.b": (SMALL[name],) for name in OUTPUTS
    }
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def test_states_lie_in_list_order():
    program = Program.from_layers(layers(), weights())
    states = [(step.op, step.state, step.state_size) for step in program.steps if step.state_size]
    assert states == [("difference", 0, 2 * 3 + 1), ("gru", 7, 6)]
    assert program.state_size == 13


def test_values_begin_at_whole_vectors_within_the_activations():
    program = Program.from_layers(layers(), weights())
    assert program.activations % 16 == 0
    for name in (*OUTPUTS, "hidden", "context", "memory"):
        assert program.offsets[name] % 16 == 0
        assert program.offsets[name] + program.sizes[name] <= program.activations
    assert {name: program.sizes[name] for name in SMALL} == SMALL


def test_inputs_lie_next_to_each_other():
    program = Program.from_layers(layers(), weights())
    assert (program.offsets["f0_scaled"], program.offsets["loudness_scaled"]) == (0, 1)
    assert program.steps[0].op == "difference" and program.steps[0].input_size == 2


def test_values_that_lie_apart_are_copied_together():
    program = Program.from_layers(layers(), weights())
    first, second, gru = program.steps[4:7]
    assert [first.op, second.op, gru.op] == ["copy", "copy", "gru"]
    assert (first.output, second.output) == (gru.input, gru.input + 5)
    assert (first.input_size, second.input_size, gru.input_size) == (5, 4, 9)


def test_elementwise_layers_work_in_place_and_products_do_not():
    again = dense(["hidden"], "hidden", 5) | {"weight": "again.w"}
    given = weights() | {"again.w": np.zeros((5, 5), np.float32)}
    program = Program.from_layers([*layers()[:4], again, *layers()[4:]], given)
    norm, relu, product = program.steps[2:5]
    assert norm.input == norm.output == relu.input == relu.output == product.input
    assert product.output != product.input


def test_keeps_weights_as_they_are_even_where_they_are_not_in_c_order():
    given = weights()
    given["gru.w"] = np.asfortranarray(given["gru.w"])
    gru = next(step for step in Program.from_layers(layers(), given).steps if step.op == "gru")
    assert gru.arrays["weight"].flags.c_contiguous
    np.testing.assert_array_equal(gru.arrays["weight"], weights()["gru.w"])


def changed(index, **fields):
    return lambda: [*layers()[:index], layers()[index] | fields, *layers()[index + 1 :]]


def without(index, key):
    return lambda: [
        *layers()[:index],
        {name: value for name, value in layers()[index].items() if name != key},
        *layers()[index + 1 :],
    ]


WIDE = [dense(["f0_scaled"], f"wide_{i}", 4096) for i in range(2)]
BAD_LAYERS = {
    "no list": (lambda: {"op": "dense"}, "1 to 64 layers"),
    "no layers": (lambda: [], "1 to 64 layers"),
    "too many layers": (lambda: layers() * 8, "1 to 64 layers"),
    "no object": (lambda: ["dense"], "layer 1 is not an object"),
    "unknown op": (changed(1, op="conv"), r"layer 2 has the unknown op 'conv'"),
    "op of a strange type": (changed(1, op=["dense"]), "layer 2 has the unknown op"),
    "copy is the kernel's own": (changed(1, op="copy"), "layer 2 has the unknown op 'copy'"),
    "no input": (without(1, "input"), r'layer 2 \(dense\) lacks "input"'),
    "no size": (without(1, "size"), r'layer 2 \(dense\) lacks "size"'),
    "input is one string": (changed(1, input="context"), 'layer 2 .* bad "input"'),
    "empty input": (changed(1, input=[]), 'layer 2 .* bad "input"'),
    "output is no name": (changed(1, output=7), 'layer 2 .* bad "output"'),
    "size of zero": (changed(1, size=0), 'layer 2 .* bad "size"'),
    "size is true": (changed(1, size=True), 'layer 2 .* bad "size"'),
    "size is huge": (changed(1, size=10**9), 'layer 2 .* bad "size"'),
    "size is a fraction": (changed(1, size=5.0), 'layer 2 .* bad "size"'),
    "unknown value": (changed(1, input=["nothing"]), 'layer 2 .* reads "nothing"'),
    "value made later": (changed(0, input=["hidden"]), 'layer 1 .* reads "hidden"'),
    "lags descend": (changed(0, lags=[2, 1]), 'layer 1 .* bad "lags"'),
    "lag of zero": (changed(0, lags=[0]), 'layer 1 .* bad "lags"'),
    "lag too long": (changed(0, lags=[65]), 'layer 1 .* bad "lags"'),
    "too many lags": (changed(0, lags=list(range(1, 10))), 'layer 1 .* bad "lags"'),
    "epsilon is not a number": (changed(2, epsilon=float("nan")), 'layer 3 .* bad "epsilon"'),
    "epsilon of zero": (changed(2, epsilon=0), 'layer 3 .* bad "epsilon"'),
    "slope is infinite": (changed(3, slope=float("inf")), 'layer 4 .* bad "slope"'),
    "slope is text": (changed(3, slope="0.1"), 'layer 4 .* bad "slope"'),
    "missing weights": (changed(1, weight="absent"), 'layer 2 .* needs the weights "absent"'),
    "weights of another layer": (changed(1, weight="norm.w"), r'layer 2 .* "norm.w" as float32 \[5, 4\]'),
    "an output is missing": (lambda: layers()[:-2], 'makes "noise_magnitudes"'),
}


@pytest.mark.parametrize(("make", "sentence"), BAD_LAYERS.values(), ids=BAD_LAYERS)
def test_turns_away_bad_layers(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        Program.from_layers(make(), weights())


BAD_ARRAYS = {
    "float64": lambda array: array.astype(np.float64),
    "transposed": lambda array: array.T,
    "one number": lambda array: np.float32(1),
    "NaN": lambda array: array * np.nan,
    "infinite": lambda array: array / np.float32(0),
}


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("spoil", BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_turns_away_bad_arrays(spoil):
    given = weights()
    given["hidden.w"] = spoil(given["hidden.w"])
    with pytest.raises(ValueError, match=r"layer 2 \(dense\) .*hidden.w"):
        Program.from_layers(layers(), given)


def zeros_for(network) -> dict[str, np.ndarray]:
    """Weights of any size, for layers that read the two inputs only."""
    width = {"f0_scaled": 1, "loudness_scaled": 1}
    made = {}
    for layer in network:
        size = sum(width[name] for name in layer["input"])
        op = OPS[layer["op"]]
        made |= {layer[role]: np.zeros(shape, np.float32) for role, shape in op.shapes(layer, size).items()}
        width[layer["output"]] = op.output_size(layer, size)
    return made


HEADS = [dense(["f0_scaled"], name, SMALL[name]) for name in OUTPUTS]
TOO_BIG = {
    "concatenation": ([*WIDE, dense(["wide_0", "wide_1"], "hidden", 1)], "layer 3 .* input of 8192"),
    "differences": (
        [WIDE[0], {"op": "difference", "input": ["wide_0"], "output": "d", "lags": [1]}],
        "layer 2 .* output of 8192",
    ),
    "state": (
        [
            dense(["f0_scaled"], "a", 1024),
            {"op": "difference", "input": ["a"], "output": "d", "lags": [64]},
        ],
        "layer 2 .* 65537 numbers",
    ),
    "harmonics": (
        [*HEADS[::2], dense(["f0_scaled"], "harmonic_distribution", 257)],
        '"harmonic_distribution" has size 257',
    ),
    "noise bands": (
        [*HEADS[:2], dense(["f0_scaled"], "noise_magnitudes", 1026)],
        '"noise_magnitudes" has size 1026',
    ),
    "amplitudes": ([*HEADS[1:], dense(["f0_scaled"], "amplitude", 2)], '"amplitude" has size 2 instead of 1'),
}


@pytest.mark.parametrize(("network", "sentence"), TOO_BIG.values(), ids=TOO_BIG)
def test_sizes_are_bounded(network, sentence):
    small = [layer for layer in network if layer["output"] != "hidden"]
    arrays = zeros_for(small) | {
        "hidden.w": np.zeros((1, 8192), np.float32),
        "hidden.b": np.zeros(1, np.float32),
    }
    with pytest.raises(ValueError, match=sentence):
        Program.from_layers(network, arrays)
