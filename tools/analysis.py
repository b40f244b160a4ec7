"""From a recording to what the trainer learns from: audio, pitch, loudness, on one grid of frames."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
import soxr

from ..loudness import loudness
from .periodicity import refine, settle_octaves

SUFFIXES = {".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff"}
VOICED = 0.5  # confidence from which a frame counts as voiced, as swift-f0 calibrates it


class RecordingError(ValueError):
    """A recording, or a folder of them, that cannot be learned from."""


@dataclass(frozen=True)
class Take:
    """One recording, mono, at the training rate; frame i stands at sample i * sample_rate / frame_rate."""

    path: Path
    sample_rate: int  # Hz
    frame_rate: int  # Hz
    audio: np.ndarray  # float32 [samples], full scale 1
    f0_hz: np.ndarray  # float32 [frames]; bridged in log f0 where unvoiced
    confidence: np.ndarray  # float32 [frames], 0 to 1
    voiced: np.ndarray  # bool [frames]
    loudness_db: np.ndarray  # float32 [frames]
    octave_errors: float  # share of voiced frames whose octave was settled anew
    start_seconds: float = 0.0  # where in the recording it begins

    @property
    def midi(self) -> np.ndarray:
        """Pitch as fractional MIDI notes [frames]."""
        return 69 + 12 * np.log2(self.f0_hz / 440)


def find_recordings(folder: Path) -> list[Path]:
    """The audio files below a folder, sorted. Raises RecordingError where there are none."""
    folder = Path(folder)
    if not folder.is_dir():
        raise RecordingError(f"There is no folder {folder}; name one that holds recordings.")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise RecordingError(f"{folder} holds no recordings ({', '.join(sorted(SUFFIXES))}).")
    return paths


def analyse(path: Path, *, sample_rate: int = 44100, frame_rate: int = 250) -> Take:
    """Reads a recording and tracks it. Raises RecordingError where it cannot be read or has no pitch."""
    audio = read_audio(path, sample_rate)
    frames = -(-len(audio) * frame_rate // sample_rate)
    times = np.arange(frames) / frame_rate
    tracked = _tracker().detect(audio, sample_rate)
    voiced = tracked.confidence >= VOICED
    if not voiced.any():
        raise RecordingError(f"{path} has no pitch that could be tracked.")
    f0_hz, wrong = settle_octaves(tracked.pitch_hz, tracked.timestamps, voiced, audio, sample_rate)
    f0_hz = refine(f0_hz, tracked.timestamps, audio, sample_rate)
    return Take(
        path=Path(path),
        sample_rate=sample_rate,
        frame_rate=frame_rate,
        audio=audio,
        f0_hz=np.exp(np.interp(times, tracked.timestamps[voiced], np.log(f0_hz[voiced]))).astype(np.float32),
        confidence=np.interp(times, tracked.timestamps, tracked.confidence).astype(np.float32),
        voiced=np.interp(times, tracked.timestamps, voiced) > 0.5,
        loudness_db=loudness(audio, sample_rate, frame_rate),
        octave_errors=float(wrong[voiced].mean()),
    )


def read_audio(path: Path, sample_rate: int) -> np.ndarray:
    """A file's audio, its channels averaged, at the given rate: float32 [samples]."""
    try:
        audio, file_rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise RecordingError(f"{path} cannot be read as audio ({error}).") from error
    audio = audio.mean(1)
    if len(audio) < file_rate // 10:
        raise RecordingError(f"{path} is shorter than a tenth of a second.")
    if not np.isfinite(audio).all():
        raise RecordingError(f"{path} holds samples that are not numbers.")
    return audio if file_rate == sample_rate else soxr.resample(audio, file_rate, sample_rate)


@lru_cache
def _tracker():
    from swift_f0 import SwiftF0

    return SwiftF0(spin=False)
