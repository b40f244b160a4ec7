"""The two ends of the scale that a decoder is judged on: a fit without a network, and the noise floor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from ... import signal
from ..analysis.harmonic_analysis import infer
from ..analysis.takes import Take
from ..models.losses import control_loudness

HEARD_SECONDS = 2.0  # of each take, from its loudest part on: a held note repeats itself
SOUNDING_DB = 40.0  # below a take's loudest frame; frames above are measured
LEAST = 1e-7
NEIGHBOURS = 4


@dataclass(frozen=True)
class StaticSound:
    """One spectrum for all notes: a harmonic distribution [K] of sum 1 and noise magnitudes [M] beside it."""

    distribution: np.ndarray
    magnitudes: np.ndarray  # where the partials' amplitudes sum to 1
    sample_rate: int
    frame_rate: int

    def play(self, f0_hz: np.ndarray, loudness_db: np.ndarray) -> np.ndarray:
        """Audio [samples] as loud as asked, frame by frame."""
        frames, rates = len(f0_hz), {"sample_rate": self.sample_rate, "frame_rate": self.frame_rate}
        shapes = np.tile(self.distribution, (frames, 1)), np.tile(self.magnitudes, (frames, 1))
        parts = (np.asarray(f0_hz)[:, None], np.ones((frames, 1)), *shapes)
        tensors = [torch.from_numpy(np.asarray(part, np.float32)) for part in parts]
        at_one_db = control_loudness(*tensors, self.sample_rate)[:, 0].numpy()
        gain = 10 ** ((np.asarray(loudness_db) - at_one_db) / 20)
        tones = signal.harmonic(f0_hz, gain, shapes[0], **rates)
        return tones + signal.filtered_noise(gain[:, None] * shapes[1], **rates)

    def to_json(self) -> dict:
        """As patch.json keeps it, in dB."""
        parts = {"harmonic_distribution_db": self.distribution, "noise_magnitudes_db": self.magnitudes}
        in_db = {name: 20 * np.log10(np.maximum(part, LEAST)) for name, part in parts.items()}
        return {name: [round(float(value), 2) for value in values] for name, values in in_db.items()}

    @classmethod
    def from_json(cls, kept: Mapping, *, sample_rate: int, frame_rate: int) -> "StaticSound":
        distribution, magnitudes = (
            10 ** (np.asarray(kept[name], float) / 20)
            for name in ("harmonic_distribution_db", "noise_magnitudes_db")
        )
        return cls(distribution / distribution.sum(), magnitudes, sample_rate, frame_rate)


def fit_static(takes: Sequence[Take], *, harmonics: int, noise_bands: int) -> StaticSound:
    """The fit without a network: the takes' mean power spectrum, of each partial and noise band, in relation
    to loudness. Nothing in it depends on pitch or level but the amplitude, which follows loudness.
    """
    tones, noise, frames = np.zeros(harmonics), np.zeros(noise_bands), 0
    for take in takes:
        f0_hz, level, audio = _loudest_part(take)
        rates = {"sample_rate": take.sample_rate, "frame_rate": take.frame_rate}
        amplitude, distribution, magnitudes = infer(
            audio, f0_hz, harmonics=harmonics, noise_bands=noise_bands, **rates
        )
        sounds = level > level.max() - SOUNDING_DB
        power = 10 ** (level[sounds, None] / 10)
        tones += ((amplitude[:, None] * distribution)[sounds] ** 2 / power).sum(0)
        noise += (magnitudes[sounds] ** 2 / power).sum(0)
        frames += int(sounds.sum())
    amplitudes, magnitudes = (np.sqrt(np.maximum(part / frames, LEAST**2)) for part in (tones, noise))
    whole = amplitudes.sum()
    return StaticSound(amplitudes / whole, magnitudes / whole, takes[0].sample_rate, takes[0].frame_rate)


def neighbours(
    take: Take, others: Sequence[Take], *, harmonics: int, noise_bands: int
) -> dict[str, StaticSound]:
    """What is simplest for a note: the spectrum of the nearest recorded one, and the mean of those around it, in dB.

    Both follow pitch and loudness as `fit_static` does. Empty where there is no other note.
    """
    sizes = {"harmonics": harmonics, "noise_bands": noise_bands}
    away = [abs(_pitch(other) - _pitch(take)) for other in others]
    near = [others[i] for i in np.argsort(away, kind="stable")[:NEIGHBOURS]]
    if not near:
        return {}
    sounds = [fit_static([other], **sizes) for other in near]
    levels = [
        np.exp(np.mean(np.log(np.maximum([getattr(sound, name) for sound in sounds], LEAST)), axis=0))
        for name in ("distribution", "magnitudes")
    ]
    mean = replace(
        sounds[0], distribution=levels[0] / levels[0].sum(), magnitudes=levels[1] / levels[0].sum()
    )
    return {"nearest": sounds[0], "neighbours": mean}


def _pitch(take: Take) -> float:
    return float(np.median(take.midi[take.voiced]))


def two_takes(take: Take, *, harmonics: int, noise_bands: int) -> tuple[np.ndarray, np.ndarray]:
    """The noise floor's two sounds [samples]: the take's own controls, as analysed, with noise that differs.

    They have every partial in common. What is between them is what no decoder can know: which noise it was.
    """
    rates = {"sample_rate": take.sample_rate, "frame_rate": take.frame_rate}
    amplitude, distribution, magnitudes = infer(
        take.audio, take.f0_hz, harmonics=harmonics, noise_bands=noise_bands, **rates
    )
    tones = signal.harmonic(take.f0_hz, amplitude, distribution, **rates)
    first, second = (signal.filtered_noise(magnitudes, seed=seed, **rates) for seed in (1, 2))
    return tones + first, tones + second


def _loudest_part(take: Take) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """f0_hz, loudness_db [frames] and audio [samples] around the take's loudest frame."""
    frames = round(HEARD_SECONDS * take.frame_rate)
    first = max(0, min(int(take.loudness_db.argmax()) - frames // 4, len(take.f0_hz) - frames))
    part, hop = slice(first, first + frames), take.sample_rate / take.frame_rate
    audio = take.audio[round(first * hop) : round((first + frames) * hop)]
    return take.f0_hz[part], take.loudness_db[part], audio
