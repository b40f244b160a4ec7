"""Distillation: a small decoder that learns from a large one, whose controls are its targets.

python -m ddsp_live.tools.training.distill cello.ddsp -o tiny-cello.ddsp
"""

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress
from torch import Tensor

from ...patch import Patch, PatchError, load_patch, write_patch
from ..analysis.takes import RecordingError, analyse_folder
from ..data.split import named_passages
from ..models.decoder import Decoder, default_layers, from_weights, to_onnx
from ..models.losses import control_loudness
from ..models.signal import noise_taps, nyquist_fade
from ..models.synthesis import decode
from .guard import Guard
from .objective import PLAYED_DB, PLAYED_MIDI
from .sizes import TINY

AUDIBLE = 1e-6  # added to levels before logarithms: what lies far below is left as it comes out
MASKING = 1 / 32  # of the noise around it, a partial's level below which it is not heard as one
LEVEL_WEIGHT = 0.05  # per dB of the whole sound's level
MADE_UP = 0.3  # share of the phrases that no recording has, at any pitch and level that can be played
SHIFT_SEMITONES, SHIFT_DB = 0.5, 3.0
WARM_UP_STEPS = 50
KEPT = ("recordings", "seconds", "held_out", "watched")  # of what the patch says of its training

Phrase = tuple[np.ndarray, np.ndarray]
"""f0_hz [frames], loudness_db [frames]."""


@dataclass(frozen=True)
class Settings:
    """All there is to set; the defaults take half a minute on one core."""

    steps: int = 2000
    batches: int = 64  # that the teacher plays once, and the student again and again
    batch_size: int = 32
    frames: int = 32
    learning_rate: float = 5e-3
    seed: int = 0
    threads: int = 1  # a small network gains nothing from more


@dataclass(frozen=True)
class Lesson:
    """A batch of phrases and what the teacher makes of them, in all frames but the first `before`."""

    f0_hz: Tensor  # [batch, before + frames, 1]
    loudness_db: Tensor  # [batch, before + frames, 1]
    audible: Tensor  # [batch, frames, K] gain of each partial, 0 where it is beyond Nyquist
    floor: Tensor  # [batch, frames, K] level under which a partial is lost in the noise
    partials: Tensor  # [batch, frames, K] logarithm of each partial's level and floor
    noise: Tensor  # [batch, frames, M] logarithm of the noise magnitudes
    level_db: Tensor  # [batch, frames, 1] of it all


