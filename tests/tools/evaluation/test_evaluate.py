"""Judging a patch by its sound: every figure against what it must be by construction."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from ddsp_live import load_patch
from ddsp_live import signal as kernel
from ddsp_live.cli import main
from ddsp_live.input.loudness import loudness
from ddsp_live.patch import write_patch
from ddsp_live.tools.analysis.swipe import swipe
from ddsp_live.tools.analysis.takes import RecordingError, Take
from ddsp_live.tools.build.make_patch import trained_figures
from ddsp_live.tools.evaluation.baselines import StaticSound, fit_static, neighbours, two_takes
from ddsp_live.tools.evaluation.evaluate_patch import evaluate_patch
from ddsp_live.tools.evaluation.metrics import distance, heard_cents, judge, summary
from ddsp_live.tools.evaluation.resynthesis import convolve, patch_player
from ddsp_live.tools.models.decoder import Decoder, default_layers, from_weights, to_onnx
from ddsp_live.tools.models.mel import mel_distance_db
from ddsp_live.tools.models.synthesis import player
from ddsp_live.tools.training.model import start_like_an_instrument
from instrument import note

RATE, FRAMES = 16000, 250
RATES = {"sample_rate": RATE, "frame_rate": FRAMES}
SPAN = {"low": 50.0, "high": 70.0, "quantiles": [50.0 + i for i in range(21)]}


def take(audio, f0_hz, name="note.wav"):
    level = loudness(audio, RATE, FRAMES)
    f0_hz = np.broadcast_to(np.asarray(f0_hz, np.float32), level.shape).copy()
    voiced = np.ones(len(level), bool)
    return Take(Path(name), RATE, FRAMES, audio, f0_hz, voiced * 1.0, voiced, level, 0.0)


def a_note(midi, level=0.6, seconds=1.0, seed=0):
    return take(note(midi, level, seconds, RATE, seed=seed), 440 * 2 ** ((midi - 69) / 12))


@pytest.mark.parametrize("midi", [26, 31, 40, 50.5, 60, 69, 72, 84, 96])
def test_the_judging_tracker_hears_every_pitch_of_an_orchestra(midi):
    for rate in (16000, 44100):
        _, found_hz, strength = swipe(note(midi, 0.6, 1.0, rate), rate)
        middle = slice(20, -20)
        cents = 1200 * np.log2(found_hz[middle] / (440 * 2 ** ((midi - 69) / 12)))
        assert np.abs(cents).max() < 3 and strength[middle].min() > 0.5


@pytest.mark.parametrize("missing", [(1,), (2,), (3,), (2, 4, 6, 8)], ids=str)
def test_the_judging_tracker_keeps_its_octave_without_some_partials(missing):
    time = np.arange(RATE) / RATE
    x = sum(np.sin(2 * np.pi * k * 220 * time + k) for k in range(1, 16) if k not in missing)
    _, found_hz, _ = swipe(x, RATE)
    assert np.abs(1200 * np.log2(found_hz[10:-10] / 220)).max() < 3


def test_noise_has_no_pitch():
    _, _, strength = swipe(np.random.default_rng(0).uniform(-1, 1, RATE), RATE)
    assert np.median(strength) < 0.3


def test_a_recording_against_itself_is_perfect():
    own = a_note(60)
    figures = summary([judge(own, own.audio)])
    assert figures["distance"] == figures["distance_16k"] == figures["mel_db"] == 0
    assert figures["loudness_error_db"] == 0 and figures["f0_cents"] == 0
    assert figures["f0_within_50_cents"] == 1 and figures["f0_octave_errors"] == 0


def test_a_level_that_is_off_is_measured_in_db():
    own = a_note(60)
    found = judge(own, own.audio * 10 ** (-3 / 20)).figures
    assert found["loudness_error_db"] == pytest.approx(3, abs=0.05)
    assert found["mel_db"] == pytest.approx(3, abs=0.3)


def test_a_pitch_that_is_off_is_measured_in_cents_and_octaves():
    own = a_note(60)
    for shift, within, octaves in ((0.3, 1, 0), (0.8, 0, 0), (12, 0, 1), (-12, 0, 1)):
        found = summary([judge(own, note(60 + shift, 0.6, 1.0, RATE))])
        assert found["f0_cents"] == pytest.approx(abs(100 * shift), abs=6)
        assert found["f0_within_50_cents"] == pytest.approx(within, abs=0.02)
        assert found["f0_octave_errors"] == pytest.approx(octaves, abs=0.05)


def test_silence_in_a_notes_place_does_not_pass_for_its_pitch():
    own = a_note(60)
    cents = heard_cents(np.zeros_like(own.audio), own)
    assert len(cents) > 80 and np.mean(np.abs(cents) < 50) < 0.1


def test_the_fit_without_a_network_is_the_mean_spectrum_and_as_loud_as_asked():
    shape, magnitudes = 0.6 ** np.arange(20), np.full(33, 0.02)
    frames = FRAMES
    takes = []
    for midi, level in ((50, 0.1), (57, 0.3), (62, 0.2)):
        f0_hz = np.full(frames, 440 * 2 ** ((midi - 69) / 12))
        tones = kernel.harmonic(
            f0_hz, np.full(frames, level), np.tile(shape / shape.sum(), (frames, 1)), **RATES
        )
        noise = kernel.filtered_noise(np.tile(level * magnitudes, (frames, 1)), **RATES)
        takes.append(take(tones + noise, f0_hz))
    static = fit_static(takes, harmonics=20, noise_bands=33)
    found_db, made_db = (20 * np.log10(x / x[0]) for x in (static.distribution[:10], shape[:10]))
    np.testing.assert_allclose(found_db, made_db, atol=2.0)
    np.testing.assert_allclose(static.magnitudes[8:-8], 0.02, rtol=0.3)
    asked = np.linspace(-50, -10, frames)
    given = loudness(static.play(np.full(frames, 220.0), asked), RATE, FRAMES)
    assert np.abs(given - asked)[20:-20].mean() < 0.7
    again = StaticSound.from_json(json.loads(json.dumps(static.to_json())), **RATES)
    np.testing.assert_allclose(again.distribution, static.distribution, rtol=0.01, atol=1e-6)


def test_the_noise_floor_is_what_a_second_take_of_the_same_noise_is_away():
    frames, generator = 2 * FRAMES, np.random.default_rng(3)
    f0_hz, amplitude = np.full(frames, 220.0), np.full(frames, 0.2)
    distribution = np.tile(generator.uniform(0.5, 1, 30) / 30, (frames, 1))
    magnitudes = np.full((frames, 33), 0.03)
    tones = kernel.harmonic(f0_hz, amplitude, distribution, **RATES)
    takes = [tones + kernel.filtered_noise(magnitudes, seed=seed, **RATES) for seed in (5, 6)]
    true = distance(*takes)
    found = distance(*two_takes(take(takes[0], f0_hz), harmonics=30, noise_bands=33))
    assert found == pytest.approx(true, rel=0.1)


def test_the_gap_is_closed_from_the_one_end_to_the_other(monkeypatch):
    own = a_note(60)
    static = StaticSound(np.ones(8) / 8, np.full(9, 0.05), **RATES)
    ends = judge(own, static.play(own.f0_hz, own.loudness_db), static=static)
    assert summary([ends])["gap_closed"] == pytest.approx(0, abs=1e-6)
    second = note(60, 0.6, 1.0, RATE, seed=1)
    monkeypatch.setattr(
        "ddsp_live.tools.evaluation.metrics.two_takes", lambda take, **_: (take.audio, second)
    )
    assert summary([judge(own, second, static=static)])["gap_closed"] == pytest.approx(1, abs=1e-6)


def test_rests_are_not_judged():
    """What is made in silence before and after a note changes nothing."""
    own = a_note(60)
    silent = np.full(FRAMES, -80, np.float32)
    padded = replace(
        own,
        audio=np.concatenate([np.zeros(RATE, np.float32), own.audio, np.zeros(RATE, np.float32)]),
        loudness_db=np.concatenate([silent, own.loudness_db, silent]),
        **{
            name: np.pad(getattr(own, name), FRAMES, mode="edge")
            for name in ("f0_hz", "confidence", "voiced")
        },
    )
    other = note(60, 0.5, 1.0, RATE, seed=1)
    hiss = np.random.default_rng(0).normal(0, 0.01, RATE).astype(np.float32)
    alone = judge(own, other).figures["distance"]
    with_rests = judge(padded, np.concatenate([hiss, other, hiss])).figures["distance"]
    assert with_rests == pytest.approx(alone, rel=0.02)


def test_neighbours_are_compared_with():
    others = [a_note(midi) for midi in (57, 59, 62, 64, 70)]
    sounds = neighbours(a_note(60), others, harmonics=20, noise_bands=33)
    nearest = fit_static([others[1]], harmonics=20, noise_bands=33)
    np.testing.assert_array_equal(sounds["nearest"].distribution, nearest.distribution)
    levels = [fit_static([other], harmonics=20, noise_bands=33).distribution for other in others[:4]]
    mean = np.exp(np.log(np.maximum(levels, 1e-7)).mean(0))
    np.testing.assert_allclose(sounds["neighbours"].distribution, mean / mean.sum())
    players = {name: sound.play for name, sound in sounds.items()}
    judged = judge(a_note(60), note(60, 0.6, 1.0, RATE, seed=1), simple=players)
    assert judged.figures["neighbours"] > 0 and judged.figures["nearest_16k"] > 0
    assert judged.figures["nearest_sustain"] > 0 and judged.figures["nearest_partials_db"] > 0
    assert neighbours(a_note(60), [], harmonics=20, noise_bands=33) == {}


def test_the_mel_distance_ignores_what_is_not_heard():
    time = np.arange(RATE) / RATE
    x = 0.5 * np.sin(2 * np.pi * 500 * time)
    hum = 1e-6 * np.sin(2 * np.pi * 3000 * time)
    assert mel_distance_db(x, x + hum, RATE) < 0.2
    assert mel_distance_db(x, 0.5 * x, RATE) > 3


@pytest.fixture(scope="module")
def patch_and_decoder(tmp_path_factory):
    torch.manual_seed(0)
    decoder = Decoder(default_layers(24, 17, 32, 2))
    start_like_an_instrument(decoder)
    sos = np.array([[1.0, 0.2, 0.1, 1.0, -0.3, 0.2]])
    room = np.zeros(400, np.float32)
    room[[100, 399]] = 0.5, -0.25
    static = StaticSound(np.ones(24) / 24, np.full(17, 0.1), **RATES)
    info = {
        "name": "reed",
        "title": "Reed",
        **RATES,
        "harmonics": 24,
        "noise_bands": 17,
        "state_size": decoder.state_size,
        "layers": decoder.spec,
        "pitch": SPAN,
        "loudness": {"low": -40.0, "high": -10.0, "quantiles": [-40.0 + i for i in range(21)]},
        "performance": {"attack_ms": 10.0, "release_ms": 10.0},
        "training": {"held_out": ["a/60.wav", "b/60.wav"], "no_network_fit": static.to_json()},
        "source": {"recordings": "none", "licence": "CC0-1.0", "url": "none"},
    }
    path = tmp_path_factory.mktemp("patch") / "reed.ddsp"
    model = to_onnx(decoder.spec, decoder.weights())
    write_patch(path, info, model, licence="CC0", body=sos, room=room, room_rate=RATE)
    return load_patch(path), decoder


@pytest.fixture
def folder(tmp_path):
    for name, midi, rate in (("a/60.wav", 60, RATE), ("b/60.wav", 60.2, 48000), ("a/64.flac", 64, RATE)):
        path = tmp_path / "recordings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, note(midi, 0.6, 0.7, rate), rate)
    return tmp_path / "recordings"


def test_what_is_judged_is_what_the_kernel_plays_body_and_room_included(patch_and_decoder):
    patch, _ = patch_and_decoder
    f0_hz = np.linspace(200, 230, 200).astype(np.float32)
    level = np.linspace(-40, -15, 200).astype(np.float32)
    plain = player(from_weights(patch.layers, patch.weights), **RATES)(f0_hz, level)
    body, _ = kernel.sosfilt(patch.body, plain)
    dry = patch_player(patch, room=False)(f0_hz, level)
    np.testing.assert_allclose(dry, body, atol=2e-4)
    wet = patch_player(patch)(f0_hz, level)
    echoes = np.zeros_like(dry)
    echoes[100:] += 0.5 * dry[:-100]
    echoes[399:] -= 0.25 * dry[:-399]
    np.testing.assert_allclose(wet, dry + echoes, atol=1e-5)


def test_convolution_is_linear():
    x, y = np.random.default_rng(1).normal(size=(2, 77))
    np.testing.assert_allclose(convolve(x, y[:30]), np.convolve(x, y[:30]), atol=1e-12)


def test_what_was_held_out_is_judged_where_the_folder_has_it(patch_and_decoder, folder):
    patch, _ = patch_and_decoder
    found = evaluate_patch(patch, folder, cost=False)
    assert [row["file"] for row in found.files] == ["a/60.wav", "b/60.wav"]
    assert found.judged_by == "held out of training" and "gap_closed" in found.figures
    assert len(evaluate_patch(patch, folder, which="all", cost=False).files) == 3
    (folder / "a/60.wav").unlink()
    (folder / "b/60.wav").unlink()
    assert evaluate_patch(patch, folder, cost=False).judged_by == "all of the folder"
    with pytest.raises(RecordingError, match="none of the files"):
        evaluate_patch(patch, folder, which="held out")


def test_what_was_learned_is_measured_as_what_was_held_out(patch_and_decoder, folder):
    """Rests at a recording's ends, which training skips, count on both sides."""
    patch, _ = patch_and_decoder
    audio, rate = soundfile.read(folder / "a/64.flac")
    soundfile.write(folder / "a/64.flac", np.concatenate([np.zeros(2 * rate), audio]), rate)
    whole = {row["file"]: row for row in evaluate_patch(patch, folder, which="all", cost=False).files}
    found = trained_figures(patch, folder, ["a/64.flac"], count=1, seed=0)
    for name in ("distance", "distance_16k"):
        assert found[f"trained_{name}"] == pytest.approx(whole["a/64.flac"][name], rel=1e-6)


