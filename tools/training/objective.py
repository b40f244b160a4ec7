"""What a training step asks of the decoder: to sound like the recordings, and to be as loud as told."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ..data.dataset import Batch
from ..data.targets import QUIETEST, Frames
from ..models import signal
from ..models.body import Body
from ..models.decoder import Decoder
from ..models.losses import FFT_SIZES, control_loudness, spectral_distance
from ..models.synthesis import decode, decode_after, render, through

NOISE_SECONDS = 12
PLAYED_MIDI = (30.0, 100.0)
PLAYED_DB = (-80.0, 0.0)
QUIET_DB = -70.0  # below this the level falls faster than asked, to end in silence
QUIET_SLOPE = 3.0
STEADY_FRAMES, STEADY_DB = 4, 1.5
HIDDEN = -math.log(32)  # of the noise magnitude around it: a partial is as loud there as the noise beside it


class BandNoise:
    """White noise through every band's filter, made once: a step only cuts pieces out of it."""

    def __init__(self, bands: int, sample_rate: int, seed: int):
        white = signal.white_noise(seed, 0, NOISE_SECONDS * sample_rate + 2 * (bands - 1))
        self.bands = signal.band_noise(white[None], bands)[0]

    def cut(self, batch: int, samples: int, generator: np.random.Generator) -> Tensor:
        """Random pieces [batch, samples, M]."""
        starts = generator.integers(0, len(self.bands) - samples, batch)
        return torch.stack([self.bands[start : start + samples] for start in starts])


def controls_loss(
    decoder: Decoder, batch: Frames, *, sample_rate: int, body: Body | None = None
) -> tuple[Tensor, Tensor]:
    """How far the decoder's controls are from the batch's, in nepers, and its level in dB where that is steady.

    A partial counts down to where the noise around it hides it. Above Nyquist there must be none, or amplitude,
    the sum of them all, would say nothing of how loud it is. Median levels, as a difference of logarithms
    asks for, are what a spectral distance of the sound asks for too, at a hundredth of its cost.
    """
    before = batch.f0_hz.shape[1] - batch.noise.shape[1]
    f0_hz, asked = batch.f0_hz[:, before:], batch.loudness_db[:, before:]
    controls = decode_after(decoder, batch.f0_hz, batch.loudness_db, before)
    amplitude, distribution, magnitudes = through(body, controls, f0_hz, sample_rate)
    count, bands = distribution.shape[-1], magnitudes.shape[-1]
    frequencies = f0_hz * torch.arange(1, count + 1, device=f0_hz.device) * (2 / sample_rate)
    band = (frequencies.clamp(max=1) * (bands - 1)).round().long()
    hidden = batch.noise.gather(-1, band) + HIDDEN
    levels = (amplitude * distribution + QUIETEST).log()
    partials = (torch.maximum(levels, hidden) - torch.maximum(batch.partials, hidden)).abs()
    noise = (magnitudes.log() - batch.noise).abs()
    moved = (batch.loudness_db - batch.loudness_db[:, -1:]).abs().amax(1, keepdim=True)
    steady = (moved < STEADY_DB) & (asked > QUIET_DB)
    off = off_level(f0_hz, (amplitude, distribution, magnitudes), asked, sample_rate)
    return partials.sum() / (frequencies < 1).sum() + noise.mean(), (off * steady).sum() / steady.sum().clamp(
        min=1
    )


def audio_loss(
    decoder: Decoder,
    batch: Batch,
    noise: BandNoise,
    generator: np.random.Generator,
    *,
    sample_rate: int,
    frame_rate: int,
    scales: int,
    body: Body | None = None,
) -> tuple[Tensor, Tensor]:
    """How far the decoder's sound is from the batch's: in spectrum, and in dB where loudness is steady.

    The spectral distance is a mean over `scales` FFT sizes drawn at random. It alone would leave the level
    low, because noise that never matches another noise costs least when there is less of it. Where loudness
    moves fast, its window says other than the controls.
    """
    before = batch.f0_hz.shape[1] - batch.audio.shape[1] * frame_rate // sample_rate
    controls = [control[:, before:] for control in decode(decoder, batch.f0_hz, batch.loudness_db)]
    bands = noise.cut(*batch.audio.shape, generator)
    rates = {"sample_rate": sample_rate, "frame_rate": frame_rate}
    f0_hz, asked = batch.f0_hz[:, before:], batch.loudness_db[:, before:]
    made = render(controls, f0_hz, noise=bands, **rates)
    made = made if body is None else body.filter(made)
    sizes = generator.choice(FFT_SIZES, scales, replace=False)
    distance = spectral_distance(made, batch.audio, sizes.tolist()) / scales
    moved = (batch.loudness_db[:, before - STEADY_FRAMES : -STEADY_FRAMES] - asked).abs()
    steady = (moved < STEADY_DB) & (asked > QUIET_DB)
    heard = through(body, controls, f0_hz, sample_rate)
    off = off_level(f0_hz, heard, asked, sample_rate)
    return distance, (off * steady).sum() / steady.sum().clamp(min=1)


def level_loss(
    decoder: Decoder,
    generator: np.random.Generator,
    *,
    sample_rate: int,
    body: Body | None = None,
    phrases: int = 32,
    frames: int = 24,
) -> Tensor:
    """Mean difference in dB between loudness asked and given, at pitches and levels beyond the recordings.

    Players go where no recording went: a swell from nothing, the lowest key of the keyboard. There the
    spectrum is free, but the level must follow, and at the bottom sound must end instead of humming on.
    """
    shape = (phrases, frames, 1)
    midi = generator.uniform(*PLAYED_MIDI, (phrases, 1, 1))
    start, end = generator.uniform(*PLAYED_DB, (2, phrases, 1, 1))
    end = np.where(generator.random((phrases, 1, 1)) < 0.5, start, end)
    asked = start + (end - start) * np.linspace(0, 1, frames)[:, None]
    midi, asked = (torch.from_numpy(np.broadcast_to(x, shape).astype(np.float32)) for x in (midi, asked))
    device = next(decoder.parameters()).device
    midi, asked = midi.to(device), asked.to(device)
    f0_hz = 440 * 2 ** ((midi - 69) / 12)
    heard = through(body, decode(decoder, f0_hz, asked), f0_hz, sample_rate)
    wanted = asked - (QUIET_SLOPE - 1) * (QUIET_DB - asked).clamp(min=0)
    return off_level(f0_hz, heard, wanted, sample_rate).mean()


def off_level(f0_hz: Tensor, controls: Sequence[Tensor], wanted: Tensor, sample_rate: int) -> Tensor:
    """How many dB the level of controls is from the one wanted [batch, frames, 1], mended by the amplitude alone.

    If noise or a partial could mend it, the cheapest way to be loud were to whistle in one band; noise is only
    told when it is louder by itself than all should be.
    """
    amplitude, distribution, magnitudes = controls
    given = control_loudness(f0_hz, amplitude, distribution.detach(), magnitudes.detach(), sample_rate)
    noise = control_loudness(
        f0_hz, torch.zeros_like(amplitude), distribution.detach(), magnitudes, sample_rate
    )
    return (given - wanted).abs() + (noise - wanted).clamp(min=0)
