"""How far played notes can be told from recorded ones, by a forest that never heard these instruments.

Notes are played from nothing but key, velocity and bend, half of them at pitches that the patch was never trained on.
What is read of them is read from audio, the same way for both. The recordings' background and their ends, which are
their editors', are left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...patch import Patch
from ..analysis.movement import BANDS_HZ, FRAME_RATE, Movement, correlations, deviation
from ..analysis.recording import RecordingError
from ..analysis.takes import find_recordings
from ..data.split import file_name
from .played_notes import JUDGED, RecordedNote, judging_order, played_movement, recorded_notes

FOLDS = 9
FORESTS = 2
TREES = 150
OTHERS = 12  # recorded notes of an instrument, by which it is known
SCOOP_SECONDS = (0.024, 0.08)
CORE = ("partials", "level", "pitch", "scoop")
GROUPS: dict[str, tuple[str, ...]] = {
    "partials": (
        *("partials_drift", "partials_1_4", "partials_4_9", "partials_shimmer"),
        *("partials_neighbours", "partials_together", "partials_high"),
    ),
    "level": ("level_drift", "level_1_4", "level_4_9", "level_fast"),
    "pitch": ("pitch_drift", "pitch_1_4", "pitch_4_9", "pitch_jitter"),
    "scoop": ("scoop", "scoop_early", "scoop_late", "attack_seconds", "attack_early_db", "attack_late_db"),
    "noise": ("noise_in_step", "noise_low_db", "noise_high_db", "noise_sway", "noise_flutter", "crest"),
}
"""{what a forest may look at: features}; all of them together are the scalars, CORE's the core."""


@dataclass(frozen=True)
class Realism:
    """What was measured: AUC by group, each instrument's medians, and how often instruments were named rightly."""

    auc: dict[str, float]
    medians: dict[str, tuple[float, float]]  # feature: of the recorded, of the played notes
    named: dict[str, float]  # share of recorded, and of played notes that are taken for their instrument
    notes: int
    instruments: list[str]
    left_out: list[str] = field(default_factory=list)


def features(movement: Movement) -> dict[str, float]:
    """One number each, by the names in GROUPS: deviations in dB or cents, levels in dB, times in s."""
    held = movement.held
    partials = movement.partials_db
    names = {
        "partials": list(map(float, _bands(partials).mean(1))) if partials.shape[1] else [0.0] * 4,
        "level": list(map(float, _bands(movement.loudness_db[held]))),
        "pitch": list(map(float, _bands(movement.cents[held]))),
    }
    found = {
        name: value
        for group, values in names.items()
        for name, value in zip(GROUPS[group], values, strict=False)
    }
    neighbours, together = correlations(partials)
    whole = deviation(partials, (1.0, 9.0))
    half = len(whole) // 2
    early, late = (round(seconds * FRAME_RATE) for seconds in SCOOP_SECONDS)
    level = movement.loudness_db - np.median(movement.loudness_db[held])
    cents = np.clip(movement.cents, -200, 200)
    return found | {
        "partials_neighbours": neighbours,
        "partials_together": together,
        "partials_high": float(np.median(whole[half:]) / max(1e-3, np.median(whole[: max(1, half)]))),
        "scoop": float(abs(cents[early : late + 1].mean())),
        "scoop_early": float(cents[early]),
        "scoop_late": float(cents[late]),
        "attack_seconds": movement.attack_seconds,
        "attack_early_db": float(level[early]),
        "attack_late_db": float(level[late]),
        "noise_in_step": movement.in_step,
        "noise_low_db": movement.noise_db[0],
        "noise_high_db": movement.noise_db[1],
        "noise_sway": movement.noise_sway_db[0],
        "noise_flutter": movement.noise_sway_db[1],
        "crest": movement.crest,
    }


