"""MIDI files into timed messages. Files come from strangers: they may be damaged, cut short or absurd."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import DdspLiveError
from ..folders import as_path
from .held import Held
from .repeats import by_key, is_down, is_note, key_of, separate
from .smf import SmfError, Track, parse
from .universal import RESET, decode_master, is_answered

LARGEST_FILE = 4 << 20
LONGEST_SECONDS = 6 * 3600
DEFAULT_TEMPO = 500_000
"""Microseconds per quarter note, until the file says otherwise."""
SHORTEST_SECONDS = 0.01
"""Length of a note that a file gives none, its note-off being on the tick of its note-on."""

SYSTEM_RESET = b"\xff"
NOTE = 1 << 16  # apart from status << 8 | first
Event = tuple[float, bytes]
"""Seconds from the start, and a channel message or a system exclusive one that is answered."""


class MidiFileError(DdspLiveError):
    """A MIDI file that cannot be played; the message is one sentence that names it."""


class Song(NamedTuple):
    """What a MIDI file holds."""

    events: list[Event]
    """In order of time."""
    seconds: float
    """From the start to the end of the longest track."""
    remark: str
    """A sentence on what was skipped or corrected, and one if there are no notes; empty if all is well."""


def read_midi(path: str | Path) -> list[Event]:
    """Return a standard MIDI file's messages; see `read_song`. Raises MidiFileError."""
    return read_song(path).events


def read_song(path: str | Path) -> Song:
    """Return a standard MIDI file's messages, in order of time, with its tempo map applied.

    Tracks of type 0 and 1 sound together, those of type 2 one after the other. What is still held at the end
    is let go there. A key that is pressed again while it is down is let go first (`repeats.separate`). What is
    damaged is skipped, if there is anything to play besides. Raises MidiFileError.
    """
    path = as_path(path)
    try:
        return _song(path)
    except (MidiFileError, SmfError) as error:
        raise MidiFileError(f"{path.name} cannot be played: {error}") from error


def _song(path: Path) -> Song:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise MidiFileError(f"it is larger than {LARGEST_FILE >> 20} MB.")
        data = path.read_bytes()
    except OSError as error:
        raise MidiFileError(f"{error.strerror or error}.") from error
    file = parse(data)
    groups = [[track] for track in file.tracks] if file.format == 2 else [file.tracks]
    events: list[Event] = []
    start = 0.0
    for tracks in groups:
        part, end = _timed(tracks, file.division, start, file.remarks)
        events += part
        start = max(start, end)
    faults = "; ".join(f"{what} ({n})" if n > 1 else what for what, n in file.remarks.items())
    if faults and not events:
        raise MidiFileError(f"nothing in it can be played ({faults}); fetch or export it again.")
    remarks = []
    if faults:
        remarks.append(f"{path.name} is not quite in order, and what can be read of it is played: {faults}.")
    if not any(raw[0] >> 4 == 0x9 and raw[2] for _, raw in events):
        remarks.append(f"{path.name} has no notes, and is silent.")
    return Song(events, start, " ".join(remarks))


def _timed(
    tracks: Sequence[Track], division: int, start: float, remarks: Counter
) -> tuple[list[Event], float]:
    """The events of tracks that sound together, `start` seconds late, and when the last track ends."""
    ticks, codes, sysex = _merged(tracks)
    ticks, codes = separate(ticks, codes)
    tempos = sorted((tempo for track in tracks for tempo in track.tempos), key=lambda tempo: tempo[0])
    seconds = start + _seconds(np.append(ticks, [track.end for track in tracks]), tempos, division)
    seconds, ends = seconds[: len(ticks)], seconds[len(ticks) :]
    late = seconds > LONGEST_SECONDS
    if late.any():
        remarks[f"events later than {LONGEST_SECONDS // 3600} hours were left out"] += int(late.sum())
        seconds, codes = seconds[~late], codes[~late]
    # An end of track that lies days ahead is as damaged as a note would be.
    end = float(max([start, *seconds[-1:], *ends[ends <= LONGEST_SECONDS]]))
    seconds, codes = _lengthened(seconds, codes)
    raws = _bytes(codes, sysex)
    events = list(zip(seconds.tolist(), raws, strict=True))
    end = max([end, *seconds[-1:].tolist()])
    return events + [(end, raw) for raw in _held_at_end(codes, raws).let_go()], end


