"""What a decoder should answer: recorded frames, with the synthesis controls that analysis finds in their sound."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...input.loudness import FLOOR_DB
from ..analysis.harmonic_analysis import infer
from ..analysis.takes import Take

QUIETEST = 1e-7  # level under which sound is as good as none
LEVEL_SPREAD_DB = 1.5
FADE_SHARE = 0.15  # of the frames, that are put into a fade
FADE_SECONDS = (0.02, 0.5)  # for FLOOR_DB
DEEPEST_FADE_DB = -50.0


@dataclass(frozen=True)
class Frames:
    """f0_hz, loudness_db [batch, before + frames, 1]; partials [batch, frames, K] and noise [batch, frames, M],
    logarithms of the levels that belong to the last `frames`; take [batch], the number of the take that each is of.
    """

    f0_hz: Tensor
    loudness_db: Tensor
    partials: Tensor
    noise: Tensor
    take: Tensor

    def to(self, device: torch.device) -> "Frames":
        return Frames(*(value.to(device) for value in vars(self).values()))

    def of(self, take: int) -> "Frames":
        """Returns what the batch has of one take."""
        own = self.take == take
        return Frames(*(value[own] for value in vars(self).values()))


class Targets:
    """All frames of takes, from which batches are drawn at random, each with what came before it.

    Frames of one note resemble each other, so frames from everywhere teach more than as many in a row.
    """

    def __init__(
        self, takes: Sequence[Take], *, harmonics: int, noise_bands: int, before: int, threads: int = 1
    ):
        self.before, self.frame_rate = before, takes[0].frame_rate

        def controls(take: Take) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            rates = {"sample_rate": take.sample_rate, "frame_rate": take.frame_rate}
            return infer(take.audio, take.f0_hz, harmonics=harmonics, noise_bands=noise_bands, **rates)

        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(controls, takes))
        counts = [min(len(take.f0_hz), len(take.loudness_db)) for take in takes]
        pairs = list(zip(takes, found, counts, strict=True))
        self.f0_hz = np.concatenate([take.f0_hz[:n] for take, _, n in pairs])
        self.loudness_db = np.concatenate([take.loudness_db[:n] for take, _, n in pairs])
        self.partials = np.concatenate([_log(made[0][:n, None] * made[1][:n]) for _, made, n in pairs])
        self.noise = np.concatenate([_log(made[2][:n]) for _, made, n in pairs])
        self.first = np.concatenate(
            [np.full(n, sum(counts[:i])) for i, n in enumerate(counts)]
        )  # of the take
        self.take = np.repeat(np.arange(len(counts)), counts)
        # Long takes hold more to learn, but not in proportion: a held note repeats itself.
        self.share = np.concatenate([np.full(n, n**-0.5) for n in counts])
        self.up_to = np.cumsum(self.share / self.share.sum())

    def leave_out(self, take: int) -> None:
        """Draws nothing more of a take. Raises ValueError if nothing else is left."""
        self.share[self.take == take] = 0
        if not self.share.any():
            raise ValueError("No take is left to learn from.")
        self.up_to = np.cumsum(self.share / self.share.sum())

    def batch(self, size: int, frames: int, generator: np.random.Generator) -> Frames:
        """A batch of `size` stretches, a function of the generator's state."""
        last = np.minimum(np.searchsorted(self.up_to, generator.random(size)), len(self.first) - 1)[:, None]
        place = last + np.arange(-self.before - frames + 1, 1)
        place = np.maximum(place, self.first[last])  # before its first frame, a note was as it begins
        gain_db = self._gain(place.shape, generator)
        nepers = gain_db[:, self.before :, None] * np.float32(np.log(10) / 20)
        loudness_db = np.maximum(FLOOR_DB, self.loudness_db[place] + gain_db)
        own = place[:, self.before :]
        arrays = (self.f0_hz[place][..., None], loudness_db[..., None])
        arrays += (self.partials[own] + nepers, self.noise[own] + nepers)
        tensors = (torch.from_numpy(array.astype(np.float32, copy=False)) for array in arrays)
        return Frames(*tensors, take=torch.from_numpy(self.take[last[:, 0]]))

    def _gain(self, shape: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
        """A small change of level in dB, and for some a fade: recorded notes are held until they are cut."""
        size, length = shape
        gain_db = np.repeat(generator.normal(0, LEVEL_SPREAD_DB, (size, 1)), length, axis=1)
        fading = generator.random((size, 1)) < FADE_SHARE
        seconds = np.exp(generator.uniform(*np.log(FADE_SECONDS), (size, 1)))
        slope = FLOOR_DB / (seconds * self.frame_rate) * np.where(generator.random((size, 1)) < 0.7, 1, -1)
        depth = generator.uniform(DEEPEST_FADE_DB, 0, (size, 1))
        fade = np.minimum(0, depth + slope * (np.arange(length) - length + 1))
        return (gain_db + np.where(fading, fade, 0)).astype(np.float32)


def _log(levels: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(levels, QUIETEST)).astype(np.float32)
