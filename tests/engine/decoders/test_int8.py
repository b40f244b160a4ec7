"""The decoder in 8-bit integers: the same instrument, a little rounded, with all that the native one can do."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.input.loudness import loudness
from ddsp_live.native._kernel import lib
from ddsp_live.patch import list_patches

QUICK = ("cello", "tenor-trombone", "trumpet")
ALL = [
    pytest.param(entry.name, marks=[pytest.mark.slow] * (entry.name not in QUICK)) for entry in list_patches()
]


def played(name: str, decoder: str, block: int = 64) -> np.ndarray:
    """A chord in the middle of the patch's range that swells and is bent, and its release, mono [samples]."""
    patch = ddsp_live.load_patch(name)
    synth = ddsp_live.Synth(patch, block_size=block, voices=4, decoder=decoder, life=0)
    middle = round((patch.pitch_low + patch.pitch_high) / 2)
    for i, note in enumerate((middle - 5, middle, middle + 4)):
        synth.note_on(note, 50 + 20 * i, time=4800 * i)
        synth.note_off(note, time=60000)
    for i in range(40):
        synth.pitch_bend(150 * i, time=24000 + 500 * i)
        synth.control_change(11, 80 + i, time=24000 + 500 * i)
    return np.concatenate([synth.render(block) for _ in range(72000 // block)]).mean(axis=1)


@pytest.mark.parametrize("patch", ALL)
def test_it_differs_by_less_than_a_listener_hears(patch):
    rounded, exact = played(patch, "int8"), played(patch, "native")
    if not lib.bench_int8_products():  # such a processor decodes in floats
        np.testing.assert_array_equal(rounded, exact)
        return
    assert -80 < 20 * np.log10(np.linalg.norm(rounded - exact) / np.linalg.norm(exact)) < -40
    levels = [loudness(audio.astype(np.float32), 48000, 250) for audio in (rounded, exact)]
    heard = levels[1] > levels[1].max() - 40
    assert np.abs(levels[0] - levels[1])[heard].max() < 0.15
    assert np.abs(np.mean((levels[0] - levels[1])[heard])) < 0.05


def test_a_held_note_is_as_steady():
    """Its inputs stand still, so what is rounded does too."""
    unsteady = []
    for decoder in ("int8", "native"):
        synth = ddsp_live.Synth("trumpet", decoder=decoder)
        synth.note_on(62, 90)
        level = loudness(synth.render(96000).mean(axis=1).astype(np.float32), 48000, 250)[200:450]
        unsteady.append(np.std(np.diff(level)))
    assert unsteady[0] < 1.1 * unsteady[1] + 0.01


def test_blocks_of_any_size_give_the_same_bits():
    np.testing.assert_array_equal(played("trumpet", "int8", 64), played("trumpet", "int8", 1200))


def test_it_adds_no_delay():
    assert ddsp_live.Synth("trumpet", decoder="int8").delay_samples == 0
