"""How the tracker's pitch is put on the grid of a recording's frames."""

import numpy as np
from ddsp_live.tools.analysis.tracks import _bridged

AT = 0.016 * np.arange(20)
TIMES = np.arange(76) / 250


def test_a_leap_comes_at_once_and_a_glide_is_straight():
    leap = np.where(np.arange(20) < 10, 8.0, 9.0)
    assert set(_bridged(TIMES, AT, leap)) == {8.0, 9.0}
    glide = 8 + 0.1 * np.arange(20)
    assert np.allclose(_bridged(TIMES, AT, glide), np.interp(TIMES, AT, glide))


def test_a_pause_is_bridged_and_one_frame_is_enough():
    at, octave = AT[[0, 1, 18, 19]], np.array([8.0, 8.0, 9.0, 9.0])
    assert np.allclose(_bridged(TIMES, at, octave), np.interp(TIMES, at, octave))
    assert np.all(_bridged(TIMES, AT[3:4], np.array([8.5])) == 8.5)
