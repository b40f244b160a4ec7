"""A synth's rack: heard behind all notes, untouched while off, and moved by controllers."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.effects import NONE, Rack, RackError
from ddsp_live.parameters import RACK, names_of

RATE = 48000


def play(synth, seconds=0.5, splits=None):
    synth.note_on(69, 100, time=0)
    synth.note_off(69, time=RATE // 4)
    frames = int(seconds * RATE)
    if splits is None:
        return synth.render(frames)
    rng, out = np.random.default_rng(splits), []
    while frames:
        size = min(frames, int(rng.integers(1, 700)))
        out.append(synth.render(size))
        frames -= size
    return np.concatenate(out)


@pytest.fixture(scope="module")
def patch():
    return ddsp_live.load_patch("flute")


@pytest.fixture(scope="module")
def dry(patch):
    return play(ddsp_live.Synth(patch))


def test_without_a_rack_the_sound_is_untouched(patch, dry):
    synth = ddsp_live.Synth(patch, rack="none")
    synth.rack = Rack(reverb_on=1, reverb_level=-60, echo_on=1, echo_level=-60)
    assert np.array_equal(play(synth), dry)


def test_a_rack_is_heard_and_any_block_gives_the_same_samples(patch, dry):
    wet = play(ddsp_live.Synth(patch, rack="voice"))
    assert np.abs(wet - dry).max() > 0.01
    for seed in range(3):
        assert np.array_equal(play(ddsp_live.Synth(patch, rack="voice"), splits=seed), wet)


def test_it_rings_on_when_the_patch_is_changed(patch):
    synth = ddsp_live.Synth(patch, rack=Rack(reverb_on=1, reverb_decay=5, reverb_level=0))
    play(synth)
    synth.patch = "clarinet"
    assert np.abs(synth.render(RATE // 2)[RATE // 4 :]).max() > 1e-3


def test_each_setting_is_an_attribute(patch):
    synth = ddsp_live.Synth(patch)
    for name in names_of(RACK):
        assert getattr(synth, name) == NONE[name]
    synth.reverb_on, synth.reverb_decay, synth.drive_shape = 1, 2.5, "tube"
    assert (synth.rack["reverb_decay"], synth.rack["drive_shape"], synth.rack.units) == (2.5, 1, ("reverb",))
    with pytest.raises(RackError, match="reverb_decay is 99"):
        synth.reverb_decay = 99
    assert synth.reverb_decay == 2.5


def test_a_rack_that_cannot_be_used_leaves_the_one_before(patch):
    synth = ddsp_live.Synth(patch, rack="hall")
    with pytest.raises(RackError):
        synth.rack = "no-such-rack"
    assert synth.rack.name == "hall"
    with pytest.raises(RackError, match="no rack"):
        ddsp_live.Synth(patch, rack="no-such-rack")


@pytest.mark.parametrize("number", [92, 93, 94, 95, 102, 103, 104])
def test_controllers_add_to_the_rack(patch, dry, number):
    synth = ddsp_live.Synth(patch)
    synth.control_change(number, 64 if number > 102 else 0, time=0)
    assert np.array_equal(play(synth), dry)
    synth = ddsp_live.Synth(patch)
    synth.control_change(number, 127, time=0)
    assert np.abs(play(synth) - dry).max() > 1e-3


def test_the_reduction_is_in_the_stats(patch):
    synth = ddsp_live.Synth(patch, rack=Rack(compressor_on=1, compressor_threshold=-50, compressor_ratio=20))
    assert (synth.stats("one").reduction_db, synth.stats("two").reduction_db) == (0, 0)
    play(synth)
    assert synth.stats("one").reduction_db < -6
    assert synth.stats("two").reduction_db < -6  # each reader has its own
    synth.rack = "none"
    synth.render(RATE)
    synth.stats("one")  # what was before the rack went
    synth.render(RATE)
    assert synth.stats("one").reduction_db == 0


def test_an_ensembles_rack_is_behind_all_parts(patch):
    whole = ddsp_live.Ensemble({0: patch}, rack=Rack(reverb_on=1, reverb_decay=5, reverb_level=0))
    for each in whole.synths.values():
        assert each.rack.units == ()
    whole.note_on(69, 100, time=0)
    whole.render(RATE // 4)
    whole.send([0xB0, 120, 0])
    whole.render(RATE // 4)
    assert np.abs(whole.render(RATE // 4)).max() > 1e-3
