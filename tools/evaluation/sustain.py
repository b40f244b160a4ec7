"""What is held of a note, recorded and played: the levels of its partials, and the distance of that part alone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..analysis.takes import Take
from ..spectra.measure import LOUD_DB, Spectrum, dynamic_of, loud_part, read_spectrum

PARTIALS = 20  # that are compared
BELOW_DB = 50.0  # the strongest, from which a partial counts
LEAST_DB = 60.0  # below the strongest, from which one partial is as soft as another
PEAK = 0.5  # of the recording where the sustain is compared: the distance depends on level
SEVERAL_DB = 3.0  # between takes of a pitch, from which they are of several dynamics


def held(take: Take) -> slice:
    """The samples from the first to the last frame that is within LOUD_DB of the loudest."""
    frames = np.flatnonzero(take.loudness_db > take.loudness_db.max() - LOUD_DB)
    hop = take.sample_rate / take.frame_rate
    return slice(round(frames[0] * hop), round((frames[-1] + 1) * hop))


def at_peak(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both signals [samples] with the gain that gives the second a peak of PEAK."""
    gain = PEAK / max(float(np.abs(y).max(initial=0)), 1e-6)
    return gain * x, gain * y


def recorded_spectrum(take: Take) -> Spectrum | None:
    """The partials' medians of a take; None if nothing of it is held."""
    return read_spectrum(loud_part(take))


def partials_error_db(take: Take, recorded: Spectrum, made: np.ndarray) -> float:
    """RMS error in dB of the partials of what was made [samples] in a take's place, read from its audio.

    Of medians over the held frames, relative to the take's loudness, so that a wrong level counts. Partials 1 to
    PARTIALS less than BELOW_DB below the strongest count; what is softer than LEAST_DB below it, or lost in noise, is
    as good as nothing.
    """
    played = read_spectrum(loud_part(replace(take, audio=np.asarray(made, np.float32))))
    counts = recorded.valid & (recorded.partials > recorded.partials.max() - BELOW_DB)
    counts[PARTIALS:] = False
    least = recorded.partials.max() - LEAST_DB
    off = np.maximum(played.partials, least) - recorded.partials
    return float(np.sqrt(np.mean(off[counts] ** 2)))


def softest(takes: Sequence[Take]) -> list[int]:
    """The numbers of those takes that are the softest of a pitch that was recorded at several dynamics."""
    pitches = np.array([round(float(np.median(take.midi[take.voiced]))) for take in takes])
    levels = np.array([float(np.median(take.loudness_db[take.voiced])) for take in takes])
    named = [dynamic_of(take.path) for take in takes]
    found = []
    for pitch in np.unique(pitches):
        same = np.flatnonzero(pitches == pitch)
        apart = np.ptp(levels[same]) >= SEVERAL_DB
        if len(same) > 1 and apart and len({named[i] for i in same}) > 1:
            found.append(int(same[levels[same].argmin()]))
    return found
