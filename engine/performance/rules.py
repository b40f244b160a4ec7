"""Performance rules of the KTH tradition: what a musician would do to a written part, each by a quantity k.

Friberg, Bresin and Sundberg, "Overview of the KTH rule system for musical performance", Advances in Cognitive
Psychology 2(2-3), 2006; numbers as in their program Director Musices. Each rule takes a part's `Line` and k (1 is
the authors' ordinary quantity, 0 nothing, negative the opposite) and gives additive deviations.
"""

import numpy as np

from .phrase_context import Line, phrase_starts

DEVIATION = np.dtype(
    [
        ("level_db", float),
        ("ioi_seconds", float),  # that the time to the next onset grows
        ("pause_seconds", float),  # of silence, at least, before the next onset
    ]
)

CONTRAST_MS = (30.0, 200.0, 400.0, 600.0)
CONTRAST_IOI_MS = (0.0, -16.5, -10.5, 0.0)
CONTRAST_DB = (0.0, -0.825, -0.525, 0.0)
SEMITONES_PER_DB = 4.0
ARCH_POWER = 2.0  # of Todd's kinetic model of tempo
ARCH_TURN = 0.5  # of the phrase's time, where it is fastest and loudest
ARCH_START_TEMPO, ARCH_END_TEMPO = 0.1, 0.2  # of an interval that phrases start and end slower
ARCH_START_DB, ARCH_END_DB = 1.0, 2.0  # that they start and end softer
PHRASE_PAUSE_SECONDS, PHRASE_LENGTHENING_SECONDS = 0.08, 0.04
WIDEST_LEAP = 9.0
SMALLEST_LEAP = 2.0
SHORTEST_LEFT_MS = 100.0


def high_loud(melody: Line, k: float = 1.0) -> np.ndarray:
    """The higher, the louder: 1 dB for four semitones above the part's mean pitch. [events] of `DEVIATION`."""
    result = _none(melody)
    if len(result):
        result["level_db"] = k * (melody.pitch - melody.pitch.mean()) / SEMITONES_PER_DB
    return result


def duration_contrast(melody: Line, k: float = 1.0) -> np.ndarray:
    """Short notes shorter and softer, most at 200 ms (16.5 ms, 0.8 dB). [events] of `DEVIATION`."""
    result = _none(melody)
    ioi_ms = 1000 * melody.ioi
    result["ioi_seconds"] = k * np.interp(ioi_ms, CONTRAST_MS, CONTRAST_IOI_MS) / 1000
    result["level_db"] = k * np.interp(ioi_ms, CONTRAST_MS, CONTRAST_DB)
    return result


def phrase_arch(melody: Line, k: float = 1.0, *, starts: np.ndarray | None = None) -> np.ndarray:
    """Each phrase speeds up and grows until its middle, then slows down and fades. [events] of `DEVIATION`.

    starts: where phrases begin, bool [events]; by default where `phrase_starts` hears them. Tempo and level follow
    a parabola over the phrase's time, as in Friberg, "Matching the rule parameters of Phrase arch to
    performances of Träumerei" (1995): intervals are 10 % longer at its start and 20 % at its end, 1 and 2 dB softer.
    """
    result = _none(melody)
    for first, last in _phrases(melody, starts):
        place = melody.onset[first : last + 1] - melody.onset[first]
        if place[-1] > 0:
            place = place / place[-1]
        rising = np.clip(1 - place / ARCH_TURN, 0, 1) ** ARCH_POWER
        falling = np.clip((place - ARCH_TURN) / (1 - ARCH_TURN), 0, 1) ** ARCH_POWER
        slower = ARCH_START_TEMPO * rising + ARCH_END_TEMPO * falling
        own = slice(first, last + 1)
        result["ioi_seconds"][own] = k * slower * melody.ioi[own]
        result["level_db"][own] = -k * (ARCH_START_DB * rising + ARCH_END_DB * falling)
    return result


def punctuation(melody: Line, k: float = 1.0, *, starts: np.ndarray | None = None) -> np.ndarray:
    """A breath between phrases: the last note 40 ms longer, then 80 ms of silence. [events] of `DEVIATION`."""
    result = _none(melody)
    for _, last in _phrases(melody, starts)[:-1]:
        result["ioi_seconds"][last] = k * PHRASE_LENGTHENING_SECONDS
        result["pause_seconds"][last] = max(0.0, k) * PHRASE_PAUSE_SECONDS
    return result


def leap_articulation(melody: Line, k: float = 1.0) -> np.ndarray:
    """A small silence within leaps, the wider the longer, up to a sixth. [events] of `DEVIATION`.

    8 ms for each semitone, weighted by 0.3 for notes of 0.1 s and 0.6 for those of 0.7 s, not for shorter ones.
    """
    result = _none(melody)
    leap = np.minimum(np.abs(np.diff(melody.pitch)), WIDEST_LEAP)
    left_ms = 1000 * melody.ioi[:-1]
    pause_ms = 8 * leap * (0.3 + 0.3 / 600 * (left_ms - SHORTEST_LEFT_MS))
    heard = (leap > SMALLEST_LEAP) & (left_ms > SHORTEST_LEFT_MS)
    result["pause_seconds"][:-1] = np.where(heard, max(0.0, k) * pause_ms / 1000, 0.0)
    return result


RULES = {
    rule.__name__: rule
    for rule in (phrase_arch, high_loud, duration_contrast, punctuation, leap_articulation)
}


def _none(melody: Line) -> np.ndarray:
    return np.zeros(len(melody.onset), DEVIATION)


def _phrases(melody: Line, starts: np.ndarray | None) -> list[tuple[int, int]]:
    """The first and the last event of each phrase."""
    if not len(melody.onset):
        return []
    first = np.flatnonzero(phrase_starts(melody) if starts is None else starts)
    first = first if len(first) and first[0] == 0 else np.append(0, first)
    return list(zip(first, np.append(first[1:], len(melody.onset)) - 1, strict=True))
