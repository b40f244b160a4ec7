"""A key that takes over a voice in legato brings its own velocity, attributes, length and seed."""

import ddsp_live
import numpy as np
import pytest

RATE = 48000
SECOND = RATE // 2 + 37  # sample of the second key
MODES = {
    "mode": ({"mode": "legato"}, ()),
    "controller 68": ({}, [(68, 127, 0)]),
    "a member of an MPE zone": ({"mpe": 8, "map": "keyboard"}, [(68, 127, 1)]),
}


def pair(velocity, how="mode", patch="alto-saxophone", first=60, second=64, seed=0, **note):
    """The second of two slurred notes, float64 [samples]."""
    options, controllers = MODES[how]
    synth = ddsp_live.Synth(patch, voices=2, seed=seed, **options)
    channel = 1 if "mpe" in options else 0
    for number, value, on in controllers:
        synth.control_change(number, value, on, time=0)
    synth.note_on(first, 64, channel, time=0)
    synth.note_on(second, velocity, channel, time=SECOND, **note)
    synth.note_off(first, channel=channel, time=SECOND + 100)
    return synth.render(SECOND + RATE)[SECOND:, 0].astype(np.float64)


def alone(velocity, patch="alto-saxophone", second=64, **note):
    synth = ddsp_live.Synth(patch, voices=2)
    synth.note_on(second, velocity, time=0, **note)
    return synth.render(RATE)[:, 0].astype(np.float64)


def level(audio, first=0.15, last=0.9):
    return 10 * np.log10(np.mean(audio[int(first * RATE) : int(last * RATE)] ** 2))


@pytest.mark.parametrize("how", MODES)
def test_a_slurred_note_is_as_loud_as_its_own_key_was_struck(how):
    levels = [level(pair(velocity, how)) for velocity in (20, 60, 110)]
    wanted = [level(alone(velocity)) for velocity in (20, 60, 110)]
    np.testing.assert_allclose(levels, wanted, atol=1.0)
    assert levels[2] - levels[0] > 6


def test_the_level_goes_over_without_a_jump():
    audio = pair(127, first=60, second=61)
    softer = pair(10, first=60, second=61)
    for heard in (audio, softer):
        frames = 10 * np.log10(np.mean(heard[: RATE // 4 // 192 * 192].reshape(-1, 192) ** 2, axis=1))
        assert np.max(np.abs(np.diff(frames))) < 6


def test_a_slurred_note_has_its_own_volume():
    heard = [level(pair(64, attributes={"volume": volume})) for volume in (0.9, 1.1, 1.25)]
    wanted = [level(alone(64, attributes={"volume": volume})) for volume in (0.9, 1.1, 1.25)]
    np.testing.assert_allclose(heard, wanted, atol=1.0)


def test_a_slurred_note_swells_to_its_own_peak():
    """Against the same note without a swell, by the mean power of four seeds: the top is flat, and chance moves it."""

    def power(**attributes):
        played = [pair(64, seed=seed, attributes=attributes, seconds=1.0) for seed in range(4)]
        return np.mean([audio[: RATE // 960 * 960].reshape(-1, 960) ** 2 for audio in played], axis=(0, 2))

    even = power(volume_fluctuation=0.0)
    for peak in (0.2, 0.8):
        swell = power(volume_fluctuation=0.15, volume_peak_position=peak) / even
        assert np.argmax(swell) / len(swell) == pytest.approx(peak, abs=0.08)


def test_going_back_to_a_key_that_is_still_down_goes_back_to_its_strength():
    def back(velocity):
        synth = ddsp_live.Synth("alto-saxophone", mode="legato")
        synth.note_on(60, velocity, time=0)
        synth.note_on(64, 64, time=RATE // 2)
        synth.note_off(64, time=RATE)
        return level(synth.render(2 * RATE)[RATE:, 0].astype(np.float64))

    def held(velocity):
        return level(alone(velocity, second=60))

    np.testing.assert_allclose([back(20), back(110)], [held(20), held(110)], atol=1.0)


@pytest.mark.parametrize("block", [1, 7, 480, 4096])
def test_any_blocks_give_the_same_slurs(block):
    def play(size):
        synth = ddsp_live.Synth("alto-saxophone", mode="legato", sample_rate=16000)
        for i, (note, velocity) in enumerate(((60, 30), (64, 120), (62, 70), (67, 90), (60, 10))):
            synth.note_on(
                note, velocity, time=3 + 371 * i, attributes={"brightness": 0.3 + 0.1 * i} if i % 2 else {}
            )
        total, parts = 4096 if block > 1 else 2100, []
        while total > 0:
            parts.append(synth.render(min(size, total)))
            total -= size
        return np.concatenate(parts)

    np.testing.assert_array_equal(play(block), play(64)[: len(play(block))])
