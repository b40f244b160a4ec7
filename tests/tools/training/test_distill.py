"""A small decoder that does as a large one does."""

import dataclasses
import functools

import ddsp_live
import numpy as np
import pytest
import scipy.signal
import soundfile
import torch
from ddsp_live.decoders.program import Program
from ddsp_live.input.loudness import loudness
from ddsp_live.tools.build import make_patch as making
from ddsp_live.tools.build.make_patch import make_patch
from ddsp_live.tools.build.source import known_source
from ddsp_live.tools.models.decoder import Decoder, default_layers, to_onnx
from ddsp_live.tools.models.synthesis import player
from ddsp_live.tools.training import distill as distilling
from ddsp_live.tools.training.distill import Settings, bands_to, distill, distill_patch
from ddsp_live.tools.training.model import start_like_an_instrument
from ddsp_live.tools.training.settings import Settings as TrainingSettings
from ddsp_live.tools.training.sizes import SIZES, TINY
from instrument import note

RATES = {"sample_rate": 16000, "frame_rate": 250}
QUICK = Settings(steps=300, batches=8, batch_size=16, frames=16)


@pytest.fixture(scope="module")
def teacher() -> Decoder:
    """Untrained, but with partials that fall off, a level that follows loudness, and colours that follow pitch."""
    torch.manual_seed(1)
    decoder = Decoder(default_layers(harmonics=20, noise_bands=17, width=32, depth=2, lags=(1, 2)))
    start_like_an_instrument(decoder)
    return decoder.eval()


@pytest.fixture(scope="module")
def student(teacher) -> Decoder:
    layers = default_layers(harmonics=20, noise_bands=17, width=16, depth=1, lags=(1, 2))
    return distill(teacher, layers, [phrase()], sample_rate=16000, settings=QUICK)


def phrase() -> distilling.Phrase:
    return np.geomspace(200, 400, 300), np.linspace(-50, -15, 300)


def test_the_student_sounds_as_the_teacher_does(teacher, student):
    torch.manual_seed(3)
    blank = Decoder(student.spec).eval()
    wanted, made, untaught = (player(each, **RATES)(*phrase()) for each in (teacher, student, blank))
    levels = [loudness(audio, 16000, 250) for audio in (wanted, made, untaught)]
    assert np.abs(levels[1] - levels[0]).mean() < 1.0 < np.abs(levels[2] - levels[0]).mean()
    spectra = [
        np.log(scipy.signal.welch(audio, 16000, nperseg=1024)[1]) for audio in (wanted, made, untaught)
    ]
    assert np.abs(spectra[1] - spectra[0]).mean() < 0.3 * np.abs(spectra[2] - spectra[0]).mean()


def test_the_same_seed_gives_the_same_student(teacher):
    few = dataclasses.replace(QUICK, steps=5)
    layers = default_layers(harmonics=20, noise_bands=17, width=16, depth=1)
    first, again, other = (
        distill(teacher, layers, [], sample_rate=16000, settings=each).weights()
        for each in (few, few, dataclasses.replace(few, seed=1))
    )
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not all(np.array_equal(first[name], other[name]) for name in first)


def test_fewer_bands_are_the_filters_response_at_their_frequencies():
    magnitudes = np.random.default_rng(0).random(33)
    zero_phase = np.roll(np.fft.irfft(magnitudes), 32)
    taps = np.append(zero_phase, zero_phase[0]) * scipy.signal.get_window("hann", 65, fftbins=False)
    _, response = scipy.signal.freqz(taps, worN=np.linspace(0, np.pi, 12))
    made = torch.from_numpy(magnitudes).float() @ bands_to(33, 12)
    np.testing.assert_allclose(made.abs(), np.abs(response), atol=1e-5)


