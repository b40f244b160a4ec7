"""What a spectrum says of its source: signals whose partials are known."""

import numpy as np
import pytest
from ddsp_live.tools.analysis.pitch import Track
from ddsp_live.tools.analysis.timbre import (
    CHORD_DB,
    chord_db,
    line_of,
    partials,
    several_notes,
    unexplained,
    voiced_spectra,
)

RATE = 44100
LEVELS = 1 / np.arange(1, 13)


def tone(f0_hz, seconds=1.5):
    at = np.arange(round(seconds * RATE)) / RATE
    return 0.1 * sum(a * np.sin(2 * np.pi * k * f0_hz * at) for k, a in enumerate(LEVELS, 1))


def track_of(f0_hz, seconds=1.5, voiced=True):
    frames = round(seconds / 0.016)
    marks = np.full(frames, voiced)
    return Track(
        0.016 * np.arange(frames),
        np.full(frames, float(f0_hz)),
        marks.astype(float),
        marks,
        marks,
        ~marks,
        np.zeros(frames),
    )


def spectra_of(audio, track):
    return voiced_spectra(line_of(audio, RATE, track), track)


@pytest.mark.parametrize("f0_hz", [110.0, 233.0, 440.0])
def test_partials_are_read_at_their_levels(f0_hz):
    found = partials(spectra_of(tone(f0_hz), track_of(f0_hz)))
    assert np.abs(found - 20 * np.log10(LEVELS)).max() < 0.5


def test_one_voice_is_explained_and_two_are_not():
    one = spectra_of(tone(220), track_of(220))
    two = spectra_of(tone(220) + tone(220 * 2 ** (3 / 12)), track_of(220))
    assert unexplained(one) < 0.02 < 0.2 < unexplained(two)
    assert chord_db(one) < CHORD_DB < chord_db(spectra_of(tone(220) + tone(330), track_of(110)))


def test_the_second_voice_is_found_where_it_sounds():
    audio = tone(220, 3.0)
    audio[RATE : 2 * RATE] += tone(311, 1.0)
    track = track_of(220, 3.0)
    several = several_notes(line_of(audio, RATE, track), track)
    assert several[(track.times > 1.2) & (track.times < 1.8)].all()
    assert not several[(track.times < 0.7) | (track.times > 2.3)].any()


def test_nothing_voiced_is_no_voice():
    track = track_of(220, voiced=False)
    line = line_of(np.zeros(RATE, np.float32), RATE, track)
    spectra = voiced_spectra(line, track)
    assert unexplained(spectra) == chord_db(spectra) == 0
    assert (partials(spectra) == 0).all() or (partials(spectra) <= 0).all()
    assert not several_notes(line, track).any()
