"""Rooms that are made, not recorded: what comes back of a sound in a studio, a chamber, a hall and a steel plate.

Each is a flat sequence of reflections, which then decays in each octave by its own reverberation time. In the three
rooms it begins with the images of a source in a box (Allen & Berkley, 1979), whose places are stirred, since exact ones
flutter; where they have become too many to tell apart (about the square root of the volume in ms: Polack, 1993), noise
takes over. In a plate it is noise from the start, high frequencies first, as bending waves travel.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

RATE = 48000  # that they are made at: at another, a device has the same room
SPEED_OF_SOUND = 343.0  # m/s
OCTAVES_HZ = 125.0 * 2.0 ** np.arange(8)  # 125 Hz to 16 kHz
LOWEST_HZ = 30.0  # below which a room gives nothing back
STIRRED = 0.03  # of an image's distance, standard deviation
EARS_METRES = 0.34  # between the two microphones
LEAD_SECONDS = 0.05  # before the first reflection, while it is made: filters look ahead
DECAY_PASSES, STEP = 3, 48  # and samples that are looked at together
LENGTH = 1.15  # of the longest reverberation time
FADE_SECONDS = 0.05  # at its end
PLATE_METRES, PLATE_SPEED = 0.8, 130.0  # to the pick-ups, and m/s of bending waves at 1 kHz


@dataclass(frozen=True)
class Kind:
    """A room to be made."""

    name: str
    title: str
    t60: tuple[float, ...]
    """Seconds in which sound falls by 60 dB, at `OCTAVES_HZ`."""
    level_db: float
    """Energy of what comes back, against the sound itself."""
    size: tuple[float, float, float] | None
    """Metres; None: a plate."""
    source: tuple[float, float, float] = (0.31, 0.42, 0.37)
    """Of the size."""
    ear: tuple[float, float, float] = (0.68, 0.55, 0.33)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "small-studio",
            "Small studio",
            (0.38, 0.34, 0.31, 0.29, 0.27, 0.25, 0.22, 0.18),
            -6.0,
            (5.3, 4.1, 2.9),
        ),
        Kind("chamber", "Chamber", (1.30, 1.22, 1.16, 1.10, 1.00, 0.86, 0.66, 0.45), -4.0, (14.2, 9.3, 6.6)),
        Kind("hall", "Hall", (2.45, 2.30, 2.20, 2.05, 1.80, 1.45, 1.00, 0.60), -3.0, (37.0, 22.5, 15.2)),
        Kind("plate", "Plate", (2.30, 2.20, 2.05, 1.80, 1.50, 1.15, 0.80, 0.55), -4.0, None),
    )
}
"""The rooms that there are, by name."""


@lru_cache(maxsize=len(KINDS))
def make_room(name: str) -> np.ndarray:
    """The impulse response of a room without the sound itself, float32 [length, 2] at `RATE`; always the same one."""
    kind = KINDS[name]
    lead, length = round(LEAD_SECONDS * RATE), round((LEAD_SECONDS + LENGTH * max(kind.t60)) * RATE)
    rng = np.random.default_rng(list(name.encode()))
    noise = rng.standard_normal((length, 2))
    flat = noise if kind.size is None else _reflections(kind, noise, lead, rng)
    made = _decaying(flat, kind, lead)[lead:]
    fade = round(FADE_SECONDS * RATE)
    made[-fade:] *= np.cos(np.linspace(0, np.pi / 2, fade))[:, None] ** 2
    energy = np.square(made).sum(axis=0)
    made = (made * np.sqrt(10 ** (kind.level_db / 10) / energy)).astype(np.float32)
    made.flags.writeable = False
    return made


def _reflections(kind: Kind, noise: np.ndarray, lead: int, rng) -> np.ndarray:
    """As many images as come before the noise, and the noise, together of the same energy at all times."""
    size = np.array(kind.size)
    volume = float(size.prod())
    mixed = math.sqrt(volume) / 1000.0 + 0.005
    direct, times, gains = _images(kind, 2 * mixed, rng)
    # So many images of energy 1 / distance² have this energy a second: 4 pi c^3 t^2 / V of them, by 1 / (c t)².
    a_second = 4 * math.pi * SPEED_OF_SOUND / volume
    share = np.clip((np.arange(len(noise)) - lead) / RATE / mixed - 0.25, 0, 1)  # of the noise, in energy
    flat = noise * np.sqrt(share * a_second / RATE)[:, None]
    for channel in range(2):
        _add_pulses(flat[:, channel], lead + (times[:, channel] - direct) * RATE, gains[:, channel], share)
    return flat


def _images(kind: Kind, seconds: float, rng) -> tuple[float, np.ndarray, np.ndarray]:
    """When a source in a box reaches the ears, and when and how strongly its images do, [images, 2]."""
    size, source, ear = (np.array(value) for value in (kind.size, kind.source, kind.ear))
    reach = np.ceil(seconds * SPEED_OF_SOUND / size / 2).astype(int) + 1
    cells = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij"), -1).reshape(-1, 1, 3)
    mirrored = np.stack(np.meshgrid(*[(0, 1)] * 3, indexing="ij"), -1).reshape(1, -1, 3)
    walls = np.abs(2 * cells - mirrored).sum(-1).ravel()
    at = (2 * cells * size + (1 - 2 * mirrored) * source * size).reshape(-1, 3)[walls > 0]
    ears = ear * size + np.array([[0, -EARS_METRES / 2, 0], [0, EARS_METRES / 2, 0]])
    distance = np.linalg.norm(at[:, None] - ears, axis=-1)
    distance *= np.exp(STIRRED * rng.standard_normal((len(at), 1)))
    sign = np.where(rng.random((len(at), 1)) < 0.5, -1.0, 1.0)  # rough walls turn phases
    direct = float(np.linalg.norm(source * size - ear * size)) / SPEED_OF_SOUND
    near = distance.max(1) < seconds * SPEED_OF_SOUND
    return direct, distance[near] / SPEED_OF_SOUND, (sign / distance)[near]


def _add_pulses(out: np.ndarray, places: np.ndarray, gains: np.ndarray, share: np.ndarray) -> None:
    """Adds band-limited pulses at fractional samples, where the noise has not yet taken over."""
    reach = 16
    first = np.floor(places).astype(int)
    offsets = np.arange(1 - reach, reach + 1)
    x = offsets - (places - first)[:, None]
    pulses = np.sinc(x) * np.cos(np.pi * x / (2 * reach)) ** 2
    index = first[:, None] + offsets
    inside = (index >= 0) & (index < len(out))
    weights = gains * np.sqrt(1 - share[first.clip(0, len(share) - 1)])
    np.add.at(out, index[inside], (pulses * weights[:, None])[inside])


def _decaying(flat: np.ndarray, kind: Kind, lead: int) -> np.ndarray:
    """Each half of an octave with its own decay; where two meet, both are heard."""
    size = -(-len(flat) // 4096) * 4096
    spectrum = np.fft.rfft(flat, size, axis=0)
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1.0)
    octave = np.log2(hertz / OCTAVES_HZ[0]).clip(0, len(kind.t60) - 1)
    bands = np.arange(0, len(kind.t60) - 0.5, 0.5)
    low = np.clip(np.log2(hertz / LOWEST_HZ) + 0.5, 0, 1)
    seconds = np.maximum((np.arange(len(flat)) - lead) / RATE, 0)[:, None]
    made = np.zeros_like(flat)
    for at, t60 in zip(bands, np.interp(bands, np.arange(len(kind.t60)), kind.t60), strict=True):
        weight = np.cos(0.5 * np.pi * np.clip(2 * np.abs(octave - at), 0, 1)) ** 2 * low
        band = np.fft.irfft(spectrum * weight[:, None], size, axis=0)[: len(flat)]
        if kind.size is None:
            arrives = PLATE_METRES / (PLATE_SPEED * math.sqrt(OCTAVES_HZ[0] * 2**at / 1000))
            band *= np.clip(seconds / arrives - 0.5, 0, 1)
        made += band * 10 ** (-3 * seconds / _decay(band[lead:], t60))
    return made


def _decay(band: np.ndarray, t60: float) -> np.ndarray:
    """The decay times [2] with which a band falls by 60 dB in `t60`, though by chance it swells or fades a little."""
    steps = len(band) // STEP
    energy = np.square(band[: steps * STEP]).reshape(steps, STEP, 2).sum(axis=1)
    seconds = (np.arange(steps) + 0.5) * STEP / RATE
    decay = np.full(2, t60)
    for _ in range(DECAY_PASSES):
        left = np.cumsum((energy * 10 ** (-6 * seconds[:, None] / decay))[::-1], axis=0)[::-1]
        level_db = 10 * np.log10(left / left[0] + 1e-30)
        for channel in range(2):
            falls = slice(*np.searchsorted(-level_db[:, channel], (5, 35)))
            at = seconds[falls] - seconds[falls].mean()
            slope = at @ level_db[falls, channel] / (at @ at)
            decay[channel] = 1 / (1 / decay[channel] + (1 / t60 + slope / 60))
    return decay
