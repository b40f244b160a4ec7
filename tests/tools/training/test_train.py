"""The trainer, from a folder of synthesized notes to a patch that plays."""

import resource
import shutil
from dataclasses import replace
from types import SimpleNamespace

import ddsp_live.tools.build.fit as fitting
import numpy as np
import pytest
import soundfile
import torch
from ddsp_live import load_patch
from ddsp_live.cli import main
from ddsp_live.input.loudness import loudness
from ddsp_live.tools.analysis.takes import analyse
from ddsp_live.tools.build.make_patch import make_patch
from ddsp_live.tools.build.source import known_source
from ddsp_live.tools.data.dataset import Dataset
from ddsp_live.tools.data.describe import attack_ms, describe
from ddsp_live.tools.evaluation.metrics import pitch_error_cents, sustained
from ddsp_live.tools.models.decoder import from_weights
from ddsp_live.tools.models.synthesis import player
from ddsp_live.tools.training.loop import train
from ddsp_live.tools.training.settings import Settings
from instrument import note

pytestmark = pytest.mark.slow

TINY = Settings(
    sample_rate=16000,
    harmonics=24,
    noise_bands=17,
    width=32,
    body_sections=4,
    steps=160,
    batch_size=128,
    warm_up_steps=10,
    learning_rate=1e-2,
    average=0.95,
    held_out=0.3,
    threads=1,  # two would spend a busy machine waiting for each other
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notes")
    for midi in (55, 60, 65):
        for level in (0.3, 0.9):
            soundfile.write(folder / f"{midi}-{level}.flac", note(midi, level, 1.0, 16000), 16000)
    return folder


@pytest.fixture(scope="module")
def takes(folder):
    return [analyse(path, **TINY.rates) for path in sorted(folder.iterdir())]


@pytest.fixture(scope="module")
def patch(folder, tmp_path_factory):
    output = tmp_path_factory.mktemp("patch") / "tiny.ddsp"
    source = known_source("tiny", folder)
    make_patch(folder, output, TINY, source)
    return load_patch(output)


def test_the_loss_falls(takes):
    _, _, history = train(takes, replace(TINY, steps=80))
    assert np.mean(history.losses[-10:]) < 0.5 * np.mean(history.losses[:5])


def test_the_patch_says_what_it_was_trained_on(patch):
    assert patch.pitch_low == pytest.approx(55, abs=0.1) and patch.pitch_high == pytest.approx(65, abs=0.1)
    assert -40 < patch.loudness_low < patch.loudness_high < 0
    training = patch.info["training"]
    assert training["recordings"] == 6 and training["held_out"] == ["60-0.3.flac", "60-0.9.flac"]
    assert patch.coverage["pitch_low"] == 55 and len(patch.coverage["frames"]) == 11
    assert training["loudness_error_db"] < 3 and training["f0_within_50_cents"] > 0.95


def test_a_patch_is_made_again_bit_by_bit_but_for_its_times(folder, tmp_path):
    few, source = replace(TINY, steps=20), known_source("same", folder)
    infos = []
    for run in ("first", "second"):
        (tmp_path / run).mkdir()
        made = load_patch(make_patch(folder, tmp_path / run / "same.ddsp", few, source).patch)
        training = {
            key: value for key, value in made.info["training"].items() if key not in ("minutes", "rtf")
        }
        infos.append((made.onnx, made.licence, {**made.info, "training": training, "content_hash": ""}))
    assert infos[0] == infos[1]


@pytest.fixture
def scale(tmp_path):
    """A folder of eight notes, the fewest of which some are watched."""
    folder = tmp_path / "scale"
    folder.mkdir()
    for midi in range(55, 63):
        soundfile.write(folder / f"{midi}.flac", note(midi, 0.6, 0.5, 16000), 16000)
    return folder


WATCHING = replace(TINY, steps=20, validation_steps=5, width=16, checkpoint_seconds=0)


@pytest.mark.parametrize("better", [0, 1])
def test_what_is_watched_chooses_how_to_learn_and_is_then_learned_from(scale, tmp_path, monkeypatch, better):
    trainings, looks = [], []

    def spy(takes, settings, **options):
        found = train(takes, settings, **options)
        trainings.append(({take.path.name for take in takes}, settings, found))
        return found

    def watch(takes):
        number = len(looks)
        looks.append(takes)
        return lambda model: 1.0 + (number != better)

    monkeypatch.setattr(fitting, "train", spy)
    monkeypatch.setattr(fitting, "watch", watch)
    made = load_patch(make_patch(scale, tmp_path / "x.ddsp", WATCHING, known_source("x", scale)).patch)
    held_out, watched = (set(made.info["training"][name]) for name in ("held_out", "watched"))
    every = {path.name for path in scale.iterdir()}
    assert watched and held_out and not watched & held_out
    *trials, (again, settings, kept) = trainings
    assert all(files == every - held_out - watched for files, _, _ in trials) and again == every - held_out
    assert [trial.dropouts for _, trial, _ in trials] == [(share,) for share in WATCHING.dropouts]
    dropout = WATCHING.dropouts[better]
    assert settings.dropouts == (dropout,) and made.info["training"]["dropout"] == dropout
    steps = trials[better][2].history.chosen_step
    assert settings.steps == steps == made.info["training"]["steps"]
    np.testing.assert_array_equal(
        from_weights(made.layers, made.weights).weights()["hidden_1.weight"],
        kept.decoder.weights()["hidden_1.weight"],
    )


def test_dropout_leaves_values_out_of_each_step(takes):
    one, other = (train(takes, replace(TINY, steps=3, dropouts=(share,))).decoder for share in (0.0, 0.5))
    assert not torch.equal(one.stages[1].weight, other.stages[1].weight)


def test_stopped_while_it_learns_again_it_ends_as_if_never_stopped(scale, tmp_path):
    source = known_source("x", scale)
    (tmp_path / "whole").mkdir()
    whole = make_patch(scale, tmp_path / "whole" / "x.ddsp", WATCHING, source).patch
    heard = []

    def stop(stage, share, note):
        if stage == "Refitting" and share >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_patch(scale, tmp_path / "x.ddsp", WATCHING, source, progress=stop)
    assert not (tmp_path / "x.ddsp").exists()
    patch = make_patch(
        scale, tmp_path / "x.ddsp", WATCHING, source, progress=lambda *said: heard.append(said)
    ).patch
    assert not [said for said in heard if said[0].startswith("Training")]  # all of it was kept
    assert next(said for said in heard if said[0] == "Refitting")[1] > 0.4
    assert load_patch(patch).onnx == load_patch(whole).onnx
    assert not list(tmp_path.glob("*.checkpoint*"))


def test_a_disk_that_is_full_does_not_end_training(takes, tmp_path):
    noted: list[str] = []
    settings = replace(TINY, steps=30, checkpoint_seconds=0)
    whole = train(takes, settings).decoder

    def fill(step, loss):
        if step == 15:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        decoder = train(
            takes, settings, checkpoint=tmp_path / "run", progress=fill, complain=noted.append
        ).decoder
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(noted) == 1 and "cannot be written" in noted[0] and "training goes on" in noted[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "run.previous"]
    for name, weight in whole.weights().items():
        np.testing.assert_array_equal(decoder.weights()[name], weight)
    steps = []
    train(takes, settings, checkpoint=tmp_path / "run", progress=lambda step, loss: steps.append(step))
    assert steps[0] == 15


def test_the_patch_plays_the_pitch_and_loudness_it_is_asked_for(patch):
    play = player(from_weights(patch.layers, patch.weights), **TINY.rates)
    levels = [patch.loudness_low, patch.loudness_high]
    found = sustained(play, [57, 62], levels, **TINY.rates)
    assert np.abs(found["f0_cents"]).max() < 5
    assert np.abs(found["loudness_db"] - levels).max() < 3


def test_no_loudness_is_silence_and_extremes_are_bounded(patch):
    play = player(from_weights(patch.layers, patch.weights), **TINY.rates)
    found = sustained(play, [40, 60, 90], [-80, -40, 0], **TINY.rates)
    assert found["loudness_db"][:, 0].max() < -55
    assert np.isfinite(found["peak"]).all() and found["peak"].max() < 4
    assert (np.diff(found["loudness_db"], axis=1) > 10).all()


def test_a_killed_run_goes_on_to_the_same_decoder(takes, tmp_path):
    settings = replace(TINY, steps=30, checkpoint_seconds=0)
    whole, _, history = train(takes, settings)

    def kill(step, loss):
        if step == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(takes, settings, checkpoint=tmp_path / "run", progress=kill)
    steps = []
    resumed, _, same = train(
        takes, settings, checkpoint=tmp_path / "run", progress=lambda step, loss: steps.append(step)
    )
    assert steps == list(range(25, 31))
    assert same.losses == pytest.approx(history.losses, rel=1e-4)
    for name, weight in whole.weights().items():
        np.testing.assert_allclose(resumed.weights()[name], weight, atol=1e-4)


def test_a_damaged_or_foreign_checkpoint_is_not_gone_on_from(takes, tmp_path):
    settings = replace(TINY, steps=2, checkpoint_seconds=0)
    (tmp_path / "run").write_bytes(b"not a checkpoint")
    _, _, history = train(takes, settings, checkpoint=tmp_path / "run")
    assert len(history.losses) == 2
    _, _, others = train(takes, replace(settings, seed=1), checkpoint=tmp_path / "run")
    assert others.losses != history.losses


def test_the_best_of_the_looks_is_taken_and_patience_ends(takes):
    scores = iter([3.0, 1.0, 2.0, 2.0, 0.0])
    kept = []

    def validate(model):
        kept.append(model.decoder.weights())
        return next(scores)

    settings = replace(TINY, steps=50, validation_steps=10, patience=2)
    decoder, _, history = train(takes, settings, validate=validate)
    assert history.scores == [(10, 3.0), (20, 1.0), (30, 2.0), (40, 2.0)] and len(history.losses) == 40
    for name, weight in decoder.weights().items():
        np.testing.assert_array_equal(weight, kept[1][name])


def test_the_last_is_taken_where_none_was_clearly_better(takes):
    scores, kept = iter([3.0, 1.97, 2.0]), []

    def validate(model):
        kept.append(model.decoder.weights())
        return next(scores)

    settings = replace(TINY, steps=30, validation_steps=10)
    decoder, _, history = train(takes, settings, validate=validate)
    assert (history.best_step, history.chosen_step) == (20, 30)
    for name, weight in decoder.weights().items():
        np.testing.assert_array_equal(weight, kept[2][name])


def test_the_checkpoint_before_is_gone_on_from_where_the_last_is_damaged(takes, tmp_path):
    settings = replace(TINY, steps=30, checkpoint_seconds=0)
    train(takes, settings, checkpoint=tmp_path / "run")
    (tmp_path / "run").write_bytes((tmp_path / "run").read_bytes()[:1000])
    steps = []
    train(takes, settings, checkpoint=tmp_path / "run", progress=lambda step, loss: steps.append(step))
    assert steps == [30]


def test_a_batchs_loudness_and_pitch_are_its_audios(takes):
    dataset = Dataset(takes, frames=100, before=16)
    batch = dataset.batch(6, np.random.default_rng(2))
    assert batch.audio.shape == (6, 6400) and batch.f0_hz.shape == batch.loudness_db.shape == (6, 116, 1)
    for audio, f0_hz, level in zip(batch.audio.numpy(), batch.f0_hz, batch.loudness_db, strict=True):
        asked = level[16:, 0].numpy()
        heard = loudness(audio, 16000, 250)
        inside = slice(10, -10)
        loud = asked[inside] > -50
        assert not loud.any() or np.abs(heard - asked)[inside][loud].mean() < 1.0
        if loud.all():
            assert np.median(pitch_error_cents(audio, 16000, f0_hz[16:, 0].numpy(), 250)) < 10


def test_attack_and_release_are_from_a_tenth_to_nine_tenths():
    up = 20 * np.log10(np.linspace(0.001, 1, 101))
    contour = np.concatenate([up, np.zeros(300), up[::-1]])
    assert attack_ms(contour, 250) == pytest.approx(320, abs=8)
    assert attack_ms(np.zeros(100), 250, complete=True) is None


def struck(ring_db, ring_seconds, generator, floor_db=-75.0):
    """A note's level in dB that stops within 100 ms and rings on, in a room's background."""
    since = np.arange(500) / 250
    stops, rings = 10 ** (-40 * since / 0.1 / 10), 10 ** ((ring_db - 60 * since / ring_seconds) / 10)
    power = np.r_[np.ones(250), stops + rings] + 10 ** (floor_db / 10)
    level_db = -20 + 10 * np.log10(power) + generator.normal(0, 0.3, 750)
    return SimpleNamespace(
        loudness_db=level_db, frame_rate=250, midi=np.full(750, 60.0), voiced=np.ones(750, bool)
    )


@pytest.mark.parametrize("ring_db, ring_seconds", [(-20.0, 2.0), (-12.0, 0.8), (-25.0, 3.0)])
def test_how_an_instrument_rings_on_is_read_off_its_releases(ring_db, ring_seconds):
    generator = np.random.default_rng(1)
    found = describe([struck(ring_db, ring_seconds, generator) for _ in range(5)])["performance"]
    assert found["ring_db"] == pytest.approx(ring_db, abs=2)
    assert found["ring_ms"] == pytest.approx(1000 * ring_seconds, rel=0.1)


def test_nothing_rings_where_notes_stop_or_slowly_fade():
    generator = np.random.default_rng(1)
    stops = describe([struck(-200, 1.0, generator) for _ in range(5)])
    fades = []
    for _ in range(5):
        note = struck(-200, 1.0, generator)
        note.loudness_db = -20 - 60 * np.maximum(0, np.arange(750) - 250) / 500
        fades.append(note)
    assert "ring_ms" not in stops["performance"] and "ring_ms" not in describe(fades)["performance"]


def test_ranges_are_of_sustained_notes(takes):
    found = describe(takes)
    soft, loud = (np.median(loudness(note(60, level, 1.0, 16000), 16000, 250)) for level in (0.3, 0.9))
    assert found["loudness"]["low"] == pytest.approx(soft, abs=2)
    assert found["loudness"]["high"] == pytest.approx(loud, abs=2)
    assert len(found["pitch"]["quantiles"]) == len(found["loudness"]["quantiles"]) == 21


def test_bad_input_is_one_sentence_and_status_2(tmp_path, capsys):
    assert main(["train", str(tmp_path / "none"), "-o", str(tmp_path / "x.ddsp")]) == 2
    assert main(["train", str(tmp_path), "-o", str(tmp_path / "x.ddsp")]) == 2
    errors = capsys.readouterr().err
    assert "There is no folder" in errors and "holds no recordings" in errors and "Traceback" not in errors
    assert not (tmp_path / "x.ddsp").exists()


def test_a_recording_that_cannot_be_used_is_named_and_left_out(folder, tmp_path):
    noted: list[str] = []
    for path in sorted(folder.iterdir())[:2]:
        shutil.copy(path, tmp_path)
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    few = replace(TINY, steps=2)
    make_patch(tmp_path, tmp_path / "few.ddsp", few, known_source("few", tmp_path), complain=noted.append)
    assert load_patch(tmp_path / "few.ddsp").info["training"]["recordings"] == 2
    assert any("broken.wav cannot be read" in sentence for sentence in noted)


def test_training_leaves_torch_reproducible(takes):
    first, second = (train(takes, replace(TINY, steps=4))[0].weights() for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert torch.get_num_threads() == TINY.threads
