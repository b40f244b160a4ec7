"""How loud a trained model is against what it is asked for."""

from collections.abc import Sequence

import numpy as np
import torch

from ..analysis.takes import Take
from ..models.body import Body
from ..models.decoder import Decoder
from ..models.losses import control_loudness
from ..models.synthesis import decode, through
from .objective import QUIET_DB, STEADY_DB

MOST_DB = 6.0


@torch.no_grad()
def missing_db(decoder: Decoder, body: Body | None, takes: Sequence[Take]) -> float:
    """What the model's steady sound lacks in dB of the loudness asked: the median over the takes, within MOST_DB.

    Typical levels, which the distance asks for, are a little lower than mean power; the body can make up for it.
    """
    found = []
    for take in takes:
        count = min(len(take.f0_hz), len(take.loudness_db))
        f0_hz, asked = (torch.from_numpy(x[None, :count, None]) for x in (take.f0_hz, take.loudness_db))
        heard = through(body, decode(decoder, f0_hz, asked), f0_hz, take.sample_rate)
        off = asked - control_loudness(f0_hz, *heard, take.sample_rate)
        window = max(take.frame_rate // 15, 1)
        moved = (asked[:, window:] - asked[:, :-window]).abs()
        steady = (moved < STEADY_DB) & (asked[:, window:] > QUIET_DB)
        if steady.any():
            found.append(float(off[:, window:][steady].median()))
    return float(np.clip(np.median(found), -MOST_DB, MOST_DB)) if found else 0.0
