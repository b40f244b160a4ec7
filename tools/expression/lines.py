"""How the notes of recorded lines follow each other: measured, learned, and compared with what a patch plays.

python -m ddsp_live.tools.expression.lines FOLDER --patch NAME [--json]
"""

import argparse
import itertools
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.ndimage
import scipy.stats

from ...performance.expression import NUMBERS, numbers_of
from ..analysis.fine import RATE, dip_of, fine_track, step_of
from ..analysis.takes import RecordingError, Take, analyse_folder

SHORTEST_NOTE = 0.06  # seconds
LONGEST_GAP = 0.12  # between two notes of a line
DETACHED_DB = 6.0  # dip from which notes are detached: a convention, there is no valley between the kinds
JUMP_SECONDS = 0.006  # a step that reads less is a jump
WIDEST_STEP = 12.5  # semitones
LEAP = 2.5  # semitones from which strings jump
CORRELATION, MOST_UNSURE = 0.55, 0.3
MOST_OCTAVE_ERRORS = 0.1
FEWEST, FAMILY_COUNTS = 8, 20  # of a kind, to learn of it; and as how many the family counts
READING_SPREAD = 0.15  # of the logarithm of a step's time, by the method alone
VIBRATO_SECONDS, VIBRATO_BAND, VIBRATO_CENTS, VIBRATO_SHARE = 0.45, (3.8, 8.3), 6.0, 0.6


class Join(NamedTuple):
    """How one note became the next."""

    interval: float
    """Semitones."""
    seconds: float
    """Of the pitch's way from 10 to 90 %; NaN: not known."""
    dip_db: float


class Lines(NamedTuple):
    """What recordings say of their lines."""

    slurs: list[Join]
    detached: list[Join]
    vibratos: np.ndarray
    """[notes, 2]: Hz, and cents to either side."""
    refused: list[str]
    """One sentence each: recordings whose pitch is not sure enough."""


def lines_of(takes: Sequence[Take]) -> Lines:
    """The transitions and vibratos of takes with one voice, 250 frames a second."""
    slurs, detached, vibratos, refused = [], [], [], []
    for take in takes:
        unsure = 0.0 if take.unsure is None else float(take.unsure.sum() / max(1, take.voiced.sum()))
        if max(take.octave_errors, unsure) > MOST_OCTAVE_ERRORS:
            refused.append(f"{take.path.name} teaches no transitions: its octaves are not sure enough.")
            continue
        notes = plateaus(take)
        for before, after in itertools.pairwise(notes):
            if (join := _join(take, before, after)) is not None:
                (slurs if join.dip_db < DETACHED_DB else detached).append(join)
        vibratos += [v for note in notes if (v := _vibrato(take, note)) is not None]
    return Lines(slurs, detached, np.array(vibratos).reshape(-1, 2), refused)


def plateaus(take: Take) -> list[tuple[int, int, float]]:
    """(first frame, last frame, pitch) of stretches that stay on a semitone."""
    midi = scipy.ndimage.median_filter(take.midi.astype(float), 9)
    semitone = np.where(take.voiced, np.round(midi), -1)
    cuts = np.flatnonzero(np.diff(semitone, prepend=-2, append=-2))
    found: list[tuple[int, int, float]] = []
    for first, last in itertools.pairwise(cuts):
        if semitone[first] < 0 or last - first < SHORTEST_NOTE * RATE:
            continue
        pitch = float(np.median(midi[first:last]))
        if found and first - found[-1][1] < 5 and abs(pitch - found[-1][2]) < 0.6:  # a vibrato about an edge
            pitch = float(np.median(midi[found[-1][0] : last]))
            found[-1] = (found[-1][0], last, pitch)
        else:
            found.append((int(first), int(last), pitch))
    return found


def _join(take: Take, before, after) -> Join | None:
    gap, interval = after[0] - before[1], after[2] - before[2]
    if gap > LONGEST_GAP * RATE or not 0.6 < abs(interval) < WIDEST_STEP:
        return None
    first, last = max(before[0], before[1] - 40), min(after[1], after[0] + 60)
    hop = take.sample_rate / RATE
    audio = take.audio[round(first * hop) : round(last * hop)]
    low = np.full(last - first, min(before[2], after[2]) - 0.7)
    high = np.full(last - first, max(before[2], after[2]) + 0.7)
    track = fine_track(audio, take.sample_rate, low, high)
    left, right = before[1] - first, after[0] - first
    if left < 10 or len(track.pitch) - right < 20:
        return None
    near = track.correlation[max(0, left - 8) : right + 12]
    if np.mean(~(near > CORRELATION)) > MOST_UNSURE:
        return None
    came, went = np.nanmedian(track.pitch[: left - 4]), np.nanmedian(track.pitch[right + 8 :])
    if not abs(went - came) > 0.5:
        return None
    step = step_of(track.pitch, came, went, max(1, left - 30), min(len(track.pitch), right + 30))
    end = min(len(track.pitch) - 10, right + 12)
    dip, _ = dip_of(track.level_db, max(0, left - 10), end, len(track.pitch))
    return Join(interval, step.seconds if step else np.nan, max(0.0, dip))


def _vibrato(take: Take, note) -> tuple[float, float] | None:
    first, last, _ = note
    if last - first < VIBRATO_SECONDS * RATE:
        return None
    cents = 100 * take.midi[first + 8 : last - 8].astype(float)
    cents = cents - scipy.ndimage.gaussian_filter1d(cents, 0.12 * RATE)
    power = np.abs(np.fft.rfft(cents * np.hanning(len(cents)), 8192)) ** 2
    hz = np.fft.rfftfreq(8192, 1 / RATE)
    inside = (hz >= VIBRATO_BAND[0]) & (hz <= VIBRATO_BAND[1])
    peak = hz[inside][np.argmax(power[inside])]
    line = np.abs(hz - peak) < 1.5
    extent = float(np.sqrt(2) * cents.std())
    if extent < VIBRATO_CENTS or power[line].sum() < VIBRATO_SHARE * power[hz > 1].sum():
        return None
    return float(peak), extent


