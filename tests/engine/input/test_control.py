"""The microphone as a controller: keys play, the voice shapes, and without a voice nothing changes."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.cli import main
from ddsp_live.cli.input_options import choose_map
from ddsp_live.modulation.matrix import INPUTS, PRESETS, ModRoute
from ddsp_live.modulation.matrix_file import MapError, find_map, read_map, write_map
from make_patch import make_patch

RATE, BLOCK = 48000, 64
STILL = {"life": 0.0, "expression": 0.0, "performer": 0.0}


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "test.ddsp"))


def hum(hz, level_db, seconds, vibrato=0.0):
    """A voice's sound: partials that fall, a level in dB that may change, a vibrato of 6 Hz in semitones."""
    t = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(hz * 2 ** (vibrato / 12 * np.sin(2 * np.pi * 6 * t))) / RATE
    level = 0.7 * 10 ** (np.broadcast_to(level_db, t.shape) / 20)
    return (level * sum(np.sin(k * phase) / k for k in range(1, 12))).astype(np.float32)


def controlled(patch, map="voice", mode="control", **options):
    synth = ddsp_live.Synth(patch, sample_rate=RATE, block_size=BLOCK, voices=2, map=map, **STILL, **options)
    if mode:
        synth.input.follow(mode, loudest_db=-16.0)
    return synth


def played(synth, voice, note=69, block=BLOCK):
    """A held key, and what comes in meanwhile."""
    synth.note_on(note, 90, time=0)
    pieces = [
        synth.render(len(piece), input=piece) for piece in np.split(voice, range(block, len(voice), block))
    ]
    return np.concatenate(pieces)


def level_db(audio, seconds=0.004):
    window = np.hanning(round(seconds * RATE))
    power = np.convolve(audio[:, 0].astype(float) ** 2, window / window.sum(), "same")
    return 10 * np.log10(power + 1e-12)


@pytest.mark.parametrize("hz", [110, 220, 440])
@pytest.mark.parametrize(("soft", "loud"), [(-40.0, -24.0), (-30.0, -24.0)])
def test_a_step_up_is_there_within_10_ms(patch, hz, soft, loud):
    step = np.where(np.arange(2 * RATE) < RATE, soft, loud)
    out = level_db(played(controlled(patch), hum(hz, step, 2), note=72))
    before, after = (
        out[int(0.8 * RATE) : int(0.95 * RATE)].mean(),
        out[int(1.1 * RATE) : int(1.3 * RATE)].mean(),
    )
    assert after - before > 4
    assert np.argmax(out[RATE:] > (before + after) / 2) / RATE < 0.010


@pytest.mark.parametrize("hz", [110, 220, 440])
def test_silence_shuts_within_30_ms(patch, hz):
    voice = hum(hz, -24.0, 1.5)
    voice[RATE:] = 0
    out = level_db(played(controlled(patch), voice))
    held = out[int(0.8 * RATE) : int(0.95 * RATE)].mean()
    assert np.argmax(out[RATE:] < held - 60) / RATE < 0.030
    assert out[int(1.2 * RATE) :].max() < held - 60


