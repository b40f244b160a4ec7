"""The synthesis level in a file: played unedited it is the same sound, edited it is what was asked for."""

import zipfile

import ddsp_live
import numpy as np
import pytest
from ddsp_live.cli import main
from ddsp_live.kernel.frame_log import COLUMNS, ControlsError, Recorder, play, read_controls, write_controls
from ddsp_live.midi import messages
from ddsp_live.render import render_events
from make_patch import make_patch

RATE = 48000
PART = "1-test"


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    room = 0.1 * np.random.default_rng(0).normal(size=(2000, 2)) * np.exp(-np.arange(2000) / 400)[:, None]
    extras = {"room": room.astype(np.float32), "room_rate": RATE}
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "test.ddsp", **extras))


SONG = [
    (0.0, messages.note_on(57, 90)),
    (0.1234, messages.note_on(64, 60)),
    (0.2, messages.pitch_bend(3000)),
    (0.3, messages.note_on(69, 127)),  # three notes on two voices: one is stolen
    (0.35, messages.note_off(57)),
    (0.4, messages.control_change(120, 0)),  # cut off
    (0.5, messages.note_on(60, 100)),
    (0.7, messages.note_off(60)),
]


def synth_of(patch, **options):
    synth = ddsp_live.Synth(patch, voices=2, **{"life": 0.0} | options)
    synth.control_change(91, 40, time=0)
    return synth


@pytest.fixture(scope="module")
def kept(patch):
    synth = synth_of(patch)
    recorder = Recorder(synth)
    audio = render_events(SONG, synth, listen=recorder.take)
    return audio, recorder.controls()


def played(patch, controls, frames, **options):
    synth = synth_of(patch, **options)
    play(synth, controls)
    return synth.render(frames)


def test_unedited_controls_give_the_same_samples(patch, kept, tmp_path):
    audio, controls = kept
    write_controls(tmp_path / "frames.npz", {PART: controls}, synth_of(patch))
    read = read_controls(tmp_path / "frames.npz", RATE)[PART]
    np.testing.assert_array_equal(played(patch, read, len(audio)), audio)


def test_frames_are_the_decoders(patch, kept):
    _, controls = kept
    frames = controls["length"] > 0
    np.testing.assert_allclose(controls["harmonic_distribution"][frames].sum(axis=1), 1, rtol=1e-5)
    assert controls["harmonic_distribution"].shape[1] == patch.harmonics
    assert controls["noise_magnitudes"].shape[1] == patch.noise_bands
    assert [controls["note"][controls["start"] == round(t * RATE)].max() for t in (0, 0.1234, 0.3, 0.5)] == [
        0,
        1,
        2,
        3,
    ]
    first = controls["f0_hz"][controls["note"] == 0]
    assert first[0] == pytest.approx(220, rel=1e-4)


def test_an_edited_pitch_and_level_are_heard(patch, kept):
    audio, controls = kept
    alone = {name: array[controls["note"] == 3] for name, array in controls.items()}
    edited = {
        **alone,
        "f0_hz": alone["f0_hz"] * np.float32(2),
        "amplitude": alone["amplitude"] * np.float32(0.5),
    }

    def peak(audio):
        mono = audio[round(0.55 * RATE) : round(0.68 * RATE), 0].astype(np.float64)
        spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 1 << 17))
        return np.argmax(spectrum) * RATE / (1 << 17), spectrum.max()

    (hertz, level), (edited_hertz, edited_level) = (
        peak(played(patch, each, len(audio))) for each in (alone, edited)
    )
    assert edited_hertz == pytest.approx(2 * hertz, rel=0.01)
    assert edited_level < 0.7 * level


def test_notes_can_be_taken_out(patch, kept):
    audio, controls = kept
    rest = {name: array[:0] for name, array in controls.items()}
    assert not played(patch, rest, len(audio)).any()


@pytest.mark.parametrize("block", [1, 64, 1000])
def test_any_split_into_blocks_gives_the_same_samples(patch, kept, block):
    audio, controls = kept
    synth = synth_of(patch)
    play(synth, controls)
    count = 20000
    parts = [synth.render(min(block, count - i)) for i in range(0, count, block)]
    np.testing.assert_array_equal(np.concatenate(parts), audio[:count])


def test_controls_are_of_decoders_in_the_callback(patch):
    Recorder(ddsp_live.Synth(patch, decoder="int8"))
    with pytest.raises(ControlsError, match="native and int8 only"):
        Recorder(ddsp_live.Synth(patch, decoder="onnx"))


def file_of(tmp_path, controls, **changes):
    """A file whose arrays and values are replaced; None takes one out."""
    about = {"format": 1, "sample_rate": RATE, "frame_rate": 250.0}
    arrays = {**about, **{f"{PART}/{name}": array for name, array in controls.items()}}
    arrays.update(
        {(name if name in about or "/" in name else f"{PART}/{name}"): a for name, a in changes.items()}
    )
    path = tmp_path / "frames.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


def bent(controls, name, index, value):
    array = controls[name].copy()
    array[index] = value
    return {name: array}


