"""Training batches: stretches of takes, varied in ways that keep pitch, loudness and timbre together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr
import torch
from torch import Tensor

from ...input.loudness import FLOOR_DB, WINDOW_SECONDS, a_weighting
from ...signal import sosfilt
from ..analysis.takes import Take

SILENCE_SECONDS = 0.3  # before each take, so that onsets come out of nothing
CUT_SECONDS = 0.005  # faded at both ends, where a recording was cut
DETUNINGS = (0.0, -0.35, 0.35)  # semitones
ONSET_SHARE = 0.25
FADE_SHARE = 0.4
FADE_SECONDS = (0.02, 0.5)
LEVEL_SPREAD_DB = 1.5


@dataclass(frozen=True)
class Batch:
    """audio [batch, samples]; f0_hz, loudness_db [batch, before + frames, 1] from `before` frames on; take [batch], the
    number of the take that each is of.
    """

    audio: Tensor
    f0_hz: Tensor
    loudness_db: Tensor
    take: Tensor

    def of(self, take: int) -> "Batch":
        """Returns what the batch has of one take."""
        own = self.take == take
        return Batch(*(value[own] for value in vars(self).values()))


@dataclass(frozen=True)
class Clip:
    audio: np.ndarray  # [samples]
    weighted: np.ndarray  # [samples], A-weighted
    f0_hz: np.ndarray  # [frames]


class Dataset:
    """Takes in memory, at a few detunings, from which batches are cut at random."""

    def __init__(self, takes: Sequence[Take], *, frames: int, before: int):
        self.sample_rate, self.frame_rate = takes[0].sample_rate, takes[0].frame_rate
        self.frames, self.before = frames, before
        self.clips = [[make_clip(take, shift) for shift in DETUNINGS] for take in takes]
        # Long takes hold more to learn, but not in proportion: a held note repeats itself.
        seconds = np.array([len(take.audio) / take.sample_rate for take in takes])
        self.share = np.sqrt(seconds) / np.sqrt(seconds).sum()

    def batch(self, size: int, generator: np.random.Generator) -> Batch:
        """A batch of `size` stretches, a function of the generator's state."""
        picked = [self._stretch(generator) for _ in range(size)]
        audio, weighted, f0_hz, take = (
            torch.from_numpy(np.stack(part)) for part in zip(*picked, strict=True)
        )
        hop = self.sample_rate / self.frame_rate
        margin = audio.shape[1] - round((self.before + self.frames) * hop)
        gain = torch.from_numpy(np.stack([self._gain(audio.shape[1], generator) for _ in range(size)]))
        audio, weighted = audio * gain, weighted * gain
        loudness_db = frame_loudness(weighted, self.before + self.frames, self.sample_rate, self.frame_rate)
        start = margin // 2 + round(self.before * hop)
        kept = audio[:, start : start + self.frames * self.sample_rate // self.frame_rate]
        return Batch(kept, f0_hz[..., None], loudness_db[..., None], take)

    def leave_out(self, take: int) -> None:
        """Draws nothing more of a take. Raises ValueError if nothing else is left."""
        self.share[take] = 0
        if not self.share.any():
            raise ValueError("No take is left to learn from.")
        self.share /= self.share.sum()

    def _stretch(
        self, generator: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        take = generator.choice(len(self.clips), p=self.share)
        clip = self.clips[take][generator.integers(len(DETUNINGS))]
        hop = self.sample_rate / self.frame_rate
        first = round(SILENCE_SECONDS * self.frame_rate)
        last = max(1, len(clip.f0_hz) - self.frames)
        onset = generator.random() < ONSET_SHARE
        start = int(
            generator.integers(first - self.frames // 2, first) if onset else generator.integers(0, last)
        )
        # Whole stretches of frames and samples, so that frames fall on samples as they did in the analysis.
        start = max(0, min(start, last)) // whole_frames(self.sample_rate, self.frame_rate)
        start *= whole_frames(self.sample_rate, self.frame_rate)
        frame = start - self.before
        margin = round(WINDOW_SECONDS * self.sample_rate)
        sample = round(frame * hop) - margin // 2
        count = round((self.before + self.frames) * hop) + margin
        return (
            cut(clip.audio, sample, count),
            cut(clip.weighted, sample, count),
            clip.f0_hz[np.clip(np.arange(frame, frame + self.before + self.frames), 0, len(clip.f0_hz) - 1)],
            np.asarray(take),
        )

    def _gain(self, samples: int, generator: np.random.Generator) -> np.ndarray:
        """A small change of level, and for some a fade: recorded notes are held until they are cut."""
        gain_db = np.full(samples, generator.normal(0, LEVEL_SPREAD_DB))
        if generator.random() < FADE_SHARE:
            low, high = np.log(FADE_SECONDS)
            length = np.exp(generator.uniform(low, high)) * self.sample_rate
            place = (np.arange(samples) - generator.uniform(0.1, 0.9) * samples) / length
            gain_db += FLOOR_DB * np.clip(place if generator.random() < 0.7 else -place, 0, None)
        return np.where(gain_db > FLOOR_DB, 10 ** (gain_db / 20), 0).astype(np.float32)


def make_clip(take: Take, shift: float) -> Clip:
    """A take `shift` semitones higher (and as much faster), after silence."""
    ratio = 2 ** (shift / 12)
    audio = (
        take.audio if shift == 0 else soxr.resample(take.audio, take.sample_rate * ratio, take.sample_rate)
    )
    fade = np.minimum(1, np.arange(1, len(audio) + 1) / (CUT_SECONDS * take.sample_rate))
    silence = round(SILENCE_SECONDS * take.sample_rate)
    audio = np.pad(audio * np.minimum(fade, fade[::-1]), (silence, 0)).astype(np.float32)
    frames = len(audio) * take.frame_rate // take.sample_rate
    before = np.arange(frames) - SILENCE_SECONDS * take.frame_rate
    f0_hz = np.exp(np.interp(before * ratio, np.arange(len(take.f0_hz)), np.log(take.f0_hz))) * ratio
    weighted, _ = sosfilt(a_weighting(take.sample_rate), audio)
    return Clip(audio, weighted.astype(np.float32), f0_hz.astype(np.float32))


def frame_loudness(weighted: Tensor, frames: int, sample_rate: int, frame_rate: int) -> Tensor:
    """Loudness in dB [batch, frames], as ddsp_live.input.loudness has it, of A-weighted audio with half a window
    before it and after it.
    """
    size = round(WINDOW_SECONDS * sample_rate)
    window = torch.from_numpy(np.hanning(size + 2)[1:-1].astype(np.float32))
    starts = torch.round(torch.arange(frames, dtype=torch.float64) * sample_rate / frame_rate).long()
    windows = weighted.square().unfold(1, size, 1)[:, starts]
    mean_square = windows @ (window / window.sum())
    return (10 * torch.log10(2 * mean_square + 1e-20)).clamp(min=FLOOR_DB)


def whole_frames(sample_rate: int, frame_rate: int) -> int:
    """The fewest frames that last a whole number of samples."""
    return frame_rate // np.gcd(sample_rate, frame_rate)


def cut(x: np.ndarray, start: int, count: int) -> np.ndarray:
    """x[start : start + count], with zeros where x is not."""
    inside = x[max(0, start) : max(0, start + count)]
    return np.pad(inside, (max(0, -start), max(0, count - len(inside) - max(0, -start))))
