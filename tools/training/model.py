"""What is learned: a decoder, the body behind it, and where their weights start."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ..analysis.takes import Take
from ..models.body import Body
from ..models.decoder import Decoder, default_layers
from ..models.stages import LeakyReLU
from ..models.synthesis import scale_inputs
from .guard import growth
from .settings import Settings

FEWEST_HARMONICS, MOST_HARMONICS = 60, 128
GROWTH_FRAMES = 200  # over which a disturbance of its state is followed
PARTIAL_SLOPE = 0.06  # per partial, before 2 sigmoid(x)^ln 10
NOISE_DROP = 3.0
LOUDNESS_SLOPE = 4.0  # 2 sigmoid(x)^ln 10 is 20 dB for each x, and a decoder's loudness 80 dB for 1
USUAL_LOUDNESS = 0.75


class Model(nn.Module):
    """What is learned: a decoder, and a body behind it or none. The body, of a few doubles, stays on the processor."""

    def __init__(self, decoder: Decoder, body: Body | None):
        super().__init__()
        self.decoder, self.body = decoder, body

    @property
    def device(self) -> torch.device:
        return next(self.decoder.parameters()).device


def new_model(settings: Settings, device: torch.device) -> Model:
    """Return an untrained model; `settings.harmonics` is a number of partials."""
    sizes = settings.harmonics, settings.noise_bands, settings.width, settings.depth
    decoder = Decoder(default_layers(*sizes, settings.lags, settings.memory))
    start_like_an_instrument(decoder)
    for stage in decoder.stages:
        if isinstance(stage, LeakyReLU):
            stage.dropout = settings.dropouts[0]
    decoder.to(device)
    return Model(
        decoder, Body(settings.body_sections, settings.sample_rate) if settings.body_sections else None
    )


def harmonics_of(takes: Sequence[Take]) -> int:
    """How many partials the takes' lowest note has below Nyquist, within what a voice may cost."""
    lowest_hz = min(float(np.median(take.f0_hz[take.voiced])) for take in takes)
    reach = int(np.ceil(takes[0].sample_rate / 2 / lowest_hz))
    return min(max(reach, FEWEST_HARMONICS), MOST_HARMONICS)


def memory_growth(decoder: Decoder, take: Take) -> float:
    """Returns `growth` of the decoder's state over the first frames of a take."""
    frames = min(GROWTH_FRAMES, len(take.f0_hz), len(take.loudness_db))
    pair = (
        torch.from_numpy(np.asarray(x[:frames], np.float32))[:, None] for x in (take.f0_hz, take.loudness_db)
    )
    f0_scaled, loudness_scaled = (x.to(next(decoder.parameters()).device) for x in scale_inputs(*pair))

    def advance(state: Tensor, frame: int) -> Tensor:
        return decoder(f0_scaled[frame : frame + 1], loudness_scaled[frame : frame + 1], state)[3]

    return growth(advance, decoder.fresh_state(1).to(f0_scaled), frames)


@torch.no_grad()
def start_like_an_instrument(decoder: Decoder) -> None:
    """Starts with partials that fall off, little noise, and levels that follow the loudness asked.

    That takes six times fewer steps to learn from: with all partials and bands equally loud, training first makes
    everything from noise and stays there long.
    """
    weights = decoder.named_weights()
    partials = weights["harmonic_distribution.bias"]
    partials -= PARTIAL_SLOPE * torch.arange(len(partials))
    weights["noise_magnitudes.bias"] -= NOISE_DROP
    for name in ("amplitude", "noise_magnitudes"):
        weights[f"{name}.weight"][:, -1] = LOUDNESS_SLOPE  # the last input is the loudness
        weights[f"{name}.bias"] -= LOUDNESS_SLOPE * USUAL_LOUDNESS
