"""What a training came to, in words: better or worse than the simplest things, and what to record next."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from ...midi.notes import note_name
from ...patch import Patch
from ..analysis.takes import Take
from .baselines import fit_static
from .metrics import Judged, distance, fitted, sounding

EVEN = 0.03  # of a distance: less is no difference that another hold-out would show, too
FEW_SECONDS = 60.0  # of sound, of which patches of single notes are learned well
FEW_PITCHES = 8
WIDE_GAP = 5  # semitones without any recording
FEW_LEVELS_DB = 12.0  # between what is soft and what is loud in the recordings
SOFT, LOUD = 5, 95  # percent of the frames
WORSE_WITH_PITCH = 1.5  # times the distance on pitches that were learned


def nearest_notes(
    learned: Sequence[Take], judged: Sequence[Judged], harmonics: int, noise_bands: int
) -> float:
    """Return the mean distance of judged takes from the spectrum of the learned take that is nearest in pitch.

    It is played with the judged take's pitch and loudness: what a sampler would do.
    """
    pitches = np.array([_pitch(take) for take in learned])
    spectra, found = {}, []
    for row in judged:
        near = int(np.abs(pitches - _pitch(row.take)).argmin())
        if near not in spectra:
            spectra[near] = fit_static([learned[near]], harmonics=harmonics, noise_bands=noise_bands)
        made = spectra[near].play(row.take.f0_hz, row.take.loudness_db)
        part = sounding(row.take)
        found.append(distance(fitted(made, len(row.take.audio))[part], row.take.audio[part]))
    return float(np.mean(found))


def verdict(figures: Mapping[str, float], patch: Patch, unseen: bool) -> list[str]:
    """Return sentences on a patch that was just trained, from its figures and from what its recordings hold.

    figures: `distance`, and if they were measured `no_network`, `nearest`, `trained_distance`. unseen: whether they are
    of takes that were not learned from.
    """
    heard = "notes that it has not heard" if unseen else "the notes that it was learned from"
    said = [
        f"On {heard}, it is {_compared(figures['distance'], figures[name])} {what} (distance {figures['distance']:.2f} "
        f"against {figures[name]:.2f})."
        for name, what in (
            ("no_network", "a static spectrum that only follows pitch and loudness"),
            ("nearest", "the nearest recorded notes played at other pitches"),
        )
        if name in figures
    ]
    worse = any(
        figures["distance"] > (1 + EVEN) * figures.get(name, np.inf) for name in ("no_network", "nearest")
    )
    if worse:
        said.append(
            "It has not learned the instrument: it needs other or more recordings before it is of use."
        )
    return [*said, *to_record(figures, patch, worse)]


def to_record(figures: Mapping[str, float], patch: Patch, worse: bool = False) -> list[str]:
    """Return what to record next, most useful first: what the recordings lack, by the map that the patch keeps."""
    frames = np.array(patch.coverage["frames"])
    pitches = np.flatnonzero(frames.sum(1)) * patch.coverage["pitch_step"] + patch.coverage["pitch_low"]
    seconds = float(patch.info["training"]["seconds"])
    levels = patch.coverage["loudness_low"] + np.arange(frames.shape[1]) * patch.coverage["loudness_step"]
    shares = np.cumsum(frames.sum(0)) / max(1, frames.sum())
    soft, loud = (levels[int(np.searchsorted(shares, percent / 100))] for percent in (SOFT, LOUD))
    gaps = [(high - low, low, high) for low, high in pairwise(pitches)]
    widest, low, high = max(gaps, default=(0, 0, 0))
    rows = (
        (
            seconds < FEW_SECONDS,
            f"Record more: {seconds:.0f} s of sound are little, and a minute is a beginning.",
        ),
        (
            len(pitches) < FEW_PITCHES,
            f"Record more pitches: {len(pitches)} are there; one in three semitones will do.",
        ),
        (widest > WIDE_GAP, f"Record notes between {note_name(low)} and {note_name(high)}: there are none."),
        (
            loud - soft < FEW_LEVELS_DB,
            f"Record softer and louder notes: all lie within {loud - soft:.0f} dB, so that velocity changes little.",
        ),
        (
            figures["distance"] > WORSE_WITH_PITCH * figures.get("trained_distance", np.inf),
            "Record more notes at the pitches between: it is far better on those that it was learned from.",
        ),
        (
            worse and seconds >= FEW_SECONDS,
            "Record one source in one room, at one distance, without other sounds: what differs cannot be learned.",
        ),
    )
    said = [sentence for lacks, sentence in rows if lacks]
    return said or ["Nothing is missing from the recordings that would be heard at once."]


def _compared(ours: float, theirs: float) -> str:
    if abs(ours - theirs) <= EVEN * theirs:
        return "no better than"
    return f"{abs(1 - ours / theirs):.0%} {'nearer to them than' if ours < theirs else 'worse than'}"


def _pitch(take: Take) -> float:
    return float(np.median(take.midi[take.voiced] if take.voiced.any() else take.midi))
