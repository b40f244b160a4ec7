"""What the live input hears of a sound: pitch, loudness, and whether there is a note, by the kernel's own code."""

from typing import NamedTuple

import numpy as np

from ..kernel.memory import zeroed
from ..native._kernel import ffi, lib
from .loudness import WINDOW_SECONDS, a_weighting

GATE_DB = -55.0  # loudness from which there can be a note


class Track(NamedTuple):
    """What the live input hears, per frame; frame i knows the samples before i * sample_rate / frame_rate only."""

    f0_hz: (
        np.ndarray
    )  # float32 [frames]; the last one there was where nothing is periodic, 0 before the first
    aperiodicity: np.ndarray  # float32 [frames]; 0: repeats itself exactly, 1: noise or silence
    loudness_db: np.ndarray  # float32 [frames]; `ddsp_live.input.loudness`, of `loudness_age` seconds ago
    voiced: np.ndarray  # bool [frames]; a pitch sounds
    heard: np.ndarray  # bool [frames]; anything sounds, with a pitch or without
    age: np.ndarray  # float32 [frames]; how many seconds ago the pitch was f0_hz
    loudness_age: float


def track(x: np.ndarray, *, sample_rate: float, frame_rate: float, gate_db: float = GATE_DB) -> Track:
    """Pitch and loudness of one voice, heard causally, as by `ddsp-live play --input`.

    The pitch tracker compares the signal with itself one lag ago, after de Cheveigné and Kawahara, "YIN" (2002), and
    follows its candidates by a Viterbi search that decides at once. Loudness is `ddsp_live.input.loudness.loudness`.

    Parameters
    ----------
    x : [samples], one channel, full scale 1; what is not finite counts as silence.
    sample_rate : Hz, 8000 to 192000.
    frame_rate : Hz; a hop need not be a whole number of samples.
    gate_db : loudness in dB from which there can be a note.

    Raises
    ------
    ValueError : for more than one channel, and for rates out of range.

    Examples
    --------
    >>> heard = track(audio, sample_rate=48000, frame_rate=250)
    >>> times = np.arange(len(heard.f0_hz)) / 250 - heard.age
    """
    x = np.ascontiguousarray(x, np.float32)
    if x.ndim != 1:
        raise ValueError(f"x has the shape {x.shape}; give one channel of samples.")
    if not 8000 <= sample_rate <= 192000:
        raise ValueError(f"The sample rate {sample_rate:g} Hz is out of range; give 8000 to 192000 Hz.")
    if not 1 <= frame_rate <= sample_rate:
        raise ValueError(f"The frame rate {frame_rate:g} Hz is out of range; give 1 Hz to the sample rate.")
    starts = np.floor(np.arange(0, len(x), sample_rate / frame_rate) + 0.5).astype(np.int64)
    readings = np.empty((len(starts), 6), np.float32)
    weighting = np.ascontiguousarray(a_weighting(sample_rate))
    _memory, address = zeroed(lib.offline_track_bytes(float(sample_rate)))
    lib.offline_track(
        ffi.cast("void *", address),
        float(sample_rate),
        ffi.from_buffer("double *", weighting),
        float(gate_db),
        ffi.from_buffer("float *", x),
        ffi.from_buffer("int64_t *", starts),
        len(starts),
        ffi.from_buffer("float *", readings),
    )
    f0_hz, aperiodicity, loudness_db, voiced, heard, age = readings.T
    window = round(WINDOW_SECONDS * sample_rate)
    return Track(
        f0_hz, aperiodicity, loudness_db, voiced > 0, heard > 0, age, (window - window // 2) / sample_rate
    )
