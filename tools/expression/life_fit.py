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

from ...patch import Patch, PatchError, load_patch, write_patch
from ...performance.life import GESTURE_RANGES, KNOTS, MOST_GESTURES, RANGES, SPEEDS, Gesture, Life
from ..analysis.movement import BANDS_HZ, FRAME_RATE, Movement, correlations, deviation
from ..analysis.takes import RecordingError, Take, find_recordings
from ..data.split import file_name
from ..evaluation.played_notes import RecordedNote, played_movement, recorded_note, recorded_notes

MEASURED = 6  # notes that are played in each round,
DRAWS = 2  # each so often, with other chance
LEAST_SHARE = 0.07  # of a recording's variance that is asked for, however much the patch moves by itself
LIMITS = (0.3, 4.0)  # of what one round changes a variance by
SHARES = (
    0.9,
    0.6,
    0.4,
)  # of what is missing that each round makes up for: chance in few notes is not followed far
VIBRATO_HZ = (3.5, 7.0)  # where an unsteady vibrato is looked for
RESONANCE_HZ = 0.8  # to either side
MOST = {"partials": [2.5] * 4, "level": [1.5] * 4, "pitch": [12.0] * 4 + [30.0]}
"""Deviations at most, by speed: more is how a player swelled, or the tracker."""
FIRST_STEP = 0.3  # the noise's step with the pitch that the first round plays with
FIRST_NOISE_DB = 1.5
STEPS = 400  # of solving for variances
LEAST_DEVIATION = 1e-3
MIDDLE = slice(1, 3)  # bands that a note is long enough to tell the variance of
UNIT_NOTES, UNIT_FRAMES = 100, 300


@dataclass(frozen=True)
class Moves:
    """What is fitted of one note: variances in each band of `BANDS_HZ`."""

    partials: np.ndarray  # [bands, partials] dB²
    number: np.ndarray  # [partials] of each
    depth: np.ndarray  # [partials] dB below the strongest
    level: np.ndarray  # [bands] dB²
    pitch: np.ndarray  # [bands + 1] cents²; the last is around the vibrato's rate
    neighbours: float
    in_step: float
    noise: float  # dB, fast movement of the noise's level


def fit_life(patch: Patch, notes: Sequence[RecordedNote]) -> Life:
    """The life of a patch, from notes that it was trained on. Raises RecordingError where there are none."""
    if not notes:
        raise RecordingError("No recording holds a note long enough to learn how the instrument moves.")
    notes = sorted(notes, key=lambda note: note.midi)
    vibrato_hz = _vibrato_hz([note.movement for note in notes])
    still = _alive(patch, Life())
    plain = {id(note): played_movement(still, note) for note in _spread(notes, MOST_GESTURES)}
    gestures = _gestures([(note, plain[id(note)]) for note in _spread(notes, MOST_GESTURES)])
    chosen = [
        note for note in _spread(_spread(notes, MOST_GESTURES), MEASURED) if plain[id(note)] is not None
    ]
    real = [_moves(note.movement, vibrato_hz) for note in chosen]
    base = [_moves(plain[id(note)], vibrato_hz) for note in chosen]
    wanted = _targets(real, base)
    life = replace(_solve(wanted, real, vibrato_hz), gestures=gestures)
    life = replace(life, noise_in_step=FIRST_STEP, noise_db=FIRST_NOISE_DB)
    for number, share in enumerate(SHARES):
        # Without what differs from note to note: few notes say little of it.
        alive = _alive(patch, replace(life, partial_spread=0.0, level_spread=0.0, pitch_spread=0.0))
        pairs = []
        for seed in range(DRAWS * number, DRAWS * (number + 1)):
            played = [played_movement(alive, note, seed=seed) for note in chosen]
            rows = zip(real, base, played, strict=True)
            pairs += [(r, b, _moves(p, vibrato_hz)) for r, b, p in rows if p is not None]
        if not pairs:
            break
        wanted = _corrected(wanted, pairs, share)
        more = _noise(life, pairs, share) | {"neighbours": _neighbours(life, pairs)}
        life = replace(_solve(wanted, real, vibrato_hz), gestures=gestures, **more)
    return life


def with_life(patch_path: Path, takes: Sequence[Take]) -> dict:
    """What patch.json says of life, from the takes that a patch was trained on; {} where they tell nothing."""
    notes = [note for note in map(recorded_note, takes) if note is not None]
    return {"life": fit_life(load_patch(patch_path), notes).to_json()} if notes else {}


def refit(patch: Patch, folder: Path, output: Path) -> Path:
    """Writes a patch anew with the life of the recordings in a folder that were not held out of its training."""
    held_out = set(patch.info["training"].get("held_out", []))
    paths = [path for path in find_recordings(folder) if file_name(path, folder) not in held_out]
    life = fit_life(patch, recorded_notes(_spread(paths, 3 * MOST_GESTURES), patch))
    info = {key: value for key, value in patch.info.items() if key not in ("format", "content_hash")}
    return write_patch(
        output,
        info | {"life": life.to_json()},
        patch.onnx,
        licence=patch.licence,
        body=patch.body,
        room=patch.room,
        room_rate=patch.room_rate,
        performer=patch.performer,
    )


