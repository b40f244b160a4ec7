"""What MIDI players expect, heard in the sound: MPE, tunings, portamento, pedals, program changes."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.tuning.mts import Tuning
from make_patch import make_patch
from pitches import strength

RATE = 48000


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "test.ddsp"))


@pytest.fixture
def synth(patch):
    """Without life, which moves the pitch by some cents."""
    return ddsp_live.Synth(patch, life=0.0)


def fundamental(audio, low=40.0, high=100.0):
    """MIDI pitch of the strongest line within a range, by a finely padded spectrum."""
    mono = audio[:, 0].astype(np.float64) * np.hanning(len(audio))
    spectrum, hertz = np.abs(np.fft.rfft(mono, 1 << 19)), np.fft.rfftfreq(1 << 19, 1 / RATE)
    within = (hertz > 440 * 2 ** ((low - 69) / 12)) & (hertz < 440 * 2 ** ((high - 69) / 12))
    return 69 + 12 * np.log2(hertz[within][np.argmax(spectrum[within])] / 440)


def lower_zone(synth, members=15):
    for number, value in ((101, 0), (100, 6), (6, members)):
        synth.control_change(number, value)


def bend_by(synth, semitones, channel):
    synth.pitch_bend(round(semitones / 48 * (8191 if semitones > 0 else 8192)), channel)


def test_an_mpe_chord_of_ten_bends_each_note_by_itself(synth):
    lower_zone(synth)
    bends = [-24, 17.5, -9, 5.25, 36, -13.5, 8, -3, 21, 0]
    for i, bend in enumerate(bends):
        bend_by(synth, bend, 1 + i)
        synth.note_on(52 + 2 * i, 100, 1 + i)
    audio = synth.render(2 * RATE)[RATE:]
    for i, bend in enumerate(bends):
        assert strength(audio[:, 0], 52 + 2 * i + bend) > 12


@pytest.mark.parametrize("time", [None, 0, -9])
def test_a_zone_asked_for_at_construction_is_there_for_the_first_message(patch, time):
    synth = ddsp_live.Synth(patch, mpe=15)
    synth.pitch_bend(round(7 / 48 * 8191), 3, time=time)
    synth.note_on(60, 100, 3, time=time)
    assert fundamental(synth.render(RATE)[RATE // 2 :], 55, 75) == pytest.approx(67, abs=0.02)


def test_a_masters_bend_moves_the_whole_zone(synth):
    lower_zone(synth)
    synth.note_on(60, 100, 1)
    synth.note_on(67, 100, 2)
    synth.pitch_bend(8191, 0)
    audio = synth.render(RATE)[RATE // 2 :]
    assert strength(audio[:, 0], 62) > 12 and strength(audio[:, 0], 69) > 12


def test_a_bend_before_the_note_counts(synth):
    lower_zone(synth)
    bend_by(synth, 7, 3)
    synth.note_on(60, 100, 3)
    assert fundamental(synth.render(RATE)[RATE // 2 :], 55, 75) == pytest.approx(67, abs=0.02)


def test_a_released_note_keeps_its_bend_when_the_channel_goes_on(patch):
    """The release lasts 80 ms: in its first half the old note must still be where it was."""
    synth = ddsp_live.Synth(patch)
    lower_zone(synth)
    synth.note_on(60, 127, 1)
    synth.render(RATE // 2)
    synth.note_off(60, channel=1)
    bend_by(synth, 12, 1)
    assert fundamental(synth.render(2400), 50, 80) == pytest.approx(60, abs=0.3)


def test_without_a_zone_a_bend_moves_what_dies_away(synth):
    synth.note_on(60, 127)
    synth.render(RATE // 2)
    synth.note_off(60)
    synth.pitch_bend(8191)
    assert fundamental(synth.render(2400), 50, 80) == pytest.approx(62, abs=0.3)


def test_a_bend_range_sent_to_one_member_is_everyones(synth):
    lower_zone(synth)
    for number, value in ((101, 0), (100, 0), (6, 12)):
        synth.control_change(number, value, channel=4)
    synth.note_on(60, 100, 2)
    synth.pitch_bend(8191, 2)
    assert fundamental(synth.render(RATE)[RATE // 2 :], 55, 80) == pytest.approx(72, abs=0.02)


def test_a_zone_that_is_made_anew_has_the_bend_range_of_mpe(synth):
    for number, value in ((101, 0), (100, 0), (6, 12)):  # channel 3's own, before there is a zone
        synth.control_change(number, value, channel=2)
    lower_zone(synth)
    synth.note_on(36, 100, 2)
    synth.pitch_bend(8191, 2)
    assert fundamental(synth.render(RATE)[RATE // 2 :], 75, 95) == pytest.approx(84, abs=0.02)


def test_a_channel_that_leaves_its_zone_has_the_bend_range_of_a_channel(synth):
    lower_zone(synth)
    for number, value in ((101, 0), (100, 6), (6, 0)):  # no members any more
        synth.control_change(number, value, channel=0)
    synth.note_on(60, 100, 2)
    synth.pitch_bend(8191, 2)
    assert fundamental(synth.render(RATE)[RATE // 2 :], 55, 75) == pytest.approx(62, abs=0.02)


def test_a_pedal_on_the_master_holds_its_members(synth):
    lower_zone(synth)
    synth.note_on(60, 100, 1)
    synth.control_change(64, 127, channel=0)
    synth.note_off(60, channel=1)
    assert np.abs(synth.render(RATE)[-4800:]).max() > 0.01
    synth.control_change(64, 0, channel=0)
    assert np.abs(synth.render(RATE)[-4800:]).max() == 0


def test_portamento_glides_from_the_last_note(synth):
    synth.control_change(65, 127)
    synth.control_change(5, 64)  # half a second
    synth.note_on(48, 100)
    synth.note_off(48)
    synth.render(RATE // 2)
    synth.note_on(72, 100)
    audio = synth.render(RATE)
    assert fundamental(audio[:2400], 40, 80) < 52
    assert 55 < fundamental(audio[10800:13200], 40, 80) < 65
    assert fundamental(audio[RATE // 2 + 4800 :], 60, 80) == pytest.approx(72, abs=0.02)


def test_brightness_moves_the_spectrum(patch):
    def centroid(value):
        synth = ddsp_live.Synth(patch)
        synth.control_change(74, value)
        synth.note_on(48, 100)
        spectrum = np.abs(np.fft.rfft(synth.render(RATE)[RATE // 2 :, 0]))
        power = spectrum**2  # of the partials: noise spreads over many more bins
        return np.sum(power * np.arange(len(power))) / power.sum()

    dark, plain, bright = (centroid(value) for value in (0, 64, 127))
    assert dark < 0.8 * plain and bright > 1.2 * plain


def test_a_tuning_is_heard_while_the_note_sounds(synth):
    synth.note_on(69, 100)
    assert fundamental(synth.render(RATE)[RATE // 2 :], 60, 80) == pytest.approx(69, abs=0.02)
    keys = np.arange(128.0)
    keys[69] = 69.5
    synth.tune(Tuning(keys))
    assert fundamental(synth.render(RATE)[RATE // 2 :], 60, 80) == pytest.approx(69.5, abs=0.02)


def test_a_mute_key_starts_nothing(synth):
    keys = np.arange(128.0)
    keys[60] = np.nan
    synth.tune(Tuning(keys))
    synth.note_on(60)
    assert not synth.render(4800).any()


def test_a_midi_tuning_message_tunes_a_key(synth):
    # Real-time single note tuning change: key 60 sounds 61.5.
    synth.send(bytes([0xF0, 0x7F, 0x7F, 0x08, 0x02, 0, 1, 60, 61, 0x40, 0, 0xF7]))
    synth.note_on(60, 100)
    assert fundamental(synth.render(RATE)[RATE // 2 :], 55, 70) == pytest.approx(61.5, abs=0.02)


def test_a_program_change_picks_a_factory_patch_while_a_note_is_held(synth):
    name = ddsp_live.list_patches()[0].name
    synth.note_on(60)
    synth.render(4800)
    synth.send(bytes([0xC0, 0]))
    assert synth.patch.name == name
    audio = synth.render(RATE)
    assert np.abs(audio[-4800:]).max() > 0.001


def test_a_program_that_there_is_not_changes_nothing(synth, patch):
    synth.send(bytes([0xC0, 127]))
    assert synth.patch is patch


def test_system_reset_silences(synth):
    synth.note_on(60)
    synth.render(4800)
    synth.send(bytes([0xFF]))
    assert not synth.render(4800)[-2400:].any()


# System exclusive messages of the whole synth.

SYSTEM_ON = bytes.fromhex("F0 7E 7F 09 01 F7")


def master(kind, low, high):
    return bytes([0xF0, 0x7F, 0x7F, 4, kind, low, high, 0xF7])


def level_db(audio):
    return 20 * np.log10(audio.std() + 1e-10)


@pytest.mark.parametrize(
    "message", ["F0 7E 7F 09 01 F7", "F0 7E 10 09 03 F7", "F0 41 10 42 12 40 00 7F 00 41 F7", "FF"], ids=str
)
def test_a_reset_silences_at_once_and_what_comes_after_it_sounds(synth, message):
    synth.note_on(60, 100)
    synth.render(RATE // 2)
    synth.send(bytes.fromhex(message))
    assert np.abs(synth.render(RATE)[RATE // 10 :]).max() == 0
    synth.send(bytes.fromhex(message), time=synth.position() + 100)
    synth.note_on(60, 100, time=synth.position() + 100)
    assert np.abs(synth.render(RATE // 2)[RATE // 4 :]).max() > 0.01


def test_a_reset_puts_all_back_but_the_tuning_of_ones_own(patch):
    def play(*messages):
        synth = ddsp_live.Synth(patch)
        synth.tune(Tuning(np.arange(128.0) + 0.25))
        for message in messages:
            synth.send(message)
        synth.note_on(60, 100)
        synth.note_on(64, 100)
        return synth.render(RATE // 2)

    changes = [bytes.fromhex(text) for text in (
        "B0 07 20", "B0 0A 10", "B0 40 7F", "B0 4A 10", "B0 01 7F", "E0 00 20", "B0 7E 01", "B0 44 7F", "B0 65 00",
        "B0 64 02", "B0 06 20", "F0 7F 7F 08 02 00 01 3C 3E 00 00 F7",
    )]  # fmt: skip
    changes += [master(1, 0, 0x10), master(3, 0, 0x20), master(4, 0, 50)]
    assert not np.array_equal(play(*changes), play())
    assert np.array_equal(play(*changes, SYSTEM_ON), play())


def test_a_reset_leaves_the_rooms_level(synth):
    synth.control_change(91, 50)
    synth.send(SYSTEM_ON)
    synth.control_change(7, 100)
    synth.render(1)
    synth.note_on(60, 100)
    dry = ddsp_live.Synth(synth.patch)
    dry.render(1)
    dry.note_on(60, 100)
    assert not np.array_equal(synth.render(RATE // 4), dry.render(RATE // 4)) or synth.patch.room is None


@pytest.mark.parametrize(("high", "expected"), [(0x40, -12.04), (0x20, -24.08)])
def test_master_volume_lowers_everything_by_general_midis_curve(patch, high, expected):
    loud, soft = ddsp_live.Synth(patch), ddsp_live.Synth(patch)
    soft.send(master(1, 0, high))
    for synth in (loud, soft):
        synth.note_on(60, 100, channel=5)
    assert level_db(soft.render(RATE)[RATE // 2 :]) - level_db(
        loud.render(RATE)[RATE // 2 :]
    ) == pytest.approx(expected, abs=0.05)


def test_master_tuning_moves_notes_that_sound(patch):
    tuned, plain = ddsp_live.Synth(patch), ddsp_live.Synth(patch)
    for synth in (tuned, plain):
        synth.note_on(60, 127, channel=3)
    for message, semitones in ((master(3, 0, 0x20), -0.5), (master(4, 0, 67), 2.5)):
        tuned.send(message)
        moved, rest = (fundamental(synth.render(RATE)[RATE // 2 :]) for synth in (tuned, plain))
        assert moved - rest == pytest.approx(semitones, abs=0.01)


def test_master_changes_sound_the_same_in_any_blocks(patch):
    def play(blocks):
        synth = ddsp_live.Synth(patch)
        synth.note_on(60, 100, time=0)
        for at, message in ((1000, master(1, 0, 0x20)), (1010, master(1, 0, 0x70)), (3011, master(3, 0, 0x30)),
                            (5001, SYSTEM_ON), (6000, bytes.fromhex("90 40 50"))):  # fmt: skip
            synth.send(message, time=at)
        return np.concatenate([synth.render(size) for size in blocks])

    whole = play([9600])
    assert np.array_equal(whole, play([64] * 150))
    assert np.array_equal(whole, play([997] * 9 + [627]))


def test_a_bulk_dump_tunes_all_keys(synth):
    entries = b"".join(bytes([key, 64, 0]) for key in range(128))  # half a semitone up
    synth.send(bytes.fromhex("F0 7E 7F 08 01 00") + b"quarter tone up " + entries + b"\0\xf7")
    synth.note_on(60, 127)
    assert fundamental(synth.render(RATE)[RATE // 2 :]) == pytest.approx(60.5, abs=0.01)


def spread(audio):
    """How far the pitch sways, in cents: the highest less the lowest of short windows."""
    found = [fundamental(audio[at : at + 2400], 55, 65) for at in range(RATE // 2, len(audio) - 2400, 1200)]
    return 100 * (max(found) - min(found))


def test_the_modulation_depth_range_scales_modulation(patch):
    swing = {}
    for name, coarse, fine in (("usual", None, None), ("default", 0, 64), ("wide", 1, 0)):
        synth = ddsp_live.Synth(patch)
        for number, value in ((101, 0), (100, 5), (6, coarse), (38, fine)):
            if coarse is not None:
                synth.control_change(number, value)
        synth.control_change(1, 127)
        synth.note_on(60, 127)
        swing[name] = synth.render(2 * RATE)
    assert np.array_equal(swing["usual"], swing["default"])
    assert spread(swing["wide"]) == pytest.approx(2 * spread(swing["usual"]), rel=0.15)


def test_pedals_and_key_pressure_on_an_mpe_member_are_ignored(patch):
    def play(*messages):
        synth = ddsp_live.Synth(patch, mpe=5)
        synth.note_on(60, 60, channel=2)
        synth.render(RATE // 4)
        for message in messages:
            synth.send(bytes.fromhex(message))
        held = synth.render(RATE // 4)
        synth.note_off(60, channel=2)
        return np.concatenate([held, synth.render(RATE // 2)])

    plain = play()
    assert np.array_equal(plain, play("B2 40 7F", "B2 42 7F", "B2 43 7F", "B2 44 7F", "A2 3C 7F"))
    assert not np.array_equal(plain, play("B0 40 7F"))  # the master's pedal
    assert not np.array_equal(plain, play("D2 7F"))  # pressure of the member's channel


def test_the_portamento_switch_alone_glides(synth):
    synth.control_change(65, 127)
    synth.note_on(48, 127)
    synth.note_off(48)
    synth.render(RATE)
    synth.note_on(72, 127)
    begin = fundamental(synth.render(2400), 40, 80)
    synth.render(RATE // 4)
    assert begin < 70 < fundamental(synth.render(RATE // 2), 40, 80)
