"""The tuning that a player asks for: what each key sounds, on every way in."""

import json

import ddsp_live
import numpy as np
import pytest
from ddsp_live.cli import main
from ddsp_live.ensemble import Ensemble
from ddsp_live.live.presets import load_preset, save_preset
from ddsp_live.live.session import Session
from ddsp_live.live.snapshot import capture, recall
from ddsp_live.tuning.choice import CHANGED, EQUAL, a4_hz, as_tuning, find_tuning, label, scale_names, with_a4
from ddsp_live.tuning.mts import KeyChange, Tuning
from ddsp_live.tuning.scala import ScalaError
from make_patch import make_patch

RATE = 48000
PYTHAGOREAN = "Pythagorean\n7\n9/8\n81/64\n4/3\n3/2\n27/16\n243/128\n2/1\n"
WHITE = "0x1x23x4x5x6"  # degrees of twelve keys, x where one is mute
WHITE_KEYS = "12\n0\n127\n60\n69\n442.0\n7\n" + "\n".join(WHITE) + "\n"
FIFTHS = sorted(1200 * np.log2(5) / 4 * fifth % 1200 for fifth in range(-3, 9))[1:]
MEANTONE = "Quarter-comma meantone\n12\n" + "".join(f"{cents:.6f}\n" for cents in FIFTHS) + "2/1\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "data/ddsp-live/tunings"
    folder.mkdir(parents=True)
    (folder / "meantone.scl").write_text(MEANTONE)
    (tmp_path / "white.scl").write_text(PYTHAGOREAN)
    (tmp_path / "white.kbm").write_text(WHITE_KEYS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "tiny.ddsp"))


def hertz(tuning, key):
    return 440 * 2 ** ((tuning.pitch(key) - 69) / 12)


@pytest.mark.parametrize("wanted", [415, "415", 415.0, np.float32(415)])
def test_a_number_is_a4_in_hertz_and_moves_all_keys(wanted):
    tuning = find_tuning(wanted)
    assert hertz(tuning, 69) == pytest.approx(415)
    assert hertz(tuning, 57) == pytest.approx(207.5)
    assert np.diff(tuning.keys[2:]) == pytest.approx(1)
    assert label(tuning) == EQUAL


def test_no_key_falls_mute_in_a_low_tuning():
    assert (find_tuning(220).keys >= 0).all()


def test_a_scale_begins_on_middle_c(files):
    tuning = find_tuning("meantone")
    middle = 440 * 2 ** (-9 / 12)
    assert hertz(tuning, 60) == pytest.approx(middle)
    assert hertz(tuning, 67) == pytest.approx(middle * 5**0.25, rel=1e-5)  # a fifth of the fourth root of 5
    assert label(tuning) == "meantone.scl"
    assert scale_names() == ["meantone"]


def test_a_keyboard_mapping_says_which_keys_have_which_degrees(files):
    tuning = find_tuning("white.scl", "white.kbm")
    assert hertz(tuning, 69) == pytest.approx(442)
    assert hertz(tuning, 60) == pytest.approx(442 * 16 / 27)
    assert hertz(tuning, 72) == pytest.approx(442 * 32 / 27)
    assert np.isnan(tuning.keys[61])
    assert label(tuning) == "white.scl on white.kbm"


def test_a_keyboard_mapping_alone_has_twelve_equal_steps(files):
    (files / "high.kbm").write_text("0\n0\n127\n60\n69\n466.16\n0\n")
    assert hertz(find_tuning(None, "high.kbm"), 69) == pytest.approx(466.16)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("nowhere.scl",), "nowhere.scl can't be read"),
        (("werckmeister",), "one of meantone"),
        (("100",), "from 220 to 880"),
        (("nan",), "from 220 to 880"),
        (("415", "white.kbm"), "leave out the number"),
        (("white.scl", "white.scl"), "white.scl"),
    ],
)
def test_what_there_is_not_is_told_in_a_sentence(files, asked, said):
    with pytest.raises((ddsp_live.DdspLiveError, ScalaError), match=said):
        find_tuning(*asked)


def test_what_midi_has_changed_is_said():
    assert label(Tuning()) == EQUAL
    assert label(KeyChange({60: 60.5}, True).apply(find_tuning(415))) == CHANGED


def test_a4_moves_every_other_tuning_too(files):
    tuning = with_a4(find_tuning("meantone"), 415)
    assert a4_hz(tuning) == pytest.approx(415)
    assert np.diff(tuning.keys[2:]) == pytest.approx(np.diff(find_tuning("meantone").keys[2:]))
    assert label(tuning) == "meantone.scl"


def test_a_synth_and_an_ensemble_sound_it(patch):
    for made in (ddsp_live.Synth(patch, tuning=415), Ensemble({0: patch}, tuning="415")):
        made.note_on(69)
        audio = made.render(RATE)[RATE // 2 :, 0]
        spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), 8 * RATE))
        assert spectrum[8 * 300 : 8 * 550].argmax() / 8 + 300 == pytest.approx(415, abs=0.5)


def test_it_is_set_while_notes_sound(patch):
    synth = ddsp_live.Synth(patch)
    synth.note_on(69)
    synth.render(RATE // 4)
    synth.tuning = 432
    synth.render(RATE // 4)
    assert synth.voice_readings()[0].pitch == pytest.approx(69 + 12 * np.log2(432 / 440), abs=0.03)


def test_presets_keep_it_with_its_name(files, patch):
    session = Session(ddsp_live.Synth(patch, tuning="meantone"))
    save_preset("early", capture(session))
    other = Session(ddsp_live.Synth(patch))
    told = []
    other.listen(lambda kind, what: told.append(kind))
    assert recall(other, load_preset("early"), patch=False) == []
    assert other.synth.tuning.keys == pytest.approx(as_tuning("meantone").keys, abs=1e-6)
    assert label(other.synth.tuning) == "meantone.scl"
    assert "tuning" in told


def test_render_takes_it(files, patch, capsys):
    words = [
        "render",
        "--phrase",
        "--patch",
        str(patch.path),
        "--tuning",
        "white.scl",
        "--keyboard",
        "white.kbm",
    ]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["peak"] > 0
    assert main(["render", "--phrase", "--patch", str(patch.path), "--tuning", "none.scl"]) == 2
    assert capsys.readouterr().err == "none.scl can't be read: No such file or directory.\n"