@pytest.mark.parametrize("kind", ["hum", "breath"])
def test_a_steady_voice_is_steady(patch, kind):
    noise = np.random.default_rng(0).normal(0, 0.05, 2 * RATE).astype(np.float32)
    out = level_db(played(controlled(patch), hum(110, -24.0, 2) if kind == "hum" else noise), seconds=0.02)
    assert np.abs(out[RATE : -RATE // 20] - out[RATE : -RATE // 20].mean()).max() < 1.0


@pytest.mark.parametrize("hz", [110, 220, 440])
def test_a_vibrato_follows_within_25_ms(patch, hz):
    synth, voice = controlled(patch), hum(hz, -24.0, 3, vibrato=0.5)
    synth.note_on(69, 90, time=0)
    pitch, times = [], []
    for first in range(0, len(voice), BLOCK):
        synth.render(BLOCK, input=voice[first : first + BLOCK])
        pitch.append(synth.voice_readings()[0].pitch - 69)
        times.append((first + BLOCK) / RATE)
    pitch, times = np.array(pitch)[RATE // BLOCK :], np.array(times)[RATE // BLOCK :]
    swing = 2 * np.mean(pitch * np.exp(-2j * np.pi * 6 * times))
    assert abs(swing) == pytest.approx(0.5, rel=0.1)
    lag = (-np.pi / 2 - np.angle(swing)) % (2 * np.pi) / (2 * np.pi * 6)
    assert lag < 0.025
    assert abs(pitch.mean()) < 0.02


@pytest.mark.parametrize("mode", [None, "off", "notes"])
def test_without_a_voice_the_map_plays_as_a_keyboard_bit_for_bit(patch, mode):
    plain = ddsp_live.Synth(patch, sample_rate=RATE, voices=2, **STILL)
    plain.note_on(69, 90, time=0)
    synth = controlled(patch, mode=mode)
    synth.note_on(69, 90, time=0)
    assert np.array_equal(synth.render(RATE // 2), plain.render(RATE // 2))


def test_a_map_without_the_input_does_not_hear_it_bit_for_bit(patch):
    plain = ddsp_live.Synth(patch, sample_rate=RATE, voices=2, **STILL)
    plain.note_on(69, 90, time=0)
    assert np.array_equal(
        played(controlled(patch, map="keyboard"), hum(220, -24.0, 0.3)), plain.render(14400)
    )


def test_off_leaves_no_trace(patch):
    synth, plain = controlled(patch), controlled(patch, mode=None)
    synth.render(RATE // 4, input=hum(220, -24.0, 0.25))
    synth.input.follow("off")
    plain.render(RATE // 4)
    for each in (synth, plain):
        each.note_on(69, 90, time=RATE // 4 + 500)
    assert np.array_equal(synth.render(RATE // 4), plain.render(RATE // 4))


def test_any_split_gives_the_same_bits(patch):
    voice = hum(180, np.linspace(-50, -20, RATE), 1, vibrato=0.4)
    whole = played(controlled(patch), voice, block=RATE)
    for block in (1000, 77):
        assert np.array_equal(whole, played(controlled(patch), voice, block=block))


def test_no_note_comes_from_the_voice(patch):
    synth = controlled(patch)
    assert np.abs(synth.render(RATE, input=hum(220, -20.0, 1))).max() == 0
    assert synth.input.notes() == []
    gestures = synth.stats().input.gestures
    assert list(gestures) == list(INPUTS)
    assert gestures["input_level"] > 0.5


def test_breath_teaches_the_range_too(patch):
    synth = controlled(patch)
    synth.input.follow("control", loudest_db="auto")
    breath = np.random.default_rng(0).normal(0, 0.01, RATE).astype(np.float32)
    before = None
    for _ in range(12):
        synth.render(RATE, input=breath)
        synth.input.adapt(1.0)
        before = before or synth.stats().input.gestures["input_level"]
    assert synth.stats().input.gestures["input_level"] > before + 0.1


@pytest.mark.parametrize("channel", [1, 2])
def test_with_mpe_all_members_follow_once(patch, channel):
    synth = controlled(patch, mpe=4, map=(ModRoute("input_pitch", "pitch", -1.0, 1.0, "centred", 0.0, 64),))
    synth.note_on(69, 90, channel=channel, time=0)
    voice = hum(220, -24.0, 1)
    voice = np.concatenate([voice, hum(220 * 2 ** (0.5 / 12), -24.0, 0.06)])
    synth.render(len(voice), input=voice)
    assert synth.voice_readings()[0].pitch == pytest.approx(69.5, abs=0.1)


def test_a_map_of_ones_own_has_them(tmp_path):
    rows = (ModRoute("input_noise", "vibrato", 0.0, 30.0, default=20),)
    write_map(tmp_path / "mine.toml", rows)
    assert read_map(tmp_path / "mine.toml") == rows
    with pytest.raises(
        MapError, match="only MIDI moves the room; let input_level move the balance or the gain"
    ):
        find_map((ModRoute("input_level", "room", 0.0, 1.0),))


def test_the_preset_is_the_keyboards_besides_what_the_input_moves():
    own = {row for row in PRESETS["voice"] if row.gesture not in INPUTS}
    assert own == set(PRESETS["keyboard"])


def test_the_command_chooses_the_map(capsys):
    class Asked:
        input, input_mode, map, said = "", "control", "keyboard", set()

    asked = Asked()
    choose_map(asked)
    assert asked.map == "voice"
    asked.said, asked.map = {"map"}, "wind"
    choose_map(asked)
    assert asked.map == "wind"
    assert main(["play", "--input-mode", "hum"]) == 2
    assert "control" in capsys.readouterr().err
