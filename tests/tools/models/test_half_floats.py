"""Matrices that a patch keeps as float16: half the file, the same sound, and one sound from all decoders."""

import ddsp_live
import numpy as np
import onnx
import pytest
from ddsp_live.patch import write_patch
from ddsp_live.patch.onnx_reader import read_weights
from ddsp_live.tools.models.decoder import Decoder, default_layers, to_onnx


@pytest.fixture(scope="module")
def patch():
    return ddsp_live.load_patch("alto-saxophone")


@pytest.fixture(scope="module")
def halved(patch, tmp_path_factory):
    model = to_onnx(patch.layers, patch.weights, half=True)
    rest = {"licence": patch.licence, "body": patch.body, "performer": patch.performer}
    path = tmp_path_factory.mktemp("half") / "alto-saxophone.ddsp"
    return ddsp_live.load_patch(write_patch(path, patch.info, model, **rest))


def played(patch, decoder: str = "native") -> np.ndarray:
    synth = ddsp_live.Synth(patch, decoder=decoder)
    for i, note in enumerate((57, 61, 64, 69)):
        synth.note_on(note, 60 + 15 * i, time=6000 * i)
        synth.note_off(note, time=6000 * i + 12000)
    return synth.render(36000 + synth.delay_samples)[synth.delay_samples :].astype(np.float64)


def error_db(made: np.ndarray, wanted: np.ndarray) -> float:
    return 10 * np.log10(np.sum((made - wanted) ** 2) / np.sum(wanted**2))


def test_the_sound_stays_within_minus_60_db_at_half_the_size(patch, halved):
    assert len(halved.onnx) < 0.55 * len(patch.onnx)
    assert -120 < error_db(played(halved), played(patch)) < -60


def test_matrices_are_rounded_and_the_rest_is_as_it_was(patch, halved):
    for name, wanted in patch.weights.items():
        rounded = (
            wanted.astype(np.float16).astype(np.float32) if wanted.ndim == 2 and len(wanted) > 1 else wanted
        )
        np.testing.assert_array_equal(halved.weights[name], rounded)


@pytest.mark.parametrize("decoder", ["onnx", "torchscript"])
def test_all_decoders_play_the_same_rounded_weights(halved, decoder):
    assert error_db(played(halved, decoder), played(halved)) < -80


def test_what_a_half_cannot_hold_stays_a_float():
    layers = default_layers(harmonics=4, noise_bands=3, width=8)
    weights = Decoder(layers).weights()
    weights["hidden_1.weight"] = weights["hidden_1.weight"] * 1e6
    stored = read_weights(to_onnx(layers, weights, half=True))
    np.testing.assert_array_equal(stored["hidden_1.weight"], weights["hidden_1.weight"])


@pytest.mark.parametrize("width, kind", [(256, onnx.TensorProto.FLOAT), (512, onnx.TensorProto.FLOAT16)])
def test_large_decoders_are_halved_by_themselves(width, kind):
    layers = default_layers(width=width)
    model = onnx.load_from_string(to_onnx(layers, Decoder(layers).weights()))
    assert {t.data_type for t in model.graph.initializer if t.name == "hidden_2.weight"} == {kind}
