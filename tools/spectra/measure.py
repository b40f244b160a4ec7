"""Median spectra of recorded notes, and of what a decoder makes in their place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from pathlib import Path

import numpy as np
import torch
from scipy.signal import sosfreqz

from ..analysis.harmonic_analysis import infer
from ..analysis.takes import Take
from ..data.split import note_pitch
from ..models.decoder import Decoder
from ..models.synthesis import decode

PARTIALS = 40
LOUD_DB = 15.0  # below a note's maximum: frames within count
HEARD_DB, HEARD_HZ = 75.0, 20000.0  # below the strongest partial, and up to which one is valid
LEAST = 1e-7
BEFORE_FRAMES = 20
LONGEST_FRAMES = 300  # of a note, from where it is loud on: its median hardly changes after
DYNAMICS = re.compile(r"(?:^|[-_ .])(ppp|pp|p|mp|mf|f|ff|fff|vl?\d{1,3})(?=[-_ .]|$)")


@dataclass(frozen=True)
class Notes:
    """Medians over each note's loud frames, relative to its loudness, all in dB.

    pitch, loudness_db, frames: [notes]. recorded, made: [notes, PARTIALS] levels of partials; noise, noise_made:
    [notes, M]; valid: where a partial can be heard. dynamic: what the file's name says of it, or "".
    """

    pitch: np.ndarray
    loudness_db: np.ndarray
    frames: np.ndarray
    recorded: np.ndarray
    made: np.ndarray
    noise: np.ndarray
    noise_made: np.ndarray
    valid: np.ndarray
    dynamic: tuple[str, ...]

    @property
    def residuals(self) -> np.ndarray:
        return self.recorded - self.made


@dataclass(frozen=True)
class Spectrum:
    """Medians over a note's loud frames, relative to its loudness, in dB: partials [PARTIALS], noise bands [M]."""

    pitch: float
    loudness_db: float
    partials: np.ndarray
    noise: np.ndarray
    valid: np.ndarray  # [PARTIALS], where a partial can be heard
    frames: np.ndarray  # bool [frames], over which medians are taken
    partials_db: np.ndarray  # [medians' frames, K], level by level
    noise_db: np.ndarray  # the same of noise bands

    @property
    def centroid(self) -> float:
        """Of the partials' power, as a MIDI note."""
        return centroid_note(self.pitch, self.partials, self.valid)


def measure(takes: Sequence[Take], decoder: Decoder, sos: np.ndarray | None) -> Notes | None:
    """The takes that hold a single note, with what the decoder makes of their pitch and loudness behind the body `sos`.

    None where there is none.
    """
    rows = [_note(take, decoder, sos) for take in takes if take.voiced.any() and note_pitch(take) is not None]
    rows = [row for row in rows if row is not None]
    if not rows:
        return None
    arrays = {name: np.array([row[name] for row in rows]) for name in rows[0] if name != "dynamic"}
    return Notes(**arrays, dynamic=tuple(row["dynamic"] for row in rows))


def dynamic_of(path: Path) -> str:
    """The dynamic or velocity layer that a file's name says, or ""."""
    found = DYNAMICS.findall(path.stem)
    return found[0] if found else ""


def centroid_note(pitch: float, partials: np.ndarray, valid: np.ndarray) -> float:
    """The centroid of partials' power as a MIDI note, of levels in dB where valid [PARTIALS] at a pitch."""
    power = 10 ** (partials / 10) * valid
    return pitch + 12 * float(np.log2((power * np.arange(1, len(power) + 1)).sum() / power.sum()))


