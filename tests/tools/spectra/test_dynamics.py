"""Dynamics that were made equally loud, laid over the range that their family has."""

from pathlib import Path

import numpy as np
import pytest
from ddsp_live.tools.analysis.takes import Take
from ddsp_live.tools.spectra.dynamics import family_slopes, layer_steps, levelled, loudness_of
from ddsp_live.tools.spectra.measure import loud_part, read_spectrum

RATE, FRAMES = 16000, 100


def take(midi, dynamic, loudness_db=-20.0, softer_db=0.0):
    """A note whose timbre, but not whose level, is that of brass played so many dB softer."""
    f0_hz = 440 * 2 ** ((midi - 69) / 12)
    order = np.arange(1, int(0.48 * RATE / f0_hz) + 1)
    slopes = family_slopes("brass", "tuba", midi + 12 * np.log2(order), midi + 14.0)
    levels = 10 ** ((-3.0 * order - softer_db * slopes + loudness_db) / 20)
    time = np.arange(FRAMES * RATE // 250) / RATE
    audio = (levels[:, None] * np.sin(2 * np.pi * f0_hz * order[:, None] * time)).sum(0)
    steady = np.ones(FRAMES, np.float32)
    return Take(
        *(Path(f"{midi}-{dynamic}.wav"), RATE, 250, audio.astype(np.float32), np.float32(f0_hz) * steady),
        *(steady, steady > 0, np.float32(loudness_db) * steady, 0.0),
    )


def layers(**how):
    return [
        take(midi, dynamic, **how.get(dynamic, {})) for midi in range(50, 60, 2) for dynamic in ("p", "f")
    ]


def test_brass_is_laid_out_by_its_timbre():
    steps = layer_steps(layers(p={"softer_db": 12.0}), "brass", "tuba")
    assert steps["f"] == 0 and 7 < -steps["p"] < 17


def test_layers_that_timbre_says_nothing_of_are_laid_out_evenly():
    assert layer_steps(layers(), "brass", "tuba") == {"p": -18.0, "f": 0.0}
    assert layer_steps(layers(), "flute", "flute") == {"p": -8.0, "f": 0.0}


@pytest.mark.parametrize(
    ("takes", "family"),
    [
        (layers(p={"loudness_db": -30.0}), "brass"),
        (layers(), None),
        (layers(), "voice"),
        ([take(50, "f"), take(52, "f")], "brass"),
    ],
    ids=["true levels", "no family", "no range", "one dynamic"],
)
def test_levels_that_say_something_stay(takes, family):
    assert layer_steps(takes, family, "tuba") is None


def test_a_take_is_moved_with_its_loudness():
    loud, soft = layers()[1], layers()[0]
    again = levelled([loud, soft], {"p": -8.0, "f": 0.0})
    assert again[0] is loud and loudness_of(again[1]) == pytest.approx(-28.0)
    np.testing.assert_allclose(again[1].audio, soft.audio * 10 ** (-0.4), rtol=1e-5)
    assert levelled([loud], None)[0] is loud
    spectra = [read_spectrum(loud_part(x)).partials for x in (soft, again[1])]
    np.testing.assert_allclose(spectra[0][:10], spectra[1][:10], atol=0.1)  # in relation to the loudness
