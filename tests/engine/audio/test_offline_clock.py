"""The device that nobody hears keeps time and loses nothing."""

import time

import ddsp_live
import numpy as np
import pytest
from ddsp_live.audio.offline_clock import NullDevice
from make_patch import make_patch


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "tiny.ddsp"))


def played(synth, samples):
    device = NullDevice(synth, keep=True)
    device.start()
    end = time.monotonic() + 20
    while synth.stats().position < samples and time.monotonic() < end:
        time.sleep(0.01)
    device.stop()
    return device.audio


@pytest.mark.parametrize("block", [32, 100])
def test_it_plays_what_would_be_rendered(patch, block):
    live, offline = (ddsp_live.Synth(patch, block_size=block, seed=3) for _ in range(2))
    for synth in (live, offline):
        synth.note_on(69, time=1000)
        synth.note_off(69, time=9000)
    audio = played(live, 12000)
    assert len(audio) % block == 0
    assert np.array_equal(audio, offline.render(len(audio)))


def test_it_is_never_faster_than_the_clock(patch):
    synth = ddsp_live.Synth(patch, sample_rate=32000)
    begin = time.monotonic()
    audio = played(synth, 8000)
    assert len(audio) / 32000 <= time.monotonic() - begin + 2 * 64 / 32000


def test_it_stops_when_told_to(patch):
    synth = ddsp_live.Synth(patch)
    played(synth, 1000)
    position = synth.stats().position
    time.sleep(0.05)
    assert synth.stats().position == position


def test_without_keep_it_keeps_nothing(patch):
    synth = ddsp_live.Synth(patch)
    device = NullDevice(synth)
    device.start()
    device.stop()
    assert device.audio.shape == (0, 2)
