"""What the audio callback has seen, and what each voice does now, for whoever looks."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from ..native._kernel import ffi, lib


@dataclass(frozen=True)
class InputStats:
    """What is heard now, and what has been so far."""

    mode: str
    f0_hz: float  # the last one there was
    loudness_db: float
    voiced: bool
    pitch: float  # as played by the voice that follows, MIDI notes
    octave: int  # that it is moved by
    peak: float  # highest |sample| that came in since the reader's last reading
    clipped: int  # samples at full scale
    howls: int  # feedback that was found
    duck_db: float  # what the output is lowered by against it, 0 or less
    delay_ms: float  # of the voice behind the input, by this program alone
    calibrating: float  # seconds that it still measures; 0: it does not
    missed_notes: int
    gestures: Mapping[str, float]  # where each of its sources is, 0 to 1, if it is a controller


@dataclass(frozen=True)
class Stats:
    """What the audio callback has seen so far."""

    position: int  # samples rendered
    callbacks: int
    xruns: int  # that the device reported
    late_frames: int  # decoded by a worker after they were due
    stolen_voices: int
    dropped_events: int  # that found the queue full
    sounding_voices: int
    load: float  # share of the block's time that a callback takes, smoothed
    peak_load: float  # the highest since the reader's last reading
    peak_cpu: float  # the same by the thread's own clock; 0 unless measured
    peak: float  # highest |sample| since the reader's last reading
    decoder_delay_ms: float
    load_histogram: tuple[int, ...]  # callbacks by load, in steps of 5 %
    reduction_db: (
        float  # by which the rack's compressor lowered most since the reader's last reading, 0 or less
    )
    input: InputStats  # what comes in, where the synth listens

    def load_percentile(self, percent: float) -> float:
        """The load that `percent` of all callbacks stayed under, to the next 5 %."""
        counts = np.cumsum(self.load_histogram)
        if not counts[-1]:
            return 0.0
        return float(np.searchsorted(counts, counts[-1] * percent / 100.0) + 1) * 0.05


class VoiceReading(NamedTuple):
    """What one voice does now."""

    voice: int
    channel: int
    note: int
    held: bool  # by its key or a pedal
    onset: int  # sample at which it began
    pitch: float  # MIDI note, bends and vibrato included
    loudness_db: float  # that is asked for, before volume and pan


class Peaks:
    """The highest values that each reader has not read yet, from a source that forgets them when it is looked at."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, float]] = {}
        self._lock = threading.Lock()

    def read(self, reader: str, found: Mapping[str, float]) -> dict[str, float]:
        """The highest values since this reader's last reading.

        found: what the source held just now, by name, whoever looks.
        """
        with self._lock:
            self._held.setdefault(reader, {})
            for held in self._held.values():
                held.update({name: max(value, held.get(name, value)) for name, value in found.items()})
            read, self._held[reader] = self._held[reader], {}
            return read


class Readings:
    """Reads a kernel's synth `c` with so many voices, from any thread; `heard` reads what comes in."""

    def __init__(self, c: Any, voices: int, heard: Callable[[], InputStats]) -> None:
        self._c, self._voices, self._heard = c, voices, heard
        self._memory: Any = None  # for voices, once they are asked for
        self._peaks = Peaks()

    def voices(self) -> list[VoiceReading]:
        if self._memory is None:
            self._memory = ffi.new("VoiceReading[]", self._voices + 1)
        read = self._memory
        return [
            VoiceReading(v.voice, v.channel, v.note, bool(v.held), v.onset, v.pitch, v.loudness_db)
            for v in read[0 : lib.synth_read_voices(self._c, read)]
        ]

    def stats(self, reader: str) -> Stats:
        read = ffi.new("SynthStats *")
        lib.synth_read_stats(self._c, read)
        heard = self._heard()
        found = {"load": read.peak_load, "cpu": read.peak_cpu, "out": read.peak, "in": heard.peak}
        found["reduced"] = -read.reduction_db
        peaks = self._peaks.read(reader, found)
        return Stats(
            position=read.position,
            callbacks=read.callbacks,
            xruns=read.xruns,
            late_frames=read.late_frames,
            stolen_voices=read.stolen_voices,
            dropped_events=read.dropped_events,
            sounding_voices=read.sounding_voices,
            load=read.load,
            peak_load=peaks["load"],
            peak_cpu=peaks["cpu"],
            peak=peaks["out"],
            decoder_delay_ms=read.delay_ms,
            reduction_db=min(0.0, -peaks["reduced"]),
            load_histogram=tuple(read.load_histogram),
            input=replace(heard, peak=peaks["in"]),
        )
