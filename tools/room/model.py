"""A room as a patch keeps it: noise that decays exponentially, at a rate and a level of its own in each band."""

import math
from dataclasses import dataclass

import numpy as np

from ...patch import Patch

LOWEST_HZ = 125.0  # centre of the lowest band; they are octaves
DECAY_60 = math.log(1e6)  # of energy
HEARD_DB = 45.0  # the impulse response ends where its slowest band has fallen so far


@dataclass(frozen=True)
class Room:
    """What a room adds to a dry sound at `sample_rate` Hz.

    seconds: decay time by 60 dB of each octave band from 125 Hz up; energy_db: each band's energy against the dry
    sound's. Its noise is drawn by the seed.
    """

    seconds: np.ndarray
    energy_db: np.ndarray
    sample_rate: int
    seed: int = 0

    def impulse(self, side: int = 0) -> np.ndarray:
        """The impulse response [length], without the dry sound; other noise on another side."""
        length = round(float(np.max(self.seconds)) * HEARD_DB / 60 * self.sample_rate)
        white = np.random.default_rng(self.seed + side).normal(size=2 * length)
        spectrum = np.fft.rfft(white)
        shares = band_shares(np.fft.rfftfreq(len(white), 1 / self.sample_rate), self.sample_rate)
        bands = np.fft.irfft(spectrum * np.sqrt(shares))[:, :length]  # all together are white again
        decay = DECAY_60 / self.seconds[:, None]  # of energy, per second
        power = 10 ** (self.energy_db[:, None] / 10) * decay / self.sample_rate
        return (bands * np.sqrt(power) * np.exp(-decay / 2 * np.arange(length) / self.sample_rate)).sum(0)

    def stereo(self) -> np.ndarray:
        """The same room heard by two ears, float32 [length, 2] within ±1."""
        sides = np.stack([self.impulse(side) for side in range(2)], axis=1)
        return sides.clip(-1, 1).astype(np.float32)

    def describe(self) -> dict[str, list[float]]:
        """The numbers that a patch keeps of it."""
        return {
            "seconds": [round(float(value), 3) for value in self.seconds],
            "energy_db": [round(float(value), 2) for value in self.energy_db],
        }


def room_of(patch: Patch) -> Room | None:
    """The room that a patch was trained with, to be taken off recordings made in it."""
    known = patch.info["training"].get("room")
    return (
        None
        if known is None
        else Room(*map(np.array, (known["seconds"], known["energy_db"])), patch.sample_rate)
    )


def band_centres(sample_rate: int) -> np.ndarray:
    """Octaves from 125 Hz up, as far as there is sound, in Hz."""
    return LOWEST_HZ * 2.0 ** np.arange(math.floor(math.log2(0.45 * sample_rate / LOWEST_HZ)) + 1)


def band_shares(frequency_hz: np.ndarray, sample_rate: int) -> np.ndarray:
    """Each band's share of the power at frequencies [bands, n]: they cross over smoothly and sum to 1."""
    centres = np.log2(band_centres(sample_rate))
    place = np.clip(np.log2(np.maximum(frequency_hz, 1.0)), centres[0], centres[-1])
    away = np.clip(np.abs(place - centres[:, None]), 0, 1)
    return np.cos(np.pi / 2 * away) ** 2
