"""What a player hears of the synth: when, how high, how loud, and without clicks."""

import ddsp_live
import numpy as np
import pytest
from make_patch import make_patch

RATE = 48000
BLOCK = 64


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "test.ddsp"))


@pytest.fixture(scope="module")
def other_patch(tmp_path_factory):
    path = tmp_path_factory.mktemp("patch") / "other.ddsp"
    return ddsp_live.load_patch(make_patch(path, harmonics=30, noise_bands=33, width=48, seed=1))


def level_db(audio):
    return 10 * np.log10(np.mean(np.square(audio, dtype=np.float64)) + 1e-20)


def pitch(audio, rate=RATE):
    """f0 in Hz by the autocorrelation's first high peak, made precise at a later one."""
    mono = audio[:, 0].astype(np.float64)
    spectrum = np.fft.rfft(mono * np.hanning(len(mono)), 2 * len(mono))
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: len(mono) // 2]
    low = rate // 2400
    peaks = np.arange(low, len(correlation) - 1)
    rising = correlation[peaks] > correlation[peaks - 1]
    high = correlation[peaks] > 0.9 * correlation[low:].max()
    best = peaks[rising & (correlation[peaks] >= correlation[peaks + 1]) & high][0]
    for period in (1, 2, 4, 8):
        if period * best + 2 < len(correlation) // 2:
            near = round(period * best)
            near += int(np.argmax(correlation[near - 1 : near + 2])) - 1
            a, b, c = correlation[near - 1 : near + 2]
            best = (near + 0.5 * (a - c) / (a - 2 * b + c)) / period
    return rate / best


def cents(f0_hz, note):
    return 1200 * np.log2(f0_hz / (440 * 2 ** ((note - 69) / 12)))


def play(patch, events, seconds, **options):
    synth = ddsp_live.Synth(patch, **options)
    for time, method, *arguments in events:
        getattr(synth, method)(*arguments, time=time)
    return synth.render(int(seconds * synth.sample_rate))


def largest_step(audio):
    """The largest second difference: a click stands out, a waveform of few kHz does not."""
    return np.abs(np.diff(audio[:, 0].astype(np.float64), 2)).max()


@pytest.mark.parametrize("at", [0, 1, 63, 64, 1000, 12345])
def test_a_note_begins_at_its_sample(patch, at):
    audio = play(patch, [(at, "note_on", 69)], 0.5)
    assert np.flatnonzero(audio[:, 0])[0] == at


def test_the_first_milliseconds_are_heard(patch):
    audio = play(patch, [(0, "note_on", 69, 127)], 1.0)
    assert level_db(audio[480:960]) > level_db(audio[24000:]) - 30
    assert level_db(audio[1920:2400]) > level_db(audio[24000:]) - 6


