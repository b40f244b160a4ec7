"""Pitch that can be trusted: swift-f0, our own autocorrelations and continuity must agree on every octave."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import soxr

from ...decoders.onnx_runtime import import_quietly
from .pitch_candidates import RATE, find_candidates
from .pitch_refine import refine
from .spectral_change import spectral_change

VOICED = 0.5  # confidence from which a frame counts as voiced, as swift-f0 calibrates it
TRACKER_LOWEST_HZ, TRACKER_HIGHEST_HZ = 50.0, 2100.0  # swift-f0 ends at 46.9 and 2093.8 Hz
USUAL_PEAK, MOST_RAISED = (
    0.1,
    1000.0,
)  # softer recordings, which swift-f0 does not hear, are raised to this peak
PERIODIC = 0.85  # likeness from which a frame beyond that is voiced
QUIET_DB = -50.0  # below the recording's loudest frame, where nothing is voiced without swift-f0
FOLLOWED = 0.6  # likeness to which a voiced stretch's pitch is followed beyond its ends
SHORT = 0.12  # likeness per octave: a signal is as much the same again after two periods as after one
AGREES = 0.15  # likeness that agreement with swift-f0 is worth
AGREES_IN_CLASS = 0.13  # and agreement but for an octave, a twelfth or two octaves
AGREES_SURELY, SURELY = 0.3, 8  # and what more it is worth, times this power of swift-f0's confidence
FREE_STEP = 0.06  # octaves per frame that pitch may move at no cost
STEP_COST = 4.0  # per octave beyond
LEAP_COST = 1.2  # the most that a step costs within a note
NEW_NOTE_COST = 0.2  # and where the spectrum says that another note begins
SAME_NOTE_CHANGE, NEW_NOTE_CHANGE = 0.08, 0.2  # of the spectrum, between which the one cost becomes the other
SAME_NOTE = 0.25  # octaves from swift-f0, within which its reading is taken
SURE = 0.25  # likeness by which every path through another pitch must be worse


class Track(NamedTuple):
    """Pitch on the tracker's grid, one frame every 16 ms."""

    times: np.ndarray  # s [frames]
    f0_hz: np.ndarray  # [frames], meaningless where not followed
    confidence: np.ndarray  # 0 to 1 [frames]
    voiced: np.ndarray  # bool [frames]
    followed: np.ndarray  # bool [frames]: voiced, or beside what is and its pitch goes on
    unsure: np.ndarray  # bool [frames]: voiced, and another octave fits nearly as well
    octaves: np.ndarray  # [frames]: of the pitch above swift-f0's reading, 0 where that is no reading


def track(audio: np.ndarray, sample_rate: int) -> Track:
    """Pitch of audio [samples], however soft it is."""
    audio = raised(audio)
    heard = audio if sample_rate == RATE else soxr.resample(audio, sample_rate, RATE)
    tracked = _tracker().detect(heard, RATE)
    pitch_hz, likeness = find_candidates(heard, tracked.timestamps, tracked.pitch_hz)
    score = evidence(pitch_hz, likeness, tracked.pitch_hz, tracked.confidence)
    path, margin = best_path(pitch_hz, score, leap_costs(spectral_change(heard, tracked.timestamps)))
    rows = np.arange(len(path))
    f0_hz, fit = pitch_hz[rows, path], likeness[rows, path]
    quiet = tracked.loudness_db < tracked.loudness_db.max() + QUIET_DB
    beyond = (f0_hz < TRACKER_LOWEST_HZ) | (f0_hz > TRACKER_HIGHEST_HZ)
    confidence = np.where(
        beyond & (fit >= PERIODIC) & ~quiet, np.maximum(tracked.confidence, fit), tracked.confidence
    ).clip(0, 1)
    voiced = confidence >= VOICED
    octaves = np.log2(f0_hz / tracked.pitch_hz)
    # Where octaves agree, the tracker follows what moves fast better than autocorrelations, whose windows are long.
    start = np.where((np.abs(octaves) < SAME_NOTE) & ~beyond, tracked.pitch_hz, f0_hz)
    if voiced.any():
        start = refine(start, tracked.timestamps, audio, sample_rate)
    return Track(
        tracked.timestamps,
        start,
        confidence,
        voiced,
        follow(voiced, start, (fit >= FOLLOWED) & ~quiet),
        voiced & (margin < SURE),
        np.where(tracked.confidence >= VOICED, octaves, 0),
    )