def _alive(patch: Patch, life: Life) -> Patch:
    return replace(patch, info={**patch.info, "life": life.to_json()})


def _spread(items: Sequence, most: int) -> list:
    """At most so many of them, evenly."""
    places = np.unique(np.linspace(0, len(items) - 1, min(most, len(items))).round().astype(int))
    return [items[i] for i in places]


def _moves(movement: Movement, vibrato_hz: float) -> Moves:
    held = movement.held
    partials = movement.partials_db
    around = (vibrato_hz - RESONANCE_HZ, vibrato_hz + RESONANCE_HZ)
    return Moves(
        np.array([deviation(partials, band) for band in BANDS_HZ]) ** 2,
        movement.counted + 1,
        np.minimum(movement.depth_db, 40.0),
        np.array([deviation(movement.loudness_db[held], band) for band in BANDS_HZ]) ** 2,
        np.array([deviation(movement.cents[held], band) for band in (*BANDS_HZ, around)]) ** 2,
        correlations(partials)[0],
        movement.in_step,
        movement.noise_sway_db[1],
    )


def _vibrato_hz(movements: Sequence[Movement]) -> float:
    """The rate at which pitch moves most, between the bands' own movement."""
    hz = np.arange(VIBRATO_HZ[0], VIBRATO_HZ[1], 0.25)
    power = np.zeros(len(hz))
    for movement in movements:
        cents = movement.cents[movement.held]
        time = np.arange(len(cents)) / FRAME_RATE
        own = (
            np.abs(
                np.exp(-2j * np.pi * np.outer(hz, time)) @ ((cents - cents.mean()) * np.hanning(len(cents)))
            )
            ** 2
        )
        power += own / max(own.sum(), 1e-12)
    return float(hz[np.argmax(power * hz)])  # less the fall of what moves at every rate


Targets = dict[str, np.ndarray]


def _targets(real: Sequence[Moves], base: Sequence[Moves]) -> Targets:
    """Variances to ask for: partials [bands, notes' partials], level and pitch [bands] as medians over notes."""

    def missing(name: str) -> np.ndarray:
        rows = [
            np.maximum(getattr(r, name) - getattr(b, name), LEAST_SHARE * getattr(r, name))
            for r, b in zip(real, base, strict=True)
        ]
        return np.median(rows, axis=0)

    plain = [np.median(b.partials, axis=1, keepdims=True) for b in base]
    partials = [
        np.maximum(r.partials - b, LEAST_SHARE * r.partials) for r, b in zip(real, plain, strict=True)
    ]
    return {
        "partials": np.concatenate(partials, axis=1),
        "level": missing("level"),
        "pitch": missing("pitch"),
    }


def _corrected(wanted: Targets, pairs: Sequence[tuple[Moves, Moves, Moves]], share: float) -> Targets:
    """Targets after a round: times what recordings have for what was played, band by band, to a power."""

    def ratio(name: str) -> np.ndarray:
        real, found = (
            np.median([np.log(np.maximum(_typical(getattr(m[i], name)), 1e-9)) for m in pairs], axis=0)
            for i in (0, 2)
        )
        # The slowest band has a turn or two in a note: most of a difference there is chance.
        slow = np.where(np.arange(len(real)) == 0, 0.4, 1.0)
        return np.clip(np.exp(real - found), *LIMITS) ** (share * slow)

    return {
        "partials": wanted["partials"] * ratio("partials")[:, None],
        "level": wanted["level"] * ratio("level"),
        "pitch": wanted["pitch"] * ratio("pitch"),
    }


def _typical(variance: np.ndarray) -> np.ndarray:
    return np.median(variance, axis=1) if variance.ndim == 2 else variance


def _solve(wanted: Targets, real: Sequence[Moves], vibrato_hz: float) -> Life:
    """The numbers whose processes have the wanted variances."""
    units = _units(vibrato_hz)
    slope, depth, first = _over_partials(wanted["partials"], real)
    partials = _deviations(units[: len(SPEEDS), : len(BANDS_HZ)], first, MOST["partials"])
    level = _deviations(units[: len(SPEEDS), : len(BANDS_HZ)], wanted["level"], MOST["level"])
    pitch = _deviations(units, wanted["pitch"], MOST["pitch"])
    return Life(
        partials=partials,
        slope=slope,
        depth=depth,
        neighbours=float(np.clip(np.mean([r.neighbours for r in real]), *RANGES["neighbours"][:2])),
        partial_spread=_spread_of([np.log(r.partials[MIDDLE]).mean() for r in real]),
        level=level,
        level_spread=_spread_of([np.log(r.level[MIDDLE]).mean() for r in real]),
        pitch=pitch[: len(SPEEDS)],
        pitch_spread=_spread_of([np.log(r.pitch[MIDDLE]).mean() for r in real]),
        vibrato_cents=pitch[-1],
        vibrato_hz=vibrato_hz,
    )


