"""Compares decoder families at the same cost a frame, on recordings, over several hold-outs.

python -m ddsp_live.tools.experiments.compare recordings/violin recordings/trumpet --seeds 3
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from ..analysis.takes import RecordingError, analyse_folder
from ..data.split import hold_out, passages
from ..evaluation.baselines import fit_static
from ..evaluation.metrics import evaluate
from ..models.synthesis import player
from ..training.jobs import LOST, add_job_options, each
from ..training.loop import train
from ..training.settings import Settings

FAMILIES: dict[str, dict] = {
    "feed-forward": {},
    "recurrent": {"lags": (), "memory": 144, "width": 144, "depth": 2},
    "both": {"memory": 144, "width": 144, "depth": 2},
}
"""What each changes in the settings; all cost a frame about as many multiply-adds as the default."""
STRETCH_FRAMES = 32  # that a network with a memory learns from at once; as many frames a step in all


def settings_of(family: str, settings: Settings) -> Settings:
    """The settings of a family, with as many frames in a step."""
    changed = replace(settings, **FAMILIES[family])
    if not changed.memory:
        return changed
    size = max(1, settings.batch_size * settings.batch_frames // STRETCH_FRAMES)
    return replace(changed, batch_size=size, batch_frames=STRETCH_FRAMES)


class Trial(NamedTuple):
    """One training to compare."""

    folder: Path
    settings: Settings
    family: str
    seed: int


def compare(
    folder: Path,
    settings: Settings,
    seeds: Sequence[int],
    families: Sequence[str] = tuple(FAMILIES),
    told: Callable[[dict], None] = lambda row: None,
    *,
    jobs: int = -1,
    scheduler: str | None = None,
) -> list[dict]:
    """Returns a row for each family and seed: how near it comes to notes that were held out, and what a frame costs.

    A seed draws the weights and which notes are held out, the same ones for every family; distance and gap closed are
    `evaluate.summary`'s. jobs and scheduler: as for `jobs.each`.
    """
    analyse_folder(
        folder, **settings.rates
    )  # once, into the cache, and so that bad recordings are told at once
    trials = [Trial(folder, settings, family, seed) for seed in seeds for family in families]
    rows = {}
    for trial, row in each(trained_row, trials, jobs=jobs, scheduler=scheduler):
        if row is LOST:
            raise RecordingError(
                f"The training of {trial.family}, seed {trial.seed}, was stopped again and again."
            )
        rows[trial] = row
        told(row)
    return [rows[trial] for trial in trials]


def trained_row(trial: Trial) -> dict:
    """Trains once and returns the figures of what was held out."""
    folder, settings, family, seed = trial
    takes = passages(analyse_folder(folder, **settings.rates).takes)
    split = hold_out(takes, held_out=settings.held_out, watched=0, seed=seed)
    chosen = replace(settings_of(family, settings), seed=seed, threads=1)
    decoder, body, history = train(split.learned, chosen)
    play = player(decoder, body=body, **settings.rates)
    sizes = decoder.sizes["harmonic_distribution"], decoder.sizes["noise_magnitudes"]
    plain = fit_static(split.learned, harmonics=sizes[0], noise_bands=sizes[1])
    figures = evaluate(split.judged, play, static=plain)
    row = {"source": folder.name, "family": family, "seed": seed}
    row |= {name: figures[name] for name in ("distance", "no_network", "floor", "gap_closed")}
    row["multiply_adds"] = sum(weight.size for weight in decoder.weights().values() if weight.ndim == 2)
    return row | {"seconds": history.seconds}


def in_words(values: Sequence[float], digits: int) -> str:
    """The mean, and the ends where there are several."""
    mean, low, high = (f"{value:.{digits}f}" for value in (np.mean(values), min(values), max(values)))
    return mean if len(values) == 1 else f"{mean} ({low} to {high})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; 0 if the comparison was made, 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.experiments.compare", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folders", nargs="+", type=Path, help="recordings, a folder for each source")
    parser.add_argument("--seeds", type=int, default=2, help="how many (default: 2)")
    parser.add_argument("--families", nargs="+", choices=tuple(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--steps", type=int, default=Settings.steps, help=f"default: {Settings.steps}")
    parser.add_argument("--json", action="store_true")
    add_job_options(parser)
    asked = parser.parse_args(arguments)
    console, settings = Console(stderr=True), Settings(steps=asked.steps)
    rows: list[dict] = []

    def said(row: dict) -> None:
        words = f"distance {row['distance']:.2f}, {100 * row['gap_closed']:.0f} % of the gap closed"
        console.print(f"{row['source']}, {row['family']}, seed {row['seed']}: {words}")

    try:
        for folder in asked.folders:
            where = {"jobs": asked.jobs, "scheduler": asked.scheduler}
            rows += compare(folder, settings, range(asked.seeds), asked.families, said, **where)
    except (RecordingError, OSError) as error:
        console.print(
            f"ddsp_live.tools.experiments.compare: {error}", style="red", soft_wrap=True, markup=False
        )
        return 2
    if asked.json:
        print(json.dumps(rows))
        return 0
    table = Table("source", "family", "distance", "gap closed", "multiply-adds")
    for source in dict.fromkeys(row["source"] for row in rows):
        for family in asked.families:
            own = [row for row in rows if (row["source"], row["family"]) == (source, family)]
            far = in_words([row["distance"] for row in own], 2)
            gap = in_words([100 * row["gap_closed"] for row in own], 0) + " %"
            table.add_row(source, family, far, gap, str(own[0]["multiply_adds"]))
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