class Learned(NamedTuple):
    """Numbers for a patch's `expression`, what was read without its family, and of how many notes."""

    numbers: dict[str, float]
    heard: dict[str, float]
    counts: dict[str, int]

    def in_words(self) -> str:
        """One sentence for the report."""
        few = [name for name, count in self.counts.items() if count < FEWEST]
        text = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        left = f"; {', '.join(few)} are too few, and are played as the family's" if few else ""
        return f"Of lines there are {text}{left}."


def learn_lines(lines: Lines, info: Mapping) -> Learned:
    """A patch's numbers: medians of what was heard, drawn to its family's as if that were FAMILY_COUNTS notes more.

    Of fewer than FEWEST notes of a kind nothing is learned.
    """
    family = numbers_of({key: value for key, value in info.items() if key != "expression"})
    timed = [join for join in lines.slurs if join.seconds > JUMP_SECONDS]
    steps = [join for join in timed if not (family["leap_ms"] and abs(join.interval) >= LEAP)]
    counts = {"slurs": len(steps), "detached notes": len(lines.detached), "vibratos": len(lines.vibratos)}
    heard: dict[str, float] = {}
    known: dict[str, int] = {}

    def say(count: int, **values: float) -> None:
        if count >= FEWEST:
            heard.update(values)
            known.update(dict.fromkeys(values, count))

    if len(steps) >= FEWEST:
        wide = np.log(np.maximum(1.0, np.abs([join.interval for join in steps])))
        # What a semitone would take, by the family's power of the interval.
        log = np.log([1000 * join.seconds for join in steps]) + family["step_power"] * wide
        spread = 1.4826 * np.median(np.abs(log - np.median(log)))
        spread = np.sqrt(max(0.0, spread**2 - READING_SPREAD**2))
        say(len(steps), step_ms=float(np.exp(np.median(log))), step_spread=float(spread))
    for name, joins in (("slur", lines.slurs), ("detached", lines.detached)):
        if joins:
            dips = np.array([join.dip_db for join in joins])
            middle = float(np.median(dips))
            spread = 1.4826 * np.median(np.abs(dips - middle)) / max(middle, 0.5)
            say(len(joins), **{f"{name}_db": middle, f"{name}_spread": float(spread)})
    if len(lines.vibratos):
        say(len(lines.vibratos), vibrato_hz=float(np.median(lines.vibratos[:, 0])))
    numbers = {}
    for name, value in heard.items():
        count, number = known[name], NUMBERS[name]
        drawn = (count * value + FAMILY_COUNTS * family[name]) / (count + FAMILY_COUNTS)
        numbers[name] = round(min(number.high, max(number.low, drawn)), 4)
    return Learned(numbers, heard, counts)


def played_times(info: Mapping, intervals: np.ndarray, draws: int = 50) -> np.ndarray:
    """The times in seconds that a patch takes for these steps, drawn so often each."""
    n = numbers_of(info)
    wide = np.repeat(np.maximum(1.0, np.abs(intervals)), draws)
    usual = n["step_ms"] * wide ** -n["step_power"]
    if n["leap_ms"]:
        usual = np.where(wide >= LEAP, n["leap_ms"], usual)
    spread = np.random.default_rng(0).normal(size=len(wide)).clip(-3, 3) * n["step_spread"]
    return np.clip(usual * np.exp(spread), 4, 250) / 1000


def compared(lines: Lines, info: Mapping) -> dict[str, float]:
    """The phrases beside what the patch plays of the same intervals: medians, and how far apart the times lie.

    octaves: the earth mover's distance of the times' logarithms; both count no less than JUMP_SECONDS.
    """
    n, figures = numbers_of(info), {"slurs": len(lines.slurs), "detached": len(lines.detached)}
    timed = [join for join in lines.slurs if np.isfinite(join.seconds)]
    if timed:
        real = np.maximum(JUMP_SECONDS, [join.seconds for join in timed])
        ours = np.maximum(JUMP_SECONDS, played_times(info, np.array([join.interval for join in timed])))
        figures |= {"step_ms": 1000 * float(np.median(real)), "played_step_ms": 1000 * float(np.median(ours))}
        figures["octaves"] = float(scipy.stats.wasserstein_distance(np.log2(real), np.log2(ours)))
    for name, joins in (("slur", lines.slurs), ("detached", lines.detached)):
        if joins:
            figures[f"{name}_db"] = float(np.median([join.dip_db for join in joins]))
            figures[f"played_{name}_db"] = n[f"{name}_db"]
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the comparison; 0, or 2 for bad input."""
    from ...patch import PatchError, load_patch

    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.expression.lines", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="phrases of one instrument, one voice")
    parser.add_argument("--patch", required=True, metavar="PATCH", help="a name or a path")
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    asked = parser.parse_args(arguments)
    try:
        patch = load_patch(asked.patch)
        takes, findings = analyse_folder(asked.folder, sample_rate=patch.sample_rate, frame_rate=RATE)
    except (PatchError, RecordingError) as error:
        print(f"ddsp_live.tools.expression.lines: {error}", file=sys.stderr)
        return 2
    lines = lines_of(takes)
    for sentence in (*(finding.sentence for finding in findings), *lines.refused):
        print(sentence, file=sys.stderr)
    figures = compared(lines, patch.info)
    print(json.dumps(figures) if asked.json else "\n".join(f"{k:<18}{v:.3g}" for k, v in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
