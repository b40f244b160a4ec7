"""The player's hands on notes that sound: heard at once, without clicks, by the map that was asked for."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.midi import messages
from ddsp_live.modulation.matrix import PRESETS, ModRoute
from ddsp_live.modulation.matrix_file import MapError
from make_patch import make_patch

RATE, HOP, BLOCK = 48000, 192, 64
MOVED_AT = 30011  # a sample that is on no grid


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "test.ddsp"))


def play(patch, *moves, map="keyboard", seconds=1.0, block=None, at=MOVED_AT, channel=0):
    """A note that sounds while messages come at one sample."""
    synth = ddsp_live.Synth(patch, map=map)
    synth.note_on(57, 80, channel=channel, time=0)
    for raw in moves:
        synth.send(raw, time=at)
    count = int(seconds * RATE)
    if block is None:
        return synth.render(count)
    return np.concatenate([synth.render(min(block, count - i)) for i in range(0, count, block)])


GESTURES = {
    "cc1": messages.control_change(1, 127),
    "cc2": messages.control_change(2, 60),
    "cc7": messages.control_change(7, 40),
    "cc10": messages.control_change(10, 0),
    "cc11": messages.control_change(11, 60),
    "cc74": messages.control_change(74, 127),
    "pressure": messages.channel_pressure(127),
    "key_pressure": messages.poly_pressure(57, 127),
    "bend": messages.pitch_bend(8191),
}


@pytest.mark.parametrize("gesture", GESTURES)
def test_a_gesture_is_heard_within_one_frame_and_one_block(patch, gesture):
    """Against the same note left alone: equal before, and audibly another within 192 + 64 samples."""
    alone, moved = play(patch), play(patch, GESTURES[gesture])
    np.testing.assert_array_equal(alone[:MOVED_AT], moved[:MOVED_AT])
    soon = slice(MOVED_AT, MOVED_AT + HOP + BLOCK)
    level = np.abs(alone[soon]).max()
    assert np.abs(alone[soon] - moved[soon]).max() > 1e-3 * level


MOVES = {
    "volume": (0.0, 1.0),
    "level": (0.0, -20.0),
    "volume_fluctuation": (0.0, 12.0),
    "vibrato": (0.0, 100.0),
    "brightness": (0.0, 1.0),
    "pitch": (0.0, 5.0),
    "gain": (0.0, -20.0),
    "pan": (0.0, 1.0),
}


@pytest.mark.parametrize("target", MOVES)
def test_what_sounds_follows_each_target(patch, target):
    map = (ModRoute("velocity", "volume", 0.0, 1.0), ModRoute("cc20", target, *MOVES[target]))
    alone, moved = play(patch, map=map), play(patch, GESTURES["cc1"], map=map)
    np.testing.assert_array_equal(alone, moved)  # a controller that is not in the map does nothing
    moved = play(patch, messages.control_change(20, 127), map=map)
    np.testing.assert_array_equal(alone[:MOVED_AT], moved[:MOVED_AT])
    assert np.abs(alone - moved)[MOVED_AT + HOP + BLOCK :].max() > 0.01 * np.abs(alone).max()


def test_attack_noise_is_moved_while_the_attack_sounds(patch):
    at = 480  # 10 ms into the note
    alone, moved = play(patch, at=at), play(patch, messages.control_change(22, 127), at=at)
    np.testing.assert_array_equal(alone[:at], moved[:at])
    assert np.abs(alone - moved)[at : at + HOP + BLOCK].max() > 1e-3 * np.abs(alone).max()


def test_every_voice_has_its_own_hands(patch):
    """Key pressure on one of two keys: the sum is the louder one and the other as it was."""

    def notes(keys, pressed=()):
        synth = ddsp_live.Synth(patch)
        for key in keys:
            synth.note_on(key, 40, time=0)
        for key in pressed:
            synth.pressure(127, note=key, time=MOVED_AT)
        return synth.render(RATE).astype(np.float64)

    spectrum = lambda audio: np.abs(np.fft.rfft(audio[RATE // 2 + 8000 :, 0] * np.hanning(RATE // 2 - 8000)))  # noqa: E731
    hertz = np.fft.rfftfreq(RATE // 2 - 8000, 1 / RATE)
    near = lambda note: np.abs(hertz - 440 * 2 ** ((note - 69) / 12)) < 4  # noqa: E731
    before, after = spectrum(notes((57, 63))), spectrum(notes((57, 63), pressed=(57,)))
    assert after[near(57)].max() > 1.5 * before[near(57)].max()
    assert after[near(63)].max() == pytest.approx(before[near(63)].max(), rel=0.02)


def steps(audio):
    """The largest second difference: a click in the level of a slow sound stands out of it."""
    return np.abs(np.diff(audio[:, 0].astype(np.float64), 2)).max()


@pytest.mark.parametrize("gesture", ["cc7", "cc10", "cc11", "cc74", "pressure"])
def test_a_sudden_move_makes_no_click(patch, gesture):
    quiet = ModRoute("velocity", "volume", 0.0, 1.0)
    map = (quiet, *(row for row in PRESETS["keyboard"] if row.gesture == gesture))
    alone, moved = play(patch, map=map), play(patch, GESTURES[gesture], map=map)
    settled = moved[MOVED_AT + RATE // 5 :]
    around = moved[MOVED_AT - 100 : MOVED_AT + 2000]
    assert steps(around) < 1.5 * max(steps(alone[RATE // 4 : MOVED_AT]), steps(settled))


def test_a_fast_sweep_is_as_smooth_as_its_ends(patch):
    """128 steps within a quarter of a second."""
    synth = ddsp_live.Synth(patch)
    synth.note_on(57, 127, time=0)
    for value in range(128):
        synth.control_change(11, 127 - value, time=MOVED_AT + value * 90)
    audio = synth.render(RATE)
    assert steps(audio[MOVED_AT : MOVED_AT + 128 * 90]) < 1.2 * steps(audio[RATE // 4 : MOVED_AT])


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("block", [1, 37, 64, 4096])
def test_any_split_into_blocks_gives_the_same_samples(patch, preset, block):
    moves = [messages.control_change(2, 90), *GESTURES.values()]
    whole = play(patch, *moves, map=preset, seconds=0.7, at=3011)
    np.testing.assert_array_equal(play(patch, *moves, map=preset, seconds=0.7, block=block, at=3011), whole)


def test_another_map_counts_for_what_sounds(patch):
    synth = ddsp_live.Synth(patch)
    synth.note_on(57, 100)
    synth.control_change(20, 127)
    before = synth.render(RATE // 2)
    synth.map = (*PRESETS["keyboard"][:1], ModRoute("cc20", "level", 0.0, -40.0))
    after = synth.render(RATE // 2)
    assert np.abs(after[-4800:]).max() < 0.05 * np.abs(before[-4800:]).max()


def test_a_map_that_is_wrong_leaves_the_one_before(patch):
    synth = ddsp_live.Synth(patch, map="wind")
    with pytest.raises(MapError):
        synth.map = [ModRoute("cc20", "colour", 0.0, 1.0)]
    assert synth.map == PRESETS["wind"]


def test_wind_breathes_from_silence_to_the_patchs_loudest(patch):
    breath = [play(patch, messages.control_change(2, value), map="wind", at=0) for value in (0, 40, 127)]
    silent, soft, loud = (np.abs(audio[RATE // 2 :]).max() for audio in breath)
    assert silent < 1e-5
    assert loud > 2 * soft > 0


def test_velocity_says_how_loud_by_the_maps_range(patch):
    synth = ddsp_live.Synth(patch, map=[ModRoute("velocity", "volume", 1.0, 0.0)])
    assert synth.volume(57, 1) == pytest.approx(ddsp_live.Synth(patch).volume(57, 127))
