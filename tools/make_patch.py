"""From a folder of recordings to a patch: analysis, training, evaluation, and the file."""

import json
import time
from dataclasses import asdict
from importlib import resources
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..patch import write_patch
from .analysis import RecordingError, analyse, find_recordings
from .checkpoint import remove_checkpoint
from .decoder import to_onnx
from .describe import describe
from .evaluate import evaluate
from .synthesis import player
from .train import Settings, hold_out, train


def make_patch(
    folder: Path, output: Path, settings: Settings, source: dict, console: Console
) -> dict[str, float]:
    """Analyses, trains, judges and writes; returns the figures of the held-out recordings."""
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        paths = find_recordings(folder)
        takes = []
        for path in progress.track(paths, description="Analysing"):
            try:
                takes.append(analyse(path, **settings.rates))
            except RecordingError as error:
                console.print(f"Left out: {error}", markup=False, soft_wrap=True)
        if not takes:
            raise RecordingError(f"None of the {len(paths)} recordings in {folder} can be learned from.")
        learned, judged = hold_out(takes, settings)
        task = progress.add_task("Training", total=settings.steps)
        recent: list[float] = []

        def show(step: int, loss: float) -> None:
            recent.append(loss)
            del recent[:-100]
            progress.update(task, completed=step, description=f"Training, distance {np.mean(recent):.2f}")

        checkpoint = output.with_name(output.name + ".checkpoint")
        decoder, history = train(learned, settings, checkpoint=checkpoint, progress=show)
        figures = evaluate(progress.track(judged, description="Judging"), player(decoder, **settings.rates))
    figures = {name: round(value, 4) for name, value in figures.items()}
    training = {
        "settings": {name: value for name, value in asdict(settings).items() if name != "threads"},
        "recordings": len(takes),
        "seconds": round(sum(len(take.audio) / take.sample_rate for take in takes), 1),
        "held_out": [take.path.name for take in judged],
        "last_loss": round(float(np.mean(history.losses[-100:])), 4),
        "minutes": round((time.monotonic() - began) / 60, 2),
        **figures,
    }
    info = {
        "name": output.stem,
        "title": source.get("title", output.stem.replace("-", " ").capitalize()),
        **settings.rates,
        "harmonics": settings.harmonics,
        "noise_bands": settings.noise_bands,
        "state_size": decoder.state_size,
        "layers": decoder.spec,
        **describe(takes),
        "training": training,
        "source": {key: source[key] for key in ("recordings", "licence", "url")},
    }
    write_patch(output, info, to_onnx(decoder.spec, decoder.weights()), licence=source["licence_text"])
    remove_checkpoint(checkpoint)
    return figures


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
