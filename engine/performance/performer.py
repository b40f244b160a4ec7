"""The performer: a patch's small network for its instrument's own way of playing a note."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..decoders.program import Program

INPUTS = (
    "pitch",  # (MIDI note - 60) / 24
    "interval",  # semitones from the note before / 12
    "joined",  # exp(-gap / 0.2 s) to the note before
    "level",  # (dB aimed at + 30) / 15
    "age_15ms",  # exp(-age / 15 ms), and so on
    "age_50ms",
    "age_150ms",
    "age_500ms",
    "age_2s",
    "held",  # 1 until the release
    "released_20ms",  # exp(-time since the release / 20 ms); 0 before
    "released_80ms",
    "released_300ms",
    "length",  # log2(s); this and the next two are 0 where the length is not known
    "end_150ms",  # exp(-time to the expected end / 150 ms)
    "progress",  # 0 to 1
    "shaped",  # 1 where a fluctuation is set
    "fluctuation",  # / 0.1; this and the next four are 0 where not set
    "peak_position",  # (… - 0.35) / 0.3
    "vibrato",
    "brightness",  # (… - 0.4) / 0.3
    "attack_noise",  # (… - 1.5) / 0.5
)
"""As `performer_inputs` of the kernel places them; layers read those that they name."""
OUTPUT = "contour"
OUTPUT_SIZE = 4
"""Deviations of pitch in semitones and of level in 10 dB, and the standard deviations of their drifts."""


def performer_program(layers: Sequence[Mapping], weights: Mapping[str, np.ndarray]) -> Program:
    """The network as the kernel runs it. Raises ValueError, in one sentence, where it can't be run."""
    return Program.from_layers(layers, weights, INPUTS, {OUTPUT: (OUTPUT_SIZE, OUTPUT_SIZE)})
