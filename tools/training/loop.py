"""The trainer's settings and its loop: takes become a decoder. `make_patch` is around it."""

import copy
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ..analysis.takes import Take
from ..data.dataset import Batch, Dataset
from ..data.targets import Frames, Targets
from ..models.body import Body
from ..models.decoder import Decoder, LeakyReLU, default_layers
from ..models.synthesis import scale_inputs
from .checkpoint import load_checkpoint, save_checkpoint
from .devices import device_of
from .guard import DivergedError, Guard, culprits, gradient_norm, growth
from .memory import keep_freed_memory
from .objective import BandNoise, audio_loss, controls_loss, level_loss

# Of the settings: all that these change is the time it takes.
HOW = ("threads", "device", "checkpoint_seconds")


@dataclass(frozen=True)
class Polish:
    """How steps through sound itself are made. On held-out pitches they measured worse than none."""

    batch_size: int = 6
    batch_frames: int = 75
    learning_rate: float = 3e-4
    scales_per_step: int = 3  # of losses.FFT_SIZES
    level_weight: float = 0.1


@dataclass(frozen=True)
class Settings:
    """All there is to set; the defaults make the factory patches."""

    size: str = "standard"  # of sizes.SIZES, whose values come with it
    dynamics: str = "borrowed"  # slopes over loudness in the tables: of spectra.correct.DYNAMICS
    room: str = "none"  # or "trained": learned first, and taken out of what the decoder learns from
    sample_rate: int = 44100
    frame_rate: int = 250
    harmonics: int = 0  # 0: as many as reach Nyquist from the lowest note, within FEWEST_ and MOST_HARMONICS
    noise_bands: int = 65
    width: int = 256
    depth: int = 3
    lags: tuple[int, ...] = (1, 2, 4, 8, 16)  # frames; none: no differences of the loudness
    memory: int = 0  # width of a GRU behind the first layer, 0 for none
    body_sections: int = 16  # of resonances that all pitches share; 0 for none
    dropouts: tuple[float, ...] = (0.1, 0.0)  # shares of hidden values that steps do without: one is chosen
    steps: int = 1200  # towards the controls that analysis finds in the recordings
    batch_size: int = 512  # stretches of `batch_frames`
    batch_frames: int = 1  # more only for a decoder that learns from its own past
    learning_rate: float = 2e-3
    warm_up_steps: int = 50
    last_rate: float = 0.01  # of the learning rate, reached along a cosine
    level_weight: float = 0.1  # per dB between the level asked and the one that the controls make
    beyond_weight: float = 0.02  # the same, at pitches and levels that no recording has
    polish_steps: int = 0  # towards the recordings' spectra, after those above
    polish: Polish = field(default_factory=Polish)
    average: float = 0.998  # of the weights, per step: what is kept is their moving average
    held_out: float = 0.1  # share of the recorded pitches that is never trained on, but reported on
    watched: float = 0.1  # share of them that says how long to learn, and is then learned from as well
    validation_steps: int = 200  # between looks at what is watched
    patience: int = 4  # looks without a better score, after which training ends
    seed: int = 0
    threads: int = 2
    device: str = "auto"  # of devices.NAMES, for the steps towards controls; all else stays on the processor
    checkpoint_seconds: float = 10.0  # between checkpoints

    @property
    def decisive(self) -> dict:
        """What decides which patch it becomes: all but how it is computed."""
        kept = {name: value for name, value in asdict(self).items() if name not in HOW}
        return json.loads(json.dumps(kept))  # as a patch keeps them

    @property
    def before(self) -> int:
        """Frames that lead into those that are learned from."""
        return max(self.lags, default=0) if not self.memory else MEMORY_FRAMES

    @property
    def rates(self) -> dict[str, int]:
        return {"sample_rate": self.sample_rate, "frame_rate": self.frame_rate}


FEWEST_HARMONICS, MOST_HARMONICS = 60, 128
BETTER = 0.05  # share of a score, from which an earlier look at the watched takes was a better one
MEMORY_FRAMES = 32  # in which a GRU warms up
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


class Trained(NamedTuple):
    """What was learned, and how."""

    decoder: Decoder
    body: Body | None
    history: "History"


Progressed = Callable[[int, float], None]
"""Told the number of steps done and the last one's loss."""