def _over_partials(variance: np.ndarray, real: Sequence[Moves]) -> tuple[float, float, np.ndarray]:
    """Slope over the partial's number, over its depth, and the first partial's variance in each band."""
    number = np.log2(np.minimum(np.concatenate([r.number for r in real]), 24))
    depth = np.concatenate([r.depth for r in real]) / 10
    note = np.repeat(np.arange(len(real)), [len(r.number) for r in real])
    logs = np.log(variance)
    mean = logs[:3].mean(0)  # the fastest band holds noise that leaks into weak partials
    columns = np.stack([number, depth], 1)
    within = np.stack([columns[note == i].mean(0) for i in range(len(real))])[note]
    centred = np.array([mean[note == i].mean() for i in range(len(real))])[note]
    a, b = columns - within, mean - centred
    solved = np.linalg.solve(a.T @ a + 0.5 * np.eye(2), a.T @ b)
    slope, deep = (float(np.clip(x, *RANGES[n][:2])) for x, n in zip(solved, ("slope", "depth"), strict=True))
    return slope, deep, np.exp(np.median(logs - slope * number - deep * depth, axis=1))


def _deviations(units: np.ndarray, variance: np.ndarray, most: Sequence[float]) -> tuple[float, ...]:
    """Deviations [processes] whose variances in the bands are the likeliest to show as those that are wanted.

    Multiplicative steps of the Itakura-Saito divergence (Févotte, Bertin and Durrieu 2009), for which a band that is
    missed by a factor counts alike whether it is loud or soft.
    """
    power = np.full(len(units), variance.mean())
    for _ in range(STEPS):
        made = power @ units
        power *= np.sqrt((units @ (variance / made**2)) / (units @ (1 / made)))
    found = np.minimum(np.sqrt(power), most)
    return tuple(float(x) if x > LEAST_DEVIATION else 0.0 for x in found)


def _units(vibrato_hz: float) -> np.ndarray:
    """Variances [processes, bands] of the kernel's processes of deviation 1, over notes of an ordinary length."""
    rng = np.random.default_rng(0)
    bands = (*BANDS_HZ, (vibrato_hz - RESONANCE_HZ, vibrato_hz + RESONANCE_HZ))
    rows = []
    for seconds in (*SPEEDS, None):
        if seconds is None:
            radius = np.exp(-np.pi * 0.7 / FRAME_RATE)
            a1, a2 = 2 * radius * np.cos(2 * np.pi * vibrato_hz / FRAME_RATE), -(radius**2)
        else:
            a = np.exp(-1 / (FRAME_RATE * seconds))
            a1, a2 = 2 * a, -(a**2)
        warm = 1500
        x = np.zeros((warm + UNIT_FRAMES, UNIT_NOTES))
        z = rng.normal(size=x.shape)
        for n in range(2, len(x)):
            x[n] = a1 * x[n - 1] + a2 * x[n - 2] + z[n]
        gain = np.sqrt((1 - a2) / ((1 + a2) * ((1 - a2) ** 2 - a1**2)))
        rows.append([np.mean(deviation(x[warm:] / gain, band) ** 2) for band in bands])
    return np.array(rows)


def _spread_of(logs: Sequence[float]) -> float:
    """Deviation from note to note of half the logarithm of a variance, less what chance makes of it."""
    return float(np.clip(np.sqrt(max(0.0, np.var(0.5 * np.array(logs)) - 0.2**2)), 0, 0.5))


def _neighbours(life: Life, pairs: Sequence[tuple[Moves, Moves, Moves]]) -> float:
    missing = np.mean([real.neighbours - found.neighbours for real, _, found in pairs])
    return float(np.clip(life.neighbours + missing, *RANGES["neighbours"][:2]))


def _noise(life: Life, pairs: Sequence[tuple[Moves, Moves, Moves]], share: float) -> dict[str, float]:
    """The noise's numbers after a round: each times what is missing for what it made."""

    def again(name: str, value: float, most: float) -> float:
        real, base, found = (np.median([getattr(m[i], name) ** 2 for m in pairs]) for i in range(3))
        made, asked = max(found - base, 1e-4), max(real - base, 0.0)
        return float(np.clip(value * np.clip(asked / made, 0.1, 6.0) ** (0.5 * share), 0.02, most))

    return {
        "noise_in_step": again("in_step", life.noise_in_step, RANGES["noise_in_step"][1]),
        "noise_db": again("noise", life.noise_db, RANGES["noise_db"][1]),
    }


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