def _merged(tracks: Sequence[Track]) -> tuple[np.ndarray, np.ndarray, list[bytes]]:
    """Ticks and codes of all tracks by time, tracks in their order at equal times, and their system messages."""
    ticks = np.concatenate([np.array(track.ticks, np.int64) for track in tracks])
    sysex: list[bytes] = []
    parts = []
    for track in tracks:
        codes = np.array(track.codes, np.int64)
        parts.append(np.where(codes < 0, codes - len(sysex), codes) if track.sysex else codes)
        sysex += track.sysex
    codes = np.concatenate(parts)
    if np.any(ticks[1:] < ticks[:-1]):
        order = np.argsort(ticks, kind="stable")
        ticks, codes = ticks[order], codes[order]
    if sysex:
        used = codes >= 0
        used[~used] = [is_answered(sysex[-1 - code]) for code in codes[~used].tolist()]
        ticks, codes = ticks[used], codes[used]
    return ticks, codes, sysex


def _seconds(ticks: np.ndarray, tempos: Sequence[tuple[int, int]], division: int) -> np.ndarray:
    """Times of ticks, exact to the last bit: long files do not drift.

    tempos: tick and microseconds per quarter note, sorted; what lies beyond `LONGEST_SECONDS` is only about right.
    """
    if division < 0:  # SMPTE: ticks are parts of a film frame, and tempo means nothing
        frames_per_second, ticks_per_frame = -(division >> 8), division & 0xFF
        rate = 30_000 / 1001 if frames_per_second == 29 else float(frames_per_second)
        return ticks / (rate * max(1, ticks_per_frame))
    unit = division * 1_000_000
    begins, elapsed, rates = [0], [0], [DEFAULT_TEMPO]  # of each tempo: its tick, the time there, and itself
    for tick, tempo in tempos:
        here = elapsed[-1] + (tick - begins[-1]) * rates[-1]
        if here > 2 * LONGEST_SECONDS * unit:
            break
        begins.append(tick)
        elapsed.append(here)
        rates.append(tempo)
    at = np.searchsorted(np.array(begins), ticks, side="right") - 1
    since, rate = ticks - np.array(begins)[at], np.array(rates)[at]
    rough = np.array(elapsed)[at] + since.astype(float) * rate
    exact = np.array(elapsed)[at] + np.where(rough < 2.0**53, since, 0) * rate
    return np.where(rough < 2.0**53, exact, rough) / unit


def _lengthened(seconds: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give notes without length `SHORTEST_SECONDS`, or the time until their key's next note."""
    notes = np.flatnonzero(is_note(codes))
    notes = notes[by_key(codes[notes])]
    keys, down = np.append(key_of(codes[notes]), -1), np.append(is_down(codes[notes]), False)
    places = np.append(seconds[notes], np.inf)
    ends = (
        np.flatnonzero(down[:-2] & ~down[1:-1] & (keys[:-2] == keys[1:-1]) & (places[:-2] == places[1:-1]))
        + 1
    )
    if not len(ends):
        return seconds, codes
    following = np.where(keys[ends + 1] == keys[ends], places[ends + 1], np.inf)
    seconds = seconds.copy()
    seconds[notes[ends]] = np.minimum(seconds[notes[ends]] + SHORTEST_SECONDS, following)
    order = np.argsort(seconds, kind="stable")
    return seconds[order], codes[order]


def _bytes(codes: np.ndarray, sysex: Sequence[bytes]) -> list[bytes]:
    """The messages that codes stand for."""
    packed = codes.astype(">u4").tobytes()
    raws = [packed[i : i + 3] for i in range(1, len(packed), 4)]
    for i in np.flatnonzero((codes >> 20 == 0xC) | (codes >> 20 == 0xD)).tolist():
        raws[i] = raws[i][:2]
    for i in np.flatnonzero(codes < 0).tolist():
        raws[i] = sysex[-1 - int(codes[i])]
    return raws


def _held_at_end(codes: np.ndarray, raws: Sequence[bytes]) -> Held:
    """What is held after all messages, which the last one of each kind says."""
    short = np.flatnonzero(codes >= 0)
    last = np.full(2 * NOTE, -1)
    last[np.where(is_note(codes[short]), NOTE | key_of(codes[short]), codes[short] >> 8)] = short
    held = Held()
    for i in np.sort(np.concatenate([last[last >= 0], np.flatnonzero(codes < 0)])).tolist():
        if codes[i] >= 0:
            held.receive(raws[i])
        elif (master := decode_master(raws[i])) and master.kind == RESET:
            held.receive(SYSTEM_RESET)
    return held
