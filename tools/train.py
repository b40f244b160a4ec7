"""The trainer: a folder of recordings becomes a patch.

python -m ddsp_live.tools.train recordings/alto-saxophone -o alto-saxophone.ddsp
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..patch import PatchError, write_patch
from .analysis import RecordingError, Take, analyse, find_recordings
from .checkpoint import load_checkpoint, save_checkpoint
from .dataset import Dataset
from .decoder import Decoder, default_layers, to_onnx
from .describe import describe
from .evaluate import evaluate
from .memory import keep_freed_memory
from .objective import BandNoise, audio_loss, level_loss
from .synthesis import player


@dataclass(frozen=True)
class Settings:
    """All there is to set; the defaults make the factory patches."""

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
    held_out: float = 0.1  # share of the recorded pitches that is never trained on
    seed: int = 0
    threads: int = 2
    checkpoint_steps: int = 250

    @property
    def rates(self) -> dict[str, int]:
        return {"sample_rate": self.sample_rate, "frame_rate": self.frame_rate}


PARTIAL_SLOPE = 0.06  # per partial, before 2 sigmoid(x)^ln 10
NOISE_DROP = 3.0

Progressed = Callable[[int, float], None]
"""Told the number of steps done and the last one's loss."""


def hold_out(takes: Sequence[Take], settings: Settings) -> tuple[list[Take], list[Take]]:
    """Takes to learn from and takes to be judged by; where there are few pitches, all takes are both.

    Whole pitches are held out, drawn by the seed: a player asks for pitches between those that were recorded.
    """
    pitches = [round(float(np.median(take.midi[take.voiced]))) for take in takes]
    known = sorted(set(pitches))
    count = round(len(known) * settings.held_out)
    if not 0 < count < len(known):
        return list(takes), list(takes)
    chosen = np.random.default_rng(settings.seed).choice(known, count, replace=False)
    learned = [take for take, pitch in zip(takes, pitches, strict=True) if pitch not in chosen]
    return learned, [take for take, pitch in zip(takes, pitches, strict=True) if pitch in chosen]


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
) -> tuple[Decoder, list[float]]:
    """The decoder that was learned from takes, and the loss of every step.

    With a `checkpoint` file, training goes on from where that file was last written by the same run.
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
    parts = {"decoder": decoder, "average": average, "optimizer": optimizer}
    identity = asdict(replace(settings, threads=0)) | {"files": [take.path.name for take in takes]}
    losses = load_checkpoint(checkpoint, parts, identity) if checkpoint and checkpoint.exists() else []

    dataset = Dataset(takes, frames=settings.batch_frames, before=max(settings.lags))
    noise = BandNoise(settings.noise_bands, settings.sample_rate, settings.seed)
    for step in range(len(losses), settings.steps):
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
        losses.append(distance.item())
        progress(step + 1, losses[-1])
        if checkpoint and (step + 1) % settings.checkpoint_steps == 0:
            save_checkpoint(checkpoint, parts, identity, losses)
    return average.module.eval(), losses


@torch.no_grad()
def start_like_an_instrument(decoder: Decoder) -> None:
    """Starts with partials that fall off and little noise, which takes six times fewer steps to learn from.

    With all partials and bands equally loud, training first makes everything from noise and stays there long.
    """
    biases = decoder.named_weights()
    partials = biases["harmonic_distribution.bias"]
    partials -= PARTIAL_SLOPE * torch.arange(len(partials))
    biases["noise_magnitudes.bias"] -= NOISE_DROP


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
        decoder, losses = train(learned, settings, checkpoint=checkpoint, progress=show)
        figures = evaluate(progress.track(judged, description="Judging"), player(decoder, **settings.rates))
    figures = {name: round(value, 4) for name, value in figures.items()}
    training = {
        "settings": {name: value for name, value in asdict(settings).items() if name != "threads"},
        "recordings": len(takes),
        "seconds": round(sum(len(take.audio) / take.sample_rate for take in takes), 1),
        "held_out": [take.path.name for take in judged],
        "last_loss": round(float(np.mean(losses[-100:])), 4),
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
    checkpoint.unlink(missing_ok=True)
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; 0 if a patch was written, 2 for bad input, 130 after Ctrl-C."""
    defaults = Settings()
    parser = argparse.ArgumentParser(prog="ddsp_live.tools.train", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="recordings of one instrument: wav, flac, ogg, mp3 or aiff")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the patch, NAME.ddsp")
    parser.add_argument("--steps", type=int, default=defaults.steps, help=f"default {defaults.steps}")
    parser.add_argument("--seed", type=int, default=defaults.seed, help=f"default {defaults.seed}")
    parser.add_argument("--threads", type=int, default=defaults.threads, help=f"default {defaults.threads}")
    parser.add_argument("--sample-rate", type=int, default=defaults.sample_rate, help="Hz, default 44100")
    parser.add_argument("--title", help="the instrument's name for people")
    for name, meaning in (("recordings", "who made them"), ("licence", "theirs"), ("url", "where they are")):
        parser.add_argument(f"--{name}", help=f"source of the recordings: {meaning}")
    asked = vars(parser.parse_args(arguments))
    console = Console(stderr=True)
    settings = replace(
        defaults, **{name: asked[name] for name in ("steps", "seed", "threads", "sample_rate")}
    )
    given = {name: asked[name] for name in ("title", "recordings", "licence", "url") if asked[name]}
    try:
        source = known_source(asked["output"].stem, asked["folder"]) | given
        figures = make_patch(asked["folder"], asked["output"], settings, source, console)
    except (RecordingError, PatchError, OSError) as error:
        console.print(f"ddsp_live.tools.train: {error}", style="red", soft_wrap=True, markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("Stopped; the same command goes on from the last checkpoint.")
        return 130
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
