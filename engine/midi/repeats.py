"""Keys that are pressed again while they are down: every note gets an end of its own, and none gets another's.

Files say of a note-off only which key it is for. Many stand the next note-on of a key before the note-off of the last
one, on the same tick or a few ticks early; a synthesizer that takes them in this order ends the new note at once.
"""

import numpy as np

NOTE_OFF, NOTE_ON = 0x80, 0x90
RELEASE_VELOCITY = 64


def is_note(codes: np.ndarray) -> np.ndarray:
    """Whether each message, status << 16 | first << 8 | second, is a note-on or a note-off."""
    return (codes >> 20 == NOTE_OFF >> 4) | (codes >> 20 == NOTE_ON >> 4)


def is_down(codes: np.ndarray) -> np.ndarray:
    """Whether each of these notes presses its key."""
    return (codes >> 20 == NOTE_ON >> 4) & (codes & 127 > 0)


def key_of(codes: np.ndarray) -> np.ndarray:
    """Channel << 7 | key of each note."""
    return (codes >> 16 & 15) << 7 | codes >> 8 & 127


def by_key(codes: np.ndarray) -> np.ndarray:
    """The order that sorts these notes by channel and key, each key's notes as they come."""
    return np.argsort(key_of(codes).astype(np.int16), kind="stable")  # NumPy sorts 16 bits in linear time


def separate(ticks: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let each key go before it is pressed again.

    Parameters
    ----------
    ticks, codes : numpy.ndarray
        int64 [events], in order; codes are status << 16 | first << 8 | second, or below 0 for others.

    Returns
    -------
    tuple of numpy.ndarray
        The same for the events after it. No note-on is moved or lost. At one tick, note-offs of keys that were
        pressed earlier come first. Where as many note-offs as note-ons follow, the first to be pressed is the
        first to be let go, but no later than the key's next note begins.
    """
    notes = np.flatnonzero(is_note(codes))
    keys, down = key_of(codes[notes]), is_down(codes[notes])
    order = by_key(codes[notes])
    notes, keys, down = notes[order], keys[order], down[order]
    again = down[1:] & down[:-1] & (keys[1:] == keys[:-1])
    if not again.any():
        return ticks, codes
    places, moved, added = np.arange(float(len(codes))), ticks.copy(), []
    for key in np.unique(keys[1:][again]):
        own = slice(*np.searchsorted(keys, [key, key + 1]))
        off = (NOTE_OFF | int(key) >> 7) << 16 | (int(key) & 127) << 8 | RELEASE_VELOCITY
        order = notes[own][_offs_first(ticks[notes[own]], down[own])]
        late, following, missing = _ends(is_down(codes[order]), order)
        moved[late], places[late] = ticks[following], following - 0.5
        added += [(place, off) for place in missing.tolist()]
    before, offs = np.array(added, np.int64).reshape(-1, 2).T
    places = np.concatenate([places, before - 0.5])
    order = np.argsort(places, kind="stable")
    return np.concatenate([moved, ticks[before]])[order], np.concatenate([codes, offs])[order]


def _offs_first(ticks: np.ndarray, down: np.ndarray) -> np.ndarray:
    """The order of one key's notes in which, at each tick, what was held before it is let go first.

    Note-offs for nothing are left out.
    """
    order = np.argsort(2 * ticks + down, kind="stable")
    if np.where(down[order], 1, -1).cumsum().min() >= 0:
        return order
    kept: list[int] = []
    held = begin = 0
    ends = np.append(np.flatnonzero(ticks[1:] > ticks[:-1]) + 1, len(ticks)).tolist()
    down = down.tolist()
    for end in ends:
        ups = [i for i in range(begin, end) if not down[i]]
        due = ups[:held]
        kept += due
        held -= len(due)
        for i in range(begin, end) if not due else sorted({*range(begin, end)} - {*due}):
            if down[i] or held:
                kept.append(i)
                held += 1 if down[i] else -1
        begin = end
    return np.array(kept)


def _ends(down: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of one key's note-offs come too late.

    Returns
    -------
    tuple of numpy.ndarray
        Places of note-offs, the places of the note-ons that they have to come before, and the places of note-ons
        that have to come after a note-off that is missing.
    """
    closed = np.flatnonzero(np.where(down, 1, -1).cumsum() == 0)
    whole = closed[-1] + 1 if len(closed) else 0  # up to here all is let go that is pressed
    ups, downs = np.flatnonzero(~down), np.flatnonzero(down)
    first = min(np.searchsorted(ups, whole), len(downs) - 1)
    ends, following = places[ups[:first]], places[downs[1 : first + 1]]
    # From there on note-offs are missing: a key that is pressed again ends its last note.
    rest = ups[ups >= whole]
    after = np.searchsorted(downs, rest)
    rest, after = rest[after < len(downs)], after[after < len(downs)]
    ends, following = np.append(ends, places[rest]), np.append(following, places[downs[after]])
    late = ends > following
    missing = np.flatnonzero(down[1:] & down[:-1]) + 1
    return ends[late], following[late], places[missing[missing > whole]]
