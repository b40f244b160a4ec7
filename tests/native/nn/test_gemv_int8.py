"""Products of 8-bit integers: the same on every processor, as a model of the rounding has them."""

import numpy as np
import pytest
import units

BUILDS = {"best": (), "256 bits": ("-DWIDEST=256",), "portable": ("-DWIDEST=128", "-DNO_CLONES")}
builds = pytest.mark.parametrize("build", BUILDS)


class Int8:
    """The kernel's product of a matrix [outputs, inputs]."""

    def __init__(self, weight: np.ndarray, bias: np.ndarray, build: str = "best"):
        self.ffi, self.lib = units.load("nn/gemv_int8.h", extra=BUILDS[build])
        self.outputs, inputs = weight.shape
        self.product = self.ffi.new("GemvInt8 *")
        arrays = units.pointer(self.ffi, weight), units.pointer(self.ffi, bias)
        _, self.kept = units.memory(
            self.ffi,
            lambda arena: self.lib.gemv_int8_init(self.product, arena, *arrays, self.outputs, inputs),
        )

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """x [voices, inputs] -> [voices, outputs]."""
        y = np.full((len(x), self.outputs + 1), np.nan, np.float32)
        rows = [[units.pointer(self.ffi, row) for row in rows] for rows in (x, y)]
        self.lib.int8_product(self.product, *(self.ffi.new("float *[]", r) for r in rows), len(x))
        assert np.isnan(y[:, -1]).all(), "it wrote past its outputs"
        return y[:, :-1]


def model(weight: np.ndarray, bias: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Rounded as the header says, in integers and doubles."""
    count = weight.shape[1] // 64 * 64
    row_step = np.abs(weight[:, :count]).max(1) / np.float32(127)
    rows = np.rint(weight[:, :count] / np.where(row_step > 0, row_step, 1)[:, None]).astype(int)
    low, high = np.minimum(x[:, :count].min(1), 0), np.maximum(x[:, :count].max(1), 0)
    span = high - low
    per_step = np.float32(255) / np.where(span > 0, span, np.float32(np.inf))
    zero = (np.float32(0.5) - low * per_step).astype(int)[:, None]
    places = (x[:, :count] * per_step[:, None] + (zero + 0.5).astype(np.float32)).astype(int).clip(
        0, 255
    ) - zero
    exact = places @ rows.T * (row_step.astype(float) * (span / np.float32(255))[:, None])
    return exact + x[:, count:].astype(float) @ weight[:, count:].T.astype(float) + bias


def random(outputs: int, inputs: int, voices: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    shapes = (outputs, inputs), (outputs,), (voices, inputs)
    return [rng.normal(size=shape).astype(np.float32) for shape in shapes]


@builds
@pytest.mark.parametrize("inputs", [64, 65, 127, 256, 257, 1024])
@pytest.mark.parametrize("outputs", [1, 16, 61, 65, 128, 256])
def test_products_are_the_models(build, outputs, inputs):
    for voices in range(1, 5):
        weight, bias, x = random(outputs, inputs, voices, seed=voices)
        # A place halfway between two steps may be rounded either way where a multiply-add is fused.
        off = np.abs(Int8(weight, bias, build)(x) - model(weight, bias, x))
        step = np.abs(weight).max() * np.abs(x).max() / 127
        assert np.percentile(off, 90) < 1e-4 * np.abs(x).max() and off.max() < 3 * step


@builds
def test_the_rounding_is_a_hundredth_of_the_product(build):
    weight, bias, x = random(256, 257, 4)
    exact = x @ weight.T + bias
    off = Int8(weight, bias, build)(x) - exact
    assert 1e-4 < np.std(off) / np.std(exact) < 0.02


@builds
def test_the_largest_sums_do_not_overflow(build):
    weight, x = np.full((16, 4096), -1, np.float32), np.ones((3, 4096), np.float32)
    x[1] *= -1
    x[2, ::2] = -1
    y = Int8(weight, np.zeros(16, np.float32), build)(x)
    np.testing.assert_allclose(y, np.float32([[-4096], [4096], [0]]) * np.ones((3, 16)), rtol=1e-6, atol=20)


@builds
def test_silence_gives_the_bias_and_empty_rows_too(build):
    weight, bias, x = random(20, 64, 2)
    weight[3] = 0
    x[1] = 0
    y = Int8(weight, bias, build)(x)
    np.testing.assert_array_equal(y[1], bias)
    assert y[0, 3] == bias[3]


def test_all_builds_round_alike():
    weight, bias, x = random(192, 256, 4)
    best, *others = (Int8(weight, bias, build)(x) for build in BUILDS)
    for other in others:
        assert np.mean(np.abs(best - other) < 1e-4) > 0.9


@builds
def test_what_a_rectifier_lets_through_gets_all_steps(build):
    """Its step is half of that of inputs on both sides of 0, and so is what is lost."""
    weight, bias, x = random(256, 256, 4)
    lost = []
    for inputs in (np.where(x > 0, x, np.float32(0.01) * x), x):
        exact = inputs.astype(float) @ weight.T.astype(float) + bias
        lost.append(np.std(Int8(weight, bias, build)(inputs) - exact) / np.abs(inputs).max())
    assert lost[0] < 0.75 * lost[1]


@builds
def test_a_voice_does_not_depend_on_its_company(build):
    weight, bias, x = random(100, 257, 4)
    product = Int8(weight, bias, build)
    alone = np.concatenate([product(x[[v]]) for v in range(4)])
    for voices in ([0, 1], [3, 1, 2], [2, 3, 0, 1]):
        np.testing.assert_array_equal(product(x[voices]), alone[voices])
