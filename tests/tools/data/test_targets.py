"""Batches of analysed frames: each with its past, levels that belong to its loudness, and only its own take."""

import numpy as np
import pytest
from ddsp_live.tools.analysis.takes import analyse
from ddsp_live.tools.data import targets
from ddsp_live.tools.data.targets import Targets
from instrument import note

RATES = {"sample_rate": 16000, "frame_rate": 250}
BEFORE = 8


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    import soundfile

    folder = tmp_path_factory.mktemp("two")
    for midi in (57, 69):
        soundfile.write(folder / f"{midi}.wav", note(midi, 0.8, 0.6, 16000), 16000)
    return [analyse(path, **RATES) for path in sorted(folder.iterdir())]


@pytest.fixture(scope="module")
def found(takes):
    return Targets(takes, harmonics=24, noise_bands=17, before=BEFORE)


def batch(found, size=400, frames=1, seed=0):
    return found.batch(size, frames, np.random.default_rng(seed))


def test_shapes_are_those_of_frames_with_their_past(found):
    made = batch(found, 5, 3)
    assert made.f0_hz.shape == made.loudness_db.shape == (5, BEFORE + 3, 1)
    assert made.partials.shape == (5, 3, 24) and made.noise.shape == (5, 3, 17)


def test_no_past_reaches_into_another_take(found):
    midi = 69 + 12 * np.log2(batch(found).f0_hz[..., 0].numpy() / 440)
    assert {57, 69} == set(np.round(midi[:, -1]).astype(int))
    assert np.ptp(midi, axis=1).max() < 1


def test_levels_move_with_loudness(found, monkeypatch):
    monkeypatch.setattr(targets, "FADE_SHARE", 1.0)
    plain = Targets.__new__(Targets)
    plain.__dict__ |= found.__dict__
    made = batch(found)
    monkeypatch.setattr(Targets, "_gain", lambda self, shape, generator: np.zeros(shape, np.float32))
    untouched = plain.batch(400, 1, np.random.default_rng(0))
    gain_db = (made.loudness_db - untouched.loudness_db)[:, -1].numpy()
    moved = (made.noise - untouched.noise)[:, 0].numpy() * 20 / np.log(10)
    unclipped = made.loudness_db[:, -1, 0].numpy() > -79
    assert np.ptp(gain_db) > 20
    np.testing.assert_allclose(moved[unclipped], np.repeat(gain_db, 17, 1)[unclipped], atol=1e-2)


def test_the_same_generator_gives_the_same_batch(found):
    first, second = batch(found, seed=3), batch(found, seed=3)
    assert all(np.array_equal(getattr(first, n), getattr(second, n)) for n in ("f0_hz", "partials", "noise"))
    assert not np.array_equal(first.f0_hz, batch(found, seed=4).f0_hz)
