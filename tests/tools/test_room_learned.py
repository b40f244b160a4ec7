"""A room that is learned apart from the instrument: a dry line through a known room, and the way back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import soundfile
import torch
from ddsp_live import load_patch
from ddsp_live.loudness import loudness
from ddsp_live.tools import make_patch as making
from ddsp_live.tools.analysis import RecordingError, Take
from ddsp_live.tools.evaluate import distance
from ddsp_live.tools.make_patch import known_source, make_patch
from ddsp_live.tools.room import Room, dry_take, learn_room
from ddsp_live.tools.train import Settings
from ddsp_live.transfer import TransferError, hear
from instrument import note

RATE = 16000


def line(seed: int) -> np.ndarray:
    """Notes with rests between them, dry [samples]."""
    rng, parts = np.random.default_rng(seed), []
    for i in range(5):
        parts += [note(rng.integers(52, 70), rng.uniform(0.3, 0.9), rng.uniform(0.4, 0.7), RATE, seed=i)]
        parts += [np.zeros(RATE // 2)]
    return 0.5 * np.concatenate(parts)


def known_room(seconds: float = 0.7, energy: float = 0.35) -> np.ndarray:
    """Noise that decays, above 1.5 kHz in 0.6 of the time; what it adds to the dry sound [samples]."""
    time = np.arange(round(1.2 * seconds * RATE)) / RATE
    noise = np.random.default_rng(5).normal(size=len(time))
    low = scipy.signal.sosfilt(scipy.signal.butter(2, 1500, fs=RATE, output="sos"), noise)
    impulse = low * 10 ** (-3 * time / seconds) + (noise - low) * 10 ** (-3 * time / (0.6 * seconds))
    return impulse * np.sqrt(energy / np.sum(impulse**2))


def decay_seconds(impulse: np.ndarray, rate: float = RATE) -> float:
    """By 60 dB, from Schroeder's integral between -5 and -25 dB (ISO 3382)."""
    left_db = 10 * np.log10(np.cumsum(impulse[::-1] ** 2)[::-1] / np.sum(impulse**2))
    first, last = (left_db < -5).argmax(), (left_db < -25).argmax()
    return -60 / np.polyfit(np.arange(first, last) / rate, left_db[first:last], 1)[0]


def take_of(audio: np.ndarray) -> Take:
    audio = audio.astype(np.float32)
    level = loudness(audio, RATE, 250)
    rest = {"confidence": np.ones_like(level), "voiced": level > -60, "octave_errors": 0.0}
    f0_hz = np.full_like(level, 220.0)
    fields = {name: value for name, value in rest.items() if name in Take.__dataclass_fields__}
    return Take(Path("line.wav"), RATE, 250, audio, f0_hz, loudness_db=level, **fields)


@pytest.fixture(scope="module")
def dry() -> list[np.ndarray]:
    return [line(seed) for seed in range(3)]


@pytest.fixture(scope="module")
def wet(dry) -> list[np.ndarray]:
    return [x + scipy.signal.fftconvolve(x, known_room())[: len(x)] for x in dry]


@pytest.fixture(scope="module")
def learned(wet) -> Room:
    torch.set_num_threads(1)
    return learn_room([take_of(x) for x in wet])


def test_the_decay_time_is_learned_to_within_15_percent(learned):
    wanted = decay_seconds(known_room())
    for side in learned.stereo().T:
        assert decay_seconds(side) == pytest.approx(wanted, rel=0.15)


def test_the_rooms_energy_is_learned_to_within_3_db(learned):
    made, wanted = (float(np.sum(np.square(h))) for h in (learned.impulse().numpy(), known_room()))
    assert abs(10 * np.log10(made / wanted)) < 3


def test_with_the_room_taken_off_a_recording_is_closer_to_the_dry_one(dry, wet, learned):
    for before, after in zip(dry, wet, strict=True):
        found = dry_take(take_of(after), learned).audio
        nearer = 20 * np.log10(distance(found, after) / distance(found, before))
        assert nearer > 4 and distance(found, before) < 0.6 * distance(after, before)


