"""What is learned from, what the best weights are chosen by, and what the patch is judged by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..analysis.takes import Take
from .dataset import whole_frames

PASSAGE_SECONDS = 10.0
CUT_WITHIN_SECONDS = 2.0  # around a passage's end, where the quietest frame is looked for
NOTE_SEMITONES = 1.0  # most that the middle nine tenths of a single note's frames move
FEWEST_TO_WATCH = 8  # pitches or passages, under which none is spared to choose weights by


@dataclass(frozen=True)
class Split:
    """Takes, none of which is in two parts unless `unseen` is false: then there were too few to hold out."""

    learned: list[Take]
    watched: list[Take]  # weights are chosen by these; may be empty
    judged: list[Take]  # figures are of these
    unseen: bool


def passages(takes: Sequence[Take]) -> list[Take]:
    """The takes, those that are long in passages of about ten seconds, cut where they are quietest."""
    return [passage for take in takes for passage in _cut(take)]


def named_passages(takes: Sequence[Take], folder: Path) -> dict[str, Take]:
    """The passages by what a patch calls them: the file's path within the folder, and, where there are several
    of a file, at which second of it they begin.
    """
    parts = passages(takes)
    several = Counter(part.path for part in parts)
    names = [
        file_name(part.path, folder) + (f" from {part.start_seconds:.2f} s" if several[part.path] > 1 else "")
        for part in parts
    ]
    return dict(zip(names, parts, strict=True))


def file_name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def hold_out(takes: Sequence[Take], *, held_out: float, watched: float, seed: int) -> Split:
    """Splits by pitch, drawn by the seed: a player asks for pitches between those that were recorded.

    All notes of a pitch go together, and the lowest and the highest are always learned from, so that the
    others lie between learned ones. A passage that moves counts as a pitch of its own. held_out, watched:
    shares of the pitches.
    """
    groups: dict[object, list[Take]] = {}
    for index, take in enumerate(takes):
        pitch = note_pitch(take)
        groups.setdefault(("passage", index) if pitch is None else pitch, []).append(take)
    notes = sorted(key for key in groups if not isinstance(key, tuple))
    eligible = [key for key in groups if key not in (notes[:1] + notes[-1:])]
    judged_count = min(round(len(groups) * held_out), len(eligible))
    if not judged_count or judged_count == len(groups):
        return Split(list(takes), [], list(takes), unseen=False)
    watched_count = max(1, round(len(groups) * watched)) if watched and len(groups) >= FEWEST_TO_WATCH else 0
    watched_count = min(watched_count, len(eligible) - judged_count)
    order = np.random.default_rng(seed).permutation(len(eligible))
    chosen = [eligible[i] for i in order]
    parts = dict.fromkeys(chosen[:judged_count], "judged")
    parts |= dict.fromkeys(chosen[judged_count : judged_count + watched_count], "watched")
    found: dict[str, list[Take]] = {"learned": [], "watched": [], "judged": []}
    for key, members in groups.items():
        found[parts.get(key, "learned")] += members
    return Split(**found, unseen=True)


def note_pitch(take: Take) -> int | None:
    """The MIDI note of a take that holds one, or None for a passage."""
    low, middle, high = np.percentile(take.midi[take.voiced], [5, 50, 95])
    return round(float(middle)) if high - low <= NOTE_SEMITONES else None


def _cut(take: Take) -> list[Take]:
    frames = len(take.f0_hz)
    length, reach = (round(s * take.frame_rate) for s in (PASSAGE_SECONDS, CUT_WITHIN_SECONDS))
    step = int(whole_frames(take.sample_rate, take.frame_rate))
    cuts = [0]
    while frames - cuts[-1] > 2 * length:
        first = cuts[-1] + length - reach
        quietest = first + int(np.argmin(take.loudness_db[first : first + 2 * reach]))
        cuts.append(quietest // step * step)
    pieces = [take.part(first, last) for first, last in zip(cuts, [*cuts[1:], frames], strict=True)]
    return [piece for piece in pieces if piece.voiced.any()]
