"""A voice fitted to a patch."""

from types import SimpleNamespace

import numpy as np
import pytest
from ddsp_live.input.calibration import HEARD_DB, PERCENTS, USUAL_DB, loudness_tables, octaves_to, quantiles
from ddsp_live.tuning.scales import ScaleError, scale_pitches

VIOLIN = SimpleNamespace(
    pitch_low=55.0,
    pitch_high=93.0,
    loudness_low=-30.0,
    loudness_high=-12.0,
    loudness_quantiles=np.linspace(-50, -8, 21),
)


def frames(*notes):
    return np.bincount(notes, minlength=128)


@pytest.mark.parametrize(
    "notes, octaves", [((60, 64, 67), 0), ((40, 43, 47), 2), ((50, 52, 53), 1), ((100, 103), -1)]
)
def test_the_fewest_octaves_into_the_range(notes, octaves):
    assert octaves_to(VIOLIN, frames(*notes)) == octaves


def test_an_octave_is_kept_until_another_is_clearly_better():
    most_inside = frames(*[60] * 19, 50)
    assert octaves_to(VIOLIN, most_inside, now=0) == 0
    assert octaves_to(VIOLIN, most_inside, now=1) == 1
    assert octaves_to(VIOLIN, frames(), now=-1) == -1


def test_quantiles_are_those_of_the_samples():
    levels = np.random.default_rng(0).normal(-30, 5, 100000)
    counts = np.histogram(levels, np.append(HEARD_DB - 1, 1))[0]
    np.testing.assert_allclose(quantiles(counts, HEARD_DB), np.percentile(levels, PERCENTS), atol=0.4)


def test_soft_is_told_as_soft_and_loud_as_loud():
    heard = np.array([-50.0, -40, -34, -28, -20])
    told, target = loudness_tables(VIOLIN, heard)
    at = [np.interp(level, HEARD_DB, told) for level in heard]
    own = np.maximum(np.interp(PERCENTS, np.linspace(0, 100, 21), VIOLIN.loudness_quantiles), -33)
    np.testing.assert_allclose(at, own, atol=1)
    assert (np.diff(told) >= 0).all()
    assert (np.diff(target) >= 0).all()


def test_dynamics_go_db_for_db():
    _, target = loudness_tables(VIOLIN, USUAL_DB)
    below = (USUAL_DB[-1] - 2 > HEARD_DB) & (target > -79)
    np.testing.assert_allclose(np.diff(target[below]), 2, atol=1e-4)


def test_what_was_all_of_one_level_makes_no_cliff():
    told, _ = loudness_tables(VIOLIN, np.full(5, -30.0))
    assert np.isfinite(told).all()
    assert np.diff(told).max() < 20


@pytest.mark.parametrize(
    "name, keys",
    [
        ("major", (60, 62, 64, 65, 67, 69, 71)),
        ("D minor", (62, 64, 65, 67, 69, 70, 60)),
        ("Bb pentatonic", (70, 60, 62, 65, 67)),
    ],
)
def test_scales_by_name(name, keys):
    pitches = scale_pitches(name)
    assert set(pitches[(pitches >= 60) & (pitches < 72)]) == set(keys)


def test_a_scala_file_is_a_scale(tmp_path):
    (tmp_path / "third.scl").write_text("thirds\n 2\n 5/4\n 2/1\n")
    pitches = scale_pitches(tmp_path / "third.scl")
    np.testing.assert_allclose(pitches[(pitches >= 60) & (pitches < 72)], [60, 60 + 12 * np.log2(5 / 4)])


def test_a_scale_that_there_is_not_is_one_sentence():
    with pytest.raises(ScaleError, match="There is no scale 'H moll'"):
        scale_pitches("H moll")
