"""Samples between samples, against the signal they are taken from."""

import numpy as np
import pytest
from ddsp_live.tools.analysis.interpolation import cubic


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_line_read_between_its_samples_is_the_line(kind):
    values = (0.5 * np.arange(50)).astype(kind)
    at = np.array([[1.0, 2.25, 7.5], [40.125, 46.0, 46.999]])
    assert cubic(values, at) == pytest.approx(0.5 * at, rel=1e-6)
    assert cubic(values, at).dtype == kind


def test_rows_are_read_at_a_place_each():
    rows = np.stack([np.sin(np.arange(100) / 9 + shift) for shift in range(4)])
    at = np.array([3.5, 20.25, 50.0, 90.75])
    assert cubic(rows, at) == pytest.approx(np.sin(at / 9 + np.arange(4)), abs=1e-3)


def test_beyond_the_ends_is_the_nearest_place_with_four_samples():
    values = np.arange(10.0)
    assert cubic(values, np.array([-3.0, 0.5, 99.0])) == pytest.approx([1.0, 1.0, 8.0])
