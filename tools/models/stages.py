"""The decoder's layers in torch, one class each; `STAGES` names them as a patch's layers do."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from .decoder_onnx import NEPERS_PER_DB, TABLE_DB, TABLE_FALL, TABLE_LOUDER_DB


class Stage(nn.Module):
    """A layer: x [batch, frames, in], its own state [batch, s] -> y [batch, frames, size], state."""

    state_size: int
    size: int

    def __init__(self, layer: Mapping, size: int, state_size: int = 0):
        super().__init__()
        self.inputs = list(layer["input"])
        self.output = layer["output"]
        self.size = size
        self.state_size = state_size


class Dense(Stage):
    def __init__(self, layer: Mapping, input_size: int):
        super().__init__(layer, layer["size"])
        made = nn.Linear(input_size, self.size)
        self.weight, self.bias = made.weight, made.bias

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return nn.functional.linear(x, self.weight, self.bias), state


class LayerNorm(Stage):
    def __init__(self, layer: Mapping, input_size: int):
        super().__init__(layer, input_size)
        self.weight, self.bias = nn.Parameter(torch.ones(input_size)), nn.Parameter(torch.zeros(input_size))
        self.epsilon = layer["epsilon"]

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return nn.functional.layer_norm(x, [self.size], self.weight, self.bias, self.epsilon), state


class LeakyReLU(Stage):
    """While it is trained, a share of its values, `dropout`, is left out (Srivastava et al., Dropout, 2014)."""

    def __init__(self, layer: Mapping, input_size: int):
        super().__init__(layer, input_size)
        self.slope = layer["slope"]
        self.dropout = 0.0

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        y = nn.functional.leaky_relu(x, self.slope)
        return nn.functional.dropout(y, self.dropout, self.training), state


class ExpSigmoid(Stage):
    """2 sigmoid(x)^ln 10 + 1e-7 (Engel et al., DDSP, 2020)."""

    def __init__(self, layer: Mapping, input_size: int):
        super().__init__(layer, input_size)
        self.exponent = math.log(10.0)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return 2.0 * torch.sigmoid(x) ** self.exponent + 1e-7, state


class Normalize(Stage):
    def __init__(self, layer: Mapping, input_size: int):
        super().__init__(layer, input_size)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return x / x.sum(-1, keepdim=True), state


class Table(Stage):
    """Gains by pitch and loudness, read linearly between knots; the last column stands for all that follow.

    Two rows count, by weights max(0, 1 - |distance|); loudness acts through slopes. It is made, not trained.
    """

    def __init__(self, layer: Mapping, input_size: int):
        super().__init__(layer, layer["size"])
        shape = layer["knots"], layer["columns"]
        self.levels = nn.Parameter(torch.zeros(shape), requires_grad=False)
        self.slopes = nn.Parameter(torch.zeros(shape), requires_grad=False)
        self.reference = nn.Parameter(torch.zeros(shape[0]), requires_grad=False)
        self.first, self.step, self.floor_db = (float(layer[key]) for key in ("first", "step", "floor_db"))
        self.last = float(shape[0] - 1)
        self.repeats = self.size - shape[1]
        self.softest, self.loudest = TABLE_LOUDER_DB
        self.least, self.most = TABLE_DB
        self.fall, self.nepers = TABLE_FALL, NEPERS_PER_DB

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        at = ((127.0 * x[..., :1] - self.first) / self.step).clamp(0.0, self.last)
        knots = torch.arange(self.reference.shape[0], dtype=x.dtype, device=x.device)
        weights = (1.0 - (at - knots).abs()).clamp(min=0.0)
        loudness_db = 80.0 * (x[..., 1:2] - 1.0)
        louder = (loudness_db - weights @ self.reference.unsqueeze(1)).clamp(self.softest, self.loudest)
        fall = self.fall * (loudness_db - self.floor_db).clamp(max=0.0)
        db = (weights @ self.levels + louder * (weights @ self.slopes) + fall).clamp(self.least, self.most)
        gains = (db * self.nepers).exp()
        return torch.cat([gains, gains[..., -1:].expand(-1, -1, self.repeats)], -1), state


class Product(Stage):
    def __init__(self, layer: Mapping, input_size: int):
        super().__init__(layer, input_size // 2)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return x[..., : self.size] * x[..., self.size :], state


class Ratio(Stage):
    """The sum of the input's first half over that of its second."""

    def __init__(self, layer: Mapping, input_size: int):
        super().__init__(layer, 1)
        self.half = input_size // 2

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        return x[..., : self.half].sum(-1, keepdim=True) / x[..., self.half :].sum(-1, keepdim=True), state


class Difference(Stage):
    """x, then x - x[lag frames ago] for each lag; before the first frame, the past is that frame itself."""

    def __init__(self, layer: Mapping, input_size: int):
        lags = [int(lag) for lag in layer["lags"]]
        super().__init__(layer, input_size * (1 + len(lags)), max(lags) * input_size + 1)
        self.lags = lags
        self.longest = max(lags)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        batch, frames, inputs = x.shape
        kept = state[:, :-1].reshape(batch, self.longest, inputs)
        past = torch.where(state[:, -1:, None] > 0.5, kept, x[:, :1]).flip(1)
        line = torch.cat([past, x], 1)
        parts = [x]
        for lag in self.lags:
            start = self.longest - lag
            parts.append(x - line[:, start : start + frames])
        history = line[:, frames:].flip(1).reshape(batch, self.longest * inputs)
        return torch.cat(parts, -1), torch.cat([history, torch.ones_like(history[:, :1])], 1)


class Gru(Stage):
    def __init__(self, layer: Mapping, input_size: int):
        super().__init__(layer, layer["size"], layer["size"])
        made = nn.GRUCell(input_size, self.size)
        self.weight, self.bias = made.weight_ih, made.bias_ih
        self.weight_hidden, self.bias_hidden = made.weight_hh, made.bias_hh

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        weights = [self.weight, self.weight_hidden, self.bias, self.bias_hidden]
        y, last = torch.gru(x, state.unsqueeze(0), weights, True, 1, 0.0, False, False, True)
        return y, last.squeeze(0)


STAGES = {
    "difference": Difference,
    "dense": Dense,
    "layer_norm": LayerNorm,
    "leaky_relu": LeakyReLU,
    "gru": Gru,
    "exp_sigmoid": ExpSigmoid,
    "normalize": Normalize,
    "table": Table,
    "product": Product,
    "ratio": Ratio,
}