def test_notes_keep_their_loudness_and_rests_become_silent(dry, wet, learned):
    for before, after in zip(dry, wet, strict=True):
        wanted, found = take_of(before).loudness_db, dry_take(take_of(after), learned).loudness_db
        assert np.median(np.abs(found - wanted)[wanted > -35]) < 3
        assert np.median(found[wanted <= -79]) < -70 < np.median(take_of(after).loudness_db[wanted <= -79])


def test_the_room_put_back_on_sounds_as_the_recording(dry, wet, learned):
    with torch.no_grad():
        for before, after in zip(dry, wet, strict=True):
            again = learned(torch.from_numpy(before).float()[None])[0].numpy()
            assert distance(again, after) < 0.5 * distance(before, after)


def test_notes_that_never_end_say_that_there_is_no_room_to_learn():
    held = np.sin(2 * np.pi * 220 * np.arange(2 * RATE) / RATE) * 0.3
    with pytest.raises(RecordingError, match="No note dies away"):
        learn_room([take_of(held)])


def test_the_gradient_of_the_room_is_that_of_finite_differences():
    room = Room([0.3] * 6, [-6.0] * 6, RATE, early_seconds=0.002).double()
    torch.nn.init.normal_(room.early, std=0.1)
    dry = torch.randn(1, 300, dtype=torch.float64)

    def energy(log_seconds, log_energy, early):
        parameters = {"log_seconds": log_seconds, "log_energy": log_energy, "early": early}
        return torch.func.functional_call(room, parameters, dry).square().sum()

    inputs = [p.detach().clone().requires_grad_() for p in (room.log_seconds, room.log_energy, room.early)]
    assert torch.autograd.gradcheck(energy, inputs)


@pytest.fixture(scope="module")
def hall(tmp_path_factory, wet):
    """A patch that has learned its room, and nearly nothing else."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "hall").mkdir()
    for i, audio in enumerate(wet):
        soundfile.write(folder / "hall" / f"line-{i}.wav", audio, RATE, subtype="FLOAT")
    settings = Settings(sample_rate=RATE, harmonics=20, noise_bands=17, width=16, steps=2, threads=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(making, "with_expression", lambda info, *rest, **options: (info, None))
        source = known_source("hall", folder)
        settings = replace(settings, room="trained")
        make_patch(folder / "hall", folder / "hall.ddsp", settings, source, cache=False)
    return load_patch(folder / "hall.ddsp")


def test_a_trained_patch_comes_with_its_room_and_plays_dry_without(hall):
    assert hall.room_rate == RATE and hall.room.shape[1] == 2
    assert len(hall.info["training"]["room"]["seconds"]) == 6
    assert 0.1 < decay_seconds(hall.room[:, 0]) < 4


def test_transfer_hears_a_recording_without_its_room(tmp_path, dry, wet, hall):
    """In the rests the room rings on; without it, what is heard has ended, as in the dry recording."""
    for name, audio in (("dry", dry[0]), ("wet", wet[0])):
        soundfile.write(tmp_path / f"{name}.wav", audio, RATE, subtype="FLOAT")
    plain, ringing = (hear(tmp_path / f"{name}.wav", RATE, 250) for name in ("dry", "wet"))
    freed = hear(tmp_path / "wet.wav", RATE, 250, made_in=hall)
    frames = min(map(len, (plain.midi, ringing.midi, freed.midi)))
    rests = plain.loudness_db[:frames] < -60
    assert rests.mean() > 0.2
    assert np.median(freed.loudness_db[:frames][rests]) < np.median(ringing.loudness_db[:frames][rests]) - 15
    both = (plain.voiced[:frames] & freed.voiced[:frames]).nonzero()[0]
    assert len(both) > 0.8 * plain.voiced.sum()
    assert np.median(np.abs(plain.midi[both] - freed.midi[both])) < 0.05


def test_a_patch_without_a_room_takes_none_off(tmp_path, dry):
    soundfile.write(tmp_path / "dry.wav", dry[0], RATE)
    with pytest.raises(TransferError, match="trumpet has learned no room"):
        hear(tmp_path / "dry.wav", RATE, 250, made_in=load_patch("trumpet"))