def test_a_tiny_patch_keeps_all_but_the_decoder(tmp_path, teacher):
    factory = ddsp_live.load_patch("alto-saxophone")
    info = dict(factory.info)
    sizes = {"harmonics": 20, "noise_bands": 17, "state_size": teacher.state_size, "layers": teacher.spec}
    training = {"recordings": 3, "held_out": ["a.wav"], "distance": 5.0}
    body, room = np.array([[1.0, -1.2, 0.5, 1.0, -1.1, 0.45]]), np.full((100, 2), 0.25, np.float32)
    large = ddsp_live.patch.write_patch(
        tmp_path / "large.ddsp",
        info | sizes | {"name": "large", "training": training},
        to_onnx(teacher.spec, teacher.weights()),
        licence="None.",
        body=body,
        room=room,
        room_rate=16000,
        performer=factory.performer,
    )
    few = dataclasses.replace(QUICK, steps=2)
    tiny = ddsp_live.load_patch(distill_patch(ddsp_live.load_patch(large), tmp_path / "t.ddsp", settings=few))
    np.testing.assert_array_equal(tiny.body, body)
    np.testing.assert_array_equal(tiny.room, room)
    assert tiny.performer == factory.performer
    assert (tiny.harmonics, tiny.noise_bands, tiny.pitch_low) == (20, 17, info["pitch"]["low"])
    assert tiny.info["training"]["held_out"] == ["a.wav"]
    assert tiny.info["training"]["distilled_from"].startswith("sha256:")
    assert "distance" not in tiny.info["training"]
    synth = ddsp_live.Synth(tiny)
    synth.note_on(60)
    assert np.isfinite(synth.render(4800)).all()


def test_training_in_the_tiny_size_ends_in_a_distilled_patch(tmp_path, monkeypatch):
    few = dataclasses.replace(QUICK, steps=2, batches=1)
    monkeypatch.setattr(making, "with_expression", lambda info, *rest, **options: (info, None))
    monkeypatch.setattr(distilling, "tiny", functools.partial(distilling.tiny, settings=few))
    (tmp_path / "notes").mkdir()
    for midi in (55, 60):
        soundfile.write(tmp_path / "notes" / f"{midi}.flac", note(midi, 0.5, 0.5, 16000), 16000)
    settings = TrainingSettings(size="tiny", sample_rate=16000, steps=2, width=80, batch_size=1, threads=1)
    make_patch(tmp_path / "notes", tmp_path / "t.ddsp", settings, known_source("t", tmp_path))
    patch = ddsp_live.load_patch(tmp_path / "t.ddsp")
    widths = [
        layer["size"] for layer in patch.layers if layer["output"].startswith("hidden") and "size" in layer
    ]
    assert widths == [TINY["width"]] * TINY["depth"]
    assert patch.info["training"]["settings"]["size"] == "tiny"


def test_the_command_says_what_is_wrong_in_a_sentence(tmp_path, capsys):
    assert distilling.main(["no-such-patch", "-o", str(tmp_path / "x.ddsp")]) == 2
    said = capsys.readouterr().err
    assert "no patch named 'no-such-patch'" in said and "Traceback" not in said


@pytest.mark.parametrize("size", SIZES)
def test_a_size_changes_settings_that_there_are(size):
    assert TrainingSettings(size=size, **SIZES[size]).size == size


def multiply_adds(**sizes) -> int:
    decoder = Decoder(default_layers(**sizes))
    return Program.from_layers(decoder.spec, decoder.weights()).multiply_adds


def test_a_tiny_decoder_has_a_tenth_of_the_standard_ones_products_and_a_rich_one_more():
    standard, rich = (TrainingSettings(**SIZES[size]) for size in ("standard", "rich"))
    names = ("harmonics", "noise_bands", "width", "depth", "lags")
    standard = dataclasses.replace(standard, harmonics=100)  # by itself, it takes as many as reach Nyquist
    costs = [multiply_adds(**{name: getattr(each, name) for name in names}) for each in (standard, rich)]
    assert 10 * multiply_adds(**TINY) < costs[0] < costs[1]
