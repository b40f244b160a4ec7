"""A second-order section against SciPy, and its gradients against finite differences."""

import numpy as np
import pytest
import units
from scipy.signal import sosfilt

ffi, lib = units.load("api/biquad_grad.h")
SECTION = np.array([0.3, -0.2, 0.15, -1.2, 0.7])  # b0 b1 b2 a1 a2
ROWS, SIZE = 2, 40


def pointer(array):
    return units.pointer(ffi, array, "double")


def filtered(section, x, state):
    """(y, the state after) of signals [rows, size]."""
    x, y, state = np.ascontiguousarray(x), np.empty_like(x), np.array(state)
    lib.biquad_filter(pointer(np.array(section)), pointer(state), pointer(x), pointer(y), *x.shape)
    return y, state


@pytest.fixture
def case():
    rng = np.random.default_rng(3)
    return rng.normal(size=(ROWS, SIZE)), rng.normal(size=(ROWS, 2)), rng.normal(size=(ROWS, SIZE))


def test_filters_as_scipy_does(case):
    x, state, _ = case
    sos = np.array([[*SECTION[:3], 1.0, *SECTION[3:]]])
    y, after = filtered(SECTION, x, state)
    wanted, last = sosfilt(sos, x, zi=state[None])
    np.testing.assert_allclose(y, wanted, rtol=1e-12)
    np.testing.assert_allclose(after, last[0], rtol=1e-12)


def test_gradients_are_those_of_finite_differences(case):
    x, state, to_y = case
    y, _ = filtered(SECTION, x, state)
    to_x, to_state, to_section = np.empty_like(x), np.empty_like(state), np.zeros(5)
    lib.biquad_gradient(
        pointer(SECTION.copy()), *map(pointer, (x, y, to_y, to_x, to_state, to_section)), ROWS, SIZE
    )

    def loss(section, x, state):
        return float((filtered(section, x, state)[0] * to_y).sum())

    def differences(of, at, step=1e-6):
        found = np.empty_like(at)
        for i in np.ndindex(at.shape):
            up, down = at.copy(), at.copy()
            up[i] += step
            down[i] -= step
            found[i] = (of(up) - of(down)) / (2 * step)
        return found

    np.testing.assert_allclose(to_section, differences(lambda s: loss(s, x, state), SECTION), rtol=1e-6)
    np.testing.assert_allclose(to_x, differences(lambda v: loss(SECTION, v, state), x), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(
        to_state, differences(lambda v: loss(SECTION, x, v), state), rtol=1e-6, atol=1e-8
    )
