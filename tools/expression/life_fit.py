"""Fits a patch's life to its recordings: how their notes move, less how the patch moves without it.

What is read of recorded and of played notes is read from audio in the same way (`analysis.movement`). After a first
solution the patch plays with it, is measured, and what is still missing is made up for, a few times over.

python -m ddsp_live.tools.expression.life_fit PATCH FOLDER [-o OUTPUT]
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...patch import Patch, PatchError, load_patch
from ...patch.container import amend
from ...performance.life import GESTURE_RANGES, KNOTS, MOST_GESTURES, RANGES, SPEEDS, Gesture, Life
from ..analysis.movement import BANDS_HZ, FRAME_RATE, Movement
from ..analysis.takes import RecordingError, Take, find_recordings
from ..data.split import file_name
from ..evaluation.played_notes import (
    RecordedNote,
    not_judged,
    played_movement,
    recorded_note,
    recorded_notes,
)
from .life_moves import Moves, Typical, moves_of, typical, vibrato_hz
from .life_solve import deviations, unit_variances

LEAST_SHARE = 0.07  # of a recording's variance that is asked for, however much the patch moves by itself
LIMITS = (0.25, 4.0)  # of what one round changes a variance by
SHARES = (1.0, 0.8, 0.6, 0.4)  # of what is missing that each round makes up for: chance is not followed far
FIRST_DEPTH = (
    0.5  # share of the recordings' depth, which noise under weak partials raises, in the first round
)
MOST = {"partials": [2.5] * 4, "level": [1.5] * 4, "pitch": [12.0] * 4 + [30.0]}
"""Deviations at most, by speed: more is how a player swelled, or the tracker."""
FIRST_STEP, FIRST_NOISE_DB = 0.3, 1.5  # the noise's, that the first round plays with
LEAST_STEP = 0.01  # of the noise's variance in step with the pitch: below is what chance makes
MOST_SPREAD = 0.5


@dataclass(frozen=True)
class Wanted:
    """Variances that the processes are to have: [bands], as in `Typical`."""

    partials: np.ndarray
    level: np.ndarray
    pitch: np.ndarray


def fit_life(patch: Patch, notes: Sequence[RecordedNote]) -> Life:
    """The life of a patch, from notes that it was trained on. Raises RecordingError where there are none."""
    if not notes:
        raise RecordingError("No recording holds a note long enough to learn how the instrument moves.")
    notes = _spread(sorted(notes, key=lambda note: note.midi), MOST_GESTURES)
    still = _alive(patch, Life())
    pairs = [(note, played_movement(still, note)) for note in notes]
    pairs = [(note, played) for note, played in pairs if played is not None]
    if not pairs:
        raise RecordingError(
            "The patch plays none of the recordings' notes long enough to compare how they move."
        )
    notes = [note for note, _ in pairs]
    hz = vibrato_hz([note.movement for note in notes])
    rows = [moves_of(note.movement, hz) for note in notes]
    real, plain = typical(rows), typical([moves_of(played, hz) for _, played in pairs])
    life = Life(
        slope=_within("slope", real.slope),
        depth=_within("depth", FIRST_DEPTH * real.depth),
        neighbours=_within("neighbours", real.neighbours),
        vibrato_hz=hz,
        noise_db=FIRST_NOISE_DB,
        noise_in_step=FIRST_STEP,
        gestures=_gestures(pairs),
    )
    wanted = Wanted(*(_missing(real, plain, name) for name in ("partials", "level", "pitch")))
    life = _solved(life, wanted, rows)
    for number, share in enumerate(SHARES):
        # Without what differs from note to note, which is what is left of the recordings' spread.
        alive = _alive(patch, replace(life, partial_spread=0.0, level_spread=0.0, pitch_spread=0.0))
        seeds = range(number * len(notes), (number + 1) * len(notes))
        played = [played_movement(alive, note, seed=seed) for note, seed in zip(notes, seeds, strict=True)]
        found = typical([moves_of(movement, hz) for movement in played if movement is not None])
        life, wanted = _corrected(life, wanted, real, plain, found, share)
        life = _solved(life, wanted, rows)
    return life


def with_life(patch_path: Path, takes: Sequence[Take]) -> dict:
    """What patch.json says of life, from the takes that a patch was trained on; {} where they tell nothing."""
    notes = not_judged([note for note in map(recorded_note, takes) if note is not None])
    return {"life": fit_life(load_patch(patch_path), notes).to_json()} if notes else {}


def refit(patch: Patch, folder: Path, output: Path) -> Path:
    """Writes a patch anew with the life of the recordings in a folder that no judge looks at."""
    held_out = set(patch.info["training"].get("held_out", []))
    paths = [path for path in find_recordings(folder) if file_name(path, folder) not in held_out]
    life = fit_life(patch, not_judged(recorded_notes(_spread(paths, 3 * MOST_GESTURES), patch)))
    return amend(patch.path, output, {"life": life.to_json()})


def _alive(patch: Patch, life: Life) -> Patch:
    return replace(patch, info={**patch.info, "life": life.to_json()})


def _spread(items: Sequence, most: int) -> list:
    """At most so many of them, evenly."""
    places = np.unique(np.linspace(0, len(items) - 1, min(most, len(items))).round().astype(int))
    return [items[i] for i in places]


def _within(name: str, value: float) -> float:
    low, high, _ = RANGES[name]
    return float(np.clip(value, low, high))


def _missing(moves: Typical, plain: Typical, name: str) -> np.ndarray:
    """Variance that the patch does not have without life."""
    whole = getattr(moves, name)
    return np.maximum(whole - getattr(plain, name), LEAST_SHARE * whole)


def _corrected(
    life: Life, wanted: Wanted, real: Typical, plain: Typical, found: Typical, share: float
) -> tuple[Life, Wanted]:
    """Numbers and variances after a round: each by a share of what recorded notes have more than played ones."""

    def times(name: str) -> np.ndarray:
        ratio = _missing(real, plain, name) / _missing(found, plain, name)
        return np.clip(ratio, *LIMITS) ** share

    def more(name: str) -> float:
        return _within(name, getattr(life, name) + share * (getattr(real, name) - getattr(found, name)))

    spreads = np.sqrt(np.maximum(0.0, real.spreads**2 - found.spreads**2))
    partial_spread, level_spread, pitch_spread = map(float, np.minimum(spreads, MOST_SPREAD))
    in_step = [max(moves.in_step**2 - plain.in_step**2, LEAST_STEP) for moves in (real, found)]
    step_times = float(np.clip(in_step[0] / in_step[1], *LIMITS)) ** (share / 2)
    noise_times = float(np.prod(times("noise")) ** (1 / 4))  # of a deviation, by two bands' variances
    life = replace(
        life,
        slope=more("slope"),
        depth=more("depth"),
        neighbours=more("neighbours"),
        partial_spread=partial_spread,
        level_spread=level_spread,
        pitch_spread=pitch_spread,
        noise_db=_within("noise_db", life.noise_db * noise_times),
        noise_in_step=_within("noise_in_step", life.noise_in_step * step_times),
    )
    return life, Wanted(*(getattr(wanted, name) * times(name) for name in ("partials", "level", "pitch")))


def _solved(life: Life, wanted: Wanted, rows: Sequence[Moves]) -> Life:
    """The numbers whose processes have the wanted variances, with the slope and the depth that life has."""
    units = unit_variances(life.vibrato_hz)
    plain = units[: len(SPEEDS), : len(BANDS_HZ)]
    more = [np.exp(0.5 * (life.slope * row.number + life.depth * row.depth)).mean() for row in rows]
    first = wanted.partials / np.exp(2 * np.mean(np.log(more)))
    pitch = deviations(units, wanted.pitch, MOST["pitch"])
    return replace(
        life,
        partials=deviations(plain, first, MOST["partials"]),
        level=deviations(plain, wanted.level, MOST["level"]),
        pitch=pitch[: len(SPEEDS)],
        vibrato_cents=pitch[-1],
    )


def _gestures(pairs: Sequence[tuple[RecordedNote, Movement | None]]) -> tuple[Gesture, ...]:
    """How recorded notes begin, less how the patch begins them."""
    rows = []
    for note, played in pairs:
        if played is None:
            continue
        frames = min(len(note.movement.cents), len(played.cents))
        db = _at_knots(_level(note.movement)[:frames] - _level(played)[:frames])
        cents = _at_knots(note.movement.cents[:frames] - played.cents[:frames])
        values = {"level_db": db, "cents": cents}
        rows.append(Gesture(note.midi, **{n: tuple(np.clip(values[n], *GESTURE_RANGES[n])) for n in values}))
    return tuple(rows)


def _level(movement: Movement) -> np.ndarray:
    return movement.loudness_db - np.median(movement.loudness_db[movement.held])


def _at_knots(contour: np.ndarray) -> np.ndarray:
    """A contour smoothed over 20 ms and read at the knots."""
    smooth = np.convolve(np.pad(contour, 2, mode="edge"), np.ones(5) / 5, "valid")
    return np.interp(KNOTS, np.arange(len(smooth)) / FRAME_RATE, smooth)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the patch with its life and says it; 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.expression.life_fit", description=__doc__.splitlines()[0]
    )
    parser.add_argument("patch", metavar="PATCH", help="a name or a path")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="recordings of its instrument")
    parser.add_argument("-o", "--output", type=Path, metavar="NAME.ddsp", help="(default: the patch itself)")
    asked = parser.parse_args(arguments)
    try:
        patch = load_patch(asked.patch)
        made = load_patch(refit(patch, asked.folder, asked.output or patch.path))
    except (PatchError, RecordingError) as error:
        print(f"ddsp_live.tools.expression.life_fit: {error}", file=sys.stderr)
        return 2
    for name, value in replace(made.life, gestures=()).to_json().items():
        print(f"{name:<16} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
