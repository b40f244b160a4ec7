"""From a folder of recordings to a patch: analysis, training, evaluation, and the file."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib import resources
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..patch import write_patch
from . import distill
from .analysis import Take, analyse_folder
from .checkpoint import remove_checkpoint
from .coverage import coverage
from .decoder import Decoder, to_onnx
from .describe import describe
from .evaluate import distance, evaluate
from .split import hold_out, name_of, passages
from .synthesis import player
from .train import Settings, Validate, train

WATCHED_SECONDS = 2.0


def make_patch(
    folder: Path, output: Path, settings: Settings, source: dict, console: Console, *, cache: bool = True
) -> dict[str, float]:
    """Analyses, trains, judges and writes; returns the figures of the held-out recordings.

    cache: whether what was measured of the recordings is kept in the user's cache folder for the next time.
    """
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        analysing = progress.add_task("Analysing", total=None)
        takes, findings = analyse_folder(
            folder,
            **settings.rates,
            cache=cache,
            progress=lambda done, files: progress.update(analysing, completed=done, total=files),
        )
        for finding in findings:
            console.print(f"{finding.sentence} ({finding.action})", markup=False, soft_wrap=True)
        shares = {"held_out": settings.held_out, "watched": settings.watched}
        split = hold_out(passages(takes), seed=settings.seed, **shares)
        task = progress.add_task("Training", total=settings.steps)
        recent: list[float] = []

        def show(step: int, loss: float) -> None:
            recent.append(loss)
            del recent[:-100]
            progress.update(task, completed=step, description=f"Training, distance {np.mean(recent):.2f}")

        checkpoint = output.with_name(output.name + ".checkpoint")
        validate = watch(split.watched) if split.watched else None
        decoder, history = train(
            split.learned, settings, checkpoint=checkpoint, progress=show, validate=validate
        )
        if settings.size == "tiny":
            task = progress.add_task("Distilling", total=distill.Settings.steps)
            decoder = distill.tiny(
                decoder,
                [(take.f0_hz, take.loudness_db) for take in split.learned],
                sample_rate=settings.sample_rate,
                progress=lambda step, loss: progress.update(task, completed=step),
            )
        figures = evaluate(
            progress.track(split.judged, description="Judging"), player(decoder, **settings.rates)
        )
    figures = {name: round(value, 4) for name, value in figures.items()}
    training = {
        "settings": {name: value for name, value in asdict(settings).items() if name != "threads"},
        "recordings": len({take.path for take in takes}),
        "seconds": round(sum(len(take.audio) / take.sample_rate for take in takes), 1),
        "held_out": [name_of(take, folder) for take in split.judged] if split.unseen else [],
        "watched": [name_of(take, folder) for take in split.watched],
        "last_loss": round(float(np.mean(history.losses[-100:])), 4),
        "minutes": round((time.monotonic() - began) / 60, 2),
        **figures,
    }
    info = {
        "name": output.stem,
        "title": source.get("title", output.stem.replace("-", " ").capitalize()),
        **settings.rates,
        "harmonics": decoder.sizes["harmonic_distribution"],
        "noise_bands": decoder.sizes["noise_magnitudes"],
        "state_size": decoder.state_size,
        "layers": decoder.spec,
        **describe(takes),
        "coverage": coverage(takes),
        "training": training,
        "source": {key: source[key] for key in ("recordings", "licence", "url")},
    }
    write_patch(output, info, to_onnx(decoder.spec, decoder.weights()), licence=source["licence_text"])
    remove_checkpoint(checkpoint)
    return figures


def watch(takes: Sequence[Take]) -> Validate:
    """Scores a decoder by the distance of its sound from the takes' first seconds."""
    heard = round(WATCHED_SECONDS * takes[0].sample_rate)
    rates = {"sample_rate": takes[0].sample_rate, "frame_rate": takes[0].frame_rate}

    def validate(decoder: Decoder) -> float:
        play, scores = player(decoder, **rates), []
        for take in takes:
            frames = round(WATCHED_SECONDS * take.frame_rate)
            made = play(take.f0_hz[:frames], take.loudness_db[:frames])
            samples = min(len(made), len(take.audio), heard)
            scores.append(distance(made[:samples], take.audio[:samples]))
        return float(np.mean(scores))

    return validate


def known_source(name: str, folder: Path) -> dict:
    """What the table of factory patches knows of the source, or what is true of any folder."""
    table = json.loads(resources.files("ddsp_live.patches").joinpath("sources.json").read_text())
    own = {
        "recordings": f"{folder.name}, its maker's own recordings",
        "licence": "unknown",
        "url": "none",
        "licence_text": "The licence of this patch is up to its maker, within that of the recordings.",
    }
    return own | table.get(name, {})
