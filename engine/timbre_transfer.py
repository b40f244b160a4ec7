"""A recording of one voice, played by a patch: pitch and loudness are its own, the sound is the patch's."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import soxr

from .audio.channels import to_mono
from .audio.sound_files import SoundFileError, read_sound
from .decoders.onnx_decoder import OnnxDecoder
from .errors import DdspLiveError, MissingPackageError
from .input.calibration import HEARD_DB, LOUDEST, PERCENTS, USUAL_DB, loudness_tables, octaves_to
from .input.input import AUTO
from .input.loudness import FLOOR_DB, loudness
from .input.pitch_cleanup import without_leaps
from .input.pitch_track import GATE_DB, track
from .kernel.filters import sections_at_rate
from .patch import Patch
from .patch.room import Room
from .signal import filtered_noise, harmonic, sosfilt
from .tuning.scales import scale_pitches

if TYPE_CHECKING:
    from .tools.analysis.diagnostics import Finding
    from .tools.analysis.takes import Take

FALL_DB = 60.0  # that what is told falls within FALL_SECONDS of silence
FALL_SECONDS = 0.3
VOICING_SECONDS = 0.02
MOST_CORRECTION_DB = 15.0
CORRECTIONS = 4  # passes: overlapping windows are not corrected at once
SMOOTH_FRAMES = 5
CEILING = 0.98
SOFT_DB = -30.0  # of the loudest frames, to which softer recordings are raised
LOUDEST_PERCENT = 98
LEAST_PITCHED = 0.5  # of what sounds: with less it is no line of one voice


class TransferError(DdspLiveError):
    """A recording that can't be played by a patch, in one sentence."""


class Heard(NamedTuple):
    """What a recording is, per frame."""

    midi: np.ndarray  # [frames]; bridged where unvoiced
    voiced: np.ndarray  # bool [frames]
    loudness_db: np.ndarray  # [frames]
    raised_db: float = 0.0  # by which a soft recording was raised before; part of loudness_db

    def pitched(self, gate_db: float = GATE_DB) -> float:
        """The share of what sounds that has a pitch: of one voice most of it, of drums, chords and speech less."""
        return float(self.voiced.sum() / max(1, (self.loudness_db > gate_db).sum()))


class Transfer(NamedTuple):
    """What was played; the three parts add up to the whole."""

    sample_rate: int
    parts: dict[str, np.ndarray]  # harmonic, noise and room, float32 [samples, 2]
    midi: np.ndarray  # [frames] that was asked for
    voiced: np.ndarray
    target_db: np.ndarray  # loudness that was asked for, before the room
    octave: int

    @property
    def audio(self) -> np.ndarray:
        """Returns the whole, float32 [samples, 2]."""
        return np.sum(list(self.parts.values()), axis=0)


def hear(
    path: Path,
    sample_rate: int,
    frame_rate: int,
    gate_db: float = GATE_DB,
    made_in: Patch | None = None,
    say: Callable[[str], None] = lambda sentence: None,
) -> Heard:
    """Tracks a recording as the trainer does, or where its packages are missing, as live.

    A recording whose loudest is below SOFT_DB is raised to that, unless the gate is another than usual.

    made_in: a patch that has learned the room of this recording, which is then taken off. say: is told what is wrong
    with the recording. Raises TransferError for a
    file that is no sound, where nothing in it has a pitch, and for a patch that knows no room.
    """
    try:
        if made_in is not None:
            take = _without_room(path, frame_rate, made_in)
        else:
            from .tools.analysis.takes import analyse

            take = analyse(path, sample_rate=sample_rate, frame_rate=frame_rate)
        _tell_of(take.findings, say)
        audio, midi, voiced, loudness_db = take.audio, take.midi, take.voiced, take.loudness_db
    except ImportError as error:
        if made_in is not None:
            raise MissingPackageError("To take a room off", "train", error) from error
        say(
            f"{path} is followed as the live input is, which does not notice several notes at once: "
            "install ddsp-live[train] to have it analysed."
        )
        audio, midi, voiced, loudness_db = _hear_as_live(path, sample_rate, frame_rate, gate_db)
    rates = (made_in.sample_rate if made_in else sample_rate, frame_rate)
    raised_db = _raised_db(loudness_db) if gate_db == GATE_DB else 0.0
    if raised_db:
        loudness_db = loudness(audio * np.float32(10 ** (raised_db / 20)), *rates)[: len(midi)]
        say(f"{path} is soft: it was raised by {raised_db:.0f} dB (not so with another --gate).")
    midi, voiced = without_leaps(midi, voiced & (loudness_db > gate_db), frame_rate)
    if not voiced.any():
        raise TransferError(
            f"{path} has no pitch that could be followed: it is silence, noise, speech, chords, or "
            "outside of 25 to 4200 Hz."
        )
    return Heard(midi, voiced, loudness_db, raised_db)


