"""The room that recordings were made in, learned apart from the instrument.

A room is what it adds to the dry sound: noise that decays exponentially, at a rate and a level of its own in each
band. An instrument that learned from the recordings as they are would play the room's tails itself. So the room is
learned first, from the ends of notes, and the instrument then learns from what the recordings were before the room
was there, as far as that can be told.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...input.loudness import a_weighting, loudness
from ...patch import Patch
from ..analysis.takes import RecordingError, Take

LOWEST_HZ = 125.0  # centre of the lowest band; they are octaves
SHORTEST_SECONDS, LONGEST_SECONDS = 0.1, 4.0  # of a decay by 60 dB
LEAST_DB, MOST_DB = -30.0, 0.0  # of the room's energy against the dry sound's
DECAY_60 = math.log(1e6)  # of energy
HEARD_DB = 45.0  # the impulse response ends where its slowest band has fallen so far

WINDOW_SECONDS = 0.064
SMOOTHED = 5  # frames that a level's median is taken of
FALL_DB = 15.0  # from which a fall counts as a note's end
PLATEAU_SECONDS = 0.2
RELEASE_SECONDS = 0.08  # after a note's end, in which the instrument itself may sound on
FITTED_DB = 30.0
UNUSUAL = 1.3  # times the usual decay, from where on a fall is not the room's alone
LOUDEST = 4.0  # times what should ring, from where on a tail is not the room's alone
FAINT = 0.02  # of a note's power, below which a band says nothing about the room
BALANCING = 6  # rounds
TAIL_MARGIN = 2.0  # times the room's power: what is below is a tail
DECIDED = 9  # frames whose majority says whether one is: windows overlap, so that even a short note has more
OVERRATED = 1.5  # times the room's power that is taken off, as its power in a single bin wavers
DRIEST = 0.05  # share of a bin's power that is left where the room explains all of it
REACH_OCTAVES = (
    0.5  # over which decays are averaged: at a single pitch a room rings longer or shorter by chance
)
ENERGY_KERNEL = (0.1, 0.2, 0.4, 0.2, 0.1)
"""Over neighbouring bands, since at a single pitch a room is louder or softer by chance, too."""


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


def learn_room(takes: Sequence[Take], *, seed: int = 0) -> Room:
    """The room of the takes, as it is heard where notes end.

    Raises RecordingError where no note dies away: then there is nothing to learn a room from.
    """
    heard = [hear(take) for take in takes]
    rate, sample_rate = heard[0].rate, takes[0].sample_rate
    tails = [(each, first, last) for each in heard for first, last in each.ends]
    if not tails:
        raise RecordingError("No note dies away in these recordings, so no room can be learned from them.")
    # A room rings on after every note: the usual falls are the room's, slower ones the instrument's.
    falls = np.array([_falls(each.power[a:b].sum(1, keepdims=True), rate)[0] for each, a, b in tails])
    away = falls / np.median(falls)
    tails = [tails[i] for i in np.flatnonzero((away > 1 / UNUSUAL) & (away < UNUSUAL))] or tails
    octave, fall = np.concatenate([_told(*tail) for tail in tails], axis=1)
    away = (octave - np.log2(band_centres(sample_rate) / LOWEST_HZ)[:, None]) ** 2
    near = np.exp(-0.5 * (away - away.min(axis=1, keepdims=True)) / REACH_OCTAVES**2)
    seconds = (60 / np.maximum(near @ fall / near.sum(axis=1), 1.0)).clip(SHORTEST_SECONDS, LONGEST_SECONDS)
    return Room(seconds, 10 * np.log10(_balanced(heard, seconds)), sample_rate, seed)


def _told(heard: "Heard", first: int, last: int) -> np.ndarray:
    """What a tail tells: octaves above LOWEST_HZ, and by how many dB a second it falls there [2, n]."""
    note = heard.thirds[max(0, first - round(PLATEAU_SECONDS * heard.rate)) : first].mean(axis=0)
    told = np.flatnonzero(note > FAINT * note.sum())
    return np.array([told / 3, _falls(heard.thirds[first:last, told], heard.rate)])


def dry_take(take: Take, room: Room) -> Take:
    """The take as it was before the room, as far as that can be told: late power is taken off each bin of a
    short-time spectrum (Lebart et al., A new method based on spectral subtraction for speech
    dereverberation, 2001), and nothing is left where no more is heard than the room's tail.
    """
    size, hop = _window(take.sample_rate)
    spectrum = _spectra(take.audio, size, hop)
    power = np.abs(spectrum) ** 2
    frequency = np.fft.rfftfreq(size, 1 / take.sample_rate)
    shares = band_shares(frequency, take.sample_rate)
    seconds, energy = np.exp(np.log(room.seconds) @ shares), 10 ** (room.energy_db @ shares / 10)
    weight = _weight(frequency, take.sample_rate)
    alone, ringing = _separate(power * weight, seconds, energy, take.sample_rate / hop)
    share = np.maximum(1 - OVERRATED * ringing / np.maximum(power * weight, 1e-20), DRIEST) * alone[:, None]
    audio = _overlap_add(spectrum * np.sqrt(share), size, hop, len(take.audio))
    return replace(
        take, audio=audio, loudness_db=loudness(audio, take.sample_rate, take.frame_rate)[: len(take.f0_hz)]
    )


@dataclass(frozen=True)
class Heard:
    """A take's power in each band, A-weighted, and where in it notes die away."""

    power: np.ndarray  # [frames, bands]
    thirds: np.ndarray  # [frames, n], the same in thirds of octaves, which do not overlap
    rate: float  # frames per second
    ends: list[tuple[int, int]]  # frames from a note's end to that of its tail

    def tails(self) -> np.ndarray:
        """Whether each frame is in a tail, where the instrument itself is silent: bool [frames]."""
        mask = np.zeros(len(self.power), bool)
        for first, last in self.ends:
            mask[first + round(RELEASE_SECONDS * self.rate) : last] = True
        return mask


