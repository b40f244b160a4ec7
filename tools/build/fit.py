"""Training for a patch: trials that are watched choose how to learn, then all is learned again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..analysis.takes import Take
from ..evaluation.metrics import distance
from ..models.synthesis import player
from ..training.history import History
from ..training.loop import Trained, Validate, train
from ..training.model import Model
from ..training.settings import Settings
from ..training.tensorboard import Write
from .run import Progress, Run

WATCHED_SECONDS = 4.0
AGAIN = "again"


def fit(run: Run) -> None:
    """Train with each dropout, choose by the watched takes, and train again on those as well.

    What is watched says how long to learn, and with which dropout.
    """
    trials = try_dropouts(run)
    best = min(range(len(trials)), key=lambda number: trials[number].history.chosen_score)
    run.dropout = run.settings.dropouts[best]
    found = refit(run, trials, best) if run.split.watched else trials[best]
    run.decoder, run.body, run.history = found
    for step, score in run.history.scores:
        run.write("distance of watched takes", score, step)


def try_dropouts(run: Run) -> list[Trained]:
    """Train once with each share of dropout, or with the first if there is nothing to choose by."""
    dropouts, watched = run.settings.dropouts, run.split.watched
    trials = []
    for number, share in enumerate(dropouts if watched else dropouts[:1]):
        chosen = replace(run.settings, dropouts=(share,))
        stage = f"Training, dropout {share:g}" if number else "Training"
        trials.append(
            train(
                run.split.learned,
                chosen,
                checkpoint=checkpoint_of(run.output, number),
                complain=run.tell,
                progress=trained(run.progress, stage, chosen, run.write),
                validate=watch(watched) if watched else None,
            )
        )
    return trials


def refit(run: Run, trials: Sequence[Trained], best: int) -> Trained:
    """Train as the best trial did, now on every pitch that lies between those to be judged by."""
    history = trials[best].history
    run.split = replace(run.split, learned=[*run.split.learned, *run.split.watched])
    chosen = in_steps(replace(run.settings, dropouts=(run.dropout,)), history.chosen_step)
    last = train(
        run.split.learned,
        chosen,
        checkpoint=checkpoint_of(run.output, AGAIN),
        complain=run.tell,
        progress=trained(run.progress, "Refitting", chosen, run.write),
    )
    seconds = last.history.seconds + sum(trial.history.seconds for trial in trials)
    return last._replace(history=History(last.history.losses, history.scores, seconds))


def in_steps(settings: Settings, steps: int) -> Settings:
    """The same training in as many steps."""
    learned = min(steps, settings.steps)
    return replace(settings, steps=learned, polish_steps=steps - learned)


def trained(progress: Progress, stage: str, settings: Settings, write: Write) -> Callable[[int, float], None]:
    """What `train` is to tell its steps to, in a stage's name."""
    recent: list[float] = []

    def show(step: int, loss: float) -> None:
        write(f"loss ({stage.lower()})", loss, step)
        recent.append(loss)
        del recent[:-100]
        progress(stage, step / (settings.steps + settings.polish_steps), f"loss {np.mean(recent):.2f}")

    return show


def watch(takes: Sequence[Take]) -> Validate:
    """Scores a decoder by the distance of its sound from the takes' first seconds."""
    heard = round(WATCHED_SECONDS * takes[0].sample_rate)
    rates = {"sample_rate": takes[0].sample_rate, "frame_rate": takes[0].frame_rate}

    def validate(model: Model) -> float:
        play, scores = player(model.decoder, body=model.body, **rates), []
        for take in takes:
            frames = round(WATCHED_SECONDS * take.frame_rate)
            made = play(take.f0_hz[:frames], take.loudness_db[:frames])
            samples = min(len(made), len(take.audio), heard)
            scores.append(distance(made[:samples], take.audio[:samples]))
        return float(np.mean(scores))

    return validate


def checkpoint_of(output: Path, part: int | str = 0) -> Path:
    """Where a training is kept until the patch is made: the first, another by its number, or what is done AGAIN."""
    return output.with_name(output.name + (f".{part}.checkpoint" if part else ".checkpoint"))
