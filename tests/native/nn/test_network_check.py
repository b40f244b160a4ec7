"""The check of layers that somebody else wrote: every range within the memory, none where it must not overlap."""

import pytest
import units

ffi, lib = units.load("nn/network_check.h")


def ranges(first, input_size, output, output_size, **more):
    return {"input": first, "input_size": input_size, "output": output, "output_size": output_size, **more}


LAGS = {"lag_count": 2, "lags": [1, 2, 0, 0, 0, 0, 0, 0]}
GOOD = {
    "dense": ranges(0, 16, 16, 48, kind=lib.LAYER_DENSE),
    "in place": ranges(32, 32, 32, 32, kind=lib.LAYER_LEAKY_RELU),
    "difference": ranges(0, 2, 16, 6, kind=lib.LAYER_DIFFERENCE, state=5, state_size=5, **LAGS),
    "gru": ranges(0, 16, 32, 4, kind=lib.LAYER_GRU, state=6, state_size=4),
    "table": ranges(0, 2, 16, 9, kind=lib.LAYER_TABLE, knots=2, columns=5, step=1.0),
    "product": ranges(0, 16, 16, 8, kind=lib.LAYER_PRODUCT),
    "ratio": ranges(0, 16, 16, 1, kind=lib.LAYER_RATIO),
}
BIG = 2**31 - 1
BAD = {
    "unknown kind": GOOD["dense"] | {"kind": 99},
    "negative kind": GOOD["dense"] | {"kind": -1},
    "negative input": GOOD["dense"] | {"input": -1},
    "empty input": GOOD["dense"] | {"input_size": 0},
    "input past the end": GOOD["dense"] | {"input": 56, "output": 0},
    "output past the end": GOOD["dense"] | {"output_size": 49},
    "sum overflows": GOOD["dense"] | {"input": BIG, "input_size": BIG},
    "size overflows": GOOD["dense"] | {"input_size": BIG},
    "dense overlaps": GOOD["dense"] | {"output": 15},
    "dense in place": ranges(0, 16, 0, 16, kind=lib.LAYER_DENSE),
    "halfway in place": GOOD["in place"] | {"output": 31},
    "elementwise grows": GOOD["in place"] | {"input": 0, "input_size": 31},
    "lag of 0": GOOD["difference"] | {"lags": [0, 2, 0, 0, 0, 0, 0, 0]},
    "lag too long": GOOD["difference"] | {"lags": [1, 65, 0, 0, 0, 0, 0, 0]},
    "lags descend": GOOD["difference"] | {"lags": [2, 1, 0, 0, 0, 0, 0, 0]},
    "too many lags": GOOD["difference"] | {"lag_count": 9},
    "no lags": GOOD["difference"] | {"lag_count": 0},
    "history too short": GOOD["difference"] | {"state_size": 4},
    "state past the end": GOOD["difference"] | {"state": 6},
    "negative state": GOOD["gru"] | {"state": -1},
    "gru's state of another size": GOOD["gru"] | {"state_size": 3},
    "gru reads where it writes": GOOD["gru"] | {"output": 8},
    "one knot": GOOD["table"] | {"knots": 1},
    "knots that collide": GOOD["table"] | {"step": 0.0},
    "more columns than outputs": GOOD["table"] | {"columns": 10},
    "no columns": GOOD["table"] | {"columns": 0},
    "a table of one input": GOOD["table"] | {"input_size": 1},
    "an odd product": GOOD["product"] | {"input_size": 15},
    "a product onto itself": GOOD["product"] | {"output": 8},
    "an odd ratio": GOOD["ratio"] | {"input_size": 15},
    "two ratios": GOOD["ratio"] | {"output_size": 2},
    "copy onto itself": ranges(0, 8, 4, 8, kind=lib.LAYER_COPY),
}


@pytest.mark.parametrize("fields", GOOD.values(), ids=GOOD)
def test_the_check_passes(fields):
    assert lib.network_check(ffi.new("LayerSpec[]", [fields]), 1, 64, 10) == 0


@pytest.mark.parametrize("fields", BAD.values(), ids=BAD)
def test_the_check_catches(fields):
    assert lib.network_check(ffi.new("LayerSpec[]", [fields]), 1, 64, 10) == 1


def test_the_check_names_the_first_bad_layer():
    specs = ffi.new("LayerSpec[]", [GOOD["gru"], BAD["no lags"], BAD["no lags"]])
    assert lib.network_check(specs, 3, 64, 10) == 2
