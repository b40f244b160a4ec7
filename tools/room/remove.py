"""Takes a room off recordings that were made in it."""

from dataclasses import replace

import numpy as np

from ...input.loudness import loudness
from ..analysis.takes import Take
from .model import Room, band_shares
from .spectrum import TAIL_MARGIN, a_weight, overlap_add, ringing_in, running_median, spectra, window

DECIDED = 9  # frames whose majority says whether one is: windows overlap, so that even a short note has more
OVERRATED = 1.5  # times the room's power that is taken off, as its power in a single bin wavers
DRIEST = 0.05  # share of a bin's power that is left where the room explains all of it


def dry_take(take: Take, room: Room) -> Take:
    """The take as it was before the room, as far as that can be told: late power is taken off each bin of a
    short-time spectrum (Lebart et al., A new method based on spectral subtraction for speech
    dereverberation, 2001), and nothing is left where no more is heard than the room's tail.
    """
    size, hop = window(take.sample_rate)
    spectrum = spectra(take.audio, size, hop)
    power = np.abs(spectrum) ** 2
    frequency = np.fft.rfftfreq(size, 1 / take.sample_rate)
    shares = band_shares(frequency, take.sample_rate)
    seconds, energy = np.exp(np.log(room.seconds) @ shares), 10 ** (room.energy_db @ shares / 10)
    weight = a_weight(frequency, take.sample_rate)
    alone, ringing = _separate(power * weight, seconds, energy, take.sample_rate / hop)
    share = np.maximum(1 - OVERRATED * ringing / np.maximum(power * weight, 1e-20), DRIEST) * alone[:, None]
    audio = overlap_add(spectrum * np.sqrt(share), size, hop, len(take.audio))
    return replace(
        take, audio=audio, loudness_db=loudness(audio, take.sample_rate, take.frame_rate)[: len(take.f0_hz)]
    )


def _separate(
    power: np.ndarray, seconds: np.ndarray, energy: np.ndarray, rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each frame has dry sound in it, bool [frames], and what still rings [frames, bands]; what is dry for a
    moment only, or not, wavered by chance.
    """
    alone, _ = ringing_in(power, seconds, energy, rate, np.ones(len(power), bool), TAIL_MARGIN)
    return ringing_in(power, seconds, energy, rate, running_median(alone.astype(float), DECIDED) > 0.5, 0.0)
