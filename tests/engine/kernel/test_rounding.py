"""Weights in 8 bits: on the kernel's steps, and nearer together than one by one."""

from types import SimpleNamespace

import ddsp_live
import numpy as np
import pytest
from ddsp_live.decoders.onnx_decoder import OnnxDecoder
from ddsp_live.decoders.program import Program
from ddsp_live.kernel import rounding
from ddsp_live.kernel.rounding import compensated, network_values, rounded
from make_patch import make_patch


def layer(outputs=32, inputs=131, frames=1000):
    """Weights, bias, and inputs that lie near a surface of two dimensions, as those of a decoder do."""
    rng = np.random.default_rng(4)
    place = rng.uniform(-1, 1, (frames, 2))
    together = np.maximum(0, place @ rng.normal(size=(2, inputs)) + rng.normal(size=inputs))
    weight, bias = (rng.normal(size=shape).astype(np.float32) for shape in ((outputs, inputs), outputs))
    return weight, bias, together.astype(np.float32)


def one_by_one(weight):
    size = np.abs(weight[:, :128]).max(1, keepdims=True) / 127
    return np.column_stack([np.rint(weight[:, :128] / size) * size, weight[:, 128:]])


def lost(made, bias, weight, own_bias, inputs):
    return np.std(inputs @ made.T + bias - (inputs @ weight.T + own_bias))


def test_errors_make_up_for_each_other():
    weight, bias, inputs = layer(frames=3000)
    made, moved = compensated(weight, bias, inputs[:1000])
    for part in (inputs[:1000], inputs[1000:]):
        plain = lost(one_by_one(weight), bias, weight, bias, part)
        assert lost(made, moved, weight, bias, part) < 0.1 * plain


def test_weights_lie_on_the_steps_that_the_kernel_finds():
    weight, bias, inputs = layer()
    weight[3] = 0
    made, _ = compensated(weight, bias, inputs)
    size = np.abs(made[:, :128]).max(1, keepdims=True) / np.float32(127)
    steps = made[:, :128] / np.where(size > 0, size, 1)
    assert np.abs(steps - np.rint(steps)).max() < 1e-4
    assert (made[3, :128] == 0).all() and np.isfinite(made).all()


def test_inputs_that_do_not_vary_change_little():
    weight, bias, _ = layer()
    made, moved = compensated(weight, bias, np.zeros((100, 131), np.float32))
    assert np.abs(made - weight).max() < np.abs(weight).max() / 127
    np.testing.assert_allclose(moved, bias, rtol=1e-5)


@pytest.mark.parametrize("recurrent", [False, True])
def test_the_networks_values_are_those_of_the_other_decoder(tmp_path, recurrent):
    patch = ddsp_live.load_patch(make_patch(tmp_path / "a.ddsp", width=32, recurrent=recurrent))
    program = Program.from_layers(patch.layers, patch.weights)
    rows = network_values(program, (50.0, 70.0), (-50.0, -20.0))
    midi = 127 * rows[:, program.offsets["f0_scaled"]]
    assert 49 < midi.min() < 52 < 68 < midi.max() < 71
    decoder, state = OnnxDecoder(patch.onnx), np.zeros((1, patch.state_size), np.float32)
    for row in rows[:40]:
        inputs = (row[[program.offsets[name]]][None] for name in ("f0_scaled", "loudness_scaled"))
        *made, state = decoder.step(*inputs, state)
        for name, values in zip(
            ("amplitude", "harmonic_distribution", "noise_magnitudes"), made, strict=True
        ):
            begin = program.offsets[name]
            np.testing.assert_allclose(row[begin : begin + values.shape[1]], values[0], atol=1e-5)


def test_a_processor_without_such_products_plays_the_floats(monkeypatch):
    patch = ddsp_live.load_patch("trumpet")
    program = Program.from_layers(patch.layers, patch.weights)
    monkeypatch.setattr(rounding, "lib", SimpleNamespace(bench_int8_products=lambda: 0))
    assert rounded(program, (60.0, 70.0), (-40.0, -20.0)) is program
