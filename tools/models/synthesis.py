"""From pitch and loudness through the decoder to audio, in torch."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from . import signal
from .body import Body
from .decoder import Decoder

Player = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""f0_hz [frames], loudness_db [frames] -> audio [samples]."""


def scale_inputs(f0_hz: Tensor, loudness_db: Tensor) -> tuple[Tensor, Tensor]:
    """The decoder's inputs: MIDI note / 127, and dB / 80 + 1."""
    return (69 + 12 * torch.log2(f0_hz / 440)) / 127, loudness_db / 80 + 1


def decode(decoder: Decoder, f0_hz: Tensor, loudness_db: Tensor) -> list[Tensor]:
    """Amplitude, distribution and magnitudes for f0_hz, loudness_db [batch, frames, 1] from a fresh state."""
    inputs = scale_inputs(f0_hz, loudness_db)
    return list(decoder.sequence(*inputs, f0_hz.new_zeros(len(f0_hz), decoder.state_size))[:3])


def decode_after(decoder: Decoder, f0_hz: Tensor, loudness_db: Tensor, before: int) -> list[Tensor]:
    """As `decode`, but only of the frames after the first `before`, which carry no gradient."""
    inputs = scale_inputs(f0_hz, loudness_db)
    if not before:
        return decode(decoder, f0_hz, loudness_db)
    state = decoder.state_after(*(x[:, :before] for x in inputs))
    return list(decoder.sequence(*(x[:, before:] for x in inputs), state)[:3])


def through(
    body: Body | None, controls: Sequence[Tensor], f0_hz: Tensor, sample_rate: int
) -> Sequence[Tensor]:
    """Controls [batch, frames, ...] of the sound behind the body: partials and bands by its response."""
    if body is None:
        return controls
    amplitude, distribution, magnitudes = controls
    numbers = torch.arange(1, distribution.shape[-1] + 1, device=f0_hz.device)
    levels = distribution * body.response_near(f0_hz * numbers)
    total = levels.sum(-1, keepdim=True)
    bands = torch.linspace(0, sample_rate / 2, magnitudes.shape[-1], device=f0_hz.device)
    return amplitude * total, levels / total, magnitudes * body.response_near(bands)


def render(
    controls: Sequence[Tensor],
    f0_hz: Tensor,
    *,
    sample_rate: int,
    frame_rate: int,
    seed: int = 0,
    noise: Tensor | None = None,
) -> Tensor:
    """Audio [batch, samples] of controls [batch, frames, ...]; noise: as from signal.band_noise, or drawn."""
    amplitude, distribution, magnitudes = controls
    rates = {"sample_rate": sample_rate, "frame_rate": frame_rate}
    tones = signal.harmonic(f0_hz, amplitude, distribution, **rates)
    if noise is None:
        return tones + signal.filtered_noise(magnitudes, seed=seed, **rates)
    return tones + signal.ramped_sum(noise, magnitudes, **rates)


def player(
    decoder: Decoder, *, sample_rate: int, frame_rate: int, seed: int = 0, body: Body | None = None
) -> Player:
    """A function that plays f0_hz, loudness_db [frames]: float32 audio [samples], from the first frame on."""

    @torch.no_grad()
    def play(f0_hz: np.ndarray, loudness_db: np.ndarray) -> np.ndarray:
        inputs = [torch.from_numpy(np.asarray(x, np.float32))[None, :, None] for x in (f0_hz, loudness_db)]
        controls = decode(decoder, *inputs)
        made = render(controls, inputs[0], sample_rate=sample_rate, frame_rate=frame_rate, seed=seed)
        return (made if body is None else body.filter(made))[0].numpy()

    return play
