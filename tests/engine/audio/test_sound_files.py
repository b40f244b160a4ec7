"""Sound files as people have them are read whole, or refused in words."""

import io
import struct

import numpy as np
import pytest
import soundfile
from ddsp_live.audio.sound_files import SoundFileError, read_sound

RATE = 8000
SAMPLES = (0.3 * np.sin(np.arange(RATE) / 5)).astype(np.float32)


def wav(subtype="PCM_16", size=None, after=b""):
    """A wav in memory, with another size in its data chunk, and with bytes after it."""
    file = io.BytesIO()
    soundfile.write(file, SAMPLES, RATE, format="WAV", subtype=subtype)
    data = bytearray(file.getvalue() + after)
    if size is not None:
        at = data.index(b"data")
        data[at + 4 : at + 8] = struct.pack("<I", size)
    return bytes(data)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("size", [None, 0, 0xFFFFFFFF, 1_000_000])
def test_a_wav_is_read_to_its_end_whatever_its_header_says(tmp_path, subtype, size):
    (tmp_path / "take.wav").write_bytes(wav(subtype, size))
    audio, rate = read_sound(tmp_path / "take.wav")
    assert (audio.shape, rate) == ((RATE, 1), RATE)
    assert np.abs(audio[:, 0] - SAMPLES).max() < 1e-4


def test_a_wav_that_is_empty_in_truth_has_no_samples(tmp_path):
    empty = io.BytesIO()
    soundfile.write(empty, SAMPLES[:0], RATE, format="WAV")
    for after in (b"", b"LIST" + struct.pack("<I", 4) + b"INFO"):
        (tmp_path / "take.wav").write_bytes(empty.getvalue() + after)
        assert len(read_sound(tmp_path / "take.wav")[0]) == 0


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("memo.m4a", b"\0\0\0\x18ftypM4A ", "AAC or ALAC, which cannot be read here: convert it"),
        ("memo.wav", b"\0\0\0\x18ftypM4A ", "memo.wav is AAC or ALAC"),
        ("memo.amr", b"#!AMR\n", "AMR"),
        ("memo.wma", b"\x30\x26\xb2\x75\x8e\x66", "Windows Media Audio"),
        ("text.wav", b"this is text", "cannot be read as sound (format not recognised)"),
        ("empty.wav", b"", "cannot be read as sound"),
        ("cut.flac", b"fLaC\0\0\0\x22", "cannot be read as sound"),
    ],
)
def test_what_cannot_be_read_is_named_in_a_sentence(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SoundFileError) as error:
        read_sound(tmp_path / name)
    assert said in str(error.value) and "BytesIO" not in str(error.value)
    assert str(error.value).endswith(".") and "\n" not in str(error.value)


def test_folders_links_and_names_of_nothing(tmp_path):
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "link.wav").symlink_to(tmp_path / "gone")
    said = {
        "folder.wav": "is a folder, not a recording",
        "link.wav": "is a link to a file that is not there",
        "gone.wav": "cannot be read: No such file or directory",
    }
    for name, words in said.items():
        with pytest.raises(SoundFileError, match=words):
            read_sound(tmp_path / name)
