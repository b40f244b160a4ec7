"""The command that judges steps of pitch, and the networks that it was made for."""

import json

import ddsp_live
import numpy as np
import pytest
import torch
from ddsp_live.patch import write_patch
from ddsp_live.tools.experiments.check_steps import main
from ddsp_live.tools.models.decoder import Decoder, default_layers
from ddsp_live.tools.models.decoder_onnx import to_onnx

SIZES = {"amplitude": 1, "harmonic_distribution": 4, "noise_magnitudes": 17}


def test_a_network_does_not_know_how_pitch_moved():
    torch.manual_seed(1)
    decoder = Decoder(default_layers(20, 17, width=16, depth=1, lags=(1, 2))).eval()
    level = torch.linspace(0.6, 0.9, 8)[None, :, None]
    stepped = torch.cat([torch.full((1, 4, 1), 0.4), torch.full((1, 4, 1), 0.5)], 1)
    with torch.no_grad():
        after_a_step = decoder.sequence(stepped, level, decoder.fresh_state(1))[:3]
        held = decoder.sequence(torch.full_like(stepped, 0.5), level, decoder.fresh_state(1))[:3]
    for ours, theirs in zip(after_a_step, held, strict=True):
        assert torch.equal(ours[:, 4:], theirs[:, 4:])


@pytest.mark.slow
def test_no_factory_patch_bursts(capsys):
    assert main(["--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found) >= 18
    assert max(row["burst_db"] for row in found.values()) < 3
    assert min(row["dull_db"] for row in found.values()) > -6


def test_a_patch_that_is_not_there_is_one_sentence(capsys):
    assert main(["no-such-patch"]) == 2
    assert "no-such-patch" in capsys.readouterr().err


def test_a_burst_is_seen(tmp_path, capsys):
    """A network of the old kind, whose noise opens for four frames after a step up."""
    layers = [
        {"op": "difference", "input": ["f0_scaled", "loudness_scaled"], "output": "context", "lags": [4]},
        *(_head(name, size) for name, size in SIZES.items()),
        *({"op": "exp_sigmoid", "input": [name], "output": name} for name in SIZES),
        {"op": "normalize", "input": ["harmonic_distribution"], "output": "harmonic_distribution"},
    ]
    weights = {}
    for name, size in SIZES.items():
        weights[f"{name}.weight"] = np.zeros((size, 4), np.float32)
        weights[f"{name}.weight"][:, 1] = 4.0
        weights[f"{name}.bias"] = np.full(size, -4.0 if name == "amplitude" else -6.0, np.float32)
    weights["noise_magnitudes.weight"][:, 2] = 50.0  # a semitone opens it by 8 dB
    bursting = write_like(tmp_path / "burst.ddsp", layers, weights, state_size=9)
    weights["noise_magnitudes.weight"][:, 2] = 0.0
    calm = write_like(tmp_path / "calm.ddsp", layers, weights, state_size=9)
    assert main([str(bursting), str(calm), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["burst"]["burst_db"] > 10, found
    assert found["burst"]["burst_step"] > 0
    assert found["calm"]["dull_db"] > -3 and found["calm"]["burst_db"] < 3


def _head(name, size):
    weights = {"weight": f"{name}.weight", "bias": f"{name}.bias"}
    return {"op": "dense", "input": ["context"], "output": name, "size": size} | weights


def write_like(path, layers, weights, state_size):
    patch = ddsp_live.load_patch("oboe")
    info = {key: value for key, value in patch.info.items() if key not in ("format", "content_hash")}
    info |= {"name": path.stem, "layers": layers, "state_size": state_size}
    info |= {"harmonics": SIZES["harmonic_distribution"], "noise_bands": SIZES["noise_magnitudes"]}
    info.pop("performer", None)
    return write_patch(path, info, to_onnx(layers, weights), licence="Numbers, free for any use.")
