"""Standard MIDI files, read tolerantly: what can be understood is kept, what was skipped is counted.

RP-001, "Standard MIDI Files 1.0". Nothing here knows of seconds, or of what messages mean.
"""

from collections import Counter
from typing import NamedTuple

from ..errors import DdspLiveError
from .messages import DATA_BYTES
from .parser import LONGEST_SYSEX, Parser

DEFAULT_DIVISION = 480
"""Ticks per quarter note of a file that gives none."""
MOST_TRACKS = 4096
LONGEST_NUMBER = 4  # bytes
SYSEX, END_OF_SYSEX, META = 0xF0, 0xF7, 0xFF
TEMPO, END_OF_TRACK = 0x51, 0x2F
PITCH_BEND = 0xE0
# By status: how many data bytes a channel message has; 0 where there is no status to run on.
SIZES = tuple(DATA_BYTES.get(status & 0xF0, 0) for status in range(SYSEX))

CLIPPED = "values above 127 were clipped"
SKIPPED = "damaged events were skipped"


class SmfError(DdspLiveError):
    """Bytes that hold no MIDI file; the message says what "it" is."""


class Track(NamedTuple):
    """One track's events, in its own order."""

    ticks: list[int]
    """From the track's start, one for each of `codes`."""
    codes: list[int]
    """Channel messages as status << 16 | first << 8 | second; below 0: -1 - the place of a message in `sysex`."""
    sysex: list[bytes]
    """Whole system exclusive messages, F0 to F7."""
    tempos: list[tuple[int, int]]
    """Tick, and microseconds per quarter note from there on."""
    end: int
    """Tick of the end of track, or of the last event if there is none."""


class Smf(NamedTuple):
    """A file's content."""

    format: int
    """0: one track, 1: tracks that sound together, 2: tracks that follow each other."""
    division: int
    """Ticks per quarter note, or below 0 the SMPTE form: -frames per second << 8 | ticks per frame."""
    tracks: list[Track]
    remarks: Counter
    """What was skipped or corrected, and how often."""


def parse(data: bytes) -> Smf:
    """Read a file's bytes: a standard MIDI file, bare or wrapped (RIFF, MacBinary). Raises SmfError."""
    remarks: Counter = Counter()
    data = _unwrap(data, remarks)
    if len(data) < 14:
        raise SmfError("it is cut short; fetch or export it again.")
    size = int.from_bytes(data[4:8], "big")
    kind, promised, division = (int.from_bytes(data[i : i + 2], "big") for i in (8, 10, 12))
    tracks = _read_tracks(data, 8 + size if 6 <= size <= len(data) - 8 else 14, remarks)
    if not tracks:
        raise SmfError("it has no tracks; fetch or export it again.")
    if len(tracks) == MOST_TRACKS:
        remarks[f"tracks after the first {MOST_TRACKS} were left out"] += 1
    elif len(tracks) != promised:
        remarks[f"the header promises {promised} tracks, but there are {len(tracks)}"] += 1
    if kind > 2:
        remarks["tracks of an unknown format were played together"] += 1
    if division == 0:
        remarks[f"a missing time base was taken to be {DEFAULT_DIVISION} ticks a quarter note"] += 1
        division = DEFAULT_DIVISION
    return Smf(kind if kind <= 2 else 1, division - (division >> 15 << 16), tracks, remarks)


def _unwrap(data: bytes, remarks: Counter) -> bytes:
    """The bytes from the header on."""
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        at = 12
        while at + 8 <= len(data):
            size = int.from_bytes(data[at + 4 : at + 8], "little")
            if data[at : at + 4] == b"data" and data[at + 8 : at + 12] == b"MThd":
                end = at + 8 + size
                return data[at + 8 : end if _is_chunk(data, end + size % 2) else len(data)]
            at += 8 + size + size % 2
    begin = data.find(b"MThd")
    if begin < 0:
        raise SmfError("it is not a standard MIDI file.")
    if begin:
        remarks["bytes before the header were skipped"] += begin
    return data[begin:]


def _read_tracks(data: bytes, at: int, remarks: Counter) -> list[Track]:
    """All tracks from `at` on. Where a chunk's length leads nowhere, the next track is looked for."""
    tracks: list[Track] = []
    while at + 8 <= len(data) and len(tracks) < MOST_TRACKS:
        is_track, end = data[at : at + 4] == b"MTrk", at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        sound = _is_chunk(data, end)
        if not sound:  # too long, or never filled in by a recorder that was switched off
            promised, end = end, data.find(b"MTrk", at + 4)
            end = len(data) if end < 0 else end
        if is_track:
            reader = TrackReader(data[at + 8 : end], remarks)
            whole = reader.run()
            tracks.append(reader.track())
            if not whole and not (sound and reader.at == end - at - 8):
                remarks["tracks that break off were played as far as they go"] += 1
            elif not sound and reader.at != promised - at - 8:
                remarks["wrong track lengths were corrected"] += 1
        elif sound:
            remarks["foreign chunks were skipped"] += 1
        else:
            remarks["bytes between tracks were skipped"] += end - at
        at = end
    return tracks


