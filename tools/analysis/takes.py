"""From recordings to what the trainer learns from: audio, pitch, loudness, on one grid of frames."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import gcd
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...audio.sound_files import foreign_format
from .cache import cached
from .decay import SHARE as DYING_SHARE
from .decay import notes_that_die
from .diagnostics import Finding, judge, unlike_the_others
from .recording import RecordingError, read_audio
from .tracks import Tracks, make_tracks
from .voiced_regions import stretches

SUFFIXES = {".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff"}
THREADS = 2
LEFT_OUT, KEPT = "left out", "kept, as asked"
LEAST_SKIPPED_SECONDS = 0.5  # that is told

__all__ = ["Analysis", "Finding", "RecordingError", "Take", "analyse", "analyse_folder", "find_recordings"]


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
    findings: tuple[Finding, ...] = ()  # what is wrong with it
    unsure: np.ndarray | None = None  # bool [frames]: voiced, and another octave fits nearly as well

    @property
    def midi(self) -> np.ndarray:
        """Pitch as fractional MIDI notes [frames]."""
        return 69 + 12 * np.log2(self.f0_hz / 440)

    def part(self, first: int, last: int) -> "Take":
        """The frames from first up to, not including, last, as a take of its own."""
        if (first, last) == (0, len(self.f0_hz)):
            return self
        hop = self.sample_rate / self.frame_rate
        names = ("f0_hz", "confidence", "voiced", "loudness_db", "unsure")
        arrays = {name: getattr(self, name) for name in names}
        return replace(
            self,
            audio=self.audio[round(first * hop) : round(last * hop)],
            start_seconds=self.start_seconds + first / self.frame_rate,
            **{name: array[first:last] for name, array in arrays.items() if array is not None},
        )


class Analysis(NamedTuple):
    """What can be learned from, and what was found out about the files."""

    takes: list[Take]  # a file each, or a stretch of one between rests
    findings: list[Finding]


def find_recordings(folder: Path) -> list[Path]:
    """The audio files below a folder, sorted. Raises RecordingError if there are none."""
    folder = Path(folder)
    if not folder.is_dir():
        raise RecordingError(f"There is no folder {folder}; name one that holds recordings.")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and is_there(path))
    if not paths:
        others = passed_over(folder)
        why = f": {others[0].sentence}" if others else f" ({', '.join(sorted(SUFFIXES))})."
        raise RecordingError(f"{folder} holds no recordings{why}")
    return paths


def passed_over(folder: Path) -> list[Finding]:
    """What below a folder is called like a recording and is none: links to nothing, folders, and foreign formats."""
    findings = []
    for path in sorted(Path(folder).rglob("*")):
        sentence = foreign_format(path)
        if path.suffix.lower() in SUFFIXES and not is_there(path):
            sentence = f"{path} is {'a folder' if path.is_dir() else 'a link to a file that is not there'}."
        if sentence:
            findings.append(Finding(path, "unreadable", sentence, "left out"))
    return findings


def is_there(path: Path) -> bool:
    """Whether there is a file, which a path or what it links to need not be."""
    try:
        return path.is_file()
    except OSError:
        return False


def analyse_folder(
    folder: Path,
    *,
    sample_rate: int = 44100,
    frame_rate: int = 250,
    progress: Callable[[int, int], None] = lambda done, files: None,
    cache: bool = True,
    keep: bool | Collection[Path] = (),
) -> Analysis:
    """Analyses every recording below a folder; what cannot be learned from is left out and named.

    progress is told the number of files done and of all files. cache: whether tracks are kept in, and taken
    from, the user's cache folder. keep: files, or with True all of them, that are learned from whatever is wrong
    with them. Raises RecordingError if nothing is left, for a file to keep that is not there, and for notes that die
    away by themselves.
    """
    paths = find_recordings(folder)
    kept = paths if keep is True else _chosen(paths, keep or (), folder)

    def one(path: Path) -> tuple[list[Take], list[Finding], np.ndarray | None]:
        try:
            take, tracks = _analyse(path, sample_rate, frame_rate, cache)
        except RecordingError as error:
            return [], [Finding(path, error.kind, str(error), LEFT_OUT)], None
        found = list(take.findings)
        if path in kept:
            found = [
                replace(finding, action=KEPT) if finding.action == LEFT_OUT else finding for finding in found
            ]
        if any(finding.action == LEFT_OUT for finding in found):
            return [], found, None
        takes, skipped = _cut(take)
        return takes, found + skipped, tracks.partials_db

    takes, findings, heard = [], passed_over(folder), []
    pool = ThreadPoolExecutor(THREADS)
    try:
        for i, (parts, found, partials_db) in enumerate(pool.map(one, paths)):
            takes += parts
            findings += found
            if parts:
                pitch = float(np.median(np.concatenate([part.midi[part.voiced] for part in parts])))
                heard.append((parts[0].path, pitch, partials_db))
            progress(i + 1, len(paths))
    finally:
        pool.shutdown(cancel_futures=True)
    if not takes:
        why = findings[0].sentence if findings else "they are silent."
        raise RecordingError(
            f"None of the {len(paths)} recordings in {folder} can be learned from; the first: {why}"
        )
    judged = takes if keep is True else [take for take in takes if take.path not in kept]
    return Analysis(takes, findings + dying_notes(folder, judged, keep is True) + unlike_the_others(heard))


def dying_notes(folder: Path, takes: Sequence[Take], keep: bool) -> list[Finding]:
    """Tell that the notes of most takes die away by themselves, as of strings that are plucked: a decoder that follows
    loudness would hold them for ever. Raises RecordingError for that unless they are kept.
    """
    dying = [dies for take in takes for dies in notes_that_die(take.loudness_db, take.frame_rate)]
    if not dying or sum(dying) < DYING_SHARE * len(dying):
        return []
    sentence = f"The notes in {folder} die away by themselves; such instruments are not supported yet"
    if not keep:
        raise RecordingError(f"{sentence}: --keep-all learns from them all the same.", kind="plucked")
    return [Finding(folder, "plucked", f"{sentence}.", "kept")]


def _chosen(paths: list[Path], named: Collection[Path], folder: Path) -> set[Path]:
    """The paths that are named, by themselves or from the folder on. Raises RecordingError if one is missing."""
    places = {path.resolve(): path for path in paths}
    chosen = set()
    for name in map(Path, named):
        path = places.get(name.resolve()) or places.get((folder / name).resolve())
        if path is None:
            raise RecordingError(f"{folder} has no recording {name} that could be kept.")
        chosen.add(path)
    return chosen


def analyse(path: Path, *, sample_rate: int = 44100, frame_rate: int = 250, cache: bool = False) -> Take:
    """Reads a recording and tracks it. Raises RecordingError where it cannot be read or has no pitch."""
    return _analyse(Path(path), sample_rate, frame_rate, cache)[0]


def _analyse(path: Path, sample_rate: int, frame_rate: int, cache: bool) -> tuple[Take, Tracks]:
    recording = read_audio(path, sample_rate)
    settings = {"sample_rate": sample_rate, "frame_rate": frame_rate}
    tracks = cached(
        recording.content if cache else None,
        settings,
        lambda: make_tracks(recording, sample_rate, frame_rate),
    )
    if not tracks.voiced.any():
        raise RecordingError(f"{path} has no pitch that could be tracked.", kind="no pitch")
    voiced = tracks.voiced
    take = Take(
        path=path,
        sample_rate=sample_rate,
        frame_rate=frame_rate,
        audio=recording.audio,
        f0_hz=tracks.f0_hz,
        confidence=tracks.confidence,
        voiced=voiced,
        loudness_db=tracks.loudness_db,
        octave_errors=float(tracks.corrected[voiced].mean()),
        unsure=tracks.unsure,
        findings=tuple(judge(path, tracks)),
    )
    return take, tracks


def _cut(take: Take) -> tuple[list[Take], list[Finding]]:
    """The sounding stretches of a take, and what was skipped between them."""
    frames = len(take.f0_hz)
    step = take.frame_rate // gcd(take.sample_rate, take.frame_rate)  # so that each begins on a sample
    parts = stretches(take.voiced, take.loudness_db, take.frame_rate, step=step)
    skipped = (frames - sum(end - begin for begin, end in parts)) / take.frame_rate
    takes = [take.part(*part) for part in parts]
    if skipped < LEAST_SKIPPED_SECONDS:
        return takes, []
    sentence = f"{take.path} is silent for {skipped:.1f} of {frames / take.frame_rate:.1f} s."
    return takes, [Finding(take.path, "silence", sentence, "skipped there")]
