"""MIDI-DDSP's six note expression controls, measured from synthesis controls.

Wu et al., "MIDI-DDSP: Detailed Control of Musical Performance via Hierarchical Modeling" (ICLR 2022), section
3.2 and appendix B.1, whose code settles what the words leave open. There a frame lasts 4 ms and K is 60.
"""

import numpy as np

from ..errors import DdspLiveError
from .units import NAMES, decibels, to_units

NOTE = np.dtype([("pitch", float), ("onset", int), ("offset", int)])
"""A MIDI note, its first frame, and the frame after its last."""
NOTE_ATTRIBUTES = np.dtype([(name, float) for name in NAMES])
PLAYER_UNITS = np.dtype(
    [
        ("level_db", float),
        ("fluctuation_db", float),
        ("peak_position", float),  # share of the note
        ("peak_ms", float),  # after the onset
        ("vibrato_cents", float),  # to either side
        ("vibrato_hz", float),  # 0 where there is none
        ("centroid_harmonics", float),  # 1 is the fundamental
        ("centroid_hz", float),
        ("attack_noise_db", float),
        ("duration_ms", float),
    ]
)

ATTACK_SECONDS = 0.04
FARTHEST_SEMITONES = 2.0  # farther from the note, f0 is an error of tracking or belongs to another note
SHORTEST_VIBRATO_SECONDS = 0.2
SLOWEST_VIBRATO_HZ, FASTEST_VIBRATO_HZ = 3.0, 9.0
SPECTRUM_SECONDS = 4.0  # MIDI-DDSP's padding, so that its spectrum has a line every 0.25 Hz
TAPER = 0.5  # α of the Tukey window


class NotesError(DdspLiveError):
    """A table of notes, or frames, that can't be measured; one sentence says which row and why."""


def attributes(f0_hz, amplitude, harmonic_distribution, noise_magnitudes, notes, frame_rate) -> np.ndarray:
    """Measure each note's six performance attributes.

    Parameters
    ----------
    f0_hz : array_like
        [frames] or [frames, 1]; 0 where there is no pitch.
    amplitude : array_like
        [frames] or [frames, 1], of the harmonic part, linear.
    harmonic_distribution : array_like
        [frames, K], each row with the sum 1.
    noise_magnitudes : array_like
        [frames, M], linear gains.
    notes : array_like
        Of type `NOTE`, or [notes, 3]: MIDI note, first frame, frame after the last. Rows may overlap.
    frame_rate : float
        Frames a second.

    Returns
    -------
    numpy.ndarray
        [notes] of type `NOTE_ATTRIBUTES`, scaled so that most values lie between 0 and 1.

    Raises
    ------
    NotesError
        Where shapes do not fit, values are not finite, or a note has no frames.

    Examples
    --------
    >>> row = attributes(f0_hz, amplitude, distribution, magnitudes, [(69, 0, 250)], frame_rate=250)
    >>> row["vibrato"]
    """
    frames = _frames(f0_hz, amplitude, harmonic_distribution, noise_magnitudes, frame_rate)
    notes = note_table(notes, len(frames["f0_hz"]))
    result = np.empty(len(notes), NOTE_ATTRIBUTES)
    for row, note in zip(result, notes, strict=True):
        own = {name: values[note["onset"] : note["offset"]] for name, values in frames.items()}
        deviation = _deviation(own["f0_hz"], note["pitch"])
        row["volume"] = own["level_db"].mean() / 60 + 1.5
        row["volume_fluctuation"] = own["level_db"].std() * 2.5 / 60
        row["volume_peak_position"] = own["level_db"].argmax() / len(deviation)
        row["vibrato"] = 10 * vibrato(deviation, frame_rate)[0]
        row["brightness"] = own["centroid"].mean() / 12
        row["attack_noise"] = own["noise_db"][: _attack_frames(frame_rate)].mean() / 40 + 2.625
    return result


def player_units(f0_hz, amplitude, harmonic_distribution, noise_magnitudes, notes, frame_rate) -> np.ndarray:
    """The same measurements in the units that players use: dB, cents, Hz, ms.

    Parameters and errors are those of `attributes`. Returns [notes] of type `PLAYER_UNITS`.
    """
    frames = _frames(f0_hz, amplitude, harmonic_distribution, noise_magnitudes, frame_rate)
    notes = note_table(notes, len(frames["f0_hz"]))
    measured = attributes(f0_hz, amplitude, harmonic_distribution, noise_magnitudes, notes, frame_rate)
    result = np.empty(len(notes), PLAYER_UNITS)
    result["level_db"] = to_units("volume", measured["volume"])
    result["fluctuation_db"] = to_units("volume_fluctuation", measured["volume_fluctuation"])
    result["peak_position"] = measured["volume_peak_position"]
    result["duration_ms"] = 1000 * (notes["offset"] - notes["onset"]) / frame_rate
    result["peak_ms"] = result["peak_position"] * result["duration_ms"]
    result["vibrato_cents"] = to_units("vibrato", measured["vibrato"])
    result["centroid_harmonics"] = to_units("brightness", measured["brightness"])
    result["attack_noise_db"] = to_units("attack_noise", measured["attack_noise"])
    for row, note in zip(result, notes, strict=True):
        own = slice(note["onset"], note["offset"])
        row["vibrato_hz"] = vibrato(_deviation(frames["f0_hz"][own], note["pitch"]), frame_rate)[1]
        row["centroid_hz"] = (frames["centroid"][own] * frames["f0_hz"][own]).mean()
    return result