def _is_chunk(data: bytes, at: int) -> bool:
    """Whether another chunk, or nothing of use, stands where one ends."""
    return at <= len(data) and (len(data) - at < 8 or data[at : at + 4].isalnum())


class TrackReader:
    """Reads the events of one track.

    Parameters
    ----------
    data : bytes
        The chunk, without its header.
    remarks : Counter
        Where to count what was skipped.

    Attributes
    ----------
    at : int
        Behind the last event that was read whole.
    """

    def __init__(self, data: bytes, remarks: Counter):
        self.data, self.remarks = data, remarks
        self.at = self.tick = 0
        self.ticks: list[int] = []
        self.codes: list[int] = []
        self.sysex: list[bytes] = []
        self.tempos: list[tuple[int, int]] = []
        self._unfinished = bytearray()  # a system exclusive message that goes on in a later event

    def track(self) -> Track:
        """What was read."""
        return Track(self.ticks, self.codes, self.sysex, self.tempos, self.tick)

    def run(self) -> bool:
        """Read to the end of track; False if the bytes end before it.

        A large file's time goes to this loop, so it calls nothing for a plain note.
        """
        data, at, tick, running = self.data, 0, 0, 0
        add_tick, add_code, sizes = self.ticks.append, self.codes.append, SIZES
        begin, since = at, tick
        try:
            while True:
                begin, since = at, tick
                delta = data[at]
                at += 1
                if delta > 127:
                    delta, at = _number(data, at - 1)
                tick += delta
                status = data[at]
                if status < 128:
                    status = running  # which most players keep through system exclusive and meta events
                else:
                    at += 1
                    if status >= SYSEX:
                        at, ends = self._system(status, at, tick)
                        if ends:
                            begin, since = at, tick
                            return True
                        continue
                    running = status
                size = sizes[status]
                if size == 2:
                    first, second = data[at], data[at + 1]
                elif size == 1:
                    first, second = data[at], 0
                else:
                    at = self._skip_data(at, 2)
                    continue
                at += size
                code = status << 16 | first << 8 | second
                if (first | second) > 127:
                    code = self._clip(status, first, second)
                    if not code:
                        continue
                add_tick(tick)
                add_code(code)
        except IndexError:
            return False
        finally:
            self.at, self.tick = begin, since

    def _system(self, status: int, at: int, tick: int) -> tuple[int, bool]:
        """Take a meta event or a system message; where it ends, and whether the track does."""
        if status == META:
            kind = self.data[at]
            payload, at = self._payload(at + 1)
            if kind == TEMPO:
                self._tempo(payload, tick)
            return at, kind == END_OF_TRACK
        if status not in (SYSEX, END_OF_SYSEX):  # of the cable, not of files
            self.remarks[SKIPPED] += 1
            return self._skip_data(at, DATA_BYTES.get(status, 0), count=0), False
        payload, at = self._payload(at)
        if status == SYSEX:
            self._unfinished = bytearray(b"\xf0")
        if self._unfinished:
            self._go_on(payload, tick)
        else:  # an escape: any bytes, as they would pass on a cable
            for message in Parser().feed(payload):
                self._add(message, tick)
        return at, False

    def _payload(self, at: int) -> tuple[bytes, int]:
        size, at = _number(self.data, at)
        if at + size > len(self.data):
            raise IndexError
        return self.data[at : at + size], at + size

    def _tempo(self, payload: bytes, tick: int) -> None:
        microseconds = int.from_bytes(payload, "big")
        if len(payload) == 3 and microseconds:
            self.tempos.append((tick, microseconds))
        else:
            self.remarks["damaged tempos were skipped"] += 1

    def _go_on(self, payload: bytes, tick: int) -> None:
        self._unfinished += payload
        if payload[-1:] == b"\xf7":
            self._add(bytes(self._unfinished), tick)
        if payload[-1:] == b"\xf7" or len(self._unfinished) > LONGEST_SYSEX:
            self._unfinished = bytearray()

    def _add(self, message: bytes, tick: int) -> None:
        if message[0] > SYSEX:
            return
        self.ticks.append(tick)
        if message[0] == SYSEX:
            self.codes.append(-1 - len(self.sysex))
            self.sysex.append(message)
        else:
            self.codes.append(int.from_bytes(message.ljust(3, b"\0"), "big"))

    def _clip(self, status: int, first: int, second: int) -> int:
        """The message with values of seven bits; 0 if it is not known what it concerns."""
        concerns = status < 0xD0  # its first byte is a key, a controller or a program
        self.remarks[SKIPPED if concerns and first > 127 else CLIPPED] += 1
        return 0 if concerns and first > 127 else status << 16 | min(first, 127) << 8 | min(second, 127)

    def _skip_data(self, at: int, most: int, count: int = 1) -> int:
        """Where the data bytes end that no status goes with."""
        self.remarks[SKIPPED] += count
        last = at + most
        while at < last and self.data[at] < 128:
            at += 1
        return at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends. Raises IndexError if it does not."""
    value = 0
    for i in range(at, at + LONGEST_NUMBER):
        value = value << 7 | data[i] & 127
        if data[i] < 128:
            return value, i + 1
    raise IndexError
