"""Formants through the engine: kept beyond the range, moved by a controller, and no bit changed without either."""

import ddsp_live
import numpy as np
import pytest
from ddsp_live.kernel.frame_log import Recorder
from ddsp_live.patch import PatchError
from make_patch import PITCH, make_patch

RATE = 48000
STILL = {"life": 0.0, "expression": 0.0, "performer": 0.0}


@pytest.fixture(scope="module")
def patches(tmp_path_factory):
    folder, number = tmp_path_factory.mktemp("formants"), np.arange(1, 61)
    peaks = sum(15 * np.exp(-((np.log2(number / peak) / 0.3) ** 2)) for peak in (3, 6, 14))
    made = {"harmonics": 60, "partials_db": peaks}
    return {
        formants: ddsp_live.load_patch(make_patch(folder / f"{formants}.ddsp", formants=formants, **made))
        for formants in ("kept", "moved")
    }


def played(patch, note, controllers=(), frames=RATE // 2, block=None, **options):
    """The sound, and the controls that it was made from."""
    synth = ddsp_live.Synth(patch, sample_rate=RATE, voices=2, **STILL, **options)
    recorder = Recorder(synth) if options.get("decoder", "native") == "native" else None
    for number, value in controllers:
        synth.control_change(number, value, time=0)
    synth.note_on(note, 90, time=0)
    audio = []
    for first in range(0, frames, block or frames):
        audio.append(synth.render(min(block or frames, frames - first)))
        if recorder:
            recorder.take()
    return np.concatenate(audio), recorder.controls() if recorder else None


def envelope(controls, frame=60):
    """Frequencies in Hz and levels in dB of one frame's partials, less their highest."""
    d = controls["harmonic_distribution"][frame]
    level = 20 * np.log10(d + 1e-12)
    return controls["f0_hz"][frame] * np.arange(1, len(d) + 1), level - level.max()


@pytest.mark.parametrize("note", [PITCH["low"], 60, PITCH["high"]])
def test_within_the_range_the_flag_changes_no_bit(patches, note):
    assert np.array_equal(played(patches["kept"], note)[0], played(patches["moved"], note)[0])


@pytest.mark.parametrize(("end", "beyond"), [("high", 12), ("low", -12), ("high", 5)])
def test_beyond_the_range_the_envelope_stays_in_hz(patches, end, beyond):
    hz, level = envelope(played(patches["kept"], PITCH[end])[1])
    far_hz, far_level = envelope(played(patches["kept"], PITCH[end] + beyond)[1])
    inside = (far_hz > hz[0]) & (far_hz < 0.9 * min(hz[-1], RATE / 2))
    difference = far_level[inside] - np.interp(far_hz[inside], hz, level)
    assert np.std(difference) < 1.8
    moved_hz, moved_level = envelope(played(patches["moved"], PITCH[end] + beyond)[1])
    assert np.std(moved_level[inside] - np.interp(moved_hz[inside], hz, level)) > 2 * np.std(difference)


@pytest.mark.parametrize(("value", "semitones"), [(1, -12), (127, 12)])
def test_the_formant_controller_moves_the_envelope_and_not_the_pitch(patches, value, semitones):
    plain = played(patches["kept"], 64)[1]
    moved = played(patches["kept"], 64, [(18, value)])[1]
    other = played(patches["kept"], 64 - semitones)[1]
    assert np.array_equal(moved["f0_hz"], plain["f0_hz"])
    assert moved["harmonic_distribution"][60] == pytest.approx(other["harmonic_distribution"][60], rel=1e-4)


def test_a_controller_in_the_middle_changes_no_bit(patches):
    assert np.array_equal(played(patches["kept"], 60)[0], played(patches["kept"], 60, [(18, 64)])[0])


@pytest.mark.parametrize("note", [60, 96])
def test_any_split_gives_the_same_bits(patches, note):
    whole = played(patches["kept"], note, [(18, 100)])[0]
    assert np.array_equal(whole, played(patches["kept"], note, [(18, 100)], block=77)[0])


@pytest.mark.parametrize("value", [64, 127])
def test_with_mpe_each_note_has_its_own(patches, value):
    synth = ddsp_live.Synth(patches["kept"], sample_rate=RATE, voices=2, mpe=4, **STILL)
    recorder = Recorder(synth)
    synth.control_change(18, value, channel=1, time=0)
    for channel in (1, 2):
        synth.note_on(64, 90, channel=channel, time=0)
    synth.render(RATE // 4)
    recorder.take()
    controls = recorder.controls()
    first, second = (controls["harmonic_distribution"][controls["voice"] == voice][30] for voice in (0, 1))
    assert (np.abs(np.log(first / second)).max() > 0.01) == (value != 64)


def test_workers_make_the_same_frames(patches):
    pytest.importorskip("onnxruntime")
    native = played(patches["kept"], 96, [(18, 30)])[0]
    onnx = played(patches["kept"], 96, [(18, 30)], decoder="onnx")[0]
    delay = 3 * round(RATE / 250)
    error = onnx[delay:].astype(float) - native[: len(native) - delay]
    assert 10 * np.log10(np.mean(error**2) / np.mean(np.square(native, dtype=float))) < -60


def test_patches_keep_their_formants_unless_they_say_otherwise(tmp_path, patches):
    assert ddsp_live.load_patch(make_patch(tmp_path / "silent.ddsp")).keeps_formants
    assert (patches["kept"].keeps_formants, patches["moved"].keeps_formants) == (True, False)


def test_a_wrong_flag_is_one_sentence(tmp_path):
    with pytest.raises(
        PatchError, match=r"formants in its patch\.json is 'frozen'; it must be one of kept, moved"
    ):
        make_patch(tmp_path / "wrong.ddsp", formants="frozen")
