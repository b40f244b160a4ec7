"""A reader of the highest values loses none to another reader."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.kernel.stats import Peaks
from make_patch import make_patch


def test_each_reader_has_what_came_since_it_last_read():
    peaks = Peaks()
    assert peaks.read("meter", {"out": 0.5}) == {"out": 0.5}
    assert peaks.read("line", {"out": 0.1}) == {"out": 0.1}  # it was not there before
    assert peaks.read("line", {"out": 0.9}) == {"out": 0.9}
    assert peaks.read("line", {"out": 0.2}) == {"out": 0.2}
    assert peaks.read("meter", {"out": 0.3}) == {"out": 0.9}


def test_a_page_and_a_terminal_see_the_same_peak(tmp_path):
    synth = ddsp_live.Synth(str(make_patch(tmp_path / "tiny.ddsp")), voices=2)
    synth.input.follow("follow")
    for reader in ("page", ""):
        synth.stats(reader)
    synth.note_on(69)
    heard = np.zeros(9600, np.float32)
    heard[5000] = -0.75
    highest = np.abs(synth.render(9600, heard)).max()
    for reader in ("page", ""):
        stats = synth.stats(reader)
        assert (stats.peak, stats.input.peak) == (pytest.approx(highest), 0.75)
        assert synth.stats(reader).peak == 0
