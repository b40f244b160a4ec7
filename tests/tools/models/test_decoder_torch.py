"""The torch decoder: frame by frame, whole sequences, TorchScript and ONNX are one function."""

import io

import numpy as np
import onnx
import pytest
import torch
from ddsp_live.decoders.onnx_runtime import import_quietly
from ddsp_live.tools.models.decoder import Decoder, default_layers, from_weights, to_onnx

onnxruntime = import_quietly("onnxruntime")

FEED_FORWARD = default_layers(harmonics=12, noise_bands=9, width=32)
RECURRENT = [
    *FEED_FORWARD[:4],
    {"op": "gru", "input": ["hidden_1", "context"], "output": "recurrent", "size": 24}
    | {"weight": "gru.weight_ih", "bias": "gru.bias_ih"}
    | {"weight_hidden": "gru.weight_hh", "bias_hidden": "gru.bias_hh"},
    {"op": "dense", "input": ["recurrent", "loudness_scaled"], "output": "hidden_2", "size": 32}
    | {"weight": "hidden_2.weight", "bias": "hidden_2.bias"},
    *FEED_FORWARD[5:],
]
NETWORKS = pytest.mark.parametrize("layers", [FEED_FORWARD, RECURRENT], ids=["feed-forward", "recurrent"])


def performance(voices: int = 3, frames: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    f0 = 0.5 + 0.02 * torch.randn(voices, frames, 1, generator=generator).cumsum(1)
    loudness = 0.7 + 0.03 * torch.randn(voices, frames, 1, generator=generator).cumsum(1)
    return f0, loudness


def decoder(layers) -> Decoder:
    torch.manual_seed(11)
    return Decoder(layers).eval()


def step_by_step(step, f0, loudness, state):
    outputs = []
    for frame in range(f0.shape[1]):
        *values, state = step(f0[:, frame], loudness[:, frame], state)
        outputs.append(values)
    stacked = [torch.stack([torch.as_tensor(o[i]) for o in outputs], 1) for i in range(3)]
    return [*stacked, torch.as_tensor(state)]


@NETWORKS
@torch.no_grad()
def test_a_sequence_equals_its_frames(layers):
    model, (f0, loudness) = decoder(layers), performance()
    whole = model.sequence(f0, loudness, model.fresh_state(3))
    single = step_by_step(model, f0, loudness, model.fresh_state(3))
    for a, b in zip(whole, single, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5)


@NETWORKS
@torch.no_grad()
def test_a_sequence_may_be_cut_anywhere(layers):
    model, (f0, loudness) = decoder(layers), performance()
    whole = model.sequence(f0, loudness, model.fresh_state(3))
    *first, state = model.sequence(f0[:, :7], loudness[:, :7], model.fresh_state(3))
    *second, state = model.sequence(f0[:, 7:], loudness[:, 7:], state)
    for a, b, c in zip(whole, first, second, strict=False):
        torch.testing.assert_close(a, torch.cat([b, c], 1), rtol=0, atol=1e-5)
    torch.testing.assert_close(whole[3], state, rtol=0, atol=1e-5)


@torch.no_grad()
def test_differences_are_of_earlier_frames_and_zero_at_the_start():
    layers = [
        {"op": "difference", "input": ["f0_scaled", "loudness_scaled"], "output": "context", "lags": [1, 3]}
    ]
    stage = Decoder(layers).stages[0]
    x = torch.stack([torch.arange(5.0) ** 2, -torch.arange(5.0)], -1)[None] + 4
    y, state = stage(x, torch.zeros(1, stage.state_size))
    assert y[0, :, 2].tolist() == [0, 1, 3, 5, 7]
    assert y[0, :, 4].tolist() == [0, 1, 4, 9, 15]
    assert y[0, :, 5].tolist() == [0, -1, -2, -3, -3]
    assert state.tolist() == [[20, 0, 13, 1, 8, 2, 1]]


@NETWORKS
@torch.no_grad()
def test_onnx_equals_torch(layers):
    model, (f0, loudness) = decoder(layers), performance()
    session = onnxruntime.InferenceSession(
        to_onnx(layers, model.weights()), providers=["CPUExecutionProvider"]
    )

    def step(f0, loudness, state):
        feeds = {"f0_scaled": f0, "loudness_scaled": loudness, "state": state}
        return session.run(None, {name: np.asarray(value) for name, value in feeds.items()})

    wanted = step_by_step(model, f0, loudness, model.fresh_state(3))
    for a, b in zip(wanted, step_by_step(step, f0, loudness, model.fresh_state(3)), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5)
    assert [o.name for o in session.get_outputs()] == [
        "amplitude",
        "harmonic_distribution",
        "noise_magnitudes",
        "state_out",
    ]


@NETWORKS
def test_onnx_carries_the_weights_by_name(layers):
    weights = decoder(layers).weights()
    model = onnx.load_from_string(to_onnx(layers, weights))
    stored = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    assert set(weights) <= set(stored)
    assert all(np.array_equal(stored[name], array) for name, array in weights.items())


@NETWORKS
@torch.no_grad()
def test_torchscript_equals_torch(layers):
    model, (f0, loudness) = decoder(layers), performance()
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(model), file)
    file.seek(0)
    scripted = torch.jit.load(file)
    wanted = step_by_step(model, f0, loudness, model.fresh_state(3))
    for a, b in zip(wanted, step_by_step(scripted, f0, loudness, scripted.fresh_state(3)), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-6)


@NETWORKS
@torch.no_grad()
def test_weights_make_the_same_decoder_again(layers):
    model, (f0, loudness) = decoder(layers), performance()
    copy = from_weights(layers, model.weights())
    for a, b in zip(*(m.sequence(f0, loudness, m.fresh_state(3)) for m in (model, copy)), strict=True):
        assert torch.equal(a, b)


def test_a_missing_weight_and_an_unknown_op_are_named():
    weights = decoder(FEED_FORWARD).weights()
    del weights["hidden_1.bias"]
    with pytest.raises(ValueError, match=r"hidden_1\.bias"):
        from_weights(FEED_FORWARD, weights)
    with pytest.raises(ValueError, match="'attention'"):
        Decoder([{"op": "attention", "input": ["f0_scaled"], "output": "x"}])
    with pytest.raises(ValueError, match="'nowhere'"):
        Decoder([{"op": "leaky_relu", "input": ["nowhere"], "output": "x", "slope": 0.1}])
