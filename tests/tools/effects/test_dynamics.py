"""The compressor between two recordings: our own, one that is not, and derivatives against differences."""

import numpy as np
import pytest
from ddsp_live.effects import Rack
from ddsp_live.kernel.rack import RackProcessor
from ddsp_live.tools.effects.dynamics import _step, fit_compressor

RATE = 44100


def notes(seconds=4):
    """Tones that swell and stop, as a player's."""
    time = np.arange(int(seconds * RATE)) / RATE
    swell = np.interp(time % 1, [0, 0.05, 0.4, 0.7, 0.75], [0, 1, 0.5, 0.6, 0]) * (
        0.15 + 0.85 * (time // 1 % 3) / 2
    )
    return swell * sum(np.sin(2 * np.pi * 220 * k * time) / k for k in range(1, 9)) / 2


def compressed(sound, **settings):
    rack = Rack(compressor_on=1, **{f"compressor_{name}": value for name, value in settings.items()})
    return RackProcessor(rack, RATE).process(np.stack([sound, sound], 1).astype(np.float32))[:, 0]


@pytest.mark.parametrize("order", ["gain", "level"])
@pytest.mark.parametrize(
    "asked",
    [
        {"threshold": -24.0, "ratio": 4.0, "attack": 5.0, "release": 120.0, "makeup": 3.0},
        {"threshold": -30.0, "ratio": 8.0, "attack": 1.0, "release": 300.0, "makeup": 0.0},
    ],
)
def test_our_own_compressor_is_found(order, asked):
    dry = notes()
    found = fit_compressor(dry, compressed(dry, order=order, **asked), RATE, order)
    for name, value in asked.items():
        assert found.settings[f"compressor_{name}"] == pytest.approx(value, rel=1e-3, abs=2e-3), name
    assert found.error < 1e-7 and found.steps < 40


def test_pedalboards_compressor_is_found_in_a_dozen_steps():
    pedalboard = pytest.importorskip("pedalboard")
    dry = notes().astype(np.float32)
    unit = pedalboard.Compressor(threshold_db=-24, ratio=4, attack_ms=5, release_ms=120)
    found = fit_compressor(dry, unit.process(dry, RATE), RATE, "level")
    wanted = {"threshold": -24.0, "ratio": 4.0, "attack": 5.0, "release": 120.0}
    for name, value in wanted.items():
        assert found.settings[f"compressor_{name}"] == pytest.approx(value, rel=1e-3), name


@pytest.mark.parametrize("order", ["gain", "level"])
def test_derivatives_are_those_of_differences(order):
    dry = notes(0.3) + 1e-3 * np.random.default_rng(0).normal(size=int(0.3 * RATE))
    wet, place = 0.5 * dry, np.array([-25.0, 0.3, np.log(4.0), np.log(90.0), 2.0])
    energy, _, down = _step(dry, wet, RATE, order, place)
    for j in range(5):
        moved = []
        for step in (-1e-5, 1e-5):
            there = place.copy()
            there[j] += step
            moved.append(_step(dry, wet, RATE, order, there)[0])
        assert (moved[1] - moved[0]) / 2e-5 == pytest.approx(2 * down[j], rel=1e-4, abs=1e-6 * energy)


def test_what_the_sound_says_nothing_of_is_said_to_be_uncertain():
    soft = 1e-3 * notes(1)  # below any threshold
    found = fit_compressor(soft, soft, RATE, "gain")
    assert found.error < 1e-6 and max(found.uncertain["attack"], found.uncertain["release"]) > 0.5
