"""Scores by several hold-outs: the patch's own, and others for which the same way of training is gone again.

A score of the few notes that were held out depends on which these are. Of each further hold-out, everything is learned
anew without it, network, body and tables, in as many steps as the patch took; nothing of the patch's own weights is
used, as these have learned the notes that are to be judged by.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np

from ...patch import SUFFIX, Patch, load_patch
from ..analysis.takes import RecordingError, Take, analyse_folder
from ..data.split import Split, named_passages, note_pitch
from ..evaluation.evaluate_patch import evaluate_patch
from ..models.decoder import from_weights
from ..spectra.finish import write_with
from ..training.jobs import LOST, each
from ..training.loop import Settings
from .fit import fit
from .make_patch import (
    analyse,
    correct,
    describe_patch,
    distil,
    lay_out_dynamics,
    level_body,
    name_it,
    pack,
    remove_room,
    write,
)
from .run import Run

BEFORE = (
    analyse,
    remove_room,
    name_it,
    lay_out_dynamics,
)  # the stages of make_patch on both sides of the split
AFTER = (fit, distil, level_body, correct, describe_patch, pack, write)
SPREAD = ("distance", "gap_closed", "partials_db", "sustain")  # whose spread a patch keeps


@dataclass(frozen=True)
class Fold:
    """One hold-out: what was held out, and the figures of a patch that has not learned it."""

    held_out: list[str]
    figures: dict[str, float]


@dataclass(frozen=True)
class Folds:
    """All hold-outs of a patch, its own first."""

    patch: str
    trained: str  # what was learned anew, in words
    folds: list[Fold]

    @property
    def figures(self) -> dict[str, dict[str, float]]:
        """{figure: mean, standard deviation, lowest and highest over the hold-outs}, of those that all have."""
        names = [name for name in self.folds[0].figures if all(name in fold.figures for fold in self.folds)]
        return {name: spread([fold.figures[name] for fold in self.folds]) for name in names}

    def to_json(self) -> dict:
        return asdict(self) | {"figures": self.figures}


@dataclass(frozen=True)
class Job:
    """A hold-out to train for."""

    patch: Path
    folder: Path
    held_out: tuple[str, ...]
    settings: Settings


def judge_folds(
    patch: Patch,
    folder: Path,
    count: int,
    *,
    steps: int | None = None,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Folds:
    """Judges a patch's way of training by `count` hold-outs, or as many as there are pitches for.

    No pitch is in two of them. steps: of training, as many as the patch's own unless given. jobs, scheduler: as for
    `jobs.each`. Raises RecordingError if the folder lacks what was held out, or a training was stopped for good.
    """
    folder = Path(folder).absolute()
    own = evaluate_patch(patch, folder, which="held out", cost=False)
    first = Fold([row["file"] for row in own.files], own.figures)
    training = patch.info["training"]
    kept = settings_of(training["settings"])
    settings = replace(
        kept, dropouts=(training["dropout"],), steps=steps or training["best_step"], watched=0.0, threads=1
    )
    rates = {"sample_rate": patch.sample_rate, "frame_rate": patch.frame_rate}
    parts = named_passages(analyse_folder(folder, **rates).takes, folder)
    further = list(hold_outs(parts, training["held_out"], count - 1, settings.seed))
    waiting = [Job(patch.path.absolute(), folder, tuple(names), settings) for names in further]
    found = {}
    for job, figures in each(train_and_judge, waiting, jobs=jobs, scheduler=scheduler):
        if figures is LOST:
            raise RecordingError(f"The training without {job.held_out[0]} was stopped again and again.")
        found[job.held_out] = figures
        progress(len(found) / len(waiting))
    trained = f"network, body and tables anew for each of {len(waiting)} hold-outs, {settings.steps} steps"
    return Folds(
        patch.name, trained, [first, *(Fold(list(job.held_out), found[job.held_out]) for job in waiting)]
    )


def keep_folds(patch: Patch, found: Folds) -> None:
    """Writes the mean and spread of the main figures into the patch's file."""
    figures = {
        name: {part: round(value, 4) for part, value in found.figures[name].items()} for name in SPREAD
    }
    kept = {"count": len(found.folds), "trained": found.trained, **figures}
    decoder = from_weights(patch.layers, patch.weights).eval()
    write_with(patch.path, patch, decoder, {"training": patch.info["training"] | {"folds": kept}})


def hold_outs(parts: Mapping[str, Take], own: Sequence[str], count: int, seed: int) -> Iterator[list[str]]:
    """Yields the names of up to `count` further hold-outs, each of as many pitches as the patch's own and of none in
    another; the lowest and the highest pitch are in none.
    """
    groups: dict[object, list[str]] = {}
    for index, (name, take) in enumerate(parts.items()):
        pitch = note_pitch(take)
        groups.setdefault(("passage", index) if pitch is None else pitch, []).append(name)
    pitches = sorted(key for key in groups if not isinstance(key, tuple))
    held = [key for key, names in groups.items() if set(names) & set(own)]
    free = [key for key in groups if key not in (*held, *pitches[:1], *pitches[-1:])]
    order = [free[i] for i in np.random.default_rng([seed, 1]).permutation(len(free))]
    size = max(1, len(held))
    for first in range(0, min(count * size, len(order) // size * size), size):
        yield [name for key in order[first : first + size] for name in groups[key]]


def train_and_judge(job: Job) -> dict[str, float]:
    """Trains without a hold-out, in whatever process, and returns its figures."""
    patch = load_patch(job.patch)
    source = patch.info["source"] | {
        "title": patch.title,
        "family": patch.family,
        "licence_text": patch.licence,
    }
    with tempfile.TemporaryDirectory() as place:
        output = Path(place) / f"{patch.name}{SUFFIX}"
        run = Run(job.folder, output, output, job.settings, source)
        for stage in BEFORE:
            stage(run)
        parts = named_passages(run.takes, job.folder)
        run.names = {id(part): name for name, part in parts.items()}
        judged = [part for name, part in parts.items() if name in job.held_out]
        learned = [part for name, part in parts.items() if name not in job.held_out]
        run.split = Split(learned, [], judged, unseen=True)
        for stage in AFTER:
            stage(run)
        return evaluate_patch(load_patch(output), job.folder, which="held out", cost=False).figures


def settings_of(kept: Mapping) -> Settings:
    """The settings that a patch says it was trained with; what they do not say is as usual."""
    known = {
        field.name: tuple(kept[field.name]) if isinstance(kept[field.name], list) else kept[field.name]
        for field in fields(Settings)
        if field.name in kept and field.name != "polish"
    }
    return Settings(**known)


def spread(values: Sequence[float]) -> dict[str, float]:
    mean, deviation = float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": mean, "deviation": deviation, "low": min(values), "high": max(values)}
