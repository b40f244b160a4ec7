"""What the performer learns from: how the notes of recordings stray from what the renderer makes of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...performance.attributes import attributes
from ...performance.performer import INPUTS
from ...performance.units import to_units
from ..analysis.takes import RecordingError, Take
from .note_segmentation import hear_notes, to_frames

Decode = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]
"""f0_hz [frames], loudness_db [frames] -> amplitude [frames], harmonic distribution [frames, K], noise [frames, M]."""

ATTACK_DB, RELEASE_DB = 24.0, 40.0  # as native/expression/note_contour.c
USUAL_PEAK, ATTACK_SHARE = 0.35, 0.6
DEEPEST_DB = 45.0  # below a note's level, what is softer is taken for this
STARTS_DB = 30.0  # below its level, a note begins to sound
LONGEST_START_SECONDS = 0.15  # that a note may sound before its pitch is heard
RINGS_DB = 12.0  # below the louder quarter of its frames, to which it does not come back, a note rings on
ENDS_DB = 6.0  # below its level just before, a note has been let go
LONGEST_RELEASE_SECONDS = 0.5
SHORTEST_SECONDS = 0.15
FARTHEST_DB = 18.0
FARTHEST_SEMITONES = 1.5
SWAY_SECONDS = 0.35  # over which pitch is averaged, so that a vibrato is not learned twice
SCOOP_SECONDS = 0.08  # the first of which is left as it is
JOINED_SECONDS, PHRASE_SECONDS = 0.2, 2.0
AGES = (0.015, 0.05, 0.15, 0.5, 2.0)
RELEASES = (0.02, 0.08, 0.3)
END_SECONDS = 0.15


@dataclass(frozen=True)
class NoteContour:
    """One note of a recording: `held` frames from its onset to its release, then those of the release."""

    frame_rate: int
    onset: int  # its first frame in the take
    held: int
    pitch: float  # MIDI note, as it sounds in the middle
    interval: float  # semitones from the note before, 0: none
    joined: float
    semitones: np.ndarray  # [frames] from that pitch, without vibrato
    voiced: np.ndarray  # bool [frames]
    level_db: np.ndarray  # [frames]
    controls: tuple[np.ndarray, ...]  # f0 in Hz, amplitude, distribution, magnitudes, each [frames, …]

    def cut(self, held: int) -> "NoteContour":
        """The note as if it had been let go after so many frames: its release follows from there."""
        if held >= self.held:
            return self
        fall = self.level_db[self.held :] - self.level_db[self.held - 1]
        keep = np.r_[0:held, self.held : len(self.level_db)]
        level_db = np.append(self.level_db[:held], self.level_db[held - 1] + fall)
        return NoteContour(
            self.frame_rate,
            self.onset,
            held,
            self.pitch,
            self.interval,
            self.joined,
            self.semitones[keep],
            self.voiced[keep],
            level_db,
            tuple(control[keep] for control in self.controls),
        )

    def attributes(self) -> np.void:
        """MIDI-DDSP's six, of the frames until the release."""
        own = (control[: self.held] for control in self.controls)
        return attributes(*own, [(self.pitch, 0, self.held)], self.frame_rate)[0]


def note_contours(takes: Sequence[Take], decode: Decode) -> list[NoteContour]:
    """The notes of takes, with what a decoder makes of them."""
    return [note for take in takes for note in _notes(take, decode)]


def _notes(take: Take, decode: Decode) -> Iterator[NoteContour]:
    try:
        rows = hear_notes(take)
    except RecordingError:
        return
    found = to_frames(rows, len(take.f0_hz), take.frame_rate)
    controls = decode(take.f0_hz, take.loudness_db)
    before_end, before_pitch = 0, None
    for i, note in enumerate(found):
        latest = int(found["onset"][i + 1]) if i + 1 < len(found) else len(take.f0_hz)
        onset, release, end = _extent(take, int(note["onset"]), int(note["offset"]), before_end, latest)
        if release - onset < SHORTEST_SECONDS * take.frame_rate:
            continue
        gap = (onset - before_end) / take.frame_rate
        midi = take.midi[onset:end]
        middle = midi[: release - onset][take.voiced[onset:release]]
        if not len(middle):
            continue
        pitch = float(np.median(middle))
        follows = before_pitch is not None and gap < PHRASE_SECONDS
        level_db = take.loudness_db[onset:end]
        yield NoteContour(
            take.frame_rate,
            onset,
            release - onset,
            pitch,
            pitch - before_pitch if follows else 0.0,
            float(np.exp(-gap / JOINED_SECONDS)) if before_pitch is not None else 0.0,
            _without_vibrato(np.clip(midi - pitch, -FARTHEST_SEMITONES, FARTHEST_SEMITONES), take.frame_rate),
            take.voiced[onset:end],
            np.maximum(level_db, level_db[: release - onset].max() - DEEPEST_DB),
            tuple(control[onset:end] for control in (take.f0_hz, *controls)),
        )
        before_end, before_pitch = release, pitch


