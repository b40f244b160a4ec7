"""Trains a patch's performer: from the contours of its recordings' notes to a small network, in seconds."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ...performance.performer import INPUTS, OUTPUT, OUTPUT_SIZE
from ...performance.units import NAMES
from ..analysis.takes import Take
from ..models.decoder import Decoder
from ..models.decoder_onnx import to_onnx
from .contours import FARTHEST_DB, Decode, NoteContour, note_contours, performer_inputs, plain_level

HELPS = (
    0.75  # times the error without it: in the sound of string instruments, gains of a fifth or less were none
)


@dataclass(frozen=True)
class Settings:
    """All there is to set."""

    width: int = 32
    steps: int = 1200
    batch: int = 1024  # frames
    learning_rate: float = 8e-3
    weight_decay: float = 0.02
    input_noise: float = 0.2  # few notes must not be told apart by their exact pitch and level
    variants: int = 32  # of each note: cut shorter, with less known of it
    known: float = 0.7  # share of them that are told their length, and each attribute ...
    plain: float = 0.35  # ... and that are told no attribute, as live notes are
    shortest_seconds: float = 0.15
    seed: int = 0


@dataclass(frozen=True)
class Performer:
    """A trained performer: what `write_patch` needs, and how well it does."""

    onnx: bytes
    layers: list[dict]
    figures: dict[str, float]
    """Mean absolute errors of level in dB and pitch in cents on notes that it was judged by, onset and end counting as
    much as what is between them: with the network, and without it (plain)."""

    @property
    def helps(self) -> bool:
        """Whether the notes' levels are clearly nearer with it than without."""
        return self.figures["performer_level_db"] < HELPS * self.figures["plain_level_db"]


@dataclass(frozen=True)
class Frames:
    """Inputs [frames, len(INPUTS)], wanted pitch in semitones and level in 10 dB [frames, 2], weights of either."""

    inputs: np.ndarray
    wanted: np.ndarray
    weight: np.ndarray

    @classmethod
    def join(cls, parts: Sequence["Frames"]) -> "Frames":
        columns = zip(*((part.inputs, part.wanted, part.weight) for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))


def decode_with(decoder: Decoder) -> Decode:
    """How a decoder's controls are had from pitch and loudness."""

    @torch.no_grad()
    def decode(f0_hz: np.ndarray, loudness_db: np.ndarray):
        f0 = torch.from_numpy((69 + 12 * np.log2(f0_hz / 440)).astype(np.float32) / 127)
        level = torch.from_numpy(loudness_db.astype(np.float32)) / 80 + 1
        amplitude, distribution, magnitudes, _ = decoder.sequence(
            f0[None, :, None], level[None, :, None], decoder.fresh_state(1)
        )
        return amplitude[0, :, 0].numpy(), distribution[0].numpy(), magnitudes[0].numpy()

    return decode


def train_performer(
    takes: Sequence[Take],
    decode: Decode,
    *,
    attack_ms: float,
    release_ms: float,
    ring_db: float = 0.0,
    ring_ms: float = 0.0,
    judged: Sequence[Take] = (),
    settings: Settings = Settings(),
) -> Performer | None:
    """The performer of an instrument; None where its takes hold no whole note.

    decode: what the patch's decoder makes of pitch and loudness. attack_ms … ring_ms: the patch's. judged: takes
    to be judged by, those that were learned from where there are none. The same takes and seed give the same bytes.
    """
    ring = (ring_db, ring_ms / 1000) if ring_ms else None
    times = {"attack": attack_ms / 1000, "release": release_ms / 1000, "ring": ring}
    notes = note_contours(takes, decode)
    if not notes:
        return None
    rng = np.random.default_rng(settings.seed)
    parts = [_variant(note, rng, settings, times) for note in notes for _ in range(settings.variants)]
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.manual_seed(settings.seed)
        network = _fit(Frames.join(parts), settings)
    whole = [frames_of(note, **times) for note in notes]
    drifts = _drifts(network, whole)
    layers, weights = _layers(network, drifts)
    kept = note_contours(judged, decode) or notes
    model = to_onnx(layers, weights, inputs=INPUTS, outputs=(OUTPUT,), name="performer")
    return Performer(model, layers, _judge(network, [frames_of(note, **times) for note in kept]))


@contextmanager
def one_thread() -> Iterator[None]:
    """Small products run faster in one thread than in several that wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def frames_of(
    note: NoteContour,
    *,
    attack: float,
    release: float,
    ring: tuple[float, float] | None = None,
    length_known: bool = True,
    hidden: Sequence[str] = (),
) -> Frames:
    """A note's frames, where attributes of the names in `hidden` are not set."""
    measured = note.attributes()
    wanted = {name: np.nan if name in hidden else float(measured[name]) for name in NAMES}
    count = len(note.level_db)
    # Ramps end where the frame ends: the renderer looks at a frame's end.
    age = np.arange(count) / note.frame_rate
    length = note.held / note.frame_rate
    since = np.where(np.arange(count) < note.held, -1.0, age - length)
    aim_db = float(note.level_db[: note.held].mean())
    inputs = performer_inputs(
        age,
        since,
        pitch=note.pitch,
        interval=note.interval,
        joined=note.joined,
        aim_db=aim_db,
        length=length if length_known else None,
        wanted=wanted,
    )
    fluctuation, peak = wanted["volume_fluctuation"], wanted["volume_peak_position"]
    plain = aim_db + plain_level(age, since, length, fluctuation, peak, attack, release, ring)
    level = np.clip(note.level_db - plain, -FARTHEST_DB, FARTHEST_DB) / 10
    heard = since < release
    if ring is not None:  # as long as it is above what softer sound is taken for
        heard |= note.level_db > note.level_db.min() + 0.1
    weight = np.stack([np.where(note.voiced, 4.0, 0.02) * heard, heard * 1.0], 1)
    # A held note repeats itself: its first moments and its last count as much as all the rest.
    edge = 1 + 8 * np.exp(-age / 0.1) + 4 * np.where(since < 0, np.exp(-(length - age) / 0.1), 1.0)
    semitones = np.where(note.voiced, note.semitones, 0.0)
    return Frames(inputs, np.stack([semitones, level], 1).astype(np.float32), weight * edge[:, None])


