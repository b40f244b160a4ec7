"""The trainer's settings and its loop: takes become a decoder. `make_patch` is around it."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from .analysis import Take
from .checkpoint import load_checkpoint, save_checkpoint
from .dataset import Dataset
from .decoder import Decoder, default_layers
from .memory import keep_freed_memory
from .objective import BandNoise, audio_loss, level_loss


@dataclass(frozen=True)
class Settings:
    """All there is to set; the defaults make the factory patches."""

    size: str = "standard"  # of sizes.SIZES, whose values come with it
    sample_rate: int = 44100
    frame_rate: int = 250
    harmonics: int = 100
    noise_bands: int = 65
    width: int = 256
    depth: int = 3
    lags: tuple[int, ...] = (1, 2, 4, 8, 16)
    steps: int = 2500
    batch_size: int = 8
    batch_frames: int = 125
    learning_rate: float = 2e-3
    warm_up_steps: int = 100
    last_rate: float = 0.01  # of the learning rate, reached along a cosine
    scales_per_step: int = 3  # of losses.FFT_SIZES
    level_weight: float = 0.1  # per dB between the level asked and the one that the controls make
    average: float = 0.998  # of the weights, per step: what is kept is their moving average
    held_out: float = 0.1  # share of the recorded pitches that is never trained on, but reported on
    watched: float = 0.05  # share of them that the best weights are chosen by, nor trained on either
    validation_steps: int = 250  # between looks at what is watched
    patience: int = 4  # looks without a better score, after which training ends
    seed: int = 0
    threads: int = 2
    checkpoint_steps: int = 50

    @property
    def rates(self) -> dict[str, int]:
        return {"sample_rate": self.sample_rate, "frame_rate": self.frame_rate}


PARTIAL_SLOPE = 0.06  # per partial, before 2 sigmoid(x)^ln 10
NOISE_DROP = 3.0

Progressed = Callable[[int, float], None]
"""Told the number of steps done and the last one's loss."""

Validate = Callable[[Decoder], float]
"""A distance, less for a better decoder, from takes that are neither learned from nor reported on."""


@dataclass
class History:
    """How training went."""

    losses: list[float] = field(default_factory=list)  # of every step
    scores: list[tuple[int, float]] = field(default_factory=list)  # steps done, what `validate` said then
    seconds: float = 0.0  # that it took, in all runs that were stopped and gone on from

    @property
    def best_step(self) -> int:
        """Steps after which the weights were taken: where the score was best, or the last."""
        return min(self.scores, key=lambda score: score[1])[0] if self.scores else len(self.losses)

    def stalled(self, patience: int) -> bool:
        """Whether the last `patience` scores are all no better than one before."""
        return len([step for step, _ in self.scores if step > self.best_step]) >= patience


def learning_rate(step: int, settings: Settings) -> float:
    """Linear warm-up, and half a cosine down to `last_rate`."""
    cosine = 0.5 * (1 + float(np.cos(np.pi * step / settings.steps)))
    warm = min(1.0, (step + 1) / settings.warm_up_steps)
    return settings.learning_rate * warm * (settings.last_rate + (1 - settings.last_rate) * cosine)


def train(
    takes: Sequence[Take],
    settings: Settings,
    *,
    checkpoint: Path | None = None,
    progress: Progressed = lambda step, loss: None,
    validate: Validate | None = None,
    complain: Callable[[str], None] = lambda sentence: None,
) -> tuple[Decoder, History]:
    """The decoder that was learned from takes, and how.

    With a `checkpoint` file, training goes on from where that file was last written by the same run; where it
    cannot be written, `complain` is told once. With `validate`, it is the decoder of the best score, and
    training ends once that gets no better.
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    keep_freed_memory()
    decoder = Decoder(
        default_layers(
            settings.harmonics, settings.noise_bands, settings.width, settings.depth, settings.lags
        )
    )
    start_like_an_instrument(decoder)
    averaging = torch.optim.swa_utils.get_ema_multi_avg_fn(settings.average)
    average = torch.optim.swa_utils.AveragedModel(decoder, multi_avg_fn=averaging)
    optimizer = torch.optim.Adam(decoder.parameters(), betas=(0.9, 0.99))
    best = copy.deepcopy(decoder)
    parts = {"decoder": decoder, "average": average, "optimizer": optimizer, "best": best}
    identity = asdict(replace(settings, threads=0)) | {"files": [take.path.name for take in takes]}
    history = History(**(load_checkpoint(checkpoint, parts, identity) if checkpoint else {}))

    dataset = Dataset(takes, frames=settings.batch_frames, before=max(settings.lags))
    noise = BandNoise(settings.noise_bands, settings.sample_rate, settings.seed)
    began, complained = time.monotonic() - history.seconds, False
    for step in range(len(history.losses), settings.steps):
        if history.stalled(settings.patience):
            break
        # A step's randomness depends on its number alone, so a resumed run goes on as if never stopped.
        generator = np.random.default_rng([settings.seed, step])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, settings)
        batch = dataset.batch(settings.batch_size, generator)
        scales = settings.scales_per_step
        distance, level = audio_loss(decoder, batch, noise, generator, scales=scales, **settings.rates)
        level = level + level_loss(decoder, generator, sample_rate=settings.sample_rate)
        optimizer.zero_grad()
        (distance + settings.level_weight * level).backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(decoder)
        history.losses.append(distance.item())
        if validate and ((step + 1) % settings.validation_steps == 0 or step + 1 == settings.steps):
            history.scores.append((step + 1, validate(average.module)))
            if history.best_step == step + 1:
                best.load_state_dict(average.module.state_dict())
        progress(step + 1, history.losses[-1])
        if checkpoint and (step + 1) % settings.checkpoint_steps == 0:
            history.seconds = time.monotonic() - began
            try:
                save_checkpoint(checkpoint, parts, identity, asdict(history))
            except OSError as error:
                if not complained:
                    complain(f"{checkpoint} cannot be written ({error.strerror}); training goes on.")
                complained = True
    history.seconds = time.monotonic() - began
    return (best if history.scores else average.module).eval(), history


@torch.no_grad()
def start_like_an_instrument(decoder: Decoder) -> None:
    """Starts with partials that fall off and little noise, which takes six times fewer steps to learn from.

    With all partials and bands equally loud, training first makes everything from noise and stays there long.
    """
    biases = decoder.named_weights()
    partials = biases["harmonic_distribution.bias"]
    partials -= PARTIAL_SLOPE * torch.arange(len(partials))
    biases["noise_magnitudes.bias"] -= NOISE_DROP
