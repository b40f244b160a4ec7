"""A patch for each channel: parts that play together, each alone on its stem."""

import ddsp_live
import mido
import numpy as np
import pytest
import soundfile
from ddsp_live.cli import main
from ddsp_live.ensemble import Ensemble
from ddsp_live.midi.messages import control_change, note_off, note_on
from ddsp_live.render import render_events
from make_patch import make_patch

RATE = 48000


@pytest.fixture(scope="module")
def patches(tmp_path_factory):
    folder = tmp_path_factory.mktemp("patches")
    return [ddsp_live.load_patch(make_patch(folder / f"part{i}.ddsp", seed=i)) for i in range(4)]


def note(channel, onset, key, seconds=0.5):
    return [(onset, note_on(key, 90, channel)), (onset + seconds, note_off(key, 64, channel))]


def rendered(patches, events, **options):
    ensemble = Ensemble(patches, **options)
    stems = {name: [] for name in ensemble.synths}

    def listen():
        for name, part in ensemble.stems.items():
            stems[name].append(part)

    mix = render_events(sorted(events), ensemble, listen=listen)
    return mix, {name: np.concatenate(parts)[: len(mix)] for name, parts in stems.items()}


def test_each_part_begins_at_its_sample_and_alone(patches):
    events = [event for i in range(4) for event in note(i, 0.1 + 0.25 * i + i / RATE, 60 + i)]
    _, stems = rendered(dict(enumerate(patches)), events)
    assert list(stems) == ["01-part0", "02-part1", "03-part2", "04-part3"]
    for i, stem in enumerate(stems.values()):
        assert np.flatnonzero(stem[:, 0])[0] == round((0.1 + 0.25 * i) * RATE) + i


def test_stems_add_up_to_the_mix(patches):
    events = [event for i in range(4) for event in note(i, 0.1, 50 + 5 * i)]
    mix, stems = rendered(dict(enumerate(patches)), events)
    assert np.abs(mix).max() < 0.9  # the limiter rests
    assert np.allclose(mix, np.sum(list(stems.values()), axis=0), atol=1e-6)


def test_a_part_sounds_as_its_synth_alone(patches):
    events = note(0, 0.1, 60)
    _, stems = rendered({0: patches[0], 1: patches[1]}, events)
    alone = render_events(events, ddsp_live.Synth(patches[0]))
    both = min(len(alone), len(stems["01-part0"]))  # each ends where it is silent
    assert np.allclose(stems["01-part0"][:both], alone[:both] * 0.5**0.5, atol=1e-6)


def test_channels_with_one_patch_share_a_synth_if_they_belong_together(patches):
    assert len(Ensemble(dict.fromkeys(range(16), patches[0])).synths) == 16
    ensemble = Ensemble(dict.fromkeys(range(16), patches[0]), together=True)
    assert list(ensemble.synths) == ["01-part0"]


def test_controllers_stay_on_their_channel(patches):
    events = note(0, 0.0, 60) + note(1, 0.0, 60)
    plain = rendered({0: patches[0], 1: patches[1]}, events)[1]
    turned = rendered({0: patches[0], 1: patches[1]}, [(0.0, control_change(7, 0, 1)), *events])[1]
    both = min(len(plain["01-part0"]), len(turned["01-part0"]))  # each ends where the mix is silent
    assert np.array_equal(plain["01-part0"][:both], turned["01-part0"][:both])
    assert not turned["02-part1"].any()


def test_a_channel_without_a_patch_is_silent(patches):
    mix, _ = rendered({0: patches[0]}, note(5, 0.0, 60))
    assert not mix.any()


@pytest.mark.parametrize("wanted", [{}, {16: "x"}], ids=str)
def test_no_patch_or_no_such_channel_is_refused(wanted):
    with pytest.raises(ValueError, match="channels 1 to 16"):
        Ensemble(wanted)


@pytest.fixture
def duet(tmp_path):
    file = mido.MidiFile()
    for channel, key in ((0, 60), (1, 67)):
        track = mido.MidiTrack()
        file.tracks.append(track)
        for velocity, time in ((80, 0), (0, 480), (100, 0), (0, 480)):
            track.append(mido.Message("note_on", note=key, velocity=velocity, channel=channel, time=time))
    file.save(tmp_path / "duet.mid")
    return tmp_path / "duet.mid"


def test_the_command_writes_the_mix_and_the_stems(duet, patches, tmp_path):
    stems = tmp_path / "stems"
    arguments = ["--patch", f"1={patches[0].path}", "--patch", str(patches[1].path), "--stems", str(stems)]
    assert main(["render", str(duet), *arguments]) == 0
    mix = soundfile.read(tmp_path / "duet.wav")[0]
    parts = [soundfile.read(path)[0] for path in sorted(stems.iterdir())]
    assert len(parts) == 2
    assert np.allclose(mix, sum(parts), atol=1e-4)


def test_a_performance_is_written_edited_and_played(duet, patches, tmp_path):
    table, patch = tmp_path / "duet.csv", ["--patch", str(patches[0].path)]
    plain, same, edited = (tmp_path / f"{name}.wav" for name in ("plain", "same", "edited"))
    assert main(["render", str(duet), *patch, "-o", str(plain), "--write-performance", str(table)]) == 0
    assert main(["render", str(duet), *patch, "-o", str(same), "--performance", str(table)]) == 0
    assert np.array_equal(soundfile.read(plain)[0], soundfile.read(same)[0])
    lines = table.read_text().splitlines()
    column = lines[0].split(",").index("onset_seconds")
    cells = lines[1].split(",")
    cells[column] = "0.25"
    table.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")
    assert main(["render", str(duet), *patch, "-o", str(edited), "--performance", str(table)]) == 0
    assert not np.array_equal(soundfile.read(plain)[0], soundfile.read(edited)[0])


def test_rules_and_humanize_change_a_performance(duet, patches, tmp_path):
    sounds = []
    for i, options in enumerate(([], ["--rules", "2"], ["--humanize", "1"], ["--humanize", "1"])):
        path = tmp_path / f"{i}.wav"
        assert main(["render", str(duet), "--patch", str(patches[0].path), "-o", str(path), *options]) == 0
        sounds.append(soundfile.read(path)[0])
    assert not np.array_equal(sounds[0], sounds[1])
    assert not np.array_equal(sounds[0], sounds[2])
    assert np.array_equal(sounds[2], sounds[3])


def test_a_note_that_the_song_has_not_is_refused(duet, tmp_path, capsys):
    table = tmp_path / "duet.csv"
    assert main(["render", str(duet), "--write-performance", str(table), "-o", str(tmp_path / "x.wav")]) == 0
    table.write_text(table.read_text().replace(",67.0,", ",66.0,", 1))
    assert main(["render", str(duet), "--performance", str(table), "-o", str(tmp_path / "y.wav")]) == 2
    assert "line" in capsys.readouterr().err


def test_a_channel_that_there_is_not_is_refused(duet, capsys):
    assert main(["render", str(duet), "--patch", "17=alto-saxophone"]) == 2
    assert "channel 17" in capsys.readouterr().err
