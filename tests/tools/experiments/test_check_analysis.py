"""The check of the analysis, on notes whose pitch is known."""

import json

import soundfile
from ddsp_live.tools.experiments.check_analysis import main
from instrument import note


def write(folder, nominal):
    soundfile.write(folder / "a.flac", note(60, 0.6, 0.8, 44100), 44100)
    row = f"instrument,file,nominal_midi,sounding_midi,layer,licence\nmade,a.flac,{nominal},{nominal},,CC0\n"
    (folder / "recordings.csv").write_text(row)


def test_notes_at_their_pitch_pass_and_an_octave_off_fails(tmp_path, capsys):
    write(tmp_path, 60)
    assert main([str(tmp_path), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["octave_errors"] == [] and figures["cents_median"] < 2
    write(tmp_path, 72)
    assert main([str(tmp_path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["octave_errors"] == ["a.flac"]


def test_a_folder_without_its_table_is_named(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "has no recordings.csv" in capsys.readouterr().err
