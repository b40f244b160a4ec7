"""Trains a patch's prior: from tables of notes as they were played, by ridge regression, in a second."""

from collections.abc import Sequence

import numpy as np

from ...performance.attributes import attributes
from ...performance.note_history import NoteHistory
from ...performance.prior import INPUTS, basis, prior_inputs
from ...performance.units import NAMES
from ..analysis.takes import RecordingError, Take
from .contours import Decode
from .note_segmentation import hear_notes, to_frames

FEWEST_NOTES = 16
LEAST_EXPLAINED = 0.1  # of the variance, of notes that were not learned from
FOLDS, TOGETHER = 5, 8  # notes of one stretch are judged together, since neighbours are alike
RIDGES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
FOLLOWING = 0.5  # share of the notes with one before them, from which they are music: a single one may be heard as two
RANGE = (2, 98)  # percentiles of what was played, which no guess leaves
UNVARIED = 1e-6


def take_rows(takes: Sequence[Take], decode: Decode) -> list[np.ndarray]:
    """The notes of each take, [notes] of type `ROW`, with their attributes as a decoder plays them."""
    tables = []
    for take in takes:
        try:
            rows = hear_notes(take)
        except RecordingError:
            continue
        controls = decode(take.f0_hz, take.loudness_db)
        notes = to_frames(rows, len(take.f0_hz), take.frame_rate)
        measured = attributes(take.f0_hz, *controls, notes, take.frame_rate)
        for name in NAMES:
            rows[name] = measured[name]
        tables.append(rows)
    return tables


def train_prior(tables: Sequence[np.ndarray], seed: int = 0) -> dict | None:
    """The prior of tables, each [notes] of type `ROW` sorted by onset, as it stands in patch.json.

    An attribute is in it where a tenth of its variance, at least, is foretold of notes that were not learned from. None
    where there are too few notes, or no attribute is.
    """
    inputs = np.concatenate([table_inputs(rows) for rows in tables]) if tables else np.empty((0, len(INPUTS)))
    if len(inputs) < FEWEST_NOTES:
        return None
    rows = np.concatenate(tables)
    folds = _folds([len(table) for table in tables], seed)
    known = np.isfinite(inputs)
    count = np.maximum(1, known.sum(axis=0))
    centre = np.where(known, inputs, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (inputs - centre) ** 2, 0.0).sum(axis=0) / count)
    spread = np.where(spread > UNVARIED, spread, 1.0)
    columns = basis(inputs, centre, spread)
    columns[:, columns.std(axis=0) <= UNVARIED] = 0.0  # what never varied says nothing
    made = {}
    for name in NAMES:
        usable = columns.copy()
        if name == "volume":
            at = INPUTS.index("volume")
            usable[:, [at, at + len(INPUTS)]] = 0.0
        there = np.isfinite(rows[name])
        if there.sum() < FEWEST_NOTES:
            continue
        x, y = usable[there], rows[name][there].astype(float)
        errors = {ridge: _error(x, y, folds[there], ridge) for ridge in RIDGES}
        ridge = min(errors, key=errors.get)
        explained = 1 - errors[ridge] / max(_error(x[:, :0], y, folds[there], 1.0), 1e-12)
        if explained < LEAST_EXPLAINED:
            continue
        weights, bias = _fit(x, y, ridge)
        low, high = np.percentile(y, RANGE)
        numbers = {"bias": np.clip(bias, low, high), "low": low, "high": high, "left": errors[ridge] ** 0.5}
        made[name] = {
            **{key: float(value) for key, value in numbers.items()},
            "weights": weights.tolist(),
            "explained": round(float(explained), 3),
        }
    if not made:
        return None
    return {
        "notes": len(rows),
        "phrases": bool(np.isfinite(inputs[:, INPUTS.index("interval")]).mean() >= FOLLOWING),
        "centre": centre.tolist(),
        "spread": spread.tolist(),
        "attributes": made,
    }


def prior_in_words(prior: dict | None) -> str:
    """What was learned, for whoever trains it."""
    if prior is None:
        return "Nothing of a note can be foretold from those before it: too few notes, or none like another."
    if not prior["phrases"]:
        return "These are single notes: nothing can be learned of how notes follow each other in phrases."
    names = ", ".join(name.replace("_", " ") for name in prior["attributes"])
    return f"Of {prior['notes']} notes, {names} can be foretold when they are struck."


def table_inputs(rows: np.ndarray) -> np.ndarray:
    """What was known of each note when it was struck, [notes, len(INPUTS)]: by the code that knows it live."""
    parts: dict[int, NoteHistory] = {}
    ends: list[tuple[float, int, int]] = []
    inputs = np.empty((len(rows), len(INPUTS)))
    for i, row in enumerate(rows):
        onset, channel, key = float(row["onset_seconds"]), int(row["channel"]), round(float(row["pitch"]))
        for end in sorted(end for end in ends if end[0] <= onset):
            parts[end[1]].note_off(end[2], end[0])
            ends.remove(end)
        history = parts.setdefault(channel, NoteHistory())
        context = history.context(key, onset, float(row["pitch"]))
        history.note_on(key, onset, float(row["pitch"]))
        inputs[i] = prior_inputs(context, float(row["velocity"]), float(row["volume"]))
        ends.append((onset + float(row["duration_seconds"]), channel, key))
    return inputs


def _folds(lengths: Sequence[int], seed: int) -> np.ndarray:
    """Which fold each note is judged in: stretches of a table stay together."""
    stretches = np.concatenate([np.arange(n) // TOGETHER + 10**6 * i for i, n in enumerate(lengths)])
    _, stretch = np.unique(stretches, return_inverse=True)
    return (np.random.default_rng(seed).permutation(stretch.max() + 1) % FOLDS)[stretch]


def _fit(x: np.ndarray, y: np.ndarray, ridge: float) -> tuple[np.ndarray, float]:
    """Weights and bias. x: [notes, columns], y: [notes]."""
    mean = x.mean(axis=0)
    own = x - mean
    weights = np.linalg.solve(own.T @ own + ridge * np.eye(x.shape[1]), own.T @ (y - y.mean()))
    return weights, float(y.mean() - mean @ weights)


def _error(x: np.ndarray, y: np.ndarray, folds: np.ndarray, ridge: float) -> float:
    """Mean square error on notes that were not learned from."""
    missed = np.empty(len(y))
    for fold in range(FOLDS):
        out = folds == fold
        if out.all():
            return float("inf")
        weights, bias = _fit(x[~out], y[~out], ridge)
        missed[out] = y[out] - (x[out] @ weights + bias)
    return float(np.mean(missed**2))
