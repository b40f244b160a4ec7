"""What a step minimises: towards the controls that analysis found, or towards the sound itself."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from torch import Tensor

from ..analysis.takes import Take
from ..data.dataset import Batch, Dataset
from ..data.targets import Frames, Targets
from .guard import DivergedError, culprits, gradient_norm
from .model import Model
from .objective import BandNoise, audio_loss, controls_loss
from .settings import Settings


class Loss(NamedTuple):
    """A step's loss: batches, and what to minimise on one."""

    data: Targets | Dataset
    draw: Callable[[np.random.Generator], Frames | Batch]
    of: Callable[[Model, Frames | Batch, np.random.Generator], tuple[Tensor, Tensor]]
    """What to minimise, and in dB how far the level is from the one that was asked for."""


def from_controls(takes: Sequence[Take], settings: Settings) -> Loss:
    targets = Targets(
        takes,
        harmonics=settings.harmonics,
        noise_bands=settings.noise_bands,
        before=settings.before,
        threads=settings.threads,
    )

    def draw(generator: np.random.Generator) -> Frames:
        return targets.batch(settings.batch_size, settings.batch_frames, generator)

    def loss(model: Model, batch: Frames, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        batch = batch.to(model.device)
        return controls_loss(model.decoder, batch, sample_rate=settings.sample_rate, body=model.body)

    return Loss(targets, draw, loss)


def from_sound(takes: Sequence[Take], settings: Settings) -> Loss:
    polish = settings.polish
    dataset = Dataset(takes, frames=polish.batch_frames, before=settings.before)
    noise = BandNoise(settings.noise_bands, settings.sample_rate, settings.seed)

    def draw(generator: np.random.Generator) -> Batch:
        return dataset.batch(polish.batch_size, generator)

    def loss(model: Model, batch: Batch, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        options = {"scales": polish.scales_per_step, "body": model.body} | settings.rates
        return audio_loss(model.decoder, batch, noise, generator, **options)

    return Loss(dataset, draw, loss)


def to_blame(loss: Loss, drawn: Frames | Batch, model: Model, takes: Sequence[Take], step: int) -> list[str]:
    """Names the takes that brought a batch's gradient, by the gradient that each one's part of it makes."""
    norms = {}
    for number in sorted(set(drawn.take.tolist())):
        own, _ = loss.of(model, drawn.of(number), np.random.default_rng(step))
        norms[takes[number].path.name] = gradient_norm(own, list(model.parameters()))
    return culprits(norms)


def leave_out(loss: Loss, takes: Sequence[Take], names: Sequence[str]) -> None:
    """Learns nothing more from the named takes. Raises DivergedError if no other is left."""
    numbers = [number for number, take in enumerate(takes) if take.path.name in names]
    if len(numbers) == len(takes):
        raise DivergedError(
            "No recording is left to learn from: all of them bring gradients that are not finite."
        )
    for number in numbers:
        loss.data.leave_out(number)
