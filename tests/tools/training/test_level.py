"""A patch's level: what the model lacks is measured from its controls and made up for by the body."""

from pathlib import Path

import numpy as np
import torch
from ddsp_live.input.loudness import loudness
from ddsp_live.tools.analysis.takes import Take
from ddsp_live.tools.models.decoder import Decoder, default_layers
from ddsp_live.tools.models.synthesis import player
from ddsp_live.tools.training.level import missing_db
from ddsp_live.tools.training.model import start_like_an_instrument

RATES = {"sample_rate": 16000, "frame_rate": 250}


def held(midi: float, level_db: float) -> Take:
    frames = 250
    f0_hz = np.full(frames, 440 * 2 ** ((midi - 69) / 12), np.float32)
    level = np.full(frames, level_db, np.float32)
    level[-20:] = -80.0  # let go: this is no steady sound, and counts for nothing
    return Take(
        path=Path("held.wav"),
        audio=np.zeros(16000, np.float32),
        f0_hz=f0_hz,
        confidence=np.ones(frames, np.float32),
        voiced=np.ones(frames, bool),
        loudness_db=level,
        octave_errors=0.0,
        **RATES,
    )


def test_what_is_missing_is_what_the_sound_lacks():
    torch.manual_seed(0)
    decoder = Decoder(default_layers(harmonics=30, noise_bands=9, width=32, depth=1))
    start_like_an_instrument(decoder)
    takes = [held(midi, -25.0) for midi in (50, 60, 70)]
    play = player(decoder, **RATES)
    lacks = [
        -25.0 - np.median(loudness(play(t.f0_hz, t.loudness_db)[4000:12000], 16000, 250)[20:-20])
        for t in takes
    ]
    assert abs(missing_db(decoder, None, takes) - np.clip(np.median(lacks), -6, 6)) < 0.2


def test_levels_follow_loudness_before_anything_is_learned():
    """More than half of 20 dB in the mean of eight starts: what is random in a small network counts much."""
    f0_hz, differences = np.full(250, 220.0, np.float32), []
    for seed in range(8):
        torch.manual_seed(seed)
        decoder = Decoder(default_layers(harmonics=30, noise_bands=9, width=32, depth=1))
        start_like_an_instrument(decoder)
        play = player(decoder, **RATES)
        loud, soft = (
            np.median(loudness(play(f0_hz, np.full(250, level, np.float32)), 16000, 250)[50:-50])
            for level in (-20, -40)
        )
        differences.append(loud - soft)
    assert 10 < np.mean(differences) < 28 and min(differences) > 5
