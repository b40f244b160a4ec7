"""All that is measured of one recording, frame by frame and in all; it is what the cache keeps."""

from typing import NamedTuple

import numpy as np

from ...input.loudness import loudness
from .pitch import track
from .recording import Recording
from .timbre import chord_db, line_of, partials, several_notes, steadiness, unexplained, voiced_spectra

VERSION = 9  # raise it when anything below would come out differently
CORRECTED_OCTAVES = 0.4
FRAME_SECONDS = 0.016  # of the tracker
LEAP_OCTAVES = 0.25  # from one of the tracker's frames to the next: no glide is so fast
COMMON_OCTAVES = -1.32  # two notes repeat together after several periods of each, which is no note of theirs


class Tracks(NamedTuple):
    f0_hz: np.ndarray  # float32 [frames]; bridged in log f0 where no pitch is followed
    confidence: np.ndarray  # float32 [frames]
    voiced: np.ndarray  # bool [frames]
    unsure: np.ndarray  # bool [frames]
    corrected: np.ndarray  # bool [frames]: swift-f0 read another octave
    loudness_db: np.ndarray  # float32 [frames]
    partials_db: np.ndarray  # float32 [partials], mean level of each below the strongest
    seconds: np.ndarray  # scalars, as arrays since the cache holds arrays
    dc: np.ndarray
    clipped: np.ndarray
    cancelled: np.ndarray  # whether its channels cancel each other
    steady: np.ndarray  # share of the voiced frames within a steady pitch
    common: np.ndarray  # share of the voiced frames whose pitch is a third of swift-f0's reading or less
    chord_db: np.ndarray  # by which the partials that a chord over the pitch lacks lie below the others
    several: np.ndarray  # bool [frames]: several notes sound at once
    unexplained: np.ndarray  # share of the power between the partials of the pitch


def make_tracks(recording: Recording, sample_rate: int, frame_rate: int) -> Tracks:
    audio = recording.audio
    loudness_db = loudness(audio, sample_rate, frame_rate)
    times = np.arange(len(loudness_db)) / frame_rate
    heard = track(audio, sample_rate)
    voiced, followed = heard.voiced, heard.followed
    if voiced.any():
        octave = _bridged(times, heard.times[followed], np.log2(heard.f0_hz[followed]))
    else:
        octave = np.zeros(len(times))
    line = line_of(audio, sample_rate, heard)
    spectra = voiced_spectra(line, heard)
    flags = {
        "voiced": voiced,
        "unsure": heard.unsure,
        "several": several_notes(line, heard),
        "corrected": voiced & (np.abs(heard.octaves) > CORRECTED_OCTAVES),
    }
    on_grid = {name: np.interp(times, heard.times, flag) > 0.5 for name, flag in flags.items()}
    return Tracks(
        f0_hz=(2.0**octave).astype(np.float32),
        confidence=np.interp(times, heard.times, heard.confidence).astype(np.float32),
        **on_grid,
        loudness_db=loudness_db,
        partials_db=partials(spectra),
        seconds=np.array(recording.seconds),
        dc=np.array(recording.dc),
        clipped=np.array(recording.clipped),
        cancelled=np.array(float(recording.cancelled)),
        steady=np.array(steadiness(heard)),
        common=np.array(float((heard.octaves[voiced] < COMMON_OCTAVES).mean()) if voiced.any() else 0.0),
        chord_db=np.array(chord_db(spectra)),
        unexplained=np.array(unexplained(spectra)),
    )


def _bridged(times: np.ndarray, at: np.ndarray, octave: np.ndarray) -> np.ndarray:
    """The tracker's pitch [frames of `at`] at `times`: straight between its frames, but leaps come at once."""
    after = np.clip(np.searchsorted(at, times), 1, max(1, len(at) - 1)) % len(at)
    before = np.maximum(after - 1, 0)
    nearest = np.where(times - at[before] < at[after] - times, octave[before], octave[after])
    leaps = (np.abs(octave[after] - octave[before]) > LEAP_OCTAVES) & (
        at[after] - at[before] < 1.5 * FRAME_SECONDS
    )
    return np.where(leaps, nearest, np.interp(times, at, octave))