def test_what_is_written_has_the_originals_path_rate_and_length(patch_and_decoder, folder, tmp_path):
    patch, _ = patch_and_decoder
    evaluate_patch(patch, folder, which="all", cost=False, write=tmp_path / "out")
    written = sorted(
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.wav")
    )
    assert written == ["a/60.wav", "a/64.wav", "b/60.wav"]
    for name, original in (("b/60.wav", "b/60.wav"), ("a/64.wav", "a/64.flac")):
        made, source = (soundfile.info(base) for base in (tmp_path / "out" / name, folder / original))
        assert (made.samplerate, made.frames, made.channels) == (source.samplerate, source.frames, 1)
    audio, rate = soundfile.read(tmp_path / "out/b/60.wav", dtype="float32")
    _, found_hz, _ = swipe(audio, rate)
    assert np.median(found_hz) == pytest.approx(440 * 2 ** ((60.2 - 69) / 12), rel=0.01)


def test_the_command_answers_for_programs_and_for_people(patch_and_decoder, folder, capsys):
    patch, _ = patch_and_decoder
    assert main(["evaluate", str(patch.path), str(folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["patch"] == "reed" and len(answer["files"]) == 2
    assert 0 < answer["figures"]["rtf"] < 1 and answer["figures"]["multiply_adds"] > 1000
    assert main(["evaluate", str(patch.path), str(folder), "--all"]) == 0
    said = capsys.readouterr().out
    assert "gap closed" in said and "a/64.flac" in said


def test_bad_input_is_one_sentence(patch_and_decoder, tmp_path, capsys):
    patch, _ = patch_and_decoder
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "x.wav").write_bytes(b"RIFF")
    for arguments in ([str(tmp_path / "none")], [str(tmp_path / "broken")]):
        assert main(["evaluate", str(patch.path), *arguments]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "Traceback" not in said
