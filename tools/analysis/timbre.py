"""What a recording's spectrum says of its source: its partials, what no pitch explains, how steady it is."""

from typing import NamedTuple

import numpy as np
import soxr

from .interpolation import cubic
from .pitch import Track
from .pitch_candidates import RATE
from .vibrato import without_vibrato

SIZE = 4096  # samples at RATE, so that two notes a semitone apart part above 100 Hz
WINDOW = np.hanning(SIZE).astype(np.float32)
PARTIALS = 12
FLOOR_DB = 50.0
FRAMES = 200  # spectra looked at, evenly over the voiced frames
STEADY_SECONDS, STEADY_OCTAVES = 0.2, 0.1  # vibrato, which is taken off, is steady
FROM_HZ = 60.0  # below that, rumble is no second note
PARTIAL_WIDTH_HZ = 12.0
CHORDS = (
    (2, 3),
    (3, 4),
    (3, 5),
    (4, 5),
    (5, 6),
    (5, 8),
    (4, 5, 6),
    (10, 12, 15),
)  # multiples of the pitch they share
LAST = 30  # partial that is looked at
CHORD_DB = 22.0  # by which a chord's missing partials lie below those beside them
FAINT_DB, LEAST_MISSING = -40.0, 3  # of a partial beside a missing one; missing ones that are compared
OTHER_NOTE = 0.2  # share between the partials of the pitch, from which another note sounds
LEAST_POWER = 1e-9
EVERY = 12  # frames, one of which is looked at for other notes
SEVERAL_SECONDS = 0.3
PARTIAL_WIDTH = 0.05  # of its frequency, for vibrato


class Line(NamedTuple):
    """A line of pitch with its sound, per sample at RATE, which begin 2 * SIZE before the recording."""

    sound: np.ndarray
    f0_hz: np.ndarray
    turns: np.ndarray  # periods of the pitch since the first sample


def line_of(audio: np.ndarray, sample_rate: int, track: Track) -> Line:
    """The recording, audio [samples], with its pitch at every sample."""
    heard = audio if sample_rate == RATE else soxr.resample(audio, sample_rate, RATE)
    sound = np.pad(np.asarray(heard, np.float32), 2 * SIZE)
    seconds = (np.arange(len(sound)) - 2 * SIZE) / RATE
    known = track.followed if track.followed.any() else slice(None)
    f0_hz = 2 ** np.interp(seconds, track.times[known], np.log2(track.f0_hz[known]))
    return Line(sound, f0_hz, np.cumsum(f0_hz) / RATE)


class Spectra(NamedTuple):
    """Spectra of a recording's voiced frames, along its line of pitch."""

    power: np.ndarray  # [frames, bins]
    f0_hz: np.ndarray  # [frames]


def voiced_spectra(line: Line, track: Track) -> Spectra:
    """Up to FRAMES spectra of voiced frames within 30 dB of the loudest, evenly over them."""
    voiced = np.flatnonzero(track.voiced)
    if not len(voiced):
        return Spectra(np.zeros((0, SIZE // 2 + 1)), np.zeros(0))
    chosen = voiced[np.linspace(0, len(voiced) - 1, min(FRAMES, len(voiced))).astype(int)]
    power = _along(line, track.times[chosen])
    level = power.sum(1)
    loud = level > 1e-3 * level.max(initial=0)
    return Spectra(power[loud], track.f0_hz[chosen][loud])


def partials(spectra: Spectra) -> np.ndarray:
    """Mean levels of the first PARTIALS partials, float32 dB [PARTIALS] below the strongest, -FLOOR_DB at least."""
    power, f0_hz = spectra
    place = np.arange(power.shape[1]) * RATE / SIZE / f0_hz[:, None]
    order = np.round(place).astype(int)
    inside = (order >= 1) & (order <= PARTIALS) & (np.abs(place - order) < 0.3)
    mean = np.bincount(order[inside] - 1, power[inside], PARTIALS)
    level_db = 10 * np.log10(np.maximum(mean, 1e-20) / max(mean.max(), 1e-20))
    return np.maximum(level_db, -FLOOR_DB).astype(np.float32)


def unexplained(spectra: Spectra) -> float:
    """Share of the power that lies between the partials of the pitch: median of frames.

    Recordings of one voice hold a few percent there; a chord holds most of its other notes there.
    """
    return float(np.median(_between_partials(*spectra))) if len(spectra.power) else 0.0


def chord_db(spectra: Spectra) -> float:
    """How far partials that no chord over the pitch has lie below those beside them, in dB: median of frames.

    One voice has all of its partials, although the lowest may be cut off. Two notes that repeat together after
    several periods of each have only the multiples of two numbers.
    """
    return float(np.median(_beside_chords(*spectra))) if len(spectra.power) else 0.0


def several_notes(line: Line, track: Track) -> np.ndarray:
    """Whether two notes or more sound at once, bool [frames], for SEVERAL_SECONDS at least."""
    several = np.zeros(len(track.times), bool)
    chosen = np.flatnonzero(track.voiced)[::EVERY]
    if not len(chosen):
        return several
    for i in range(0, len(chosen), FRAMES):
        part = chosen[i : i + FRAMES]
        power = _along(line, track.times[part])
        loud = power.sum(1) > LEAST_POWER * SIZE
        found = (_between_partials(power, track.f0_hz[part]) > OTHER_NOTE) | (
            _beside_chords(power, track.f0_hz[part]) > CHORD_DB
        )
        several[part] = found & loud
    marks = several[chosen]
    least = round(SEVERAL_SECONDS / (0.016 * EVERY))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(int), [0]])))
    held = np.zeros(len(track.times), bool)
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first >= least:
            held[chosen[first] : chosen[last - 1] + EVERY] = True
    return held & track.voiced


