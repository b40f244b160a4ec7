"""Reads a recording: mono, without a constant, at the rate asked, and what was seen of its samples on the way."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from ...audio.channels import to_mono
from ...audio.sound_files import SoundFileError, read_content, read_sound
from ...errors import DdspLiveError

SHORTEST_SECONDS = 0.1
DC = 0.02  # of full scale, from which a constant is told; lopsided waves of short notes stay below
FLAT = 3  # equal samples at the top of a wave that is cut off
CORNER = 3e-4  # how steeply such a top must end; a sine's ends by a step of 16 bits
FULL_SCALE = 0.9999


class RecordingError(DdspLiveError):
    """A recording, or a folder of them, that cannot be learned from; `kind` is the finding's."""

    def __init__(self, sentence: str, kind: str = "folder") -> None:
        super().__init__(sentence)
        self.kind = kind


@dataclass(frozen=True)
class Recording:
    """One file as it is learned from, and what was seen of its samples."""

    audio: np.ndarray  # float32 [samples]
    content: str  # hash of the file
    dc: float  # the constant that was taken off, of full scale
    clipped: float  # share of samples that are cut off
    seconds: float
    cancelled: bool = False  # whether its channels cancel each other, and the loudest was taken


def read_audio(path: Path, sample_rate: int) -> Recording:
    """A file's audio, one channel of it, at the given rate. Raises RecordingError."""
    try:
        content = read_content(path)
        audio, file_rate = read_sound(path, content)
    except SoundFileError as error:
        raise RecordingError(str(error), kind="unreadable") from error
    if len(audio) < file_rate * SHORTEST_SECONDS:
        raise RecordingError(f"{path} is shorter than a tenth of a second.", kind="short")
    if not np.isfinite(audio).all():
        raise RecordingError(f"{path} holds samples that are not numbers.", kind="unreadable")
    clipped = max(clipped_share(channel) for channel in audio.T)
    audio, cancelled = to_mono(audio)
    dc = float(audio.mean(dtype=np.float64))
    audio = audio - np.float32(dc)
    seconds = len(audio) / file_rate
    if file_rate != sample_rate:
        audio = soxr.resample(audio, file_rate, sample_rate)
    return Recording(audio, hashlib.sha256(content).hexdigest(), dc, clipped, seconds, cancelled)


def clipped_share(channel: np.ndarray) -> float:
    """Share of the samples of one channel [samples] that stand on cut-off tops."""
    level = np.abs(channel)
    peak = level.max(initial=0)
    if peak < 0.05:
        return 0.0
    steps = np.diff(channel)
    edges = np.flatnonzero(np.concatenate([[True], steps != 0, [True]]))
    begins, lengths = edges[:-1], np.diff(edges)
    corners = np.abs(np.concatenate([[0], steps, [0]]))
    steep = np.maximum(corners[begins], corners[begins + lengths]) > CORNER
    flat = (lengths >= FLAT) & (level[begins] >= 0.9 * peak) & steep
    return float(max(lengths[flat].sum(), (level > FULL_SCALE).sum()) / len(channel))
