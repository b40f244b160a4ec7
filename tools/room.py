"""The room that recordings were made in, learned apart from the instrument.

A room is what it adds to the dry sound: early reflections as free taps (or none), then noise that decays
exponentially, at a rate and a level of its own in each band. An instrument that learned from the recordings
as they are would play the room's tails itself. So the room is learned first, from the ends of notes, and the
instrument then learns from what the recordings were before the room was there, as far as that can be told.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from ..loudness import a_weighting, loudness
from ..patch import Patch
from .analysis import RecordingError, Take

LOWEST_HZ = 125.0  # centre of the lowest band; they are octaves
SHORTEST_SECONDS, LONGEST_SECONDS = 0.1, 4.0  # of a decay by 60 dB
LEAST_DB, MOST_DB = -30.0, 6.0  # of the room's energy against the dry sound's
DECAY_60 = math.log(1e6)  # of energy
HEARD_DB = 45.0  # the impulse response ends where its slowest band has fallen so far

WINDOW_SECONDS = 0.064
FALL_DB = 15.0  # from which a fall counts as a note's end
PLATEAU_SECONDS = 0.2
RELEASE_SECONDS = 0.12  # after a note's end, in which the instrument itself may sound on
FITTED_DB = 30.0
FAINT = 0.02  # of a note's power, below which a band says nothing about the room
BALANCING = 6  # rounds
TAIL_MARGIN = 2.0  # times the room's power: what is below is a tail
DRIEST = 0.05  # share of a bin's power that is left where the room explains all of it

ROUNDS = 3
STEPS = 60  # a round
STRETCH_SECONDS = 2.5
BATCH = 4
LEARNING_RATE = 0.03
SMOOTHNESS = 0.05  # of neighbouring bands' logarithms: partials near a border are heard in both
UNHEARD_DB = -45.0  # of a stretch's loudest: no decay is read off below


class Room(nn.Module):
    """What a room adds to a dry sound at `sample_rate` Hz.

    seconds: decay time by 60 dB of each octave band from 125 Hz up; energy_db: each band's energy against the
    dry sound's. Both can be trained, and `early_seconds` of free taps. The noise is drawn by the seed.
    """

    def __init__(
        self,
        seconds: Sequence[float],
        energy_db: Sequence[float],
        sample_rate: int,
        *,
        early_seconds: float = 0.0,
        seed: int = 0,
    ):
        super().__init__()
        seconds = np.clip(seconds, SHORTEST_SECONDS, LONGEST_SECONDS)
        self.sample_rate, self.seed = sample_rate, seed
        longest = min(1.25 * float(seconds.max()), LONGEST_SECONDS)  # decays may grow while they are trained
        self.length = round(longest * HEARD_DB / 60 * sample_rate)
        self.log_seconds = nn.Parameter(torch.from_numpy(np.log(seconds)).float())
        self.log_energy = nn.Parameter(torch.tensor(energy_db).float() * math.log(10) / 10)
        self.early = nn.Parameter(torch.zeros(round(early_seconds * sample_rate)))
        self.register_buffer("noise", self._noise(seed))

    @property
    def seconds(self) -> Tensor:
        """Each band's decay time by 60 dB."""
        return self.log_seconds.clamp(math.log(SHORTEST_SECONDS), math.log(LONGEST_SECONDS)).exp()

    @property
    def energy(self) -> Tensor:
        """Each band's energy against the dry sound's."""
        return self.log_energy.clamp(LEAST_DB * math.log(10) / 10, MOST_DB * math.log(10) / 10).exp()

    def impulse(self) -> Tensor:
        """The impulse response [length], without the dry sound."""
        return self._impulse(self.noise)

    def stereo(self) -> np.ndarray:
        """The same room heard by two ears, float32 [length, 2] within ±1: other noise on the right."""
        with torch.no_grad():
            sides = [self._impulse(self.noise), self._impulse(self._noise(self.seed + 1))]
        return torch.stack(sides, 1).clamp(-1, 1).numpy()

    def describe(self) -> dict[str, list[float]]:
        """The numbers that a patch keeps of it."""
        with torch.no_grad():
            energy_db = 10 * torch.log10(self.energy)
        return {
            "seconds": [round(float(value), 3) for value in self.seconds],
            "energy_db": [round(float(value), 2) for value in energy_db],
        }

    def forward(self, dry: Tensor) -> Tensor:
        """The sound in the room: dry [batch, samples] and what the room adds within these samples."""
        samples = dry.shape[1]
        size = 1 << (samples + self.length - 1).bit_length()
        spectrum = torch.fft.rfft(dry, size) * torch.fft.rfft(self.impulse(), size)
        return dry + torch.fft.irfft(spectrum, size)[:, :samples]

    def _impulse(self, noise: Tensor) -> Tensor:
        time = torch.arange(self.length) / self.sample_rate
        decay = DECAY_60 / self.seconds[:, None]  # of energy, per second
        late = (self.energy[:, None] * decay / self.sample_rate).sqrt() * torch.exp(-decay / 2 * time)
        early = nn.functional.pad(self.early, (0, self.length - len(self.early)))
        return (noise * late).sum(0) + early

    def _noise(self, seed: int) -> Tensor:
        """White noise, band by band [bands, length]: all bands together are white again."""
        white = np.random.default_rng(seed).normal(size=2 * self.length)
        spectrum = np.fft.rfft(white)
        shares = band_shares(np.fft.rfftfreq(len(white), 1 / self.sample_rate), self.sample_rate)
        return torch.from_numpy(np.fft.irfft(spectrum * np.sqrt(shares))[:, : self.length]).float()