def _variant(note: NoteContour, rng: np.random.Generator, settings: Settings, times: dict) -> Frames:
    """The note, or its first part, with some of what can be known of it."""
    shortest = np.log(settings.shortest_seconds * note.frame_rate)
    held = round(float(np.exp(rng.uniform(shortest, np.log(note.held) + 0.5))))
    known = 0.0 if rng.random() < settings.plain else settings.known
    hidden = [name for name in NAMES if rng.random() >= known]
    return frames_of(note.cut(held), length_known=bool(rng.random() < settings.known), hidden=hidden, **times)


def _fit(frames: Frames, settings: Settings) -> nn.Sequential:
    width = settings.width
    network = nn.Sequential(
        nn.Linear(len(INPUTS), width),
        nn.LeakyReLU(0.1),
        nn.Linear(width, width),
        nn.LeakyReLU(0.1),
        nn.Linear(width, 2),
    )
    with torch.no_grad():
        network[-1].weight.mul_(0.1)
        network[-1].bias.zero_()
    inputs, wanted = torch.from_numpy(frames.inputs), torch.from_numpy(frames.wanted)
    weight = torch.from_numpy(frames.weight.astype(np.float32))
    noisy = torch.tensor([0.0 if name.startswith(TIMES) else settings.input_noise for name in INPUTS])
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.steps)
    for _ in range(settings.steps):
        own = torch.randint(len(inputs), (settings.batch,))
        x = inputs[own]
        loss = _loss(network(x + noisy * torch.randn_like(x)), wanted[own], weight[own])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()


TIMES = ("age", "held", "released", "end", "progress", "shaped")
"""Inputs that begin with these are exact."""


def _loss(made: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Huber's: errors of tracking are few and large."""
    error = nn.functional.huber_loss(made, wanted, reduction="none", delta=0.3)
    return (weight * error).sum() / weight.sum()


@torch.no_grad()
def _errors(network: nn.Sequential, frames: Frames) -> np.ndarray:
    return network(torch.from_numpy(frames.inputs)).numpy() - frames.wanted


def _drifts(network: nn.Sequential, notes: Sequence[Frames]) -> np.ndarray:
    """Standard deviations, in a note, of what is left of pitch and level, robustly: [2]."""
    held = INPUTS.index("held")
    left = []
    for frames in notes:
        own = (frames.inputs[:, held] > 0) & (frames.weight[:, 0] > 1)
        if own.any():
            error = _errors(network, frames)[own]
            left.append(error - np.median(error, 0))
    return 1.4826 * np.median(np.abs(np.concatenate(left)), 0) if left else np.zeros(2)


def _judge(network: nn.Sequential, notes: Sequence[Frames]) -> dict[str, float]:
    """Means over notes of mean absolute errors, weighted as in training."""
    rows = []
    for frames in notes:
        share = frames.weight / frames.weight.sum(0)
        made, plain = np.abs(_errors(network, frames)), np.abs(frames.wanted)
        rows.append([*(share * made).sum(0), *(share * plain).sum(0)])
    cents, level, plain_cents, plain_level = np.mean(rows, axis=0) * [100, 10, 100, 10]
    return {
        "performer_level_db": round(float(level), 3),
        "plain_level_db": round(float(plain_level), 3),
        "performer_cents": round(float(cents), 2),
        "plain_cents": round(float(plain_cents), 2),
    }


def _layers(network: nn.Sequential, drifts: np.ndarray) -> tuple[list[dict], dict[str, np.ndarray]]:
    """The network as a patch's layer list, and its weights; the drifts are constants of its last layer."""
    weights = {}
    layers: list[dict] = []
    value, names = list(INPUTS), ("hidden_1", "hidden_2", OUTPUT)
    for name, layer in zip(names, (stage for stage in network if isinstance(stage, nn.Linear)), strict=True):
        weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
        if name == OUTPUT:
            weight = np.concatenate([weight, np.zeros_like(weight)])
            bias = np.append(bias, drifts)
        weights[f"{name}.weight"], weights[f"{name}.bias"] = weight, bias.astype(np.float32)
        layers.append(
            {"op": "dense", "input": value, "output": name, "size": len(bias)}
            | {"weight": f"{name}.weight", "bias": f"{name}.bias"}
        )
        if name != OUTPUT:
            layers.append({"op": "leaky_relu", "input": [name], "output": name, "slope": 0.1})
        value = [name]
    assert layers[-1]["size"] == OUTPUT_SIZE
    return layers, weights
