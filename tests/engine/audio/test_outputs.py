"""What cannot be written is found out before the work begins, in the system's words."""

import errno
import os
from pathlib import Path

import pytest
import soundfile
from ddsp_live.audio.outputs import OutputError, check_writable, make_folder
from ddsp_live.audio.recorder import Recorder
from ddsp_live.cli import main, sound_file

FULL, REFUSED = errno.ENOSPC, errno.EACCES


@pytest.fixture(params=[REFUSED, FULL], ids=["read-only", "full"])
def shut(request, tmp_path, monkeypatch):
    """A folder in which no file can be made, as for those who are not root; and the words for it."""
    real, folder = Path.open, tmp_path / "shut"
    folder.mkdir()

    def opened(path, mode="r", *more, **named):
        if path.parent == folder and set(mode) & set("wxa"):
            raise OSError(request.param, os.strerror(request.param), str(path))
        return real(path, mode, *more, **named)

    monkeypatch.setattr(Path, "open", opened)
    return folder, os.strerror(request.param)


def test_a_file_that_is_there_stays_as_it_is_and_nothing_is_left(tmp_path):
    (tmp_path / "song.wav").write_bytes(b"before")
    check_writable(tmp_path / "song.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]
    assert (tmp_path / "song.wav").read_bytes() == b"before"


def test_folders_that_are_not_there_and_folders_in_a_files_place(tmp_path):
    with pytest.raises(OutputError, match="does not exist: make it first"):
        check_writable(tmp_path / "gone" / "song.wav")
    with pytest.raises(OutputError, match="it is a folder"):
        check_writable(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"cannot be made: (File exists|Not a directory)"):
        make_folder(tmp_path / "file")


@pytest.mark.parametrize(
    "words",
    [
        ["render", "--phrase", "-o", "{}/a.wav"],
        ["render", "--phrase", "-o", "{}/../a.wav", "--stems", "{}"],
        ["render", "--phrase", "-o", "{}/../a.wav", "--write-controls", "{}/a.npz"],
        ["transfer", "gone.wav", "-o", "{}/a.wav"],
        ["attributes", "gone.wav", "-o", "{}/a.csv"],
        ["train", "gone", "-o", "{}/a.ddsp"],
        ["train", "gone", "-o", "{}/a.ddsp", "--patch", "gone.ddsp", "--expression"],
    ],
    ids=lambda words: " ".join(words[:1] + words[-2:-1]),
)
def test_commands_notice_it_before_they_begin(shut, words, capsys):
    folder, reason = shut
    assert main([word.format(folder) for word in words]) == 2
    said = capsys.readouterr().err
    assert f"cannot be written: {reason};" in said and said.count("\n") == 1


def test_a_recording_that_cannot_begin_is_told(shut):
    folder, reason = shut
    with pytest.raises(OutputError, match=reason):
        Recorder(None, folder / "a.wav")


def test_a_disk_that_fills_up_meanwhile_is_named(shut):
    folder, reason = shut
    with (
        pytest.raises(OutputError, match=rf"a\.wav' can't be written: {reason}\.$"),
        sound_file.open_sound(folder / "a.wav", 8000),
    ):
        raise soundfile.LibsndfileError(2)  # "System error.", which is all that libsndfile knows
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("words", [["render"], ["transfer"]], ids=lambda words: words[0])
@pytest.mark.parametrize("folder", [".", "..", "/"])
def test_a_folder_in_the_place_of_a_song_or_recording_is_named(words, folder, capsys):
    assert main([*words, folder]) == 2
    assert capsys.readouterr().err == f"{folder!r} is a folder: name a file.\n"
