"""Tables change timbre and leave loudness alone."""

import numpy as np
import torch
from ddsp_live.tools.models.losses import control_loudness
from ddsp_live.tools.spectra.loudness import as_loud, noise_level, partial_weights, total_db

RATE = 44100
PITCH = np.array([45.0, 60.0, 80.0])


def test_what_is_changed_is_as_loud_as_before():
    generator = np.random.default_rng(0)
    made, changed = generator.uniform(-60, 0, (2, 3, 20))
    weights = partial_weights(PITCH, np.ones((3, 20), bool))
    moved = as_loud(made, changed, weights)
    np.testing.assert_allclose(total_db(moved + weights), total_db(made + weights), atol=0.01)


def test_soft_partials_hardly_move_where_a_strong_one_is_wrong():
    made = np.tile([0.0, -20.0, -40.0], (3, 1))
    changed = made.copy()
    changed[1, 0] += 6.0
    moved = as_loud(made, changed, np.zeros((3, 3))) - made
    assert np.abs(moved).max() < 0.6


def test_what_all_notes_have_in_common_moves_all_partials():
    made = np.random.default_rng(2).uniform(-60, 0, (3, 20))
    np.testing.assert_allclose(as_loud(made, made + 16, np.zeros((3, 20))), made, atol=0.01)


def test_levels_are_those_of_the_loudness_that_is_asked_for():
    generator = np.random.default_rng(1)
    levels, bands = generator.uniform(-60, -20, (3, 20)), generator.uniform(-80, -50, (3, 33))
    weights = np.column_stack([partial_weights(PITCH, np.ones((3, 20), bool)), np.zeros(3)])
    parts = np.column_stack([levels, noise_level(bands, RATE)])
    total = (10 ** (levels / 20)).sum(1, keepdims=True)
    f0_hz = 440 * 2 ** ((PITCH[:, None] - 69) / 12)
    arrays = f0_hz, total, 10 ** (levels / 20) / total, 10 ** (bands / 20)
    tensors = (torch.from_numpy(np.asarray(x, np.float32))[None] for x in arrays)
    asked = control_loudness(*tensors, RATE)[0].numpy()
    np.testing.assert_allclose(total_db(parts + weights), asked, atol=0.1)
