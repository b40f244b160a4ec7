"""A room that is learned apart from the instrument: a dry line through a known room, and the way back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import soundfile
from ddsp_live import load_patch
from ddsp_live.input.loudness import loudness
from ddsp_live.timbre_transfer import TransferError, hear
from ddsp_live.tools.analysis.takes import RecordingError, Take
from ddsp_live.tools.build import make_patch as making
from ddsp_live.tools.build.make_patch import make_patch
from ddsp_live.tools.build.source import known_source
from ddsp_live.tools.evaluation.metrics import distance
from ddsp_live.tools.room.estimate import learn_room
from ddsp_live.tools.room.model import Room
from ddsp_live.tools.room.remove import dry_take
from ddsp_live.tools.training.settings import Settings
from instrument import note

RATE = 16000


def line(seed: int) -> np.ndarray:
    """Notes with rests between them, dry [samples]."""
    rng, parts = np.random.default_rng(seed), []
    for i in range(10):
        parts += [note(rng.integers(52, 70), rng.uniform(0.3, 0.9), rng.uniform(0.4, 0.7), RATE, seed=i)]
        parts += [np.zeros(RATE // 2)]
    return 0.5 * np.concatenate(parts)


DECAY_SECONDS, ENERGY = 0.7, 0.35


def known_room(seed: int) -> np.ndarray:
    """Noise that decays, what it adds to the dry sound [samples]."""
    time = np.arange(round(1.2 * DECAY_SECONDS * RATE)) / RATE
    impulse = np.random.default_rng(seed).normal(size=len(time)) * 10 ** (-3 * time / DECAY_SECONDS)
    return impulse * np.sqrt(ENERGY / np.sum(impulse**2))


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
def rooms(dry) -> list[tuple[list[np.ndarray], Room]]:
    """The lines in five rooms, and what is learned of each."""
    found = []
    for seed in range(5):
        wet = [x + scipy.signal.fftconvolve(x, known_room(seed))[: len(x)] for x in dry]
        found.append((wet, learn_room([take_of(x) for x in wet])))
    return found


@pytest.fixture(scope="module")
def wet(rooms) -> list[np.ndarray]:
    return rooms[0][0]


def test_the_decay_time_is_learned_to_within_15_percent(rooms):
    """In one room of five, at most a fifth: at a few pitches, a room rings longer or shorter by chance."""
    off = [decay_seconds(side) / DECAY_SECONDS - 1 for _, room in rooms for side in room.stereo().T]
    assert np.percentile(np.abs(off), 80) < 0.15 and np.abs(off).max() < 0.2
    assert abs(np.mean(off)) < 0.08


def test_the_rooms_energy_is_learned_to_within_3_db(rooms):
    off_db = [10 * np.log10(np.square(room.impulse()).sum() / ENERGY) for _, room in rooms]
    assert np.median(np.abs(off_db)) < 3 and np.abs(off_db).max() < 5


def test_with_the_room_taken_off_a_recording_is_closer_to_the_dry_one(dry, rooms):
    for wet, room in rooms:
        for before, after in zip(dry, wet, strict=True):
            found = dry_take(take_of(after), room).audio
            nearer = 20 * np.log10(distance(found, after) / distance(found, before))
            assert nearer > 6 and distance(found, before) < 0.6 * distance(after, before)


def test_notes_keep_their_loudness_and_rests_become_silent(dry, rooms):
    for wet, room in rooms:
        for before, after in zip(dry, wet, strict=True):
            wanted, found = take_of(before).loudness_db, dry_take(take_of(after), room).loudness_db
            assert np.median(np.abs(found - wanted)[wanted > -35]) < 3
            assert (
                np.median(found[wanted <= -79]) < -70 < np.median(take_of(after).loudness_db[wanted <= -79])
            )


@pytest.mark.parametrize("seed", range(3))
def test_a_room_as_loud_as_the_instrument_cuts_no_holes_into_a_held_note(seed):
    """Half of what is heard then rings on, so that a held note wavers about what counts as a tail."""
    time = np.arange(3 * RATE) / RATE
    tone = 0.1 * np.sin(2 * np.pi * 220 * time) * (time < 2)
    impulse = known_room(seed) / np.sqrt(ENERGY)
    heard = take_of(tone + scipy.signal.fftconvolve(tone, impulse)[: len(tone)])
    level = dry_take(heard, Room(np.full(6, DECAY_SECONDS), np.zeros(6), RATE)).loudness_db
    held, rest = level[125:475], level[550:]
    assert held.min() > np.median(held) - 1 and rest.max() < -50


def test_the_room_put_back_on_sounds_as_the_recording(dry, rooms):
    for wet, room in rooms:
        for before, after in zip(dry, wet, strict=True):
            again = before + scipy.signal.fftconvolve(before, room.impulse())[: len(before)]
            assert distance(again, after) < 0.5 * distance(before, after)


def test_two_notes_that_fall_unlike_each_other_are_enough_to_learn_from():
    tones = []
    for seconds in (0.3, 1.5):
        time = np.arange(2 * RATE) / RATE
        fall = np.minimum(1, 10 ** (-3 * (time - 0.6) / seconds))
        tones.append(take_of(0.3 * fall * np.sin(2 * np.pi * 440 * time)))
    room = learn_room(tones)
    assert (room.seconds > 0.2).all() and (room.seconds < 2).all()


def test_notes_that_never_end_say_that_there_is_no_room_to_learn():
    held = np.sin(2 * np.pi * 220 * np.arange(2 * RATE) / RATE) * 0.3
    with pytest.raises(RecordingError, match="No note dies away"):
        learn_room([take_of(held)])


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
    within, without = (np.percentile(x.loudness_db[:frames][rests], 75) for x in (ringing, freed))
    assert without < within - 15
    both = (plain.voiced[:frames] & freed.voiced[:frames]).nonzero()[0]
    assert len(both) > 0.8 * plain.voiced.sum()
    assert np.median(np.abs(plain.midi[both] - freed.midi[both])) < 0.05


def test_a_patch_without_a_room_takes_none_off(tmp_path, dry):
    soundfile.write(tmp_path / "dry.wav", dry[0], RATE)
    with pytest.raises(TransferError, match="trumpet has learned no room"):
        hear(tmp_path / "dry.wav", RATE, 250, made_in=load_patch("trumpet"))