def _tell_of(findings: Iterable["Finding"], say: Callable[[str], None]) -> None:
    """What of the analysis's findings explains that notes are missing or wrong."""
    from .tools.analysis.diagnostics import TOLD

    for finding in findings:
        if finding.kind in TOLD:
            say(finding.sentence)


def _raised_db(loudness_db: np.ndarray) -> float:
    """By how many dB the loudest lies below SOFT_DB; 0 for silence, too."""
    loudest = float(np.percentile(loudness_db, LOUDEST_PERCENT)) if len(loudness_db) else FLOOR_DB
    return max(0.0, SOFT_DB - loudest) if loudest > FLOOR_DB + 1 else 0.0


def _without_room(path: Path, frame_rate: int, made_in: Patch) -> "Take":
    """The take as it was before the room, at the rate at which the patch has learned that."""
    from .tools.analysis.takes import analyse
    from .tools.room.model import room_of
    from .tools.room.remove import dry_take

    room = room_of(made_in)
    if room is None:
        raise TransferError(
            f"{made_in.name} has learned no room: give a patch that was trained with --room trained."
        )
    return dry_take(analyse(path, sample_rate=made_in.sample_rate, frame_rate=frame_rate), room)


def _hear_as_live(
    path: Path, sample_rate: int, frame_rate: int, gate_db: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    try:
        audio, rate = read_sound(path)
    except SoundFileError as error:
        raise TransferError(str(error)) from error
    audio, _ = to_mono(audio)
    audio = audio if rate == sample_rate else soxr.resample(audio, rate, sample_rate)
    level_db = loudness(audio, sample_rate, frame_rate)
    lower_db = gate_db - _raised_db(level_db) if gate_db == GATE_DB else gate_db
    heard = track(audio, sample_rate=sample_rate, frame_rate=frame_rate, gate_db=lower_db)
    times = np.arange(len(heard.f0_hz)) / frame_rate
    if not heard.voiced.any():
        return audio, np.zeros(len(times)), heard.voiced, heard.loudness_db
    at = (times - heard.age)[heard.voiced]
    midi = np.interp(times, at, 69 + 12 * np.log2(heard.f0_hz[heard.voiced] / 440))
    voiced = np.interp(times, times - np.median(heard.age[heard.voiced]), heard.voiced) > 0.5
    return audio, midi, voiced, level_db[: len(times)]


def transfer(
    heard: Heard,
    patch: Patch,
    *,
    octave: int | str = AUTO,
    snap: float = 0.0,
    scale: str | None = None,
    loudest_db: float | str = AUTO,
    room: Room | None = None,
    wet: float = 0.0,
    seed: int = 0,
) -> Transfer:
    """Plays what was heard, at the patch's own rate; the settings are those of `Input.follow`."""
    rate, frame_rate = patch.sample_rate, patch.frame_rate
    moved = _octave(heard, patch) if octave == AUTO else int(octave)
    midi = heard.midi + 12 * moved
    if snap:
        scale_notes = np.arange(128.0) if scale is None else scale_pitches(scale)
        midi = midi + snap * (scale_notes[np.abs(midi[:, None] - scale_notes).argmin(1)] - midi)
    at = np.percentile(heard.loudness_db[heard.voiced], PERCENTS)
    if loudest_db != AUTO:
        at = USUAL_DB + (float(loudest_db) + heard.raised_db - USUAL_DB[LOUDEST])
    told, target = (np.interp(heard.loudness_db, HEARD_DB, table) for table in loudness_tables(patch, at))
    silent = _frames_since(heard.voiced) / frame_rate
    fall = FALL_DB * silent / FALL_SECONDS
    told, target = np.maximum(told - fall, -80), np.maximum(target - fall, -80)
    amplitude, distribution, magnitudes = _decode(patch, midi, told)
    gain = 10 ** ((target - told) / 20)
    smooth = np.ones(max(1, round(VOICING_SECONDS * frame_rate)))
    voicing = np.convolve(heard.voiced, smooth / len(smooth), "same")
    rates = {"sample_rate": rate, "frame_rate": frame_rate}
    tone = harmonic(440 * 2 ** ((midi - 69) / 12), amplitude[:, 0] * voicing * gain, distribution, **rates)
    breath = filtered_noise(magnitudes * gain[:, None], seed=seed, **rates)
    if patch.body is not None:
        body = sections_at_rate(patch.body, patch.sample_rate, rate)
        tone, breath = sosfilt(body, tone)[0], sosfilt(body, breath)[0]
    tone, breath = _corrected(tone, breath, target, heard.voiced, rate, frame_rate)
    dry = tone + breath
    parts = {"harmonic": np.stack([tone, tone], 1), "noise": np.stack([breath, breath], 1)}
    parts["room"] = (
        np.zeros_like(parts["noise"]) if room is None or not wet else wet * _in_room(dry, room, rate)
    )
    peak = np.abs(sum(parts.values())).max(initial=0)
    scale_down = min(1.0, CEILING / peak) if peak else 1.0
    parts = {name: (part * scale_down).astype(np.float32) for name, part in parts.items()}
    return Transfer(rate, parts, midi, heard.voiced, target + 20 * np.log10(scale_down), moved)


def _octave(heard: Heard, patch: Patch) -> int:
    notes = np.clip(np.round(heard.midi[heard.voiced]), 0, 127).astype(int)
    return octaves_to(patch, np.bincount(notes, minlength=128).tolist())


def _frames_since(voiced: np.ndarray) -> np.ndarray:
    """How many frames ago, or in how many, the nearest voiced one is."""
    at, frames = np.flatnonzero(voiced), np.arange(len(voiced))
    after = np.searchsorted(at, frames).clip(0, len(at) - 1)
    distance: np.ndarray = np.minimum(np.abs(frames - at[after]), np.abs(frames - at[(after - 1).clip(0)]))
    return distance


def _decode(patch: Patch, midi: np.ndarray, told_db: np.ndarray) -> tuple[np.ndarray, ...]:
    decoder, state = OnnxDecoder(patch.onnx), np.zeros((1, patch.state_size), np.float32)
    frames = []
    for f0, level in zip((midi / 127).astype(np.float32), (told_db / 80 + 1).astype(np.float32), strict=True):
        *controls, state = decoder.step(f0.reshape(1, 1), level.reshape(1, 1), state)
        frames.append(controls)
    return tuple(np.concatenate(control) for control in zip(*frames, strict=True))


def _corrected(
    tone: np.ndarray,
    breath: np.ndarray,
    target_db: np.ndarray,
    voiced: np.ndarray,
    rate: int,
    frame_rate: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Both by one slow gain, so that the loudness is what was asked for: a decoder is told it and is not exact."""
    times, samples = np.arange(len(target_db)) / frame_rate, np.arange(len(tone)) / rate
    window = np.ones(SMOOTH_FRAMES) / SMOOTH_FRAMES
    correction = np.zeros(len(target_db))
    for _ in range(CORRECTIONS):
        gain = 10 ** (np.interp(samples, times, correction) / 20)
        reached = loudness(((tone + breath) * gain).astype(np.float32), rate, frame_rate)
        reached = np.pad(reached, (0, max(0, len(target_db) - len(reached))), mode="edge")[: len(target_db)]
        missing = np.interp(times, times[voiced], (target_db - reached)[voiced])
        correction = np.clip(
            correction + np.convolve(missing, window, "same"), -MOST_CORRECTION_DB, MOST_CORRECTION_DB
        )
    gain = 10 ** (np.interp(samples, times, correction) / 20)
    return tone * gain, breath * gain


def _in_room(dry: np.ndarray, room: Room, rate: float) -> np.ndarray:
    """[samples, 2]."""
    impulses = room.at_rate(rate)
    size = 1 << (len(dry) + impulses.shape[1] - 1).bit_length()
    wet: np.ndarray = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(impulses, size), size)[:, : len(dry)]
    return np.broadcast_to(wet, (2, len(dry))).T
