"""How good a decoder is, measured from its audio: the definitions are in docs/training.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import soxr
import torch

from ...input.loudness import loudness
from ..analysis.swipe import swipe
from ..analysis.takes import Take
from ..analysis.yin import yin
from ..models.losses import spectral_distance
from ..models.mel import mel_distance_db
from ..models.synthesis import Player
from .baselines import StaticSound, two_takes
from .sustain import at_peak, held, partials_error_db, recorded_spectrum

COMPARED_RATE = 16000  # Hz; figures of other trainers are for this rate
AUDIBLE_DB = -60.0
SOUNDING_DB = 40.0  # below a take's loudest frame
PERIODIC = 0.3
PITCHED = 0.3  # strength from which the judging tracker's reading of a recording counts
SMOOTHED = 5  # readings that a median is taken of, so that a single one at an onset does not count


@dataclass(frozen=True)
class Judged:
    """One take and what was played in its place."""

    take: Take
    made: np.ndarray = field(repr=False)  # [samples]
    figures: dict[str, float]
    cents: np.ndarray = field(repr=False)  # off the recording's pitch, of every reading that counts


def evaluate(takes: Sequence[Take], play: Player, *, static: StaticSound | None = None) -> dict[str, float]:
    """Figures over takes that are played with their own pitch and loudness: see `summary`."""
    return summary([judge(take, play(take.f0_hz, take.loudness_db), static=static) for take in takes])


def judge(
    take: Take,
    made: np.ndarray,
    *,
    static: StaticSound | None = None,
    simple: Mapping[str, Player] | None = None,
) -> Judged:
    """One take against what was made [samples] in its place, from its first to its last sounding frame.

    With `static`, the patch's fit without a network, both ends of the scale are measured for this take, too. simple:
    further players to compare with, by the names that their distances get.
    """
    made = fitted(made, len(take.audio))
    level = loudness(made, take.sample_rate, take.frame_rate)
    asked = take.loudness_db[: len(level)]
    audible = asked > AUDIBLE_DB
    part = sounding(take)
    figures = distances("distance", made[part], take.audio[part], take.sample_rate)
    figures |= sustained_figures("", take, made) | {
        "mel_db": mel_distance_db(made[part], take.audio[part], take.sample_rate),
        "loudness_error_db": float(np.abs(level - asked)[audible].mean()) if audible.any() else 0.0,
    }
    if static is not None:
        plain = fitted(static.play(take.f0_hz, take.loudness_db), len(take.audio))
        sizes = {"harmonics": len(static.distribution), "noise_bands": len(static.magnitudes)}
        figures |= distances("no_network", plain[part], take.audio[part], take.sample_rate)
        first, second = two_takes(take, **sizes)
        figures |= distances("floor", first[part], second[part], take.sample_rate)
    for name, play in (simple or {}).items():
        plain = fitted(play(take.f0_hz, take.loudness_db), len(take.audio))
        figures |= distances(name, plain[part], take.audio[part], take.sample_rate)
        figures |= sustained_figures(f"{name}_", take, plain)
    return Judged(take, made, figures, heard_cents(made, take))


def sustained_figures(prefix: str, take: Take, made: np.ndarray) -> dict[str, float]:
    """Of what is held of a note: the distance at COMPARED_RATE, and how far its partials are off in dB."""
    recorded = recorded_spectrum(take)
    if recorded is None:
        return {}
    part = held(take)
    pair = (to_compared_rate(x, take.sample_rate) for x in at_peak(made[part], take.audio[part]))
    return {
        f"{prefix}sustain": distance(*pair),
        f"{prefix}partials_db": partials_error_db(take, recorded, made),
    }


def sounding(take: Take) -> slice:
    """The samples from the first to the last frame that is within SOUNDING_DB of the loudest: rests say nothing."""
    frames = np.flatnonzero(take.loudness_db > take.loudness_db.max() - SOUNDING_DB)
    hop = take.sample_rate / take.frame_rate
    return slice(round(frames[0] * hop), round((frames[-1] + 1) * hop))


def summary(judged: Sequence[Judged]) -> dict[str, float]:
    """Means over takes, and quantiles over all their readings of pitch; a figure that only some have is theirs.

    distance, no_network, floor: multi-scale spectral distance of what was made, of the fit without a network,
    and of two sounds that differ in their noise alone; gap_closed: the place between the last two. Each at
    the takes' rate and, as ..._16k, at 16 kHz. sustain, partials_db: of what is held of the notes, the distance at
    16 kHz and the RMS error of partials in dB. f0_...: by a tracker that training does not use.
    """
    names = dict.fromkeys(name for row in judged for name in row.figures)
    rows = {name: [row.figures[name] for row in judged if name in row.figures] for name in names}
    figures = {name: mean_of(name, values) for name, values in rows.items()}
    for end in ("", "_16k") if "floor" in figures else ():
        ours, plain, floor = (figures[name + end] for name in ("distance", "no_network", "floor"))
        figures["gap_closed" + end] = (plain - ours) / max(plain - floor, 1e-9)
    cents = np.concatenate([row.cents for row in judged])
    if len(cents):
        octaves = np.round(cents / 1200)
        figures["f0_cents"], figures["f0_cents_95"] = map(float, np.percentile(np.abs(cents), [50, 95]))
        figures["f0_within_50_cents"] = float(np.mean(np.abs(cents) < 50))
        figures["f0_octave_errors"] = float(np.mean((octaves != 0) & (np.abs(cents - 1200 * octaves) < 100)))
    return figures


def mean_of(name: str, values: Sequence[float]) -> float:
    """The mean of a figure over takes: of an RMS error, that of all of them together."""
    return float(np.sqrt(np.mean(np.square(values))) if name.endswith("partials_db") else np.mean(values))


def heard_cents(made: np.ndarray, take: Take) -> np.ndarray:
    """How far in cents the pitch of what was made is from the recording's, by a tracker of its own.

    A reading counts where the recording sounds and is clearly pitched; what was made need not be.
    """
    readings = [swipe(audio, take.sample_rate) for audio in (take.audio, made)]
    times, _, strength = readings[0]
    level = np.interp(times, np.arange(len(take.loudness_db)) / take.frame_rate, take.loudness_db)
    counts = (strength >= PITCHED) & (level > max(level.max(initial=AUDIBLE_DB) - SOUNDING_DB, AUDIBLE_DB))
    there, here = (running_median(np.log2(f0_hz)) for _, f0_hz, _ in readings)
    return (1200 * (here - there))[counts]


def running_median(x: np.ndarray) -> np.ndarray:
    around = np.pad(x, SMOOTHED // 2, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(around, SMOOTHED), axis=1)


def fitted(audio: np.ndarray, samples: int) -> np.ndarray:
    """Audio cut, or continued in silence, to a length."""
    return np.pad(audio[:samples], (0, max(0, samples - len(audio))))


def distances(name: str, x: np.ndarray, y: np.ndarray, sample_rate: int) -> dict[str, float]:
    """{name: distance of two signals, name_16k: that of both at 16 kHz}."""
    low = (to_compared_rate(z, sample_rate) for z in (x, y))
    return {name: distance(x, y), f"{name}_16k": distance(*low)}


def to_compared_rate(x: np.ndarray, sample_rate: int) -> np.ndarray:
    return soxr.resample(np.asarray(x, np.float32), sample_rate, COMPARED_RATE)


def distance(x: np.ndarray, y: np.ndarray) -> float:
    """Multi-scale spectral distance of two signals [samples]."""
    return float(spectral_distance(*(torch.from_numpy(np.asarray(z, np.float32))[None] for z in (x, y))))


def pitch_error_cents(audio: np.ndarray, sample_rate: int, f0_hz: np.ndarray, frame_rate: int) -> np.ndarray:
    """|YIN's pitch - f0_hz| in cents at the frames that YIN finds periodic; one 1200 where none are."""
    low_hz = max(25.0, float(f0_hz.min()) * 0.7)
    times, found_hz, aperiodicity = yin(audio, sample_rate, low_hz=low_hz)
    asked_hz = np.interp(times, np.arange(len(f0_hz)) / frame_rate, f0_hz)
    periodic = aperiodicity < PERIODIC
    if not periodic.any():
        return np.array([1200.0])
    return np.abs(1200 * np.log2(found_hz / asked_hz))[periodic]


