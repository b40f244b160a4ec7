"""Keeps the loudness of held notes where a table changes their timbre."""

import numpy as np
import torch

from ..models.losses import a_weighting_gain, control_loudness

EVEN = 0.05  # of a change of level goes to all partials alike; the rest by how much each has of the loudness
STEPS = 6
MOST_STEP_DB = 6.0
SILENT_DB = -200.0


def as_loud(made: np.ndarray, changed: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Levels `changed` [notes, parts] in dB, moved to be as loud as `made`.

    weights: what each part's level counts for loudness, in dB. The parts that make a note loud are moved most. A table
    is only an estimate, and what is known besides, the loudness, says most of the parts that it depends on: if all
    moved alike, an error of the strongest partial would be an error of all (by 0.3 dB on notes never learned).
    """
    asked = total_db(made + weights)
    changed = changed - np.median(total_db(changed + weights) - asked)  # what all notes have in common
    for _ in range(STEPS):
        weighted = changed + weights
        total = total_db(weighted)
        share = 10 ** ((weighted - total) / 10)
        part = EVEN + (1 - EVEN) * share
        step = np.clip((total - asked) / (share * part).sum(1, keepdims=True), -MOST_STEP_DB, MOST_STEP_DB)
        changed -= step * part
    return changed


def total_db(levels: np.ndarray) -> np.ndarray:
    """The level [notes, 1] of the sum of parts [notes, parts] in power."""
    return 10 * np.log10(np.maximum((10 ** (levels / 10)).sum(1, keepdims=True), 1e-20))


def partial_weights(pitch: np.ndarray, sounds: np.ndarray) -> np.ndarray:
    """The A-weighting in dB [notes, partials] of the partials of MIDI notes `pitch`, where they sound (bool)."""
    frequency = frequencies(pitch, sounds.shape[1])
    gain = a_weighting_gain(torch.from_numpy(frequency)).numpy()
    return np.where(sounds, 20 * np.log10(np.maximum(gain, 1e-10)), SILENT_DB)


def frequencies(pitch: np.ndarray, partials: int) -> np.ndarray:
    """Of partials in Hz [notes, partials]."""
    return 440 * 2 ** ((np.asarray(pitch)[:, None] - 69) / 12) * np.arange(1, partials + 1)


def noise_level(noise_db: np.ndarray, sample_rate: float) -> np.ndarray:
    """The A-weighted level in dB [notes, 1] of noise bands [notes, M], as a part beside partials."""
    bands = torch.from_numpy(np.asarray(10 ** (noise_db / 20), np.float32))[None]
    silent = torch.zeros(1, len(noise_db), 1)
    return control_loudness(silent + 440.0, silent, silent, bands, sample_rate)[0].numpy().astype(float)
