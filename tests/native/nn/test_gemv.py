"""Products of a matrix with several voices' vectors against float64, and each voice alone."""

import numpy as np
import pytest
import units

ffi, lib = units.load("nn/gemv.h")
PANEL, GROUP = 16, 64


def random(outputs, inputs, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(np.float32) for shape in ((outputs, inputs), (outputs,))]


def make(weight, bias, gates=False):
    product = ffi.new("Gemv *")
    init = lib.gemv_init_gates if gates else lib.gemv_init
    outputs = weight.shape[0] // (3 if gates else 1)
    arrays = units.pointer(ffi, weight), units.pointer(ffi, bias)
    _, kept = units.memory(ffi, lambda arena: init(product, arena, *arrays, outputs, weight.shape[1]))
    return product, kept


def multiply(product, x):
    """x [voices, inputs] -> [groups, voices, GROUP]."""
    rows = ffi.new("float *[]", [units.pointer(ffi, row) for row in x])
    out = []
    for group in range(product.groups):
        y = np.full((len(x), GROUP), np.nan, np.float32)
        lib.gemv_group(product, group, ffi.cast("float **", rows), units.pointer(ffi, y), len(x))
        out.append(y)
    return np.stack(out)


def outputs_of(product, made, outputs):
    """[voices, outputs] of what `multiply` gave."""
    width = product.width * PANEL
    return np.concatenate([group[:, :width] for group in made], 1)[:, :outputs]


@pytest.mark.parametrize("voices", [1, 2, 3, 4])
@pytest.mark.parametrize("outputs, inputs", [(1, 1), (16, 10), (65, 256), (256, 257), (100, 31)])
def test_is_the_product_in_float64(outputs, inputs, voices):
    weight, bias = random(outputs, inputs)
    x = np.random.default_rng(1).normal(size=(voices, inputs)).astype(np.float32)
    product, _kept = make(weight, bias)
    wanted = x.astype(float) @ weight.T.astype(float) + bias
    np.testing.assert_allclose(outputs_of(product, multiply(product, x), outputs), wanted, rtol=0, atol=2e-4)


def test_a_voice_does_not_depend_on_its_company():
    weight, bias = random(130, 96)
    x = np.random.default_rng(2).normal(size=(4, 96)).astype(np.float32)
    product, _kept = make(weight, bias)
    together = outputs_of(product, multiply(product, x), 130)
    for voice in range(4):
        alone = outputs_of(product, multiply(product, x[voice : voice + 1]), 130)
        np.testing.assert_array_equal(alone[0], together[voice])


def test_gates_lie_side_by_side():
    weight, bias = random(3 * 20, 12)
    x = np.random.default_rng(3).normal(size=(1, 12)).astype(np.float32)
    product, _kept = make(weight, bias, gates=True)
    wanted = (x.astype(float) @ weight.T.astype(float) + bias)[0].reshape(3, 20)
    made = multiply(product, x)[:, 0]
    for group in range(product.groups):
        for gate in range(3):
            ours = made[group, gate * PANEL : (gate + 1) * PANEL]
            theirs = wanted[gate, group * PANEL : (group + 1) * PANEL]
            np.testing.assert_allclose(ours[: len(theirs)], theirs, atol=1e-5)