MISTAKES = {
    "a column is missing": (lambda c: {"gain": None}, "gain is missing"),
    "too few rows": (lambda c: {"f0_hz": c["f0_hz"][:-1]}, "f0_hz has the shape"),
    "a wrong rank": (lambda c: {"f0_hz": c["f0_hz"][:, None]}, "f0_hz has the shape"),
    "NaN": (lambda c: bent(c, "f0_hz", 5, np.nan), "f0_hz of frame 5 is nan"),
    "infinite": (lambda c: bent(c, "noise_magnitudes", (7, 2), np.inf), "noise_magnitudes of frame 7 is inf"),
    "negative": (lambda c: bent(c, "amplitude", 3, -1), "amplitude of frame 3 is -1"),
    "unsorted": (lambda c: bent(c, "start", 4, 10**6), "sort the frames by start"),
    "a voice beyond all": (lambda c: bent(c, "voice", 2, 64), "voice of frame 2 is 64"),
    "a negative length": (lambda c: bent(c, "length", 2, -1), "length of frame 2 is -1"),
    "text": (lambda c: {"f0_hz": np.array(["a"] * len(c["f0_hz"]))}, "f0_hz is of the type"),
    "three gains": (lambda c: {"gain": np.ones((len(c["gain"]), 3), np.float32)}, "gain has 3 columns"),
    "an unknown column": (lambda c: {"colour": c["f0_hz"]}, "there is no column"),
    "no sample rate": (lambda c: {"sample_rate": None}, "must be there"),
    "another sample rate": (lambda c: {"sample_rate": 44100}, "is for 44100 Hz"),
    "another format": (lambda c: {"format": 9}, "is of format 9"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_in_a_sentence(mistake, kept, tmp_path):
    change, wanted = MISTAKES[mistake]
    with pytest.raises(ControlsError) as error:
        read_controls(file_of(tmp_path, kept[1], **change(kept[1])), RATE)
    assert wanted in str(error.value) and "\n" not in str(error.value)


def test_pickles_are_refused(kept, tmp_path):
    objects = np.array([{}] * len(kept[1]["f0_hz"]), dtype=object)
    with pytest.raises(ControlsError, match="damaged"):
        read_controls(file_of(tmp_path, kept[1], f0_hz=objects), RATE)


def test_a_header_that_promises_more_than_there_is_is_refused(kept, tmp_path):
    path = tmp_path / "frames.npz"
    with zipfile.ZipFile(path, "w") as archive, archive.open(f"{PART}/f0_hz.npy", "w") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "<f4", "fortran_order": False, "shape": (10**12,)}
        )
    with pytest.raises(ControlsError, match="damaged"):
        read_controls(path, RATE)


def test_a_header_as_python_2_wrote_it_is_read_without_a_warning(kept, tmp_path, recwarn):
    path, plain = tmp_path / "old.npz", file_of(tmp_path, kept[1])
    with zipfile.ZipFile(plain) as read, zipfile.ZipFile(path, "w") as archive:
        for name in read.namelist():
            archive.writestr(name, read.read(name).replace(b",), }  ", b"L,), } ", 1))
    old, new = (read_controls(each, RATE)[PART] for each in (path, plain))
    assert not recwarn.list and all(np.array_equal(old[name], new[name]) for name in COLUMNS)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut"])
def test_what_is_no_file_of_controls(content, tmp_path):
    (tmp_path / "frames.npz").write_bytes(content)
    with pytest.raises(ControlsError, match="not a file of controls"):
        read_controls(tmp_path / "frames.npz", RATE)


def test_controls_of_another_patch_or_of_more_voices(patch, kept, tmp_path_factory):
    other = ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("other") / "other.ddsp", harmonics=24))
    with pytest.raises(ControlsError, match="harmonic_distribution has"):
        play(ddsp_live.Synth(other, voices=2), kept[1])
    with pytest.raises(ControlsError, match="more than 1 voices"):
        play(ddsp_live.Synth(patch, voices=1), kept[1])


def test_all_columns_are_written(kept):
    assert list(kept[1]) == list(COLUMNS)
    assert {name: array.dtype for name, array in kept[1].items()} == {
        name: np.dtype(kind) for name, kind in COLUMNS.items()
    }


def test_the_command_stops_at_the_level_and_goes_on_with_the_same_sound(patch, tmp_path):
    frames, first, second = (str(tmp_path / name) for name in ("frames.npz", "first.wav", "second.wav"))
    common = ["render", "--phrase", "--patch", str(patch.path), "--wet", "0.3", "-o"]
    assert main([*common, first, "--write-controls", frames]) == 0
    assert main([*common, second, "--controls", frames]) == 0
    assert (tmp_path / "first.wav").read_bytes() == (tmp_path / "second.wav").read_bytes()


@pytest.mark.parametrize(
    "other", [["--rules", "1"], ["--write-controls", "x.npz"], ["--performance", "x.csv"]]
)
def test_levels_that_exclude_each_other(other, tmp_path, capsys):
    output = str(tmp_path / "song.wav")
    assert main(["render", "--phrase", "-o", output, "--controls", "frames.npz", *other]) == 2
    assert "--controls plays what the decoder has made" in capsys.readouterr().err


def test_a_map_with_a_mistake_is_named_and_nothing_is_rendered(tmp_path, capsys):
    (tmp_path / "my.toml").write_text('[[row]]\ngesture = "cc20"\ntarget = "colour"\nlow = 0\nhigh = 1\n')
    output = tmp_path / "song.wav"
    assert main(["render", "--phrase", "-o", str(output), "--map", str(tmp_path / "my.toml")]) == 2
    assert "my.toml, row 1 (cc20): there is no target" in capsys.readouterr().err
    assert not output.exists()