@pytest.mark.parametrize("note", [36, 48, 57, 69, 81, 93])
def test_a_note_has_its_pitch(patch, note):
    audio = play(patch, [(0, "note_on", note)], 1.0)
    assert abs(cents(pitch(audio[RATE // 2 :]), note)) < 3


@pytest.mark.parametrize("rate", [16000, 22050, 44100, 48000, 96000])
def test_any_device_rate_plays_in_tune(patch, rate):
    audio = play(patch, [(0, "note_on", 69)], 1.0, sample_rate=rate)
    assert abs(cents(pitch(audio[rate // 2 :], rate), 69)) < 3


def test_the_device_rate_does_not_change_the_level(patch):
    note = [(0, "note_on", 69)]
    levels = [
        level_db(play(patch, note, 1.0, sample_rate=rate)[rate // 2 :]) for rate in (32000, 48000, 96000)
    ]
    assert max(levels) - min(levels) < 0.5


def test_harder_keys_are_louder_across_the_trained_range(patch):
    levels = [level_db(play(patch, [(0, "note_on", 69, v)], 0.6)[RATE // 3 :]) for v in (1, 32, 64, 96, 127)]
    assert np.all(np.diff(levels) > 2)


def test_bend_follows_its_range(patch):
    bend = [(0, "note_on", 69), (100, "pitch_bend", 8191)]
    assert abs(cents(pitch(play(patch, bend, 1.0)[RATE // 2 :]), 71)) < 3
    wide = [(0, "control_change", 101, 0), (0, "control_change", 100, 0), (0, "control_change", 6, 12)]
    assert abs(cents(pitch(play(patch, wide + bend, 1.0)[RATE // 2 :]), 81)) < 3


@pytest.mark.parametrize(
    "gesture",
    [("control_change", 11, 40), ("control_change", 2, 40), ("control_change", 7, 40)],
    ids=["expression", "breath", "volume"],
)
def test_softer_gestures_on_a_sounding_note(patch, gesture):
    audio = play(patch, [(0, "note_on", 69), (RATE // 2, *gesture)], 1.0)
    assert level_db(audio[-4800:]) < level_db(audio[RATE // 2 - 4800 : RATE // 2]) - 6


def test_pressure_makes_it_louder(patch):
    audio = play(patch, [(0, "note_on", 69, 40), (RATE // 2, "pressure", 127)], 1.0)
    assert level_db(audio[-4800:]) > level_db(audio[RATE // 2 - 4800 : RATE // 2]) + 3


def test_expression_zero_is_silence(patch):
    audio = play(patch, [(0, "note_on", 69), (RATE // 2, "control_change", 11, 0)], 1.0)
    assert level_db(audio[-4800:]) < -100


def test_the_wheel_makes_vibrato(patch):
    audio = play(patch, [(0, "control_change", 1, 127), (0, "note_on", 69)], 2.0)
    window = 1200
    tracks = [cents(pitch(audio[i : i + window]), 69) for i in range(RATE, 2 * RATE - window, 480)]
    assert 60 < np.ptp(tracks) < 110  # half a semitone to each side
    crossings = np.count_nonzero(np.diff(np.signbit(tracks)))
    assert 9 <= crossings <= 12  # about 5.4 Hz for a second


def test_pan_moves_between_the_channels(patch):
    left = play(patch, [(0, "control_change", 10, 0), (0, "note_on", 69)], 0.5)
    assert level_db(left[:, 1]) < -100 < level_db(left[:, 0])


def test_a_released_note_falls_silent(patch):
    audio = play(patch, [(0, "note_on", 69), (RATE // 2, "note_off", 69)], 1.0)
    release = int(patch.release_ms / 1000 * RATE) + 2 * 192
    assert np.abs(audio[RATE // 2 + release :]).max() == 0


def test_stealing_does_not_click(patch):
    two = [(0, "note_on", 57, 127), (0, "note_on", 64, 127)]
    plain = play(patch, two, 1.0, voices=2)
    stolen = play(patch, [*two, (24003, "note_on", 60, 127)], 1.0, voices=2)
    assert largest_step(stolen) < 1.5 * largest_step(plain)


def test_all_sound_off_is_quick_and_does_not_click(patch):
    plain = play(patch, [(0, "note_on", 57, 127)], 1.0)
    cut = play(patch, [(0, "note_on", 57, 127), (24003, "control_change", 120, 0)], 1.0)
    assert largest_step(cut) < 1.5 * largest_step(plain)
    assert np.abs(cut[24003 + 192 :]).max() == 0


def test_legato_glides_and_mono_starts_anew(patch):
    keys = [(0, "note_on", 57), (24000, "note_on", 64)]
    legato, mono = (play(patch, keys, 1.0, mode=mode) for mode in ("legato", "mono"))
    for audio in (legato, mono):
        assert abs(cents(pitch(audio[36000:]), 64)) < 3
    dip = [level_db(audio[24240:24480]) - level_db(audio[36000:]) for audio in (legato, mono)]
    assert dip[0] > dip[1] + 3


def test_a_swap_keeps_held_notes_and_does_not_click(patch, other_patch):
    synth = ddsp_live.Synth(patch)
    synth.note_on(57, 120)
    before = synth.render(RATE // 2)
    synth.load(other_patch)
    after = synth.render(RATE // 2)
    alone = play(other_patch, [(0, "note_on", 57, 120)], 1.0)
    assert abs(level_db(after[-9600:]) - level_db(alone[-9600:])) < 0.5
    assert largest_step(np.concatenate([before[-4800:], after[:4800]])) < 1.5 * max(
        largest_step(before[-9600:]), largest_step(alone[-9600:])
    )
    assert level_db(after[:4800]) > min(level_db(before[-9600:]), level_db(after[-9600:])) - 6


def test_many_swaps_in_a_row_end_with_the_last(patch, other_patch):
    synth = ddsp_live.Synth(patch)
    synth.note_on(57, 120)
    for i in range(40):
        synth.load(other_patch if i % 2 == 0 else patch)
        synth.render(100 * i)
    synth.load(other_patch)
    synth.render(RATE)
    alone = play(other_patch, [(0, "note_on", 57, 120)], 1.0)
    assert abs(level_db(synth.render(9600)) - level_db(alone[-9600:])) < 0.5
    assert len(synth.instruments) == 1


def test_a_patch_that_cannot_be_read_leaves_the_sound_alone(patch, tmp_path):
    (tmp_path / "bad.ddsp").write_bytes(b"not a zip")
    synth, undisturbed = ddsp_live.Synth(patch), ddsp_live.Synth(patch)
    for each in (synth, undisturbed):
        each.note_on(60)
    with pytest.raises(ddsp_live.PatchError):
        synth.load(tmp_path / "bad.ddsp")
    assert np.array_equal(synth.render(4800), undisturbed.render(4800))


@pytest.mark.parametrize("decoder", ["onnx", "torchscript"])
def test_a_worker_decoder_gives_the_native_sound_later(patch, decoder):
    def phrase(synth):
        for i, note in enumerate((57, 60, 64, 69, 72)):
            synth.note_on(note, 60 + 12 * i, time=5000 * i + 17)
            synth.note_off(note, time=5000 * i + 9000)
        return synth.render(RATE)

    worker = ddsp_live.Synth(patch, decoder=decoder)
    native = phrase(ddsp_live.Synth(patch))
    delayed = phrase(worker)
    delay = worker.delay_samples
    assert delay > 0
    assert not delayed[: delay + 17].any()
    error = delayed[delay:] - native[:-delay]
    assert level_db(error) < level_db(native) - 80
    assert worker.stats().late_frames == 0


def test_the_same_seed_gives_the_same_samples(patch):
    first, second, other = (play(patch, [(0, "note_on", 60)], 0.3, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("voices", [1, 5, 64])
def test_a_full_chord_stays_below_full_scale(patch, voices):
    events = [(17 * i, "note_on", 30 + i, 127) for i in range(64)]
    audio = play(patch, events, 1.0, voices=voices)
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() <= 1


@pytest.mark.parametrize(
    "options",
    [
        {"sample_rate": 100},
        {"block_size": 0},
        {"block_size": 5000},
        {"voices": 65},
        {"mode": "duo"},
        {"decoder": "x"},
    ],
    ids=str,
)
def test_options_out_of_range_are_refused(patch, options):
    with pytest.raises(ValueError, match=r"\.$"):
        ddsp_live.Synth(patch, **options)


def test_a_flood_of_events_is_refused_not_lost_silently(patch):
    synth = ddsp_live.Synth(patch)
    with pytest.raises(OverflowError):
        for _ in range(10000):
            synth.note_on(60)
    assert synth.stats().dropped_events == 1
