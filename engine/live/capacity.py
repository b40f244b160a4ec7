"""How many voices this machine has time for, measured in a moment before anything sounds."""

from typing import NamedTuple

import numpy as np

from ..native._kernel import ffi, lib
from ..patch import Patch
from ..synth import Synth

GOOD_LOAD = 0.5  # of a block's time: above it, the next program that wakes up is heard
MARGIN = 1.25  # by which playing may take longer than what is measured
FEW = 4  # voices, that are decoded together
SECONDS = 0.3  # of sound, that are timed
LOWEST_NOTE, NOTES = 40, 24


class Capacity(NamedTuple):
    """What was found out about one patch on this machine."""

    voices: int
    """As many as may be played, 1 at least."""
    says: str
    """A sentence if those are fewer than were asked for, else nothing."""


def callback_share(
    patch: Patch, rate: float, block: int, voices: int, seconds: float = SECONDS, decoder: str = "native"
) -> float:
    """Return the share of its block's time that 99 of 100 callbacks stay under, of the processor's time."""
    synth = Synth(patch, sample_rate=rate, block_size=block, voices=voices, decoder=decoder)
    for voice in range(voices):
        synth.note_on(LOWEST_NOTE + voice % NOTES, 60 + voice // NOTES)
    synth.render(int(0.1 * rate))
    out = np.empty((block, 2), np.float32)
    times = np.zeros((2, max(50, int(seconds * rate / block))), np.float32)
    pointers = [ffi.from_buffer("float *", row) for row in times]
    lib.bench_callbacks(synth.c, ffi.from_buffer("float *", out), block, times.shape[1], *pointers)
    return float(np.percentile(times[0], 99)) * rate / block


def fitting(load: float, few: int, few_share: float, many: int, many_share: float) -> int:
    """Return how many voices stay within a load, by the shares of two numbers of them; it may be 0."""
    each = max(1e-6, (many_share - few_share) / (many - few))
    return max(0, int(few + (load - few_share) / each))


def capacity(patch: Patch, rate: float, block: int, most: int, decoder: str = "native") -> Capacity:
    """Measure whether `most` voices fit into half of a block's time, and if not, how many do.

    rate: Hz; block: samples. Takes 0.1 s if they fit on a usual machine.
    """
    many_share = MARGIN * callback_share(patch, rate, block, most, decoder=decoder)
    if many_share <= GOOD_LOAD or most <= FEW:
        return Capacity(most, "")
    few_share = MARGIN * callback_share(patch, rate, block, FEW, decoder=decoder)
    fit = min(most - 1, max(1, fitting(GOOD_LOAD, FEW, few_share, most, many_share)))
    longer = "" if block >= 1024 else f"; --block {2 * block} fits more"
    return Capacity(
        fit,
        f"{fit} voices of {patch.title} fit into blocks of {block} here{longer}, and --voices {most} insists.",
    )
