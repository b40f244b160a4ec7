"""Every factory patch loads, says what it must, plays and renders."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.midi.phrase import phrase
from ddsp_live.patch import list_patches
from ddsp_live.render import render_events

FACTORY = [entry.name for entry in list_patches()]
LARGEST_BYTES = 1_000_000


@pytest.fixture(params=FACTORY)
def patch(request):
    return ddsp_live.load_patch(request.param)


def test_it_is_small_and_says_where_it_comes_from(patch):
    assert patch.path.stat().st_size <= LARGEST_BYTES
    source = patch.info["source"]
    assert all(source[key] for key in ("recordings", "licence", "url")) and len(patch.licence) > 50
    assert patch.pitch_high - patch.pitch_low > 5 and patch.loudness_high - patch.loudness_low >= 3


def test_it_plays_every_key_of_its_range_and_falls_silent(patch):
    synth = ddsp_live.Synth(patch, sample_rate=44100, voices=4)
    low, high = round(patch.pitch_low), round(patch.pitch_high)
    for key in np.linspace(low, high, 4).round().astype(int):
        synth.note_on(int(key), velocity=100)
        sound = synth.render(8820)
        assert np.isfinite(sound).all() and 0.003 < np.abs(sound[2205:]).max() <= 1
        synth.note_off(int(key))
        synth.render(8820)
    synth.render(44100)
    assert np.abs(synth.render(4410)).max() < 1e-3


def test_it_renders_the_phrase_the_same_twice(patch):
    events = [event for event in phrase() if event[0] < 1.0]
    first, second = (
        render_events(events, ddsp_live.Synth(patch, sample_rate=44100, voices=8, seed=3)) for _ in range(2)
    )
    assert np.array_equal(first, second) and np.sqrt(np.mean(np.square(first))) > 1e-3