def _extent(take: Take, onset: int, offset: int, earliest: int, latest: int) -> tuple[int, int, int]:
    """Frames at which a heard note begins to sound, is let go, and has died away."""
    level = take.loudness_db
    loud = float(np.median(level[onset:offset]))
    first = max(earliest, onset - round(LONGEST_START_SECONDS * take.frame_rate))
    silent = np.flatnonzero(level[first:onset] < loud - STARTS_DB)
    onset = first + int(silent[-1]) + 1 if len(silent) else first
    reach = max(1, round(0.1 * take.frame_rate))
    # What rings on by itself is not held, however long it is heard.
    full = np.flatnonzero(level[onset:offset] >= np.percentile(level[onset:offset], 75) - RINGS_DB)
    last = onset + int(full[-1]) + 1
    # Let go where it last was about as loud as a moment before.
    while last - reach > onset + reach and level[last - 1] < level[last - 1 - reach] - ENDS_DB:
        last -= 1
    end = min(latest, last + round(LONGEST_RELEASE_SECONDS * take.frame_rate))
    return onset, last, max(end, last)


def _without_vibrato(semitones: np.ndarray, frame_rate: int) -> np.ndarray:
    """Slow changes of pitch, and the first moments as they are."""
    size = max(3, round(SWAY_SECONDS * frame_rate) | 1)
    window = np.hanning(size + 2)[1:-1]
    padded = np.pad(semitones, size // 2, mode="edge")
    slow = np.convolve(padded, window / window.sum(), "valid")
    scoop = np.exp(-np.arange(len(semitones)) / (SCOOP_SECONDS * frame_rate))
    return scoop * semitones + (1 - scoop) * slow


def plain_level(
    age: np.ndarray,
    since: np.ndarray,
    length: float,
    fluctuation: float,
    peak: float,
    attack: float,
    release: float,
    ring: tuple[float, float] | None = None,
) -> np.ndarray:
    """The renderer's level in dB from its aim, as native/expression/note_contour.c has it; all times in s, `since`
    < 0 while held.

    fluctuation, peak: attributes, NaN where not set. ring: as for `fall_db`.
    """
    depth, rise, mean = ATTACK_DB, 0.0, 0.0
    top = np.clip(USUAL_PEAK if np.isnan(peak) else peak, 0.02, 0.98)
    if not np.isnan(fluctuation):
        attack = min(attack, top * length)
        wanted, share = to_units("volume_fluctuation", fluctuation), attack / length
        variance = share / 5 - share**2 / 9
        depth = min(ATTACK_DB, ATTACK_SHARE * wanted / max(np.sqrt(variance), 1e-6))
        mean = depth * share / 3
        together = depth * (share / 6 - share**2 / (12 * top))
        rise = 12 * (np.sqrt(together**2 + (wanted**2 - depth**2 * variance) / 12) - together)
    rest = np.maximum(0.0, 1.0 - age / attack) if attack > 0 else np.zeros_like(age)
    place = np.minimum(1.0, age / length)
    triangle = np.where(place < top, place / top, (1 - place) / (1 - top))
    return rise * (triangle - 0.5) + mean - depth * rest**2 - fall_db(np.maximum(0.0, since), release, ring)


def fall_db(since: np.ndarray, release: float, ring: tuple[float, float] | None = None) -> np.ndarray:
    """How far a note has fallen `since` it was let go, without the fade at its end; times in s.

    ring: dB below the held note and seconds for 60 dB of what rings on, or None.
    """
    x = np.clip(since / release, 0.0, 1.0)
    if ring is None:
        return RELEASE_DB * x
    share = 10 ** (ring[0] / 10)
    stops = (1 - share) * 10 ** (-RELEASE_DB * x / 10) * (1 - x**2) ** 2
    return -10 * np.log10(stops + share * 10 ** (-6 * since / ring[1]))


def performer_inputs(
    age: np.ndarray,
    since: np.ndarray,
    *,
    pitch: float,
    interval: float,
    joined: float,
    aim_db: float,
    length: float | None,
    wanted: dict[str, float],
) -> np.ndarray:
    """What the network is told, float32 [frames, len(INPUTS)], as `performer_inputs` of the kernel.

    age, since: s from the onset and from the release, `since` < 0 while held. length: s, None where not known.
    wanted: attributes by name, NaN where not set.
    """
    held = since < 0

    def from_usual(name: str, usual: float, spread: float) -> float:
        return 0.0 if np.isnan(wanted[name]) else (wanted[name] - usual) / spread

    columns = [
        (pitch - 60) / 24,
        np.clip(interval / 12, -2, 2),
        joined,
        (aim_db + 30) / 15,
        *(np.exp(-age / tau) for tau in AGES),
        held,
        *(np.where(held, 0.0, np.exp(-np.maximum(0.0, since) / tau)) for tau in RELEASES),
        0.0 if length is None else np.log2(length),
        0.0 if length is None else np.exp(-np.maximum(0.0, length - age) / END_SECONDS),
        0.0 if length is None else np.minimum(1.0, age / length),
        float(not np.isnan(wanted["volume_fluctuation"])),
        from_usual("volume_fluctuation", 0.0, 0.1),
        from_usual("volume_peak_position", 0.35, 0.3),
        from_usual("vibrato", 0.0, 1.0),
        from_usual("brightness", 0.4, 0.3),
        from_usual("attack_noise", 1.5, 0.5),
    ]
    assert len(columns) == len(INPUTS)
    return np.stack([np.broadcast_to(column, age.shape) for column in columns], 1).astype(np.float32)
