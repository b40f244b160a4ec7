"""The decoder in torch, built from a patch's layer list: the model that is trained, the engine's truth."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from .decoder_onnx import to_onnx
from .stages import STAGES

__all__ = ["Decoder", "default_layers", "from_weights", "to_onnx"]

INPUTS = ("f0_scaled", "loudness_scaled")
Controls = tuple[Tensor, Tensor, Tensor, Tensor]
"""amplitude [..., 1], harmonic distribution [..., K], noise magnitudes [..., M], state [batch, S]."""
WEIGHTS = ("weight", "bias", "weight_hidden", "bias_hidden", "levels", "slopes", "reference")


def default_layers(
    harmonics: int = 100,
    noise_bands: int = 65,
    width: int = 256,
    depth: int = 3,
    lags: Sequence[int] = (1, 2, 4, 8, 16),
    memory: int = 0,
) -> list[dict]:
    """A network's layer list: causal differences of the loudness, `depth` hidden layers, three heads.

    lags: in frames; without any there are no differences. memory: the width of a GRU behind the first hidden
    layer, 0 for none. A feed-forward network that sees its inputs' differences learns faster on single notes
    than a GRU of the same cost (`tools.compare`), and forgets its past after max(lags) frames. Differences of
    pitch are left out: single notes hardly move, so what a network makes of a step of pitch is chance, and a
    legato burst. Amplitude and noise also read loudness itself, which they follow before anything is learned
    (`train.start_like_an_instrument`).
    """
    layers: list[dict] = []
    value: list[str] = list(INPUTS)
    if lags:
        layers.append(
            {"op": "difference", "input": ["loudness_scaled"], "output": "context"}
            | {"lags": [int(lag) for lag in lags]}
        )
        value = ["f0_scaled", "context"]
    for i in range(1, depth + 1):
        hidden, norm = f"hidden_{i}", f"norm_{i}"
        layers += [
            _dense(value, hidden, width),
            {"op": "layer_norm", "input": [hidden], "output": hidden, "epsilon": 1e-5}
            | {"weight": f"{norm}.weight", "bias": f"{norm}.bias"},
            {"op": "leaky_relu", "input": [hidden], "output": hidden, "slope": 0.01},
        ]
        value = [hidden]
        if memory and i == 1:
            names = {f"{name}_hidden": f"memory.{name}_hidden" for name in ("weight", "bias")}
            names |= {name: f"memory.{name}" for name in ("weight", "bias")}
            layers.append({"op": "gru", "input": value, "output": "memory", "size": memory} | names)
            value = ["memory"]
    heads = {"amplitude": 1, "harmonic_distribution": harmonics, "noise_magnitudes": noise_bands}
    for name, size in heads.items():
        inputs = value if name == "harmonic_distribution" else [*value, "loudness_scaled"]
        layers += [_dense(inputs, name, size), {"op": "exp_sigmoid", "input": [name], "output": name}]
    layers.append({"op": "normalize", "input": ["harmonic_distribution"], "output": "harmonic_distribution"})
    return layers


def from_weights(layers: Sequence[Mapping], weights: Mapping[str, np.ndarray]) -> "Decoder":
    """A decoder with the given weights, {name: float32 array} in torch's shapes."""
    decoder = Decoder(layers)
    parameters = decoder.named_weights()
    if missing := sorted(set(parameters) - set(weights)):
        raise ValueError(f"The decoder's layers name weights that are not there: {', '.join(missing)}.")
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.from_numpy(np.array(weights[name], dtype=np.float32)))
    return decoder


class Decoder(nn.Module):
    """Pitch and loudness to synthesizer controls: a frame in, a frame out, all memory in an explicit state.

    layers: the list in patch.json. Raises ValueError for an unknown op or a value used before it is made.
    """

    def __init__(self, layers: Sequence[Mapping]):
        super().__init__()
        sizes = dict.fromkeys(INPUTS, 1)
        stages = []
        for index, layer in enumerate(layers):
            if layer["op"] not in STAGES:
                known = ", ".join(STAGES)
                raise ValueError(f"Layer {index} has the unknown op {layer['op']!r}; known are {known}.")
            if unmade := [name for name in layer["input"] if name not in sizes]:
                raise ValueError(f"Layer {index} reads {unmade[0]!r}, which no earlier layer makes.")
            stage = STAGES[layer["op"]](layer, sum(sizes[name] for name in layer["input"]))
            sizes[layer["output"]] = stage.size
            stages.append(stage)
        self.stages = nn.ModuleList(stages)
        self.state_sizes = [stage.state_size for stage in stages]
        self.state_size = sum(self.state_sizes)
        self.spec = [dict(layer) for layer in layers]
        self.sizes = sizes

    def forward(self, f0_scaled: Tensor, loudness_scaled: Tensor, state: Tensor) -> Controls:
        """One frame: inputs [V, 1], state [V, S] -> Controls with sizes [V, size]."""
        amplitude, distribution, magnitudes, state = self.sequence(
            f0_scaled.unsqueeze(1), loudness_scaled.unsqueeze(1), state
        )
        return amplitude.squeeze(1), distribution.squeeze(1), magnitudes.squeeze(1), state

    @torch.jit.export
    def sequence(self, f0_scaled: Tensor, loudness_scaled: Tensor, state: Tensor) -> Controls:
        """Many frames: inputs [batch, frames, 1], state [batch, S] -> Controls [batch, frames, size]."""
        values = {"f0_scaled": f0_scaled, "loudness_scaled": loudness_scaled}
        states = state.split(self.state_sizes, 1)
        after: list[Tensor] = []
        for i, stage in enumerate(self.stages):
            y, kept = stage(torch.cat([values[name] for name in stage.inputs], -1), states[i])
            values[stage.output] = y
            after.append(kept)
        outputs = (values["amplitude"], values["harmonic_distribution"], values["noise_magnitudes"])
        return outputs[0], outputs[1], outputs[2], torch.cat(after, 1)

    @torch.jit.export
    def fresh_state(self, voices: int) -> Tensor:
        """The state [voices, S] before the first frame."""
        return torch.zeros(voices, self.state_size)

    @torch.jit.unused
    @torch.no_grad()
    def state_after(self, f0_scaled: Tensor, loudness_scaled: Tensor) -> Tensor:
        """The state [batch, S] after frames [batch, frames, 1], without what no state depends on."""
        values = {"f0_scaled": f0_scaled, "loudness_scaled": loudness_scaled}
        last = max((i for i, size in enumerate(self.state_sizes) if size), default=-1)
        after = []
        for stage in self.stages[: last + 1]:
            x = torch.cat([values[name] for name in stage.inputs], -1)
            values[stage.output], kept = stage(x, x.new_zeros(len(x), stage.state_size))
            after.append(kept)
        return torch.cat(after, 1) if after else f0_scaled.new_zeros(len(f0_scaled), self.state_size)

    @torch.jit.unused
    def named_weights(self) -> dict[str, nn.Parameter]:
        """{name in the layer list: parameter}."""
        pairs = zip(self.spec, self.stages, strict=True)
        return {layer[key]: getattr(stage, key) for layer, stage in pairs for key in WEIGHTS if key in layer}

    @torch.jit.unused
    def weights(self) -> dict[str, np.ndarray]:
        """{name in the layer list: float32 array}, copied."""
        return {name: p.detach().cpu().numpy().astype(np.float32) for name, p in self.named_weights().items()}


def _dense(value: list[str], name: str, size: int) -> dict:
    return {"op": "dense", "input": value, "output": name, "size": size} | {
        "weight": f"{name}.weight",
        "bias": f"{name}.bias",
    }