def read_spectrum(take: Take, harmonics: int = PARTIALS, noise_bands: int = 65) -> Spectrum | None:
    """What a take's audio has at its pitch; None if no frame of it is loud and voiced."""
    count = min(len(take.f0_hz), len(take.loudness_db))
    f0_hz, loudness_db = take.f0_hz[:count], take.loudness_db[:count]
    loud = take.voiced[:count] & (loudness_db > loudness_db.max() - LOUD_DB)
    if not loud.any():
        return None
    rates = {"sample_rate": take.sample_rate, "frame_rate": take.frame_rate}
    sizes = {"harmonics": harmonics, "noise_bands": noise_bands}
    amplitude, distribution, magnitudes = (x[loud] for x in infer(take.audio, f0_hz, **rates, **sizes))
    partials, noise = to_db(amplitude[:, None] * distribution), to_db(magnitudes)
    level = loudness_db[loud, None]
    frequency = np.median(f0_hz[loud]) * np.arange(1, PARTIALS + 1)
    typical = padded(np.median(partials[:, :PARTIALS] - level, axis=0))
    valid = (typical > typical.max() - HEARD_DB) & (frequency < min(HEARD_HZ, 0.45 * take.sample_rate))
    valid &= np.arange(PARTIALS) < partials.shape[1]
    pitch = float(69 + 12 * np.log2(np.median(f0_hz[loud]) / 440))
    medians = typical, np.median(noise - level, axis=0)
    return Spectrum(pitch, float(np.median(level)), *medians, valid, loud, partials, noise)


def _note(take: Take, decoder: Decoder, sos: np.ndarray | None) -> dict | None:
    take, sizes = loud_part(take), decoder.sizes
    found = read_spectrum(take, sizes["harmonic_distribution"], sizes["noise_magnitudes"])
    if found is None:
        return None
    count = len(found.frames)
    made = decoded(decoder, take.f0_hz[:count], take.loudness_db[:count], sos, take.sample_rate)
    partials, noise = (part[found.frames] for part in made)
    # A residual is the median of the differences, frame by frame.
    lacks = np.median((found.partials_db - partials)[:, :PARTIALS], axis=0), found.noise_db - noise
    return {
        "pitch": found.pitch,
        "loudness_db": found.loudness_db,
        "frames": int(found.frames.sum()),
        "recorded": found.partials,
        "made": found.partials - padded(lacks[0]),
        "noise": found.noise,
        "noise_made": found.noise - np.median(lacks[1], axis=0),
        "valid": found.valid,
        "dynamic": dynamic_of(take.path),
    }


def loud_part(take: Take) -> Take:
    """At most LONGEST_FRAMES of a take, from shortly before it is loud on."""
    first = max(0, int(np.argmax(take.loudness_db > take.loudness_db.max() - LOUD_DB)) - BEFORE_FRAMES)
    step = take.frame_rate // gcd(take.sample_rate, take.frame_rate)  # parts begin on a sample
    first = first // step * step
    return take.part(first, min(first + LONGEST_FRAMES // step * step, len(take.f0_hz)))


@torch.no_grad()
def decoded(
    decoder: Decoder, f0_hz: np.ndarray, loudness_db: np.ndarray, sos: np.ndarray | None, sample_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """Levels in dB of the partials [frames, K] and noise bands [frames, M] that a decoder makes, behind a body."""
    inputs = (torch.from_numpy(np.asarray(x, np.float32))[None, :, None] for x in (f0_hz, loudness_db))
    amplitude, distribution, magnitudes = (control[0].numpy() for control in decode(decoder, *inputs))
    partials, noise = to_db(amplitude * distribution), to_db(magnitudes)
    if sos is None:
        return partials, noise
    frequency = np.asarray(f0_hz)[:, None] * np.arange(1, partials.shape[1] + 1)
    bands = np.linspace(0, sample_rate / 2, noise.shape[1])
    return (
        partials + body_db(sos, frequency.ravel(), sample_rate).reshape(frequency.shape),
        noise + body_db(sos, bands, sample_rate),
    )


def body_db(sos: np.ndarray, frequency: np.ndarray, sample_rate: float) -> np.ndarray:
    """The body's gain in dB at frequencies in Hz, held at Nyquist."""
    return np.interp(frequency, *_response_db(np.asarray(sos, float).tobytes(), sample_rate))


@lru_cache(maxsize=4)
def _response_db(sos: bytes, sample_rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz, closely spaced, and the gains there."""
    grid = np.linspace(0, sample_rate / 2, 4097)
    _, response = sosfreqz(np.frombuffer(sos).reshape(-1, 6), grid, fs=sample_rate)
    return grid, to_db(np.abs(response))


def to_db(level: np.ndarray) -> np.ndarray:
    return 20 * np.log10(np.maximum(level, LEAST))


def padded(values: np.ndarray) -> np.ndarray:
    """Of so many partials, with the last repeated."""
    return np.pad(values, (0, PARTIALS - len(values)), mode="edge")