def measure_realism(
    patches: Sequence[Patch],
    folder: Path,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    life: float = 1.0,
    progress: Callable[[float], None] = lambda share: None,
) -> Realism:
    """Plays notes of each patch whose recordings are in a folder of its name, and lets forests judge them.

    seeds: of the played notes; what is told is the mean over them. Raises RecordingError where fewer than two
    instruments have recordings.
    """
    pairs, others, left_out = [], [], []
    for done, patch in enumerate(patches):
        progress(0.5 * done / len(patches))
        if not (folder / patch.name).is_dir():
            left_out.append(f"{folder} has no folder {patch.name}, so that {patch.name} was not judged.")
            continue
        judged, rest = _notes(patch, folder / patch.name)
        pairs += [(patch, note) for note in judged]
        others += [(patch, note) for note in rest]
    instruments = sorted({patch.name for patch, _ in pairs})
    if len(instruments) < 2:
        raise RecordingError(
            f"{folder} needs folders of two instruments or more, named as their patches are."
        )
    auc, named, played = [], [], []
    for done, seed in enumerate(seeds):
        progress(0.5 + 0.5 * done / len(seeds))
        made = [
            played_movement(patch, note, seed=seed * len(pairs) + number, life=life)
            for number, (patch, note) in enumerate(pairs)
        ]
        kept = [
            (patch, note, movement) for (patch, note), movement in zip(pairs, made, strict=True) if movement
        ]
        real = [features(note.movement) for _, note, _ in kept]
        ours = [features(movement) for _, _, movement in kept]
        of = np.array([instruments.index(patch.name) for patch, _, _ in kept])
        auc.append({name: _auc(real, ours, of, group) for name, group in _groups().items()})
        named.append(_named(others, kept))
        played += ours
    medians = {
        name: tuple(float(np.median([row[name] for row in rows])) for rows in (real, played))
        for name in real[0]
    }
    return Realism(_mean(auc), medians, _mean(named), len(pairs), instruments, left_out)


def _bands(x: np.ndarray) -> np.ndarray:
    return np.array([deviation(x, band) for band in BANDS_HZ])


def _groups() -> dict[str, tuple[str, ...]]:
    everything = tuple(name for names in GROUPS.values() for name in names)
    core = tuple(name for group in CORE for name in GROUPS[group])
    return {"scalars": everything, "core": core, **GROUPS}


def _notes(patch: Patch, folder: Path) -> tuple[list[RecordedNote], list[RecordedNote]]:
    """The notes to be judged, of held-out and of learned pitches, and all others."""
    paths = {file_name(path, folder): path for path in find_recordings(folder)}
    unseen = [name for name in patch.info["training"].get("held_out", []) if name in paths]
    learned = [name for name in paths if name not in unseen]
    judged: list[RecordedNote] = []
    for names in (unseen, learned):
        found: list[RecordedNote] = []
        for path in judging_order([paths[name] for name in names]):
            if len(found) < JUDGED:
                found += recorded_notes([path], patch)
        judged += found
    taken = {note.path for note in judged}
    rest = [path for path in paths.values() if path not in taken]
    chosen = np.random.default_rng(1).permutation(len(rest))[:OTHERS]
    return judged, recorded_notes([rest[i] for i in chosen], patch)


def _auc(real: list[dict], ours: list[dict], of: np.ndarray, names: Sequence[str]) -> float:
    """Area under the curve of a forest's votes on instruments that it did not learn from; 0.5 is chance."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import roc_auc_score

    table = np.array([[row[name] for name in names] for row in (*real, *ours)])
    truth = np.repeat([1, 0], [len(real), len(ours)])
    instrument = np.concatenate([of, of])
    order = np.random.default_rng(0).permutation(of.max() + 1)
    votes = np.zeros(len(table))
    for fold in np.array_split(order, min(FOLDS, len(order))):
        own = np.isin(instrument, fold)
        for state in range(FORESTS):
            forest = RandomForestClassifier(TREES, min_samples_leaf=2, random_state=state)
            votes[own] += forest.fit(table[~own], truth[~own]).predict_proba(table[own])[:, 1]
    return float(roc_auc_score(truth, votes))


def _named(others: list[tuple[Patch, RecordedNote]], kept: list) -> dict[str, float]:
    """Shares of notes that a forest, trained on other recorded notes, takes for their own instrument."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(2 * TREES, random_state=0, class_weight="balanced")
    forest.fit([_portrait(note.movement) for _, note in others], [patch.name for patch, _ in others])
    truth = np.array([patch.name for patch, _, _ in kept])
    real = forest.predict([_portrait(note.movement) for _, note, _ in kept])
    ours = forest.predict([_portrait(movement) for _, _, movement in kept])
    return {"recorded": float(np.mean(real == truth)), "played": float(np.mean(ours == truth))}


def _portrait(movement: Movement) -> list[float]:
    """What an instrument may be known by: its pitch, its partials, its noise, and how it moves."""
    mean = movement.levels_db[movement.held].mean(0) - np.mean(movement.loudness_db[movement.held])
    partials = np.full(24, -60.0)
    partials[: len(mean)] = np.maximum(mean, -60.0)
    return [movement.midi, *partials, *features(movement).values()]


def _mean(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