def raised(audio: np.ndarray) -> np.ndarray:
    """Soft audio [samples], as loud as a tracker hears it."""
    peak = np.abs(audio).max(initial=0)
    return audio if peak >= USUAL_PEAK else audio * np.float32(min(USUAL_PEAK / max(peak, 1e-9), MOST_RAISED))


def follow(voiced: np.ndarray, f0_hz: np.ndarray, pitched: np.ndarray) -> np.ndarray:
    """Voiced frames, and `pitched` ones before and after, as far as pitch does not leap: a note that is scooped into,
    or falls off, has a pitch before and after a tracker is sure of it. All [frames].
    """
    followed = voiced.copy()
    near = np.abs(np.diff(np.log2(f0_hz))) <= FREE_STEP
    for frames, step in ((range(1, len(voiced)), -1), (range(len(voiced) - 2, -1, -1), 1)):
        for i in frames:
            followed[i] |= pitched[i] and followed[i + step] and near[min(i, i + step)]
    return followed


def evidence(
    pitch_hz: np.ndarray, likeness: np.ndarray, read_hz: np.ndarray, confidence: np.ndarray
) -> np.ndarray:
    """What speaks for each candidate [frames, candidates], in units of likeness."""
    octaves = np.log2(pitch_hz / read_hz[:, None])
    near = np.abs(octaves) < 1 / 24
    related = np.min([np.abs(np.abs(octaves) - np.log2(ratio)) for ratio in (2, 3, 4)], 0) < 1 / 24
    short = SHORT * np.log2(pitch_hz)
    confidence = confidence[:, None]
    agrees = AGREES * confidence + AGREES_SURELY * confidence**SURELY
    return likeness + short + agrees * near + AGREES_IN_CLASS * confidence * related


def leap_costs(change: np.ndarray) -> np.ndarray:
    """What a leap into each frame costs at most [frames], by the change of the spectrum there [frames].

    A reading that flips to another octave does so within a steady sound; a leap that is played changes the sound.
    """
    return np.interp(change, (SAME_NOTE_CHANGE, NEW_NOTE_CHANGE), (LEAP_COST, NEW_NOTE_COST))


def best_path(
    pitch_hz: np.ndarray, score: np.ndarray, leap_cost: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The candidates [frames] that together score best at least cost of leaps, and by how much [frames].

    leap_cost: the most that a step into a frame costs [frames]. By how much: the best path less the best one that has
    another pitch in that frame (max-marginals).
    """
    octave = np.log2(pitch_hz)
    frames = len(octave)
    forward, backward = score.copy(), np.zeros_like(score)
    for i in range(1, frames):
        forward[i] += (forward[i - 1][:, None] - _cost(octave[i - 1], octave[i], leap_cost[i])).max(0)
    for i in range(frames - 2, -1, -1):
        backward[i] = (
            backward[i + 1] + score[i + 1] - _cost(octave[i], octave[i + 1], leap_cost[i + 1])
        ).max(1)
    through = forward + backward
    path = through.argmax(1)
    rows = np.arange(frames)
    other = np.abs(octave - octave[rows, path][:, None]) > 1 / 12
    rest = np.where(other, through, -np.inf).max(1)
    return path, through[rows, path] - rest


def _cost(before: np.ndarray, after: np.ndarray, most: float) -> np.ndarray:
    step = np.abs(before[:, None] - after)
    return np.minimum(STEP_COST * np.maximum(step - FREE_STEP, 0), most)


@lru_cache
def _tracker():
    return import_quietly("swift_f0").SwiftF0(threads=1, spin=False)