def vibrato(deviation: np.ndarray, frame_rate: float) -> tuple[float, float]:
    """The strongest sway of a pitch, as |rfft| / length of its Tukey-windowed deviation, and its rate in Hz.

    deviation: semitones [frames of the note]. (0, 0) unless it is a vibrato: 3 to 9 Hz, in a note that is longer
    than 0.2 s and than one cycle.
    """
    length = len(deviation)
    if length <= round(SHORTEST_VIBRATO_SECONDS * frame_rate, 6):
        return 0.0, 0.0
    # Padded until the spectrum's lines lie so close that the largest of them is the peak between them.
    padded = max(round(SPECTRUM_SECONDS * frame_rate), 8 * length)
    padded = 1 << (padded - 1).bit_length()
    spectrum = np.abs(np.fft.rfft((deviation - deviation.mean()) * _tukey(length), padded)) / length
    strongest = int(spectrum.argmax())
    rate_hz = strongest * frame_rate / padded
    # The limits are MIDI-DDSP's on its own grid of lines, whose nearest one decides.
    line_hz = round(rate_hz * SPECTRUM_SECONDS) / SPECTRUM_SECONDS
    steady = SLOWEST_VIBRATO_HZ <= line_hz <= FASTEST_VIBRATO_HZ and rate_hz * length > frame_rate
    return (float(spectrum[strongest]), rate_hz) if steady else (0.0, 0.0)


def note_table(notes, frames: int) -> np.ndarray:
    """Notes as `NOTE` rows within so many frames. Raises NotesError for rows that have no frames there."""
    rows = np.asarray(notes)
    if rows.dtype.names is None:
        rows = rows.reshape(0, 3) if rows.size == 0 else rows
        if rows.ndim != 2 or rows.shape[1] != 3:
            raise NotesError(f"Notes are rows of pitch, onset and offset, but their shape is {rows.shape}.")
        columns = dict(zip(NOTE.names, rows.T, strict=True))
    elif missing := [name for name in NOTE.names if name not in rows.dtype.names]:
        raise NotesError(
            f"The table of notes has no column {missing[0]!r}; it needs pitch, onset and offset."
        )
    else:
        columns = {name: np.atleast_1d(rows[name]) for name in NOTE.names}
    for i, (pitch, onset, offset) in enumerate(zip(*columns.values(), strict=True)):
        if not 0 <= pitch <= 127:
            raise NotesError(f"Note {i} has the pitch {pitch:g}, which is not a MIDI note from 0 to 127.")
        if not (onset == np.floor(onset) and offset == np.floor(offset)):
            raise NotesError(f"Note {i} starts at frame {onset:g} and ends at {offset:g}: frames are whole.")
        if not 0 <= onset < offset <= frames:
            raise NotesError(
                f"Note {i} spans the frames {onset:g} to {offset:g}, but each note needs at least one frame"
                f" of the {frames} that were given."
            )
    table = np.empty(len(columns["pitch"]), NOTE)
    for name, values in columns.items():
        table[name] = values
    return table


def _frames(f0_hz, amplitude, harmonic_distribution, noise_magnitudes, frame_rate) -> dict[str, np.ndarray]:
    """What the notes are measured by, each [frames]: f0 in Hz, level and noise in dB, the centroid's harmonic."""
    if not (np.isfinite(frame_rate) and frame_rate > 0):
        raise NotesError(f"The frame rate must be a number of frames a second above 0, but is {frame_rate}.")
    f0_hz, amplitude = (_checked(name, x, 1) for name, x in (("f0_hz", f0_hz), ("amplitude", amplitude)))
    distribution = _checked("harmonic_distribution", harmonic_distribution, 2)
    magnitudes = _checked("noise_magnitudes", noise_magnitudes, 2)
    lengths = {len(values) for values in (f0_hz, amplitude, distribution, magnitudes)}
    if len(lengths) > 1:
        raise NotesError(f"The controls must have the same number of frames, but have {sorted(lengths)}.")
    return {
        "f0_hz": f0_hz,
        "level_db": decibels(amplitude),
        "centroid": distribution @ np.arange(1.0, distribution.shape[1] + 1),
        "noise_db": decibels(magnitudes).mean(axis=1),
    }


def _checked(name: str, values, dimensions: int) -> np.ndarray:
    values = np.asarray(values, float)
    if dimensions == 1 and values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != dimensions or (dimensions == 2 and values.shape[1] == 0):
        wanted = "[frames]" if dimensions == 1 else "[frames, at least one]"
        raise NotesError(f"{name} must have the shape {wanted}, but has {values.shape}.")
    if not np.isfinite(values).all() or (values < 0).any():
        at = int(np.flatnonzero(~np.isfinite(values) | (values < 0))[0]) // (values.size // len(values))
        raise NotesError(f"{name} holds a negative number, or none, at frame {at}.")
    return values


def _deviation(f0_hz: np.ndarray, pitch: float) -> np.ndarray:
    """f0's distance from the note in semitones, 0 where it is too far to be the same note."""
    with np.errstate(divide="ignore"):
        semitones = 69 + 12 * np.log2(f0_hz / 440) - pitch
    return np.where(np.abs(semitones) > FARTHEST_SEMITONES, 0.0, semitones)


def _tukey(length: int) -> np.ndarray:
    """The Tukey window as MIDI-DDSP takes it, at 1/length, 2/length … 1, so that its last value is 0."""
    at = np.arange(1, length + 1) / length
    flat = (at > TAPER / 2) & (at < 1 - TAPER / 2)
    return np.where(flat, 1.0, 0.5 - 0.5 * np.cos(2 * np.pi * at / TAPER))


def _attack_frames(frame_rate: float) -> int:
    """Frames that begin within the first 40 ms: 10 at 250 Hz."""
    return max(1, int(np.ceil(round(ATTACK_SECONDS * frame_rate, 6))))
