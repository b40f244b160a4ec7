"""Which channel of a song is played: drums are left out unless asked for, any channel can be muted, stems are named."""

import json

import mido
import numpy as np
import pytest
import soundfile
from ddsp_live.cli import main
from ddsp_live.midi.files import read_midi
from make_patch import make_patch


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return make_patch(tmp_path_factory.mktemp("patches") / "violin.ddsp", seed=1)


def note(channel, key=60, start=0, length=480):
    return [
        mido.Message("note_on", note=key, velocity=90, channel=channel, time=start),
        mido.Message("note_off", note=key, channel=channel, time=length),
    ]


def song(tmp_path, *tracks):
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks += [mido.MidiTrack(track) for track in tracks]
    file.save(tmp_path / "song.mid")
    return tmp_path / "song.mid"


@pytest.fixture
def render(tmp_path, patch, capsys):
    """Renders a song with --patch PATCH and more options: its sound, and what was said."""

    def run(path, *options):
        out = tmp_path / "out.wav"
        assert main(["render", str(path), "--patch", str(patch), "-o", str(out), *map(str, options)]) == 0
        return soundfile.read(out)[0], capsys.readouterr().err

    return run


def test_channel_10_is_left_out_with_one_sentence_and_brought_back_by_name(tmp_path, patch, render):
    sound, said = render(song(tmp_path, note(9)))
    assert not sound.any()
    assert said.count("\n") == 1 and "Channel 10" in said and "--patch 10=NAME" in said
    sound, said = render(song(tmp_path, note(9)), "--patch", f"10={patch}")
    assert sound.any() and said == ""


def test_a_patch_for_a_channel_without_notes_is_said_to_change_nothing(tmp_path, patch, render):
    assert "Channel 5 has no notes" in render(song(tmp_path, note(0)), "--patch", f"5={patch}")[1]
    assert main(["render", str(tmp_path / "song.mid"), "--patch", "5=violn"]) == 2


def test_channel_10_of_an_mpe_zone_is_no_drum(tmp_path, render):
    sound, said = render(song(tmp_path, note(9)), "--mpe", 15)
    assert sound.any() and said == ""
    zone = [mido.Message("control_change", control=c, value=v) for c, v in ((101, 0), (100, 6), (6, 15))]
    sound, said = render(song(tmp_path, zone, note(9)))
    assert sound.any() and said == ""


def test_none_mutes_a_channel_on_both_paths(tmp_path, render):
    both, one = song(tmp_path, note(0), note(2, 67)), ["--patch", "3=None"]
    muted, said = render(both, *one)
    by_rules, _ = render(both, *one, "--write-performance", tmp_path / "notes.csv")
    alone, _ = render(song(tmp_path, note(0)))
    assert said == ""
    assert np.array_equal(muted, alone)
    assert [line.split(",")[2] for line in (tmp_path / "notes.csv").read_text().splitlines()[1:]] == ["60.0"]
    assert by_rules.any()


def test_a_table_with_notes_of_a_muted_channel_is_played_without_them(tmp_path, patch, render):
    path, table = song(tmp_path, note(0), note(9)), tmp_path / "notes.csv"
    render(path, "--patch", f"10={patch}", "--write-performance", table)
    assert len(table.read_text().splitlines()) == 3
    assert render(path, "--performance", table)[0].any()


def test_each_channel_with_notes_has_a_stem_and_they_add_up(tmp_path, render):
    stems = tmp_path / "stems"
    volume = [mido.Message("control_change", channel=7, control=7, value=90)]
    path = song(tmp_path, note(0), note(2, 67), note(9), volume)
    mix, _ = render(path, "--stems", stems)
    assert sorted(file.name for file in stems.iterdir()) == ["01-violin.wav", "03-violin.wav"]
    parts = [soundfile.read(file)[0] for file in stems.iterdir()]
    assert all(len(part) == len(mix) and part.any() for part in parts)
    assert np.allclose(mix, sum(parts), atol=1e-4)
    assert np.array_equal(mix, render(path)[0])


def test_notes_outside_a_patch_s_range_are_counted_in_one_sentence(tmp_path, render, patch):
    path = song(tmp_path, note(0, 60), note(0, 5), note(2, 4), note(2, 122))
    _, said = render(path)
    assert said.count("\n") == 1
    assert "1 on channel 1 (violin: " in said and "2 on channel 3 (violin: " in said


def test_a_rest_at_the_end_is_kept(tmp_path, render):
    rest = [*note(0), mido.MetaMessage("end_of_track", time=480 * 9)]
    sound, _ = render(song(tmp_path, rest))
    assert len(sound) == 48000 * 5


def test_json_has_the_remarks(tmp_path, patch, capsys):
    path = song(tmp_path, note(9), note(0))
    assert main(["render", str(path), "--patch", str(patch), "-o", str(tmp_path / "x.wav"), "--json"]) == 0
    assert "Channel 10" in json.loads(capsys.readouterr().out)["remarks"][0]


def test_render_midi_leaves_drums_out_and_warns(tmp_path, patch):
    import ddsp_live

    path = song(tmp_path, note(9), note(0, 5))
    with pytest.warns(UserWarning) as said:
        sound = ddsp_live.render_midi(path, patch)
    assert sound.any()
    assert ["Channel 10" in str(each.message) for each in said] == [True, False]
    assert "1 on channel 1" in str(said[1].message)
    both = ddsp_live.render_midi(path, patch, mute=())
    assert len(read_midi(path)) == 4 and not np.array_equal(both[: len(sound)], sound)
