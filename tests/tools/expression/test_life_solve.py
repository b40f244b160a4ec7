"""From variances in bands to processes: what they have together is what was asked for."""

import numpy as np
from ddsp_live.performance.life import SPEEDS
from ddsp_live.tools.analysis.movement import BANDS_HZ
from ddsp_live.tools.expression.life_solve import deviations, unit_variances


def test_known_deviations_are_found_again():
    units = unit_variances(5.0)[: len(SPEEDS), : len(BANDS_HZ)]
    given = np.array([1.0, 0.5, 0.3, 0.2])
    found = np.array(deviations(units, given**2 @ units, [5.0] * 4))
    np.testing.assert_allclose(found**2 @ units, given**2 @ units, rtol=0.1)


def test_nothing_passes_its_limit():
    units = unit_variances(5.0)[: len(SPEEDS), : len(BANDS_HZ)]
    assert max(deviations(units, np.full(len(BANDS_HZ), 1e4), [2.0, 1.0, 0.5, 0.25])) <= 2.0


def test_processes_move_at_their_own_speeds():
    units = unit_variances(5.0)
    slow, fast = units[: len(SPEEDS), 0], units[: len(SPEEDS), 3]
    assert np.all(np.diff(slow / fast) < 0)  # slower ones first
    around = units[:, -1] / units.sum(1)
    assert around.argmax() == len(SPEEDS)  # the vibrato's
