"""Takes false readings off a line of pitch: bow and breath, before a note speaks, are heard as far from any note."""

from itertools import pairwise

import numpy as np

FAST_SEMITONES_A_SECOND = 250.0  # from here on it is a leap, in which nothing is held
LEAST_SECONDS = 0.08  # that a note is held which is
FAR_SEMITONES = 12.0  # or more from the notes on either side of it


def without_leaps(midi: np.ndarray, voiced: np.ndarray, frame_rate: float) -> tuple[np.ndarray, np.ndarray]:
    """What a pitch leaps to, far away, and leaves again before it can be a note, becomes the note beside it.

    A trill is as short and goes less far; who leaps by more than an octave stays there longer. Where nothing beside it
    in the same stretch is a note, it is unvoiced.

    Parameters
    ----------
    midi : [frames], MIDI notes; bridged where unvoiced.
    voiced : bool [frames]
    frame_rate : Hz

    Returns
    -------
    midi, voiced : of the same shapes
    """
    midi, voiced = midi.copy(), voiced.copy()
    cuts = np.abs(np.diff(midi)) * frame_rate > FAST_SEMITONES_A_SECOND
    cuts |= voiced[1:] != voiced[:-1]
    edges = np.concatenate([[0], np.flatnonzero(cuts) + 1, [len(midi)]])
    held = [(a, b) for a, b in pairwise(edges) if voiced[a]]
    notes = [(a, b) for a, b in held if (b - a) / frame_rate >= LEAST_SECONDS]
    if not notes:
        return midi, voiced
    starts = np.array([a for a, _ in notes])
    false = np.zeros(len(midi), bool)
    for a, b in held:
        if (b - a) / frame_rate >= LEAST_SECONDS:
            continue
        after = np.searchsorted(starts, a)
        near = [midi[notes[i][1] - 1] for i in (after - 1,) if i >= 0]
        near += [midi[notes[i][0]] for i in (after,) if i < len(notes)]
        pitch = np.median(midi[a:b])
        false[a:b] = all(abs(pitch - note) > FAR_SEMITONES for note in near)
    fast = np.concatenate([[True], cuts]) & np.concatenate([cuts, [True]])
    for a, b in _stretches(voiced & fast):  # the leap itself
        false[a:b] |= false[max(0, a - 1) : b + 1].any()
    frames = np.arange(len(midi))
    for a, b in _stretches(voiced):
        wrong = false[a:b]
        if wrong.all():
            voiced[a:b] = False
        elif wrong.any():
            kept = frames[a:b][~wrong]
            at = np.searchsorted(kept, frames[a:b]).clip(0, len(kept) - 1)
            before = (at - 1).clip(0)
            nearest = np.where(
                frames[a:b] - kept[before] < np.abs(kept[at] - frames[a:b]), kept[before], kept[at]
            )
            midi[a:b] = np.where(wrong, midi[nearest], midi[a:b])
    if voiced.any():
        midi[~voiced] = np.interp(frames[~voiced], frames[voiced], midi[voiced])
    return midi, voiced


def _stretches(voiced: np.ndarray) -> list[tuple[int, int]]:
    """Where it is voiced, as [begin, end)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], voiced.astype(int), [0]])))
    return list(zip(edges[::2], edges[1::2], strict=True))
