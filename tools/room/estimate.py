"""The room that recordings were made in, learned apart from the instrument.

A room is what it adds to the dry sound: noise that decays exponentially, at a rate and a level of its own in each
band. An instrument that learned from the recordings as they are would play the room's tails itself. So the room is
learned first, from the ends of notes, and the instrument then learns from what the recordings were before the room
was there, as far as that can be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..analysis.takes import RecordingError, Take
from .model import LOWEST_HZ, Room, band_centres, band_shares
from .spectrum import TAIL_MARGIN, WINDOW_SECONDS, a_weight, ringing_in, running_median, spectra, window

SHORTEST_SECONDS, LONGEST_SECONDS = 0.1, 4.0  # of a decay by 60 dB
LEAST_DB, MOST_DB = -30.0, 0.0  # of the room's energy against the dry sound's
FALL_DB = 15.0  # from which a fall counts as a note's end
PLATEAU_SECONDS = 0.2
RELEASE_SECONDS = 0.08  # after a note's end, in which the instrument itself may sound on
FITTED_DB = 30.0
UNUSUAL = 1.3  # times the usual decay, from where on a fall is not the room's alone
LOUDEST = 4.0  # times what should ring, from where on a tail is not the room's alone
FAINT = 0.02  # of a note's power, below which a band says nothing about the room
BALANCING = 6  # rounds
REACH_OCTAVES = (
    0.5  # over which decays are averaged: at a single pitch a room rings longer or shorter by chance
)
ENERGY_KERNEL = (0.1, 0.2, 0.4, 0.2, 0.1)
"""Over neighbouring bands, since at a single pitch a room is louder or softer by chance, too."""


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
    size, hop = window(take.sample_rate)
    frequency = np.fft.rfftfreq(size, 1 / take.sample_rate)
    weighted = np.abs(spectra(take.audio, size, hop)) ** 2 * a_weight(frequency, take.sample_rate)
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
            _, ringing = ringing_in(each.power, seconds, energy, each.rate, ~each.tails(), TAIL_MARGIN)
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


def _note_ends(power: np.ndarray, rate: float) -> list[tuple[int, int]]:
    """Frames of power [frames, bands] in which notes stop, which is where they fall fastest, and their tails end."""
    wavering = 10 * np.log10(power.sum(1) + 1e-12)
    level = running_median(wavering)
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
    for column, steady in zip(level.T, running_median(level).T, strict=True):
        below = np.nonzero(steady < steady[first] - FITTED_DB)[0]
        last = min(max(first + 4, int(below[0]) if len(below) else len(column)), len(column))
        falls.append(-np.polyfit(np.arange(first, last) / rate, column[first:last], 1)[0])
    return np.array(falls)