def hear(take: Take) -> Heard:
    """What is heard of the take's bands, and where its notes end."""
    size, hop = _window(take.sample_rate)
    frequency = np.fft.rfftfreq(size, 1 / take.sample_rate)
    weighted = np.abs(_spectra(take.audio, size, hop)) ** 2 * _weight(frequency, take.sample_rate)
    power = weighted @ band_shares(frequency, take.sample_rate).T
    third = np.round(3 * np.log2(np.maximum(frequency, 1.0) / LOWEST_HZ))
    own = third == np.arange(3 * len(band_centres(take.sample_rate)) - 2)[:, None]
    rate = take.sample_rate / hop
    return Heard(power, weighted @ own.T, rate, _note_ends(power, rate))


def _balanced(heard: Sequence[Heard], seconds: np.ndarray) -> np.ndarray:
    """Each band's energy, against the dry sound's, with which as much rings in the tails as is heard there: in the mean
    of power, as at a single pitch a room is far softer by chance more often than it is far louder.
    """
    energy = np.full(len(seconds), 0.3)
    for _ in range(BALANCING):
        off, weights = np.zeros(len(energy)), np.full(len(energy), 1e-9)
        for each in heard:
            release = round(RELEASE_SECONDS * each.rate)
            _, ringing = _ringing(each.power, seconds, energy, each.rate, ~each.tails(), TAIL_MARGIN)
            for first, last in each.ends:
                tail = slice(first + release, last)
                found, expected = (power[tail].sum(0) + 1e-12 for power in (each.power, ringing))
                weight = np.sqrt(expected / expected.sum())
                off += weight * np.minimum(found / expected, LOUDEST)
                weights += weight
        padded = np.pad(np.log(energy * off / weights), len(ENERGY_KERNEL) // 2, mode="edge")
        energy = np.exp(np.convolve(padded, ENERGY_KERNEL, "valid"))
        energy = energy.clip(10 ** (LEAST_DB / 10), 10 ** (MOST_DB / 10))
    return energy


def _separate(
    power: np.ndarray, seconds: np.ndarray, energy: np.ndarray, rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each frame has dry sound in it, bool [frames], and what still rings [frames, bands]; what is dry for a
    moment only, or not, wavered by chance.
    """
    alone, _ = _ringing(power, seconds, energy, rate, np.ones(len(power), bool), TAIL_MARGIN)
    return _ringing(power, seconds, energy, rate, _steady(alone.astype(float), DECIDED) > 0.5, 0.0)


def _ringing(
    power: np.ndarray, seconds: np.ndarray, energy: np.ndarray, rate: float, may_be: np.ndarray, margin: float
) -> tuple[np.ndarray, np.ndarray]:
    """As `_separate`: of the frames that `may_be` [frames] names, those have dry sound in which more than `margin`
    times as much is heard as rings. In each band, what rings decays, and is fed by what is dry.
    """
    kept = np.exp(-DECAY_60 / seconds / rate)
    fed = energy * (1 - kept) / kept
    alone, ringing, rings = np.zeros(len(power), bool), np.zeros(power.shape), np.zeros(power.shape[1])
    for i, wet in enumerate(power):
        ringing[i] = rings
        alone[i] = may_be[i] and wet.sum() > margin * rings.sum()
        rings = (rings + alone[i] * fed * np.maximum(wet - rings, 0)) * kept
    return alone, ringing


def _note_ends(power: np.ndarray, rate: float) -> list[tuple[int, int]]:
    """Frames of power [frames, bands] in which notes stop, which is where they fall fastest, and their tails end."""
    wavering = 10 * np.log10(power.sum(1) + 1e-12)
    level = _steady(wavering)
    sounding, release, window = (round(s * rate) for s in (PLATEAU_SECONDS, RELEASE_SECONDS, WINDOW_SECONDS))
    floor = np.percentile(level, 5) + 6
    ends, i = [], sounding
    while i < len(level):
        plateau = np.median(level[i - sounding : i])
        if level[i] > plateau - 3 or plateau < level.max() - 25:
            i += 1
            continue
        lowest, end = level[i], i
        while end < len(level) and level[end] < lowest + 6 and level[end] > floor:
            lowest, end = min(lowest, level[end]), end + 1
        while end > i + 2 and wavering[end - 1] > level[end - 2] + 3:  # the next note has begun
            end -= 1
        if plateau - lowest > FALL_DB and end - i > 2 * release:
            near = i + np.flatnonzero(level[i : end - window] > plateau - FALL_DB)
            near = near if len(near) else np.array([i])
            stop = int(near[np.argmax(wavering[near] - wavering[near + window])]) + window // 2
            if end - stop > 2 * release:
                ends.append((stop, end))
        i = max(end, i + 1)
    return ends


def _falls(power: np.ndarray, rate: float) -> np.ndarray:
    """By how many dB a second each column of power [frames, n] falls, from its release on."""
    first = min(round(RELEASE_SECONDS * rate), len(power) // 4)
    level = 10 * np.log10(power + 1e-12)
    falls = []
    for column, steady in zip(level.T, _steady(level).T, strict=True):
        below = np.nonzero(steady < steady[first] - FITTED_DB)[0]
        last = min(max(first + 4, int(below[0]) if len(below) else len(column)), len(column))
        falls.append(-np.polyfit(np.arange(first, last) / rate, column[first:last], 1)[0])
    return np.array(falls)


def _steady(level: np.ndarray, frames: int = SMOOTHED) -> np.ndarray:
    """Running medians of levels [frames, ...] over some `frames`, since what rings on wavers."""
    padded = np.pad(level, ((frames // 2, frames // 2), *[(0, 0)] * (level.ndim - 1)), mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, frames, axis=0), axis=-1)


def _window(sample_rate: int) -> tuple[int, int]:
    """Samples of a window and between two."""
    size = 1 << round(math.log2(WINDOW_SECONDS * sample_rate))
    return size, size // 4


def _spectra(audio: np.ndarray, size: int, hop: int) -> np.ndarray:
    """Short-time spectra [frames, bins] of audio [samples]; frame i is centred on sample i * hop."""
    padded = np.pad(audio, (size // 2, size))
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][: -(-len(audio) // hop)]
    return np.fft.rfft(windows * _hann(size)).astype(np.complex64)


def _overlap_add(spectra: np.ndarray, size: int, hop: int, samples: int) -> np.ndarray:
    """The audio [samples] whose `_spectra` these are."""
    windows = np.fft.irfft(spectra, size) * _hann(size)
    audio = np.zeros(len(windows) * hop + 2 * size)
    for i, window in enumerate(windows):
        audio[i * hop : i * hop + size] += window
    norm = np.square(_hann(size)).sum() / hop
    return (audio[size // 2 :][:samples] / norm).astype(np.float32)


def _hann(size: int) -> np.ndarray:
    return np.hanning(size + 1)[:-1]


def _weight(frequency_hz: np.ndarray, sample_rate: int) -> np.ndarray:
    """The A-weighting's gain of power at frequencies [n]."""
    sos = a_weighting(sample_rate)
    powers = np.exp(-2j * np.pi * np.outer(np.arange(3), frequency_hz / sample_rate))
    return np.abs(np.prod((sos[:, :3] @ powers) / (sos[:, 3:] @ powers), 0)) ** 2
