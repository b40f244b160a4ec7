"""The trainer's guard: a bad batch costs a step, a bad take is named and left out, and nothing else changes."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from ddsp_live.tools.analysis.takes import RecordingError, analyse
from ddsp_live.tools.training import loop as trainer
from ddsp_live.tools.training.guard import (
    IN_A_ROW,
    MOST_RETURNS,
    PROPORTION,
    DivergedError,
    Guard,
    culprits,
    growth,
)
from ddsp_live.tools.training.loop import train
from ddsp_live.tools.training.settings import Settings
from instrument import note
from soundfile import write

SMALL = Settings(
    sample_rate=16000,
    harmonics=12,
    noise_bands=9,
    width=8,
    depth=1,
    body_sections=2,
    steps=40,
    batch_size=64,
    warm_up_steps=5,
    dropouts=(0.0,),
    threads=1,
)


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    folder, found = tmp_path_factory.mktemp("notes"), []
    for midi in (57, 62, 67):
        path = folder / f"{midi}.wav"
        write(path, note(midi, 0.6, 0.4, 16000), 16000)
        found.append(analyse(path, **SMALL.rates))
    return found


def broken(take, frames):
    """The take with NaN for its loudness in these frames."""
    loudness_db = take.loudness_db.copy()
    loudness_db[frames] = np.nan
    return replace(take, loudness_db=loudness_db)


def finite(model):
    return all(torch.isfinite(value).all() for value in model.state_dict().values())


def test_one_frame_that_is_not_a_number_costs_its_steps_and_its_take_is_named(takes):
    complaints = []
    found = train([broken(takes[0], [40]), *takes[1:]], SMALL, complain=complaints.append)
    assert finite(found.decoder) and len(found.history.losses) == SMALL.steps
    assert len(complaints) == 1 and complaints[0].startswith("57.wav brought a gradient that is not finite")


def test_a_take_of_nothing_but_nan_is_left_out_and_the_others_are_learned_from(takes):
    bad = broken(takes[0], slice(None))
    found = train([bad, *takes[1:]], SMALL)
    assert found.history.left_out == ["57.wav"] and finite(found.decoder)
    assert np.mean(found.history.losses[-5:]) < np.mean(found.history.losses[3:8])


def test_takes_of_nothing_but_nan_end_the_training_in_a_sentence(takes):
    with pytest.raises(RecordingError, match="No recording is left to learn from"):
        train([broken(take, slice(None)) for take in takes], SMALL)


def test_the_guard_changes_no_bit_of_a_training_that_goes_well(takes, monkeypatch):
    guarded = train(takes, SMALL).decoder.weights()
    monkeypatch.setattr(Guard, "allows", lambda self, norm, step, culprits: True)
    alone = train(takes, SMALL).decoder.weights()
    assert all(np.array_equal(guarded[name], alone[name]) for name in alone)


def test_a_training_goes_on_as_if_never_stopped_after_a_take_was_left_out(takes, tmp_path):
    bad = [broken(takes[0], slice(None)), *takes[1:]]
    settings = replace(SMALL, checkpoint_seconds=0)
    whole = train(bad, settings)

    def stop(step, loss):
        if step == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(bad, settings, checkpoint=tmp_path / "c", progress=stop)
    again = train(bad, settings, checkpoint=tmp_path / "c")
    assert again.history.left_out == ["57.wav"]
    np.testing.assert_array_equal(again.history.losses, whole.history.losses)


class Weights:
    """What goes back: a number."""

    def __init__(self):
        self.value = 0.0

    def state_dict(self):
        return {"value": self.value}

    def load_state_dict(self, state):
        self.value = state["value"]


def taught(weights, norms=(1.0,) * 100):
    guard = Guard({"weights": weights})
    for step, norm in enumerate(norms):
        weights.value = step
        assert guard.allows(norm, step, lambda: [])
    return guard


def test_a_gradient_out_of_all_proportion_is_not_used_and_a_large_one_is():
    guard = taught(Weights())
    assert guard.allows(0.9 * PROPORTION, 100, list)
    assert not guard.allows(1.1 * PROPORTION, 101, list)
    assert not guard.allows(math.inf, 102, list)


def test_several_in_a_row_go_back_to_the_last_good_look_at_half_the_rate():
    weights = Weights()
    guard = taught(weights)
    for step in range(IN_A_ROW):
        assert guard.repeated() is None
        assert not guard.allows(math.nan, 100 + step, list)
    weights.value = math.nan
    assert guard.repeated() == set() and weights.value == 50 and guard.rate == 0.5


def test_going_back_again_and_again_ends_in_a_sentence_that_names_the_take():
    guard = taught(Weights())
    with pytest.raises(DivergedError, match="cello"):
        for step in range(IN_A_ROW * (MOST_RETURNS + 1)):
            guard.allows(math.nan, 100 + step, lambda: ["cello-60.wav"])
            guard.repeated()


def test_a_rate_far_too_high_ends_with_finite_weights(takes, monkeypatch):
    found = train(takes, replace(SMALL, learning_rate=10.0, steps=100))
    assert finite(found.decoder) and np.isfinite(found.history.losses).all()


@pytest.mark.parametrize(
    "norms, blamed",
    [
        ({"a": 1.0, "b": math.nan, "c": math.inf}, ["b", "c"]),
        ({"a": 1.0, "b": 90.0, "c": 2.0}, ["b"]),
        ({"a": 1.0, "b": 1.5, "c": 2.0}, []),
        ({}, []),
    ],
)
def test_who_is_to_blame(norms, blamed):
    assert culprits(norms) == blamed


@pytest.mark.parametrize("radius", [0.99, 1.01])
def test_growth_of_a_linear_recurrence_is_the_logarithm_of_its_radius(radius):
    turn = torch.linalg.qr(
        torch.randn(6, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    )[0]
    state = torch.ones(1, 6, dtype=torch.float64)
    assert growth(lambda before, frame: radius * before @ turn, state, 200) == pytest.approx(math.log(radius))


def test_a_memory_that_grows_learns_from_stretches_half_as_long(takes, monkeypatch):
    monkeypatch.setattr(trainer, "memory_growth", lambda decoder, take: 0.01)
    settings = replace(SMALL, lags=(), memory=4, batch_frames=8, batch_size=8, validation_steps=15)
    complaints = []
    found = train(takes, settings, validate=lambda model: 1.0, complain=complaints.append)
    assert found.history.halved == 3 and "stretches of 4 frames" in complaints[0]


def test_growth_of_a_decoder_without_trouble_is_below_zero(takes):
    found = train(takes, replace(SMALL, lags=(), memory=4, batch_frames=8, batch_size=8))
    assert trainer.memory_growth(found.decoder, takes[0]) < 0