def sustained(
    play: Player, midi: Sequence[float], loudness_db: Sequence[float], *, sample_rate: int, frame_rate: int
) -> dict[str, np.ndarray]:
    """Held notes at every pitch and loudness: what loudness and pitch their audio has.

    Returns loudness_db, f0_cents (of YIN, signed median) and peak, each [pitches, levels].
    """
    frames = frame_rate // 2
    results = {name: np.zeros((len(midi), len(loudness_db))) for name in ("loudness_db", "f0_cents", "peak")}
    for i, note in enumerate(midi):
        f0_hz = np.full(frames, 440 * 2 ** ((note - 69) / 12), np.float32)
        for j, asked in enumerate(loudness_db):
            audio = play(f0_hz, np.full(frames, asked, np.float32))
            steady = audio[len(audio) // 4 :]
            _, found_hz, aperiodicity = yin(steady, sample_rate, low_hz=0.7 * f0_hz[0])
            heard = found_hz[aperiodicity < PERIODIC]
            cents = np.median(1200 * np.log2(heard / f0_hz[0])) if len(heard) else np.nan
            level = np.mean(loudness(steady, sample_rate, frame_rate)[10:-10])
            for name, value in zip(results, (level, cents, np.abs(audio).max()), strict=True):
                results[name][i, j] = value
    return results
