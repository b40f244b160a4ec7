"""What is sung is played: pitch, dynamics, scales, notes, breath, and what goes wrong at the input."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.tools.analysis.yin import yin
from ddsp_live.tools.experiments.synthetic_melodies import melody

RATE = 48000


@pytest.fixture
def synth():
    made = ddsp_live.Synth("trumpet", sample_rate=RATE, voices=4)
    made.input.follow("follow", octave=0, loudest_db=-16)
    return made


def tone(hz, seconds, level=0.1):
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hz, int(seconds * RATE))) / RATE
    return (level * sum(np.sin(k * phase + k) / k for k in range(1, 10))).astype(np.float32)


def pitch_of(audio):
    times, f0_hz, depth = yin(audio[:, 0], RATE)
    return times, 69 + 12 * np.log2(f0_hz / 440), depth


def settled_pitch(audio):
    _, pitch, depth = pitch_of(audio[len(audio) // 2 :])
    return np.median(pitch[depth < 0.1])


def test_a_line_is_followed(synth):
    x, f0_hz, sounding = melody(RATE, 0, notes=12)
    times, pitch, _ = pitch_of(synth.render(len(x), x))
    at = np.round((times - 0.02) * RATE).astype(int).clip(0, len(x) - 1)
    true = 69 + 12 * np.log2(f0_hz[at] / 440)
    follows = np.abs(pitch - true)[sounding[at] & (times > 0.02)]
    assert np.mean(follows < 0.5) > 0.97
    assert np.mean(follows > 6) < 0.02  # steps come some milliseconds later or earlier than 20


def test_any_split_gives_the_same_samples():
    x, _, _ = melody(RATE, 1, notes=3)
    whole, cut = (ddsp_live.Synth("trumpet", voices=2) for _ in range(2))
    for synth in (whole, cut):
        synth.input.follow("follow", octave=1, snap=0.5)
    rng, parts, first = np.random.default_rng(0), [], 0
    while first < len(x):
        size = min(len(x) - first, int(rng.integers(1, 800)))
        parts.append(cut.render(size, x[first : first + size]))
        first += size
    np.testing.assert_array_equal(np.concatenate(parts), whole.render(len(x), x))


def test_louder_is_louder_and_silence_is_silent(synth):
    levels = [
        np.sqrt(np.mean(synth.render(RATE, tone(440, 1, level))[RATE // 2 :] ** 2))
        for level in (0.005, 0.02, 0.1)
    ]
    assert levels[0] < 0.6 * levels[1]
    assert levels[1] < 0.6 * levels[2]
    synth.render(RATE)
    assert np.abs(synth.render(RATE // 4)).max() < 1e-6  # a body may ring on, unheard
    assert synth.stats().sounding_voices == 0


def test_noise_speech_less_and_hum_play_nothing(synth):
    rng = np.random.default_rng(0)
    for x in (0.05 * rng.standard_normal(RATE), 0.01 * np.sin(2 * np.pi * 50 * np.arange(RATE) / RATE)):
        assert np.abs(synth.render(RATE, x.astype(np.float32))).max() < 1e-3


def test_keys_play_beside_it(synth):
    alone = ddsp_live.Synth("trumpet", sample_rate=RATE, voices=4)
    for each in (alone, synth):
        each.note_on(76, time=0)
    both = synth.render(RATE, tone(220, 1))
    spectrum = np.abs(np.fft.rfft(both[RATE // 2 :, 0] * np.hanning(RATE // 2)))
    for hz in (220, 440 * 2 ** (7 / 12)):
        around = slice(int(hz / 2) - 6, int(hz / 2) + 7)
        assert spectrum[around].max() > 20 * np.median(spectrum[:1000])


@pytest.mark.parametrize("snap, cents", [(0, 40), (0.5, 20), (1, 0)])
def test_snap_draws_to_the_scale(synth, snap, cents):
    synth.input.follow("follow", snap=snap, scale="C major")
    sung = 64.4  # 40 cents above e
    assert 100 * (
        settled_pitch(synth.render(RATE, tone(440 * 2 ** ((sung - 69) / 12), 1))) - 64
    ) == pytest.approx(cents, abs=6)


@pytest.mark.parametrize("octave", [-1, 0, 1])
def test_octaves(synth, octave):
    synth.input.follow("follow", octave=octave)
    assert settled_pitch(synth.render(RATE, tone(440, 1))) == pytest.approx(69 + 12 * octave, abs=0.1)


def test_a_bass_is_moved_into_the_trumpets_range():
    synth = ddsp_live.Synth("trumpet", voices=2)
    synth.input.follow("follow")
    for _ in range(3):
        synth.render(RATE, np.concatenate([tone(110, 0.8), np.zeros(RATE - int(0.8 * RATE), np.float32)]))
        synth.input.adapt(1.0)
    assert synth.stats().input.octave == 1
    assert settled_pitch(synth.render(RATE, tone(110, 1))) == pytest.approx(57, abs=0.1)


def test_a_calibration_is_kept():
    """After it, what is sung no longer changes how loud that is played."""
    synth = ddsp_live.Synth("trumpet", voices=2)
    synth.input.follow("follow", octave=0)
    synth.input.calibrate(2.0)
    for level in (0.003, 0.01):
        synth.render(RATE, tone(440, 1, level))
        synth.input.adapt(1.0)
    assert synth.stats().input.calibrating == 0
    before = synth.render(RATE, tone(440, 1, 0.01))[RATE // 2 :].std()
    for _ in range(4):
        synth.render(RATE, tone(440, 1, 0.2))
        synth.input.adapt(1.0)
    synth.render(RATE)
    assert synth.render(RATE, tone(440, 1, 0.01))[RATE // 2 :].std() == pytest.approx(before, rel=0.05)


def test_between_two_notes_there_is_breath_and_no_crash(synth):
    """The pitch is held and dies away: no sample jumps more than within the notes, and no other pitch is heard."""
    gap = np.zeros(int(0.15 * RATE), np.float32)
    x = np.concatenate([tone(440, 0.6), gap, tone(330, 0.6), gap, np.zeros(RATE // 2, np.float32)])
    audio = synth.render(len(x), x)
    steps = np.abs(np.diff(audio[:, 0]))
    inside = max(steps[RATE // 4 : RATE // 2].max(), steps[int(1.0 * RATE) : int(1.2 * RATE)].max())
    assert steps.max() < 1.5 * inside
    times, pitch, depth = pitch_of(audio)
    gaps = (times > 0.65) & (times < 0.74) & (depth < 0.1)
    assert np.abs(pitch[gaps] - 69).max(initial=0) < 1


def test_notes_are_cut_and_told_of(synth):
    synth.input.follow("notes")
    x = np.concatenate([tone(440, 0.5), tone(494, 0.5), np.zeros(RATE // 2, np.float32)])
    audio = synth.render(len(x), x)
    notes = synth.input.notes()
    assert [(note.down, note.note) for note in notes] == [(True, 69), (False, 69), (True, 71), (False, 71)]
    assert notes[0].message == bytes((0x90, 69, notes[0].velocity))
    assert notes[0].time < 0.08 * RATE
    assert set(notes[1].attributes) == {"volume", "volume_fluctuation", "volume_peak_position", "vibrato"}
    assert notes[1].seconds == pytest.approx(0.5, abs=0.1)
    assert settled_pitch(audio[: RATE // 2]) == pytest.approx(69, abs=0.1)
    assert synth.input.notes() == []


def test_a_louder_note_has_more_velocity(synth):
    synth.input.follow("notes")
    x = np.concatenate([tone(440, 0.5, 0.01), np.zeros(RATE // 4, np.float32), tone(440, 0.5, 0.15)])
    synth.render(len(x), x)
    soft, loud = (note.velocity for note in synth.input.notes() if note.down)
    assert loud > soft + 20


def test_clipping_is_counted(synth):
    synth.render(RATE, tone(440, 1, 2.0).clip(-1, 1))
    heard = synth.stats().input
    assert heard.clipped > 100
    assert heard.peak == 1
    assert synth.stats().input.peak == 0
    assert synth.input.troubles()["clipped"] == heard.clipped


def test_what_is_no_number_harms_nothing(synth):
    x = tone(440, 1)
    x[1000:2000:3] = np.nan
    x[30000:30010] = np.inf
    assert np.isfinite(synth.render(RATE, x)).all()
    assert settled_pitch(synth.render(RATE, tone(440, 1))) == pytest.approx(69, abs=0.1)


def test_a_loudspeaker_beside_the_microphone_is_silenced(synth):
    """After a note of half a second the microphone hears nothing but the output, louder than it was."""
    block, late = 480, 10
    sung = tone(440, 0.5)
    out = [np.zeros(block, np.float32)] * late
    levels = []
    for first in range(0, 16 * RATE, block):
        x = sung[first : first + block]
        x = np.pad(x, (0, block - len(x))) + np.clip(4 * out[-late], -1, 1)
        out.append(synth.render(block, x.astype(np.float32))[:, 0])
        levels.append(np.abs(out[-1]).max())
    assert synth.stats().input.howls >= 1
    assert max(levels[-200:]) < 0.3 * max(levels)


def test_delay_is_stated(synth):
    synth.render(RATE, tone(440, 1))
    assert 5 < synth.stats().input.delay_ms < 20


def test_off_is_off(synth):
    synth.render(RATE, tone(440, 1))
    synth.input.follow("off")
    synth.render(RATE, tone(440, 1))
    assert np.abs(synth.render(RATE // 4, tone(440, 0.25))).max() < 1e-6


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"mode": "sing"}, "no input mode 'sing'"),
        ({"octave": 9}, "octave is 9"),
        ({"snap": 2}, "snap is 2"),
        ({"gate_db": 3}, "gate_db is 3"),
        ({"loudest_db": 3}, "loudest_db is 3"),
        ({"channel": 16}, "channel is 16"),
        ({"scale": "H"}, "no scale 'H'"),
    ],
)
def test_what_there_is_not_is_one_sentence(synth, settings, words):
    before = synth.input.settings
    with pytest.raises(ValueError, match=words):
        synth.input.follow(**settings)
    assert synth.input.settings == before


def test_refuses_two_channels(synth):
    with pytest.raises(ValueError, match="one channel"):
        synth.render(100, np.zeros((100, 2)))


def test_the_voice_that_follows_is_told_of_beside_the_keys(synth):
    synth.note_on(76)
    synth.render(RATE, tone(440, 1))
    key, followed = synth.voice_readings()
    assert (key.voice, key.note) == (0, 76)
    assert (followed.voice, followed.note, followed.held) == (synth.voices, 69, True)
    assert followed.pitch == pytest.approx(69, abs=0.05)
    assert followed.onset < 0.08 * RATE
    louder = tone(440, 1, 0.3)
    synth.render(len(louder), louder)
    assert synth.voice_readings()[1].loudness_db > followed.loudness_db + 3
    synth.note_off(76)
    synth.render(RATE)
    assert synth.voice_readings() == []


def test_what_has_no_pitch_is_counted_once_until_there_is_one(synth):
    noise = (0.05 * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)
    for x, counted in ((noise, 0), (noise, 1), (noise, 1), (tone(440, 1), 1), (noise, 1), (noise, 2)):
        synth.render(RATE, x)
        synth.input.adapt(1.0)
        assert synth.input.troubles()["unpitched"] == counted


def test_speech_plays_and_stops_nothing():
    """Gliding vowels of a fifth of a second between hiss and pauses: it goes where they go, and keys play on."""
    synth = ddsp_live.Synth("trumpet", sample_rate=RATE, voices=4)
    synth.input.follow("follow", octave=1, loudest_db=-16)
    rng, parts = np.random.default_rng(3), []
    for _ in range(12):
        hz = np.geomspace(*rng.uniform(90, 180, 2), int(0.2 * RATE))
        hiss = 0.02 * rng.standard_normal(int(0.06 * RATE))
        parts += [tone(hz, 0.2), hiss, np.zeros(int(0.05 * RATE))]
    x = np.concatenate(parts).astype(np.float32)
    alone = ddsp_live.Synth("trumpet", sample_rate=RATE, voices=4)
    for each in (synth, alone):
        each.note_on(88, time=0)
    audio, without = synth.render(len(x), x), alone.render(len(x))
    assert np.isfinite(audio).all() and np.abs(audio).max() < 1
    assert np.std(audio - without) > 0.2 * np.std(without)  # it is played beside the key
    synth.input.adapt(len(x) / RATE)
    assert synth.input.troubles() == {"clipped": 0, "howls": 0, "unpitched": 0}
    assert 88 in [voice.note for voice in synth.voice_readings() if voice.held]
    synth.note_off(88)
    synth.render(2 * RATE)
    assert synth.voice_readings() == []