def room_of(patch: Patch) -> Room | None:
    """The room that a patch was trained with, to be taken off recordings made in it."""
    known = patch.info["training"].get("room")
    return None if known is None else Room(known["seconds"], known["energy_db"], patch.sample_rate)


def band_centres(sample_rate: int) -> np.ndarray:
    """Octaves from 125 Hz up, as far as there is sound, in Hz."""
    return LOWEST_HZ * 2.0 ** np.arange(math.floor(math.log2(0.45 * sample_rate / LOWEST_HZ)) + 1)


def band_shares(frequency_hz: np.ndarray, sample_rate: int) -> np.ndarray:
    """Each band's share of the power at frequencies [bands, n]: they cross over smoothly and sum to 1."""
    centres = np.log2(band_centres(sample_rate))
    place = np.clip(np.log2(np.maximum(frequency_hz, 1.0)), centres[0], centres[-1])
    away = np.clip(np.abs(place - centres[:, None]), 0, 1)
    return np.cos(np.pi / 2 * away) ** 2


def learn_room(
    takes: Sequence[Take], *, seed: int = 0, progress: Callable[[float], None] = lambda share: None
) -> Room:
    """The room of the takes: read off where notes end, then trained by gradient until its tails are theirs.

    Raises RecordingError where no note dies away: then there is nothing to learn a room from.
    """
    room, nearest = estimate_room(takes, seed=seed)
    generator = np.random.default_rng(seed)
    for done in range(ROUNDS):  # the better the room is known, the better what was there before it
        stretches = list(_stretches(takes, room))
        optimizer = torch.optim.Adam([room.log_seconds, room.log_energy], betas=(0.9, 0.9))
        for step in range(STEPS):
            for group in optimizer.param_groups:
                group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * step / STEPS))
            chosen = generator.choice(len(stretches), min(BATCH, len(stretches)), replace=False)
            dry, wet, heard = (
                torch.stack(part) for part in zip(*(stretches[i] for i in chosen), strict=True)
            )
            loss = decay_distance(room(dry), wet, heard, room.sample_rate)
            loss = loss + SMOOTHNESS * sum(
                values.diff().square().sum() for values in (room.log_seconds, room.log_energy)
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for values in (room.log_seconds, room.log_energy):
                    values.copy_(values[nearest])
        progress((done + 1) / ROUNDS)
    return room.requires_grad_(False)


def decay_distance(made: Tensor, wet: Tensor, heard: Tensor, sample_rate: int) -> Tensor:
    """Mean difference in nepers of the bands' power [batch, samples], in the frames that are `heard`."""
    powers = [_torch_band_power(x, sample_rate) for x in (made, wet)]
    floor = powers[1].amax((1, 2), keepdim=True) * 10 ** (UNHEARD_DB / 10)
    off = ((powers[0] + floor).log() - (powers[1] + floor).log()).abs()
    return (off * heard[..., None]).sum() / heard.sum().clamp(min=1)


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
    with torch.no_grad():
        seconds, energy = (np.exp(np.log(x.numpy()) @ shares) for x in (room.seconds, room.energy))
    weight = _weight(frequency, take.sample_rate)
    alone, ringing = _separate(power * weight, seconds, energy, take.sample_rate / hop)
    share = np.maximum(1 - ringing / np.maximum(power * weight, 1e-20), DRIEST) * alone[:, None]
    audio = _overlap_add(spectrum * np.sqrt(share), size, hop, len(take.audio))
    return replace(
        take, audio=audio, loudness_db=loudness(audio, take.sample_rate, take.frame_rate)[: len(take.f0_hz)]
    )


@dataclass(frozen=True)
class Heard:
    """A take's power in each band, A-weighted, and where in it notes die away."""

    power: np.ndarray  # [frames, bands]
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
    weight = band_shares(frequency, take.sample_rate) * _weight(frequency, take.sample_rate)
    power = np.abs(_spectra(take.audio, size, hop)) ** 2 @ weight.T
    rate = take.sample_rate / hop
    return Heard(power, rate, _note_ends(power, rate))


def estimate_room(takes: Sequence[Take], *, seed: int = 0) -> tuple[Room, np.ndarray]:
    """A room as it is heard where notes end, and for each band the nearest one of which they say anything.

    Raises RecordingError where no note dies away.
    """
    heard = [hear(take) for take in takes]
    rate, sample_rate = heard[0].rate, takes[0].sample_rate
    sounding = round(PLATEAU_SECONDS * rate)
    tails = []
    for each in heard:
        for first, last in each.ends:
            before = each.power[first - sounding : first].mean(0)
            tails.append((before / before.sum(), each.power[first:last] / before.sum()))
    if not tails:
        raise RecordingError("No note dies away in these recordings, so no room can be learned from them.")
    # A room rings on after every note: the shorter decays are the room's, longer ones the instrument's.
    tails.sort(key=lambda tail: _decay(tail[1].sum(1, keepdims=True), rate)[0])
    tails = tails[: max(3, len(tails) * 2 // 3)]
    longest = sorted(len(after) for _, after in tails)[-max(1, len(tails) // 3)]
    total = np.zeros((longest, len(tails[0][0])))
    note = np.zeros_like(total)
    for before, after in tails:
        total[: len(after)] += after[:longest]
        note[: len(after)] += before
    # Bands in which these notes have next to nothing are to be as their neighbours are.
    loud = np.nonzero(note[0] > FAINT * note[0].sum())[0]
    nearest = loud[np.abs(np.arange(total.shape[1])[:, None] - loud).argmin(1)]
    seconds = _decay(total / note, rate)[nearest]
    energy = _balanced(heard, seconds, loud)[nearest]
    return Room(seconds, 10 * np.log10(energy), sample_rate, seed=seed), nearest


def _balanced(heard: Sequence[Heard], seconds: np.ndarray, loud: np.ndarray) -> np.ndarray:
    """Each band's energy with which as much rings in the tails as is heard there."""
    energy = np.full(len(seconds), 0.3)
    for _ in range(BALANCING):
        found, expected = np.full((2, len(energy)), 1e-12)
        for each in heard:
            tails = each.tails()
            _, ringing = _separate(each.power, seconds, energy, each.rate, tails)
            found += each.power[tails].sum(0)
            expected += ringing[tails].sum(0)
        energy[loud] *= (found / expected)[loud]
        energy = np.clip(energy, 10 ** (LEAST_DB / 10), 10 ** (MOST_DB / 10))
    return energy


def _separate(
    power: np.ndarray, seconds: np.ndarray, energy: np.ndarray, rate: float, tails: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each frame has dry sound in it, 1 or 0 [frames], and what still rings [frames, bands].

    In each band, what rings decays, and is fed by what is dry. All is tail where `tails` says so, or, unless
    that is given, where hardly more is heard than rings.
    """
    kept = np.exp(-DECAY_60 / seconds / rate)
    fed = energy * (1 - kept) / kept
    alone, ringing, rings = np.zeros(len(power)), np.zeros(power.shape), np.zeros(power.shape[1])
    for i, wet in enumerate(power):
        ringing[i] = rings
        if wet.sum() > TAIL_MARGIN * rings.sum() if tails is None else not tails[i]:
            alone[i] = 1
            rings = rings + fed * np.maximum(wet - rings, 0)
        rings = rings * kept
    return alone, ringing


def _stretches(takes: Sequence[Take], room: Room) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Around each note's end: what it was before the room and as it is [samples], and its tail's frames."""
    _, hop = _window(room.sample_rate)
    length = round(STRETCH_SECONDS * room.sample_rate / hop)
    for take in takes:
        heard, dry = hear(take), dry_take(take, room).audio
        release = round(RELEASE_SECONDS * heard.rate)
        for first, last in heard.ends:
            start = max(0, first - length // 2)
            samples = slice(start * hop, (start + length) * hop)
            parts = torch.zeros(2, length * hop)
            for part, whole in zip(parts, (dry[samples], take.audio[samples]), strict=True):
                part[: len(whole)] = torch.from_numpy(whole)
            frame = torch.arange(start, start + length)
            yield parts[0], parts[1], ((frame >= first + release) & (frame < last)).float()


def _note_ends(power: np.ndarray, rate: float) -> list[tuple[int, int]]:
    """Where notes end and where their tails do, in frames of power [frames, bands]."""
    level = 10 * np.log10(power.sum(1) + 1e-12)
    sounding, release = (round(s * rate) for s in (PLATEAU_SECONDS, RELEASE_SECONDS))
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
        if plateau - lowest > FALL_DB and end - i > 2 * release:
            ends.append((i, end))
        i = max(end, i + 1)
    return ends


def _decay(power: np.ndarray, rate: float) -> np.ndarray:
    """Decay time by 60 dB of each column of power [frames, bands]."""
    first = min(round(RELEASE_SECONDS * rate), len(power) // 4)
    seconds = []
    for column in 10 * np.log10(power.T + 1e-9):
        below = np.nonzero(column < column[first] - FITTED_DB)[0]
        last = min(max(first + 4, int(below[0]) if len(below) else len(column)), len(column))
        slope, _ = np.polyfit(np.arange(first, last) / rate, column[first:last], 1)
        seconds.append(-60 / min(slope, -60 / LONGEST_SECONDS))
    return np.array(seconds)


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


def _torch_band_power(x: Tensor, sample_rate: int) -> Tensor:
    """As `hear` has it, of x [batch, samples]: [batch, frames, bands]."""
    size, hop = _window(sample_rate)
    padded = nn.functional.pad(x, (size // 2, size))
    spectrum = torch.fft.rfft(
        padded.unfold(1, size, hop)[:, : -(-x.shape[1] // hop)] * torch.from_numpy(_hann(size)).float()
    )
    frequency = np.fft.rfftfreq(size, 1 / sample_rate)
    weight = band_shares(frequency, sample_rate) * _weight(frequency, sample_rate)
    return (spectrum.real**2 + spectrum.imag**2) @ torch.from_numpy(weight.T).float()


def _weight(frequency_hz: np.ndarray, sample_rate: int) -> np.ndarray:
    """The A-weighting's gain of power at frequencies [n]."""
    sos = a_weighting(sample_rate)
    powers = np.exp(-2j * np.pi * np.outer(np.arange(3), frequency_hz / sample_rate))
    return np.abs(np.prod((sos[:, :3] @ powers) / (sos[:, 3:] @ powers), 0)) ** 2