class Loss(NamedTuple):
    """A step's loss: batches, and what to minimise on one."""

    data: Targets | Dataset
    draw: Callable[[np.random.Generator], Frames | Batch]
    of: Callable[[Model, Frames | Batch, np.random.Generator], tuple[Tensor, Tensor]]
    """What to minimise, and in dB how far the level is from the one that was asked for."""


Validate = Callable[[Model], float]
"""A distance, less for a better model, from takes that are neither learned from nor reported on."""


@dataclass
class History:
    """How training went."""

    losses: list[float] = field(default_factory=list)  # of every step
    scores: list[tuple[int, float]] = field(default_factory=list)  # steps done, what `validate` said then
    seconds: float = 0.0  # that it took, in all runs that were stopped and gone on from
    left_out: list[str] = field(default_factory=list)  # takes that brought gradients that cannot be used
    rate: float = 1.0  # share of the learning rate that the guard went on with
    halved: int = 0  # times that stretches were made half as long

    @property
    def best_step(self) -> int:
        """Steps after which the score was best, or the last."""
        return min(self.scores, key=lambda score: score[1])[0] if self.scores else len(self.losses)

    @property
    def chosen_step(self) -> int:
        """Steps after which the weights were taken: the last, unless the best was better by more than chance.

        The last ones have settled as the learning rate fell, and a few takes' scores don't tell small differences.
        """
        if not self.scores or min(score for _, score in self.scores) > (1 - BETTER) * self.scores[-1][1]:
            return len(self.losses)
        return self.best_step

    @property
    def chosen_score(self) -> float:
        """What `validate` said of the weights that were taken; infinite where nothing was watched."""
        return dict(self.scores).get(self.chosen_step, np.inf)

    def stalled(self, patience: int) -> bool:
        """Whether the last `patience` scores are all no better than one before."""
        return len([step for step, _ in self.scores if step > self.best_step]) >= patience


def train(
    takes: Sequence[Take],
    settings: Settings,
    *,
    checkpoint: Path | None = None,
    progress: Progressed = lambda step, loss: None,
    validate: Validate | None = None,
    complain: Callable[[str], None] = lambda sentence: None,
) -> Trained:
    """The decoder that was learned from takes, its body, and how.

    With a `checkpoint` file, training goes on from where that file was last written by the same run; where it
    cannot be written, `complain` is told once. With `validate`, training ends once the score gets no better, and
    it is the decoder of the last step, or of the best if that was clearly better. The settings' first dropout is
    meant. Raises ValueError for a device that is not there.
    """
    device = device_of("cpu" if settings.polish_steps else settings.device)
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    keep_freed_memory()
    settings = replace(settings, harmonics=settings.harmonics or harmonics_of(takes))
    sizes = settings.harmonics, settings.noise_bands, settings.width, settings.depth
    decoder = Decoder(default_layers(*sizes, settings.lags, settings.memory))
    start_like_an_instrument(decoder)
    for stage in decoder.stages:
        if isinstance(stage, LeakyReLU):
            stage.dropout = settings.dropouts[0]
    decoder.to(device)
    body = Body(settings.body_sections, settings.sample_rate) if settings.body_sections else None
    model = Model(decoder, body)
    averaging = torch.optim.swa_utils.get_ema_multi_avg_fn(settings.average)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=averaging)
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(parameters, betas=(0.9, 0.99))
    best = copy.deepcopy(model)
    parts = {"model": model, "average": average, "optimizer": optimizer, "best": best}
    identity = settings.decisive | {"takes": [[take.path.name, len(take.audio)] for take in takes]}
    history = History(**(load_checkpoint(checkpoint, parts, identity) if checkpoint else {}))

    guard = Guard({name: parts[name] for name in ("model", "average", "optimizer")}, complain)
    guard.rate = history.rate
    for _ in range(history.halved):
        settings = in_halves(settings)

    last = settings.steps + settings.polish_steps
    stages = ((0, _from_controls, settings), (settings.steps, _from_sound, settings.polish))
    loss_of = None
    began, saved, complained = time.monotonic() - history.seconds, history.seconds, False
    for step in range(len(history.losses), last):
        if history.stalled(settings.patience):
            break
        first, make, stage = stages[step >= settings.steps]
        if loss_of is None or step == first:
            loss_of = make(takes, settings)
            leave_out(loss_of, takes, history.left_out)
        # A step's randomness depends on its number alone, so a resumed run goes on as if never stopped.
        generator = np.random.default_rng([settings.seed, step])
        torch.manual_seed(int(generator.integers(2**63)))
        until = settings.steps if step < settings.steps else last
        for group in optimizer.param_groups:
            group["lr"] = stage.learning_rate * schedule(step - first, until - first, settings) * guard.rate
        drawn = loss_of.draw(generator)
        distance, level = loss_of.of(model, drawn, generator)
        beyond = level_loss(decoder, generator, sample_rate=settings.sample_rate, body=body)
        optimizer.zero_grad()
        (distance + stage.level_weight * level + settings.beyond_weight * beyond).backward()
        norm = float(torch.nn.utils.clip_grad_norm_(parameters, 1.0))
        if guard.allows(norm, step, partial(_to_blame, loss_of, drawn, model, takes, step)):
            optimizer.step()
            average.update_parameters(model)
            history.losses.append(distance.item())
        else:
            history.losses.append(history.losses[-1] if history.losses else float("nan"))
            for name in guard.repeated() or ():
                history.left_out.append(name)
                leave_out(loss_of, takes, history.left_out)
            history.rate = guard.rate
        if validate and ((step + 1) % settings.validation_steps == 0 or step + 1 == last):
            history.scores.append((step + 1, validate(copy.deepcopy(average.module).eval().cpu())))
            if history.best_step == step + 1:
                best.load_state_dict(average.module.state_dict())
            if settings.memory and settings.batch_frames > 1 and memory_growth(decoder, takes[0]) > 0:
                settings = in_halves(settings)
                history.halved += 1
                loss_of = make(takes, settings)
                leave_out(loss_of, takes, history.left_out)
                complain(
                    f"What the network remembers grows without end after step {step + 1}: it goes on learning from "
                    f"stretches of {settings.batch_frames} frames, half as long."
                )
        progress(step + 1, history.losses[-1])
        history.seconds = time.monotonic() - began
        due = step + 1 == last or history.seconds - saved >= settings.checkpoint_seconds
        if checkpoint and due:
            saved = history.seconds
            try:
                save_checkpoint(checkpoint, parts, identity, asdict(history))
            except OSError as error:
                if not complained:
                    complain(f"{checkpoint} cannot be written ({error.strerror}); training goes on.")
                complained = True
    chosen = (average.module if history.chosen_step == len(history.losses) else best).eval().cpu()
    return Trained(chosen.decoder, chosen.body, history)


