"""The training loop: takes become a decoder. `make_patch` is around it."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from ..analysis.takes import Take
from ..models.body import Body
from ..models.decoder import Decoder
from .checkpoint import load_checkpoint, save_checkpoint
from .devices import device_of
from .guard import Guard
from .history import History
from .losses import Loss, from_controls, from_sound, leave_out, to_blame
from .memory import keep_freed_memory
from .model import Model, harmonics_of, memory_growth, new_model
from .objective import level_loss
from .settings import Polish, Settings, in_halves, schedule


class Trained(NamedTuple):
    """What was learned, and how."""

    decoder: Decoder
    body: Body | None
    history: History


Progressed = Callable[[int, float], None]
"""Called with the number of steps done and the last one's loss."""
Complain = Callable[[str], None]
Validate = Callable[[Model], float]
"""A distance, less for a better model, from takes that are neither learned from nor reported on."""


def train(
    takes: Sequence[Take],
    settings: Settings,
    *,
    checkpoint: Path | None = None,
    progress: Progressed = lambda step, loss: None,
    validate: Validate | None = None,
    complain: Complain = lambda sentence: None,
) -> Trained:
    """Return the decoder that was learned from takes, its body, and how.

    With a `checkpoint` file, training goes on from where that file was last written by the same run; if it cannot be
    written, `complain` is called once. With `validate`, training ends once the score gets no better, and it is the
    decoder of the last step, or of the best if that was clearly better. The settings' first dropout is meant. Raises
    ValueError for a device that is not there.
    """
    run = _Run(takes, settings, checkpoint, validate, complain)
    for step in range(len(run.history.losses), run.last):
        if run.history.stalled(settings.patience):
            break
        run.step(step)
        if validate and run.is_due(step):
            run.look(step + 1, validate)
        progress(step + 1, run.history.losses[-1])
        run.keep(step + 1)
    return run.chosen()


class _Run:
    """One training: the model, its average and its best, the optimizer, and how it goes."""

    def __init__(
        self,
        takes: Sequence[Take],
        settings: Settings,
        checkpoint: Path | None,
        validate: Validate | None,
        complain: Complain,
    ):
        device = device_of("cpu" if settings.polish_steps else settings.device)
        torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        keep_freed_memory()
        settings = replace(settings, harmonics=settings.harmonics or harmonics_of(takes))
        self.takes, self.checkpoint, self.complain = takes, checkpoint, complain
        self.model = new_model(settings, device)
        averaging = torch.optim.swa_utils.get_ema_multi_avg_fn(settings.average)
        self.average = torch.optim.swa_utils.AveragedModel(self.model, multi_avg_fn=averaging)
        self.parameters = list(self.model.parameters())
        self.optimizer = torch.optim.Adam(self.parameters, betas=(0.9, 0.99))
        self.best = copy.deepcopy(self.model)
        moving = {"model": self.model, "average": self.average, "optimizer": self.optimizer}
        self.parts = {**moving, "best": self.best}
        self.identity = settings.decisive | {"takes": [[take.path.name, len(take.audio)] for take in takes]}
        kept = load_checkpoint(checkpoint, self.parts, self.identity) if checkpoint else {}
        self.history = History(**kept)
        self.guard = Guard(moving, complain)
        self.guard.rate = self.history.rate
        for _ in range(self.history.halved):
            settings = in_halves(settings)
        self.settings = settings
        self.last = settings.steps + settings.polish_steps
        self.loss: Loss | None = None
        self.began = time.monotonic() - self.history.seconds
        self.saved, self.complained = self.history.seconds, False

    def step(self, step: int) -> None:
        """Make one step, or leave it out if the guard does not allow it."""
        settings, towards_sound = self.settings, step >= self.settings.steps
        first, until = (settings.steps, self.last) if towards_sound else (0, settings.steps)
        stage: Settings | Polish = settings.polish if towards_sound else settings
        if self.loss is None or step == first:
            self.begin(from_sound if towards_sound else from_controls)
        # A step's randomness depends on its number alone, so a resumed run goes on as if never stopped.
        generator = np.random.default_rng([settings.seed, step])
        torch.manual_seed(int(generator.integers(2**63)))
        rate = stage.learning_rate * schedule(step - first, until - first, settings) * self.guard.rate
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        drawn = self.loss.draw(generator)
        distance, level = self.loss.of(self.model, drawn, generator)
        model = self.model
        beyond = level_loss(model.decoder, generator, sample_rate=settings.sample_rate, body=model.body)
        self.optimizer.zero_grad()
        (distance + stage.level_weight * level + settings.beyond_weight * beyond).backward()
        norm = float(torch.nn.utils.clip_grad_norm_(self.parameters, 1.0))
        if self.guard.allows(norm, step, partial(to_blame, self.loss, drawn, model, self.takes, step)):
            self.optimizer.step()
            self.average.update_parameters(model)
            self.history.losses.append(distance.item())
        else:
            self.leave_out_step()

    def begin(self, make: Callable[[Sequence[Take], Settings], Loss]) -> None:
        """Begin to minimise another loss, or the same one over other stretches."""
        self.make = make
        self.loss = make(self.takes, self.settings)
        leave_out(self.loss, self.takes, self.history.left_out)

    def leave_out_step(self) -> None:
        """Go on without this step, and without takes that have spoiled several."""
        losses = self.history.losses
        losses.append(losses[-1] if losses else float("nan"))
        for name in self.guard.repeated() or ():
            self.history.left_out.append(name)
            leave_out(self.loss, self.takes, self.history.left_out)
        self.history.rate = self.guard.rate

    def is_due(self, step: int) -> bool:
        """Whether it is time to look at the watched takes."""
        return (step + 1) % self.settings.validation_steps == 0 or step + 1 == self.last

    def look(self, done: int, validate: Validate) -> None:
        """Score the averaged weights, and keep them if they are the best so far."""
        history, settings = self.history, self.settings
        history.scores.append((done, validate(copy.deepcopy(self.average.module).eval().cpu())))
        if history.best_step == done:
            self.best.load_state_dict(self.average.module.state_dict())
        long = settings.memory and settings.batch_frames > 1
        if long and memory_growth(self.model.decoder, self.takes[0]) > 0:
            self.settings = in_halves(settings)
            history.halved += 1
            self.begin(self.make)
            self.complain(
                f"What the network remembers grows without end after step {done}: it goes on learning from "
                f"stretches of {self.settings.batch_frames} frames, half as long."
            )

    def keep(self, done: int) -> None:
        """Write a checkpoint, if one is due."""
        history = self.history
        history.seconds = time.monotonic() - self.began
        due = done == self.last or history.seconds - self.saved >= self.settings.checkpoint_seconds
        if not (self.checkpoint and due):
            return
        self.saved = history.seconds
        try:
            save_checkpoint(self.checkpoint, self.parts, self.identity, asdict(history))
        except OSError as error:
            if not self.complained:
                self.complain(f"{self.checkpoint} cannot be written ({error.strerror}); training goes on.")
            self.complained = True

    def chosen(self) -> Trained:
        """Return the weights that are taken."""
        last = self.history.chosen_step == len(self.history.losses)
        model = (self.average.module if last else self.best).eval().cpu()
        return Trained(model.decoder, model.body, self.history)
