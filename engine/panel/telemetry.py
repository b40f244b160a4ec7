"""What the page is sent thirty times a second, as bytes: figures, voices, spectrum."""

import struct
from collections.abc import Sequence

from ..kernel.stats import Stats, VoiceReading

HEAD = struct.Struct("<BBBBfffIII")
"""Kind (1), voices, held notes' flag (unused 0), recording (0 or 1), peak, load, peak load, late callbacks, xruns,
events that found the queue full."""
VOICE = struct.Struct("<BBBBfff")
"""Voice, channel, note, held, pitch (MIDI note), loudness (dB), age (s)."""
FULL_LOAD_BIN = 20  # of the histogram, in steps of 5 %: from here on, a callback came too late


def late_callbacks(stats: Stats) -> int:
    """Callbacks that took longer than the sound that they made."""
    return sum(stats.load_histogram[FULL_LOAD_BIN:])


def pack(
    stats: Stats, voices: Sequence[VoiceReading], sample_rate: float, recording: bool, spectrum: bytes
) -> bytes:
    """The bytes of one message; `live.js` reads them by the same layout."""
    head = HEAD.pack(
        1,
        len(voices),
        0,
        recording,
        stats.peak,
        stats.load,
        stats.peak_load,
        late_callbacks(stats),
        stats.xruns,
        stats.dropped_events,
    )
    parts = [
        VOICE.pack(
            v.voice,
            v.channel,
            v.note,
            v.held,
            v.pitch,
            v.loudness_db,
            max(0.0, (stats.position - v.onset) / sample_rate),
        )
        for v in voices
    ]
    return b"".join([head, *parts, spectrum])