def _between_partials(power: np.ndarray, f0_hz: np.ndarray) -> np.ndarray:
    """Share of each frame's power [frames, bins] that lies between the partials of f0_hz [frames]."""
    hz = np.arange(power.shape[1]) * RATE / SIZE
    order = np.maximum(np.round(hz / f0_hz[:, None]), 1)
    width = np.minimum(np.maximum(PARTIAL_WIDTH_HZ, PARTIAL_WIDTH * hz), 0.3 * f0_hz[:, None])
    between = (np.abs(hz - order * f0_hz[:, None]) > width) & (hz > FROM_HZ)
    return (power * between).sum(1) / np.maximum(power.sum(1), 1e-20)


def _beside_chords(power: np.ndarray, f0_hz: np.ndarray) -> np.ndarray:
    """How far the partials that the likeliest of CHORDS has not lie below those beside them, in dB, median [frames].

    One voice has them all, at about the level of their neighbours; of a chord they are missing.
    """
    frames = len(power)
    order = np.round(np.arange(power.shape[1]) * RATE / SIZE / f0_hz[:, None]).astype(int)
    own = np.minimum(order, LAST + 2) + np.arange(frames)[:, None] * (LAST + 3)
    levels = np.bincount(own.ravel(), power.ravel(), frames * (LAST + 3)).reshape(frames, -1)[:, : LAST + 2]
    level_db = 10 * np.log10(np.maximum(levels / np.maximum(levels.max(1, keepdims=True), 1e-20), 1e-9))
    numbers = np.arange(LAST + 2)
    deepest = np.zeros(len(power))
    for chord in CHORDS:
        own = (numbers[:, None] % np.array(chord) == 0).any(1)
        own[0] = False
        missing = np.flatnonzero(~own[1 : LAST + 1]) + 1
        beside = np.stack(
            [np.where(own[missing + step], level_db[:, missing + step], -90) for step in (-1, 1)]
        )
        top = beside.max(0)
        below = np.where(top > FAINT_DB, top - level_db[:, missing], np.nan)
        known = np.isfinite(below).sum(1) >= LEAST_MISSING
        if known.any():
            deepest[known] = np.maximum(deepest[known], _known_median(below[known]))
    return deepest


def _known_median(x: np.ndarray) -> np.ndarray:
    """Median of each row of x [rows, n] without its NaN, of which no row may be full."""
    ordered, count = np.sort(x, 1), np.isfinite(x).sum(1)
    rows = np.arange(len(x))
    return 0.5 * (ordered[rows, (count - 1) // 2] + ordered[rows, count // 2])


def steadiness(track: Track) -> float:
    """Share of the voiced frames in stretches of STEADY_SECONDS whose pitch stays within STEADY_OCTAVES."""
    voiced = track.voiced
    if not voiced.any():
        return 0.0
    size = round(STEADY_SECONDS / 0.016)
    if len(voiced) < size:
        return 1.0
    midi = 12 * np.log2(np.where(voiced, track.f0_hz, 1.0))
    octave = without_vibrato(midi, voiced, 1 / 0.016) / 12
    octave = np.where(voiced, octave, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(octave, size)
    # nan, and so not steady, wherever a frame of the window is unvoiced
    steady = windows.max(1) - windows.min(1) < STEADY_OCTAVES
    inside = np.convolve(steady, np.ones(size)) > 0
    return float((inside & voiced).sum() / voiced.sum())


def _along(line: Line, times: np.ndarray) -> np.ndarray:
    """Power [frames, bins] around some times in s, heard as fast as keeps the pitch what it is in their middle.

    So vibrato and glides do not spread partials over the bins between them.
    """
    middle = np.minimum(np.round(times * RATE).astype(int) + 2 * SIZE, len(line.sound) - 1)
    steps = (np.arange(SIZE) - SIZE // 2) / RATE * line.f0_hz[middle][:, None]
    at = np.interp(line.turns[middle][:, None] + steps, line.turns, np.arange(len(line.turns)))
    spectra = np.fft.rfft(cubic(line.sound, at) * WINDOW)
    return spectra.real**2 + spectra.imag**2
