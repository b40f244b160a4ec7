"""A patch's performer: what it may be, and what it does to the sound."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.patch import PatchError
from ddsp_live.performance.performer import INPUTS, OUTPUT
from ddsp_live.tools.models.decoder_onnx import to_onnx
from make_patch import make_patch
from make_performer import LAYERS, performed, weights


@pytest.fixture
def patch(tmp_path):
    return performed(tmp_path / "performed.ddsp")


def song(synth, block):
    for i, key in enumerate((60, 64, 67, 72)):
        synth.note_on(key, 60 + 15 * i, time=3001 * i)
        synth.note_off(key, time=3001 * i + 7000)
    frames, out = 24000, []
    while frames:
        out.append(synth.render(min(block, frames)))
        frames -= len(out[-1])
    return np.concatenate(out)


def test_it_changes_the_sound_by_the_amount(patch, tmp_path):
    plain = song(ddsp_live.Synth(make_patch(tmp_path / "plain.ddsp", seed=1)), 24000)
    none, half, whole = (song(ddsp_live.Synth(patch, performer=a), 24000) for a in (0, 0.5, 1))
    np.testing.assert_array_equal(none, plain)
    assert np.abs(half - plain).max() > 1e-3 and np.abs(whole - half).max() > 1e-3


@pytest.mark.parametrize("block", [1, 64, 191, 4096])
def test_blocks_of_any_size_give_the_same_bits(patch, block):
    np.testing.assert_array_equal(song(ddsp_live.Synth(patch), block), song(ddsp_live.Synth(patch), 24000))


def test_a_seed_gives_the_same_performance_and_another_seed_another(patch):
    first, again, other = (song(ddsp_live.Synth(patch, seed=seed), 24000) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_a_change_of_the_amount_is_heard_while_a_note_sounds(patch):
    synth, other = ddsp_live.Synth(patch), ddsp_live.Synth(patch)
    for each in (synth, other):
        each.note_on(60, time=0)
        each.render(4800)
    other.performer = 0
    assert np.abs(synth.render(4800) - other.render(4800)).max() > 1e-3


def test_a_patch_can_be_changed_for_one_without_while_notes_sound(patch, tmp_path):
    synth = ddsp_live.Synth(patch)
    synth.note_on(60, time=0)
    synth.render(4800)
    for path in (make_patch(tmp_path / "plain.ddsp"), patch):
        synth.load(path)
        audio = synth.render(9600)
        assert np.isfinite(audio).all() and np.abs(audio).max() > 1e-3


@pytest.mark.parametrize("amount", [-0.1, 1.1, np.nan])
def test_an_amount_out_of_range_is_refused(patch, amount):
    with pytest.raises(ValueError, match="performer is"):
        ddsp_live.Synth(patch, performer=amount)


@pytest.mark.parametrize(
    "layers, given, reason",
    [
        (LAYERS, {"c.b": np.float32([0, np.nan, 0, 0])}, "not finite"),
        (LAYERS, {"h.w": np.zeros((12, 5), np.float32)}, "h.w"),
        ([LAYERS[0] | {"input": ["f0_scaled"]}, *LAYERS[1:]], {}, "f0_scaled"),
        (LAYERS[:2], {}, "contour"),
        ([*LAYERS[:2], LAYERS[2] | {"size": 3}], {}, "c.w"),
        ([], {}, "1 to 64 layers"),
        ("dense", {}, "list of layers"),
    ],
)
def test_a_performer_that_cannot_be_run_is_refused_in_one_sentence(tmp_path, layers, given, reason):
    with pytest.raises(PatchError, match=reason) as caught:
        performed(tmp_path / "bad.ddsp", layers, given)
    assert str(caught.value).count(". ") == 0


def test_a_network_without_its_description_is_refused(tmp_path):
    model = to_onnx(LAYERS, weights(), inputs=INPUTS, outputs=(OUTPUT,))
    with pytest.raises(PatchError, match="belong together"):
        make_patch(tmp_path / "bad.ddsp", onnx_performer=model)
    with pytest.raises(PatchError, match="belong together"):
        make_patch(tmp_path / "bad.ddsp", performer={"layers": LAYERS})
