"""The table from amplitude to loudness is the inverse of the one that was measured."""

import numpy as np
import pytest
import units

ffi, lib = units.load("expression/loudness_map.h")

PITCHES, LEVELS = lib.MAP_PITCHES, lib.MAP_LEVELS
LOW, HIGH = -50.0, -10.0
LOUDNESS = np.linspace(LOW, HIGH, LEVELS)


def made(column):
    """A map whose column at pitch p holds amplitude_db = column(p, loudness)."""
    table = ffi.new("LoudnessMap *", [1, 40.0, 80.0, LOW, HIGH])
    for i, pitch in enumerate(np.linspace(40, 80, PITCHES)):
        table.amplitude_db[i] = column(pitch, LOUDNESS).tolist()
    return table


def curve(pitch, loudness):
    return 0.9 * loudness + 0.004 * loudness**2 + 0.1 * (pitch - 60)


@pytest.mark.parametrize("pitch", [40, 47.5, 60, 72, 80])
@pytest.mark.parametrize("loudness", [-48.0, -33.3, -20.0, -12.0])
def test_it_inverts_what_was_measured(pitch, loudness):
    expected = np.interp(
        np.interp(loudness, LOUDNESS, curve(pitch, LOUDNESS)), curve(pitch, LOUDNESS), LOUDNESS
    )
    amplitude_db = np.interp(loudness, LOUDNESS, curve(pitch, LOUDNESS))
    assert lib.loudness_for(made(curve), pitch, amplitude_db) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("beyond", [-30, -1, 1, 12])
def test_beyond_the_table_a_db_is_a_db(beyond):
    edge = LOW if beyond < 0 else HIGH
    assert lib.loudness_for(made(curve), 60, curve(60, edge) + beyond) == pytest.approx(
        edge + beyond, abs=1e-3
    )


def test_pitches_beyond_the_table_are_its_ends():
    assert lib.loudness_for(made(curve), 20, -30) == lib.loudness_for(made(curve), 40, -30)
    assert lib.loudness_for(made(curve), 120, -30) == pytest.approx(
        lib.loudness_for(made(curve), 80, -30), abs=0.02
    )


def test_without_a_table_the_amplitude_is_the_loudness():
    assert lib.loudness_for(ffi.new("LoudnessMap *"), 60, -23) == -23
