"""The note level of a recording: notes that were made by arithmetic are found again, with their attributes."""

import json

import mido
import numpy as np
import pytest
import soundfile
from ddsp_live.cli import main
from ddsp_live.patch import load_patch
from ddsp_live.performance.table import read_table
from ddsp_live.performance.units import NAMES
from ddsp_live.tools.analysis.takes import RecordingError
from ddsp_live.tools.expression.note_segmentation import measure_notes
from instrument import note

RATE = 44100
PLAYED = [(60, 0.2, 0.4), (64, 0.9, 0.7), (67, 1.6, 0.9)]
"""MIDI note, onset in s, level."""
SECONDS = 0.6


@pytest.fixture(scope="module")
def solo(tmp_path_factory):
    audio = np.zeros(int(2.4 * RATE), np.float32)
    for midi, onset, level in PLAYED:
        sound = note(midi, level, SECONDS, RATE)
        audio[int(onset * RATE) :][: len(sound)] += sound
    path = tmp_path_factory.mktemp("solo") / "solo.wav"
    soundfile.write(path, audio, RATE)
    return path


@pytest.fixture
def song(tmp_path):
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)])
    ticks = 0
    for midi, onset, _ in PLAYED:
        track.append(mido.Message("note_on", note=midi, velocity=90, time=round(1000 * onset) - ticks))
        track.append(mido.Message("note_off", note=midi, time=round(1000 * SECONDS)))
        ticks = round(1000 * (onset + SECONDS))
    file = mido.MidiFile(ticks_per_beat=1000, tracks=[track])
    file.save(tmp_path / "solo.mid")
    return tmp_path / "solo.mid"


def test_notes_are_heard(solo):
    rows, units = measure_notes(solo)
    assert rows["pitch"] == pytest.approx([midi for midi, _, _ in PLAYED], abs=0.2)
    assert rows["onset_seconds"] == pytest.approx([onset for _, onset, _ in PLAYED], abs=0.06)
    assert units["duration_ms"] == pytest.approx([1000 * SECONDS] * 3, abs=120)


def test_louder_notes_have_more_volume_and_brightness(solo):
    rows, units = measure_notes(solo)
    assert (np.diff(rows["volume"]) > 0).all()
    assert (np.diff(rows["brightness"]) > 0).all()
    assert (rows["vibrato"] == 0).all()
    assert not units["vibrato_hz"].any()


def test_a_midi_file_says_which_notes(solo, song):
    rows, _ = measure_notes(solo, midi=song)
    assert list(rows["pitch"]) == [60, 64, 67]
    assert list(rows["velocity"]) == [90] * 3
    assert rows["onset_seconds"] == pytest.approx([0.2, 0.9, 1.6])
    assert not any(np.isnan(rows[name]).any() for name in NAMES)


def test_a_midi_file_that_goes_on_after_the_recording_is_refused(solo, song, tmp_path):
    audio, _ = soundfile.read(solo)
    soundfile.write(tmp_path / "cut.wav", audio[: int(1.2 * RATE)], RATE)
    with pytest.raises(RecordingError, match=r"cut.wav ends at 1.20 s, before the note at 1.60 s"):
        measure_notes(tmp_path / "cut.wav", midi=song)


def test_a_patch_s_decoder_may_say_what_was_played(solo):
    heard, _ = measure_notes(solo)
    decoded, _ = measure_notes(solo, patch=load_patch("alto-saxophone"))
    np.testing.assert_array_equal(decoded["onset_seconds"], heard["onset_seconds"])
    assert (np.diff(decoded["volume"]) > 0).all()


def test_the_command_writes_a_table_and_says_the_player_s_units(solo, tmp_path, capsys):
    table = tmp_path / "notes.csv"
    assert main(["attributes", str(solo), "-o", str(table)]) == 0
    assert capsys.readouterr().out.endswith(f"{table}: 3 notes.\n")
    rows = read_table(table)
    np.testing.assert_array_equal(rows["volume"], measure_notes(solo).rows["volume"])
    assert main(["attributes", str(solo), "-o", str(table), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [round(each["pitch"]) for each in answer["notes"]] == [60, 64, 67]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["attributes", "none.wav"], "none.wav cannot be read"),
        (["attributes", "SOLO", "-o", "nowhere/a.csv"], "The folder 'nowhere' does not exist"),
        (["attributes", "SOLO", "--notes", "none.mid"], "none.mid cannot be played"),
        (["attributes", "SOLO", "--patch", "none"], "no patch named 'none'"),
    ],
)
def test_the_command_s_errors_are_one_sentence(solo, capsys, words, says):
    assert main([str(solo) if word == "SOLO" else word for word in words]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
