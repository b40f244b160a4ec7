"""What a patch scores on recordings that it learned from, to compare those with that it did not."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...patch import Patch
from ..evaluation.evaluate_patch import asked, takes_to_judge
from ..evaluation.metrics import distances, fitted, sounding
from ..evaluation.resynthesis import patch_player
from ..room.model import room_of

FEWEST_COMPARED = 12  # takes that were learned from, whose distances are the measure of those that were not


def trained_figures(
    patch: Patch, folder: Path, learned: Sequence[str], count: int, seed: int, cache: bool = True
) -> dict[str, float]:
    """The distance on some of the named takes that were learned from, measured as for those that were not, to which it
    is compared.
    """
    drawn = np.random.default_rng(seed).permutation(len(learned))[: max(count, FEWEST_COMPARED)]
    takes, _, _ = takes_to_judge(patch, folder, names=[learned[i] for i in drawn], cache=cache)
    play, lived_in = patch_player(patch), room_of(patch)
    rows = []
    for _, take in takes:
        made = fitted(play(take.f0_hz, asked(take, lived_in)), len(take.audio))
        part = sounding(take)
        rows.append(distances("trained_distance", made[part], take.audio[part], take.sample_rate))
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
