"""MIDI files into timed messages. Files come from strangers: they may be damaged, cut short or absurd."""

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import mido

from ..errors import DdspLiveError
from .held import Held
from .tuning import is_tuning

LARGEST_FILE = 4 << 20
LONGEST_SECONDS = 6 * 3600
DEFAULT_TEMPO = 500_000
"""Microseconds per quarter note, until the file says otherwise."""

# The standard allows four bytes for a length; mido would go on, in ever larger numbers.
ENDLESS_NUMBER = re.compile(rb"[\x80-\xff]{4096}")

Event = tuple[float, bytes]
"""Seconds from the start, and a channel message or a tuning (MTS)."""


class MidiFileError(DdspLiveError):
    """A MIDI file that cannot be played; the message is one sentence that names it."""


def read_midi(path: str | Path) -> list[Event]:
    """A standard MIDI file's channel messages and tunings, in order of time, with its tempo map applied.

    Tracks of type 0 and 1 sound together, those of type 2 one after the other. What is still held at the end
    is let go there. Raises MidiFileError.
    """
    path = Path(path)
    try:
        events = _timed(_parse(path))
    except MidiFileError as error:
        raise MidiFileError(f"{path.name} cannot be played: {error}") from error
    return events


def _parse(path: Path) -> mido.MidiFile:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise MidiFileError(f"it is larger than {LARGEST_FILE >> 20} MB.")
        data = path.read_bytes()
    except OSError as error:
        raise MidiFileError(f"{error.strerror or error}.") from error
    if not data.startswith(b"MThd"):
        raise MidiFileError("it is not a standard MIDI file.")
    if ENDLESS_NUMBER.search(data):
        raise MidiFileError("it is damaged: a number in it does not end.")
    try:
        return mido.MidiFile(file=io.BytesIO(data))
    except EOFError as error:
        raise MidiFileError("it is cut short; fetch or export it again.") from error
    except Exception as error:  # whatever mido's decoders raise on bytes they did not expect
        raise MidiFileError("it is damaged; fetch or export it again.") from error


def _timed(file: mido.MidiFile) -> list[Event]:
    if not file.tracks or file.ticks_per_beat == 0:
        raise MidiFileError("it is damaged: it has no tracks or no time base.")
    groups = [[track] for track in file.tracks] if file.type == 2 else [file.tracks]
    events: list[Event] = []
    start = 0.0
    for tracks in groups:
        held = Held()
        end = start
        for seconds, message in _seconds(tracks, file.ticks_per_beat):
            if start + seconds > LONGEST_SECONDS:
                raise MidiFileError(f"it is longer than {LONGEST_SECONDS // 3600} hours.")
            end = start + seconds
            if message.is_meta:
                continue
            raw = bytes(message.bytes())
            if 0x80 <= raw[0] < 0xF0 or is_tuning(raw):
                held.hear(raw)
                events.append((end, raw))
        events += [(end, raw) for raw in held.let_go()]
        start = end
    return events


def _seconds(tracks: Sequence[mido.MidiTrack], division: int) -> Iterator[tuple[float, mido.Message]]:
    """All messages of the tracks by time, in whole numbers until the last step: long files do not drift."""
    timed = []
    for track in tracks:
        ticks = 0
        for message in track:
            ticks += message.time
            timed.append((ticks, message))
    timed.sort(key=lambda pair: pair[0])
    frames_per_second, ticks_per_frame = -(division >> 8), division & 0xFF
    tempo = DEFAULT_TEMPO
    before = elapsed = 0
    for ticks, message in timed:
        elapsed += (ticks - before) * tempo
        before = ticks
        if division > 0:
            yield elapsed / (division * 1_000_000), message
            tempo = message.tempo if message.type == "set_tempo" else tempo
        else:  # SMPTE: ticks are parts of a film frame, and tempo means nothing
            yield ticks / (_smpte_rate(frames_per_second) * max(1, ticks_per_frame)), message


def _smpte_rate(frames_per_second: int) -> float:
    return 30_000 / 1001 if frames_per_second == 29 else float(frames_per_second)