def harmonics_of(takes: Sequence[Take]) -> int:
    """How many partials the takes' lowest note has below Nyquist, within what a voice may cost."""
    lowest_hz = min(float(np.median(take.f0_hz[take.voiced])) for take in takes)
    reach = int(np.ceil(takes[0].sample_rate / 2 / lowest_hz))
    return min(max(reach, FEWEST_HARMONICS), MOST_HARMONICS)


def in_halves(settings: Settings) -> Settings:
    """Returns the same training from stretches half as long, twice as many of them."""
    return replace(settings, batch_frames=settings.batch_frames // 2, batch_size=settings.batch_size * 2)


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


def schedule(step: int, steps: int, settings: Settings) -> float:
    """Share of the learning rate: linear warm-up, and half a cosine down to `last_rate`."""
    cosine = 0.5 * (1 + float(np.cos(np.pi * step / steps)))
    warm = min(1.0, (step + 1) / settings.warm_up_steps)
    return warm * (settings.last_rate + (1 - settings.last_rate) * cosine)


def _from_controls(takes: Sequence[Take], settings: Settings) -> Loss:
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


def _from_sound(takes: Sequence[Take], settings: Settings) -> Loss:
    polish = settings.polish
    dataset = Dataset(takes, frames=polish.batch_frames, before=settings.before)
    noise = BandNoise(settings.noise_bands, settings.sample_rate, settings.seed)

    def draw(generator: np.random.Generator) -> Batch:
        return dataset.batch(polish.batch_size, generator)

    def loss(model: Model, batch: Batch, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        options = {"scales": polish.scales_per_step, "body": model.body} | settings.rates
        return audio_loss(model.decoder, batch, noise, generator, **options)

    return Loss(dataset, draw, loss)


def _to_blame(loss: Loss, drawn: Frames | Batch, model: Model, takes: Sequence[Take], step: int) -> list[str]:
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