def distill(
    teacher: Decoder,
    layers: Sequence[Mapping],
    phrases: Sequence[Phrase],
    *,
    sample_rate: int,
    settings: Settings = Settings(),
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> Decoder:
    """A decoder of `layers` that does as `teacher` does; it may have fewer partials and noise bands.

    phrases: what was played in the recordings. Without any, it learns from made-up ones alone.
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    student = Decoder(layers)
    generator = np.random.default_rng(settings.seed)
    before = max(map(_longest_lag, (teacher.spec, layers)))
    lessons = [
        prepare(teacher, student.sizes, *batch(phrases, settings, before, generator), sample_rate, before)
        for _ in range(settings.batches)
    ]
    optimizer = torch.optim.Adam(student.parameters(), betas=(0.9, 0.99))
    guard = Guard({"student": student, "optimizer": optimizer})
    for step in range(settings.steps):
        cosine = 0.5 * (1 + math.cos(math.pi * step / settings.steps))
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * min(1.0, (step + 1) / WARM_UP_STEPS) * cosine * guard.rate
        loss = difference(student, lessons[generator.integers(len(lessons))], sample_rate, before)
        optimizer.zero_grad()
        loss.backward()
        if guard.allows(float(torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)), step, list):
            optimizer.step()
        else:
            guard.repeated()
        progress(step + 1, loss.item())
    return student.eval()


@torch.no_grad()
def prepare(
    teacher: Decoder,
    sizes: Mapping[str, int],
    f0_hz: Tensor,
    loudness_db: Tensor,
    sample_rate: int,
    before: int,
) -> Lesson:
    """The teacher's controls for f0_hz, loudness_db [batch, before + frames, 1], cut to a student's sizes."""
    amplitude, distribution, magnitudes = (c[:, before:] for c in decode(teacher, f0_hz, loudness_db))
    played_hz, partials, bands = f0_hz[:, before:], sizes["harmonic_distribution"], sizes["noise_magnitudes"]
    noise = (magnitudes @ bands_to(magnitudes.shape[-1], bands)).clamp(min=0)
    band = (played_hz * torch.arange(1, partials + 1) * (2 / sample_rate) * (bands - 1)).long()
    floor = AUDIBLE + MASKING * noise.gather(-1, band.clamp(max=bands - 1))
    levels = amplitude * distribution[..., :partials]
    return Lesson(
        f0_hz,
        loudness_db,
        audible=nyquist_fade(played_hz, partials, sample_rate),
        floor=floor,
        partials=(levels + floor).log(),
        noise=(noise + AUDIBLE).log(),
        level_db=control_loudness(played_hz, amplitude, distribution, magnitudes, sample_rate),
    )


def difference(student: Decoder, lesson: Lesson, sample_rate: int, before: int) -> Tensor:
    """How far the student is from the teacher as it will be heard: in partials, noise bands and level."""
    amplitude, distribution, magnitudes = (
        control[:, before:] for control in decode(student, lesson.f0_hz, lesson.loudness_db)
    )
    partials = ((amplitude * distribution + lesson.floor).log() - lesson.partials).abs() * lesson.audible
    noise = ((magnitudes + AUDIBLE).log() - lesson.noise).abs()
    level_db = control_loudness(lesson.f0_hz[:, before:], amplitude, distribution, magnitudes, sample_rate)
    off_db = (level_db - lesson.level_db).abs()
    return partials.sum() / lesson.audible.sum() + noise.mean() + LEVEL_WEIGHT * off_db.mean()


def bands_to(bands: int, fewer: int) -> Tensor:
    """The filter that `bands` magnitudes make, at `fewer` frequencies: a matrix [bands, fewer]."""
    if fewer == bands:
        return torch.eye(bands)
    time = torch.arange(-(bands - 1), bands, dtype=torch.float64)
    frequency = torch.arange(fewer, dtype=torch.float64) / (fewer - 1)
    return (noise_taps(bands) @ torch.cos(math.pi * time[:, None] * frequency)).float()


def batch(
    phrases: Sequence[Phrase], settings: Settings, before: int, generator: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """f0_hz, loudness_db [batch, before + frames, 1]: recorded stretches, shifted a little, and made-up ones."""
    picked, frames = [], before + settings.frames
    for _ in range(settings.batch_size):
        made_up = not phrases or generator.random() < MADE_UP
        picked.append(_made_up(frames, generator) if made_up else _recorded(phrases, frames, generator))
    f0_hz, loudness_db = (np.stack(part).astype(np.float32)[..., None] for part in zip(*picked, strict=True))
    return torch.from_numpy(f0_hz), torch.from_numpy(loudness_db)


def _recorded(phrases: Sequence[Phrase], frames: int, generator: np.random.Generator) -> Phrase:
    f0_hz, loudness_db = phrases[generator.integers(len(phrases))]
    start = int(generator.integers(-frames // 2, max(1, len(f0_hz) - frames // 2)))
    at = np.clip(np.arange(start, start + frames), 0, len(f0_hz) - 1)
    shift = 2 ** (generator.uniform(-SHIFT_SEMITONES, SHIFT_SEMITONES) / 12)
    return f0_hz[at] * shift, loudness_db[at] + generator.normal(0, SHIFT_DB)


def _made_up(frames: int, generator: np.random.Generator) -> Phrase:
    """A held note, or one that swells or dies away, with vibrato."""
    midi = generator.uniform(*PLAYED_MIDI)
    start, end = generator.uniform(*PLAYED_DB, 2)
    if generator.random() < 0.5:
        end = start
    turn = 2 * np.pi * (generator.uniform(3, 8) * np.arange(frames) / 250 + generator.random())
    wave = generator.uniform(0, 0.5) * np.sin(turn)
    return 440 * 2 ** ((midi + wave - 69) / 12), np.linspace(start, end, frames)


def _longest_lag(layers: Sequence[Mapping]) -> int:
    return max((max(layer["lags"]) for layer in layers if layer["op"] == "difference"), default=0)


def tiny(teacher: Decoder, phrases: Sequence[Phrase], **options) -> Decoder:
    """The teacher in the tiny size, with as many partials and bands; options: of `distill`."""
    sizes = teacher.sizes["harmonic_distribution"], teacher.sizes["noise_magnitudes"]
    return distill(teacher, default_layers(*sizes, **TINY), phrases, **options)


def distill_patch(
    patch: Patch,
    output: Path,
    *,
    phrases: Sequence[Phrase] = (),
    settings: Settings = Settings(),
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> Path:
    """Writes the patch in the tiny size. Its scores are not the large one's, so it carries none."""
    student = tiny(
        from_weights(patch.layers, patch.weights).eval(),
        phrases,
        sample_rate=patch.sample_rate,
        settings=settings,
        progress=progress,
    )
    kept = {key: patch.info["training"][key] for key in KEPT if key in patch.info["training"]}
    info = dict(patch.info) | {
        "name": output.stem,
        "title": f"{patch.title}, tiny",
        "harmonics": student.sizes["harmonic_distribution"],
        "noise_bands": student.sizes["noise_magnitudes"],
        "state_size": student.state_size,
        "layers": student.spec,
        "training": kept | {"distilled_from": patch.info["content_hash"], "settings": asdict(settings)},
    }
    extras = {"body": patch.body, "room": patch.room, "room_rate": patch.room_rate}
    model = to_onnx(student.spec, student.weights())
    return write_patch(output, info, model, licence=patch.licence, performer=patch.performer, **extras)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; 0 if a patch was written, 2 for bad input."""
    defaults = Settings()
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.training.distill", description=__doc__.splitlines()[0]
    )
    parser.add_argument("patch", help="a name or a path")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the tiny patch, NAME.ddsp")
    parser.add_argument("--recordings", type=Path, metavar="FOLDER", help="what the patch was trained on")
    parser.add_argument("--steps", type=int, default=defaults.steps, help=f"default {defaults.steps}")
    parser.add_argument("--seed", type=int, default=defaults.seed, help=f"default {defaults.seed}")
    asked = parser.parse_args(arguments)
    console = Console(stderr=True)
    try:
        patch = load_patch(asked.patch)
        phrases = _phrases(patch, asked.recordings) if asked.recordings else ()
        with Progress(console=console) as progress:
            task = progress.add_task("Distilling", total=asked.steps)
            distill_patch(
                patch,
                asked.output,
                phrases=phrases,
                settings=Settings(steps=asked.steps, seed=asked.seed),
                progress=lambda step, loss: progress.update(task, completed=step),
            )
    except (RecordingError, PatchError, OSError) as error:
        console.print(f"ddsp_live.tools.training.distill: {error}", style="red", soft_wrap=True, markup=False)
        return 2
    return 0


def _phrases(patch: Patch, folder: Path) -> list[Phrase]:
    """What was played in the recordings, without what the patch is judged by: that stays unseen."""
    takes, _ = analyse_folder(folder, sample_rate=patch.sample_rate, frame_rate=patch.frame_rate)
    judged = patch.info["training"].get("held_out", [])
    parts = named_passages(takes, folder)
    return [(take.f0_hz, take.loudness_db) for name, take in parts.items() if name not in judged]


if __name__ == "__main__":
    sys.exit(main())
