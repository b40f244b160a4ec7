"""What a Python user may ask for: notes by name, sentences for what makes no sense, whole jobs in one call."""

import subprocess
import sys

import ddsp_live
import numpy as np
import pytest
from ddsp_live.midi.notes import key_and_cents, note_name
from make_patch import make_patch

RATE = 48000


@pytest.fixture(scope="module")
def patch(tmp_path_factory):
    return ddsp_live.load_patch(make_patch(tmp_path_factory.mktemp("patch") / "test.ddsp"))


@pytest.fixture
def synth(patch):
    return ddsp_live.Synth(patch)


def f0_hz(audio):
    """The fundamental by the phase advance of the strongest low bin, over half a second."""
    mono = audio[RATE // 4 :, 0].astype(np.float64)
    window = np.hanning(len(mono) // 2)
    first, second = (np.fft.rfft(mono[at : at + len(window)] * window) for at in (0, 1))
    low = np.abs(first) * (np.fft.rfftfreq(len(window), 1 / RATE) < 660)
    best = low.argmax()
    return np.angle(second[best] / first[best]) * RATE / (2 * np.pi)


@pytest.mark.parametrize(
    ("note", "number"),
    [
        ("C4", 60), ("c4", 60), ("A4", 69), ("Bb3", 58), ("F#5", 78), ("C-1", 0), ("G9", 127), ("Cb4", 59),
        ("B#3", 60), ("E♭4", 63), ("A4+50c", 69.5), ("A4 - 30 cents", 68.7), ("C4+12.5c", 60.125), (60, 60),
        (60.25, 60.25), (np.int64(64), 64), (np.float32(64.5), 64.5),
    ],
)  # fmt: skip
def test_a_note_is_a_number_or_a_name(note, number):
    key, cents = key_and_cents(note)
    assert key + cents / 100 == pytest.approx(number)
    assert -50 < cents <= 50


def test_every_note_has_a_name_that_is_read_back():
    assert [key_and_cents(note_name(note)) for note in range(128)] == [(note, 0) for note in range(128)]


@pytest.mark.parametrize(
    "note", ["H4", "C", "C##x", "", "A4+50", "C10", -1, 128, "G#9", float("nan"), float("inf")]
)
def test_a_note_that_there_is_not_is_told(synth, note):
    with pytest.raises(ValueError, match="note"):
        synth.note_on(note)


@pytest.mark.parametrize(("note", "hz"), [("A4", 440.0), ("A4+50c", 440 * 2 ** (0.5 / 12)), (68.8, 434.943)])
def test_a_note_sounds_where_its_name_says(synth, note, hz):
    synth.note_on(note)
    assert 1200 * np.log2(f0_hz(synth.render(RATE)) / hz) == pytest.approx(0, abs=3)


def test_cents_are_of_one_note_and_not_of_the_key(synth):
    synth.note_on("A4+50c")
    synth.note_off("A4+50c", time=RATE // 2)
    synth.note_on("A4", time=RATE)
    audio = synth.render(2 * RATE)
    assert 1200 * np.log2(f0_hz(audio[RATE:]) / 440) == pytest.approx(0, abs=3)


def test_a_named_note_is_let_go_by_its_name(synth):
    synth.note_on("A4+50c")
    synth.render(RATE // 4)
    synth.note_off("A4+50c")
    synth.render(RATE)
    assert not synth.voice_readings()


def test_plain_notes_keep_their_bits(patch):
    """A note by its name, or with 0 cents, is the very note of its number."""
    made = []
    for note in (69, "A4", 69.0):
        synth = ddsp_live.Synth(patch)
        synth.note_on(note, time=100)
        made.append(synth.render(4800))
    assert np.array_equal(made[0], made[1]) and np.array_equal(made[0], made[2])


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda synth: synth.pitch_bend(0.5), TypeError, "whole number, from -8192 to 8191"),
        (lambda synth: synth.pitch_bend(9000), ValueError, "not within -8192 to 8191"),
        (lambda synth: synth.control_change(1, 0.5), TypeError, "whole number"),
        (lambda synth: synth.note_on(60, 90.5), TypeError, "whole number"),
        (lambda synth: synth.note_on(None), TypeError, "whole number"),
        (lambda synth: synth.render(1.5), TypeError, "whole number of frames"),
        (lambda synth: synth.render(True), TypeError, "whole number of frames"),
        (lambda synth: synth.render(-1), ValueError, "0 or more"),
        (lambda synth: setattr(synth, "patch", 3), TypeError, "a name, a path or a Patch, and not 3"),
        (lambda synth: synth.play_in(3), TypeError, "a name, a path or a Room, and not 3"),
        (lambda synth: ddsp_live.Synth(synth.patch, voices=True), TypeError, "from 1 to 64"),
        (lambda synth: setattr(synth, "brightness", 1), AttributeError, "give it to a note"),
        (lambda synth: setattr(synth, "performr", 1), AttributeError, "did you mean 'performer'"),
        (lambda synth: setattr(synth, "sample_rate", 44100), AttributeError, "make another Synth"),
        (lambda synth: ddsp_live.Synth(synth.patch, voices="16"), TypeError, "from 1 to 64"),
        (lambda synth: ddsp_live.Synth(synth.patch, voices=1.5), ValueError, "whole number"),
        (lambda synth: ddsp_live.render_midi("", synth.patch, mute=[16]), ValueError, "channels from 0 to 15"),
        (lambda synth: ddsp_live.render_midi("", synth.patch, mute=["x"]), ValueError, "channels from 0 to 15"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_in_a_sentence(synth, call, error, said):
    with pytest.raises(error, match=said):
        call(synth)


def test_a_synth_plays_on_after_an_error(synth):
    with pytest.raises(TypeError):
        synth.render(1.5)
    synth.note_on("A4")
    assert np.abs(synth.render(4800)).max() > 0


def test_a_patch_is_loaded_by_assignment(synth):
    synth.patch = "Cello"
    assert synth.patch.name == "cello"
    assert repr(synth) == "Synth('cello', sample_rate=48000, voices=16, decoder='native')"
    with pytest.raises(ddsp_live.PatchError):
        synth.patch = "chello-of-nobody"
    assert synth.patch.name == "cello"


def test_a_patch_says_what_it_is():
    patch = ddsp_live.load_patch("trumpet")
    low, high = note_name(patch.pitch_low), note_name(patch.pitch_high)
    assert repr(patch) == f"Patch('trumpet', {low} to {high}, {patch.sample_rate} Hz)"


def test_patch_names_are_read_without_regard_to_case():
    assert ddsp_live.load_patch("ALTO-Saxophone").name == "alto-saxophone"
    assert ddsp_live.load_patch("Alto Saxophone").name == "alto-saxophone"


def test_the_package_tells_its_version():
    from importlib.metadata import version

    assert ddsp_live.__version__ == version("ddsp-live")


def test_importing_loads_no_package_that_is_heavy_or_may_lack():
    heavy = ("torch", "onnxruntime", "sounddevice", "rtmidi", "starlette", "IPython", "matplotlib")
    code = f"import sys, ddsp_live; ddsp_live.train, ddsp_live.Audio; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_recording_is_played_by_a_patch_in_one_call(patch, tmp_path):
    import soundfile

    t = np.arange(RATE) / RATE
    soundfile.write(tmp_path / "hum.wav", 0.3 * np.sin(2 * np.pi * 220 * t) * np.minimum(1, 20 * t), RATE)
    played = ddsp_live.transfer(tmp_path / "hum.wav", patch, octave=0)
    assert played.audio.shape[1] == 2
    assert np.median(played.midi[played.voiced]) == pytest.approx(57, abs=0.1)
    with pytest.raises(ddsp_live.DdspLiveError):
        ddsp_live.transfer(tmp_path / "none.wav", patch)


def test_all_errors_have_one_base():
    import pkgutil
    from importlib import import_module

    errors = set()
    for module in pkgutil.walk_packages(ddsp_live.__path__, "ddsp_live."):
        if not module.name.startswith("ddsp_live.tools") and not module.ispkg and "onnx" not in module.name:
            found = vars(import_module(module.name)).values()
            errors |= {
                e
                for e in found
                if isinstance(e, type) and e.__module__ == module.name and "Error" in e.__name__
            }
    assert len(errors) > 15
    assert all(issubclass(error, ddsp_live.DdspLiveError) for error in errors)


def test_a_notebook_plays_it_as_loud_as_it_is(monkeypatch):
    import types

    made = {}
    display = types.ModuleType("IPython.display")
    display.Audio = lambda data, **options: made.update(options, shape=data.shape)
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    ddsp_live.Audio(np.zeros((480, 2), np.float32), 44100)
    assert made == {"shape": (2, 480), "rate": 44100, "normalize": False}


def test_a_missing_package_has_one_hint(monkeypatch, patch):
    monkeypatch.setitem(sys.modules, "ddsp_live.tools.build.make_patch", None)
    monkeypatch.setitem(sys.modules, "ddsp_live.tools.evaluation.evaluate_patch", None)
    for job in (lambda: ddsp_live.train("here", "it.ddsp"), lambda: ddsp_live.evaluate(patch, "here")):
        with pytest.raises(ddsp_live.DdspLiveError, match=r"run `pip install 'ddsp-live\[train\]'`"):
            job()
