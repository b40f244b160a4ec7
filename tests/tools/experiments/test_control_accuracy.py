"""What the measuring command makes of controls that are known."""

import numpy as np
import pytest
from ddsp_live import Synth, load_patch
from ddsp_live.kernel.frame_log import Recorder
from ddsp_live.performance.units import NAMES
from ddsp_live.tools.experiments.control_accuracy import RATE, REST, SPANS, figures, passes

PITCHES, VALUES = 3, 5


def heard_as(mixing):
    """A sweep of each attribute from 0 to 1, whose six are heard as `mixing` [6, 6] times those asked for."""
    asked = {name: np.tile(np.linspace(0, 1, VALUES), (PITCHES, 1)) for name in NAMES}
    found = {}
    for i, name in enumerate(NAMES):
        wanted = np.zeros((PITCHES, VALUES, len(NAMES)))
        wanted[:, :, i] = asked[name]
        found[name] = wanted @ mixing.T + np.arange(PITCHES)[:, None, None]
    return asked, found


def test_what_is_heard_as_asked_passes_whatever_a_pitch_has_by_itself():
    measured = figures(*heard_as(0.7 * np.eye(6)))
    assert passes(measured)
    assert all(
        row["r"] == pytest.approx(1) and row["slope"] == pytest.approx(0.7) for row in measured.values()
    )
    assert all(row["change"] == pytest.approx(0) for row in measured.values())


def test_an_attribute_that_moves_another_is_told_with_its_share():
    mixing = np.eye(6)
    mixing[5, 0] = 0.3
    row = figures(*heard_as(mixing))["volume"]
    assert (row["most_changed"], row["change"]) == (NAMES[5], pytest.approx(0.3))


def test_an_attribute_that_goes_the_wrong_way_does_not_pass():
    mixing = np.eye(6)
    mixing[3, 3] = -1
    measured = figures(*heard_as(mixing))
    assert measured["vibrato"]["r"] == pytest.approx(-1)
    assert not passes(measured)


def test_attack_noise_leaves_the_level_of_the_partials_alone():
    """By the frames that the kernel plays: what is heard of an attack beneath its noise is less sure than that."""
    patch = load_patch("alto-saxophone")
    spans = SPANS["volume_fluctuation"]
    own, others = [], []
    for key in (52, 58, 64, 71, 77):
        own.append([fluctuation(patch, key, {"volume_fluctuation": value}) for value in spans])
        others.append([fluctuation(patch, key, {"attack_noise": value}) for value in (0.95, 1.35, 1.75)])
    assert np.ptp(np.mean(others, axis=0)) < 0.05 * np.ptp(np.mean(own, axis=0))


def fluctuation(patch, key: int, changed: dict[str, float]) -> float:
    """Of a note that is at rest but for `changed`, over the frames that end within it."""
    synth = Synth(patch, sample_rate=RATE, voices=1)
    recorder = Recorder(synth, seconds=1.1)
    wanted = REST | {"volume": 1.25, "attack_noise": 1.35} | changed
    synth.note_on(key, 80, time=0, attributes=wanted, seconds=1.0)
    synth.render(RATE)
    recorder.take()
    return 2.5 / 60 * np.std(20 * np.log10(np.maximum(recorder.controls()["amplitude"], 1e-4)))
