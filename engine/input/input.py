"""What a synth does with sound that comes in: how it follows it, and how that is fitted to the patch."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..kernel.stats import InputStats
from ..midi.messages import note_off, note_on
from ..modulation.matrix import INPUTS
from ..native._kernel import ffi, lib
from ..patch import Patch
from ..tuning.scales import scale_pitches
from .calibration import HEARD_DB, LOUDEST, USUAL_DB, loudness_tables, octaves_to, quantiles
from .pitch_track import GATE_DB

MODES = {
    "off": lib.FOLLOW_OFF,
    "follow": lib.FOLLOW_PITCH,
    "notes": lib.FOLLOW_NOTES,
    "control": lib.FOLLOW_CONTROL,
}
AUTO = "auto"
ENOUGH_FRAMES = 125  # half a second of singing, until the octave is chosen
KNOWN_FRAMES = 1000  # from which the input's own quantiles count for as much as what is usual
CALIBRATION_SECONDS = 10.0
LOUD_DB = 20.0  # above the gate: a room's hum and hiss are softer
UNPITCHED_SECONDS = 2.0  # that something loud has no pitch, until that is worth a word


@dataclass(frozen=True)
class InputSettings:
    """What was asked for; `Input.follow` checks it."""

    mode: str = "off"
    octave: str | int = AUTO
    snap: float = 0.0
    scale: str | None = None
    gate_db: float = GATE_DB
    loudest_db: str | float = AUTO
    channel: int = 0


@dataclass(frozen=True)
class DetectedNote:
    """A note that was heard, in mode "notes": its key goes down, or up and then it is known how it was played."""

    time: int  # sample
    down: bool
    note: int
    velocity: int
    channel: int
    seconds: float
    attributes: dict[str, float]

    @property
    def message(self) -> bytes:
        """As MIDI."""
        if self.down:
            return note_on(self.note, self.velocity, self.channel)
        return note_off(self.note, 64, self.channel)


class Input:
    """What one synth does with sound that comes in; its settings reach the audio thread as single values.

    settings: an `InputSettings`, as `follow` left them.
    """

    def __init__(self, c: Any, patch: Callable[[], Patch]) -> None:
        """Follow the input of the kernel's synth `c`; patch: gives the one that plays."""
        self._c, self._patch = c, patch
        self.settings = InputSettings()
        self._octave = 0
        self._known = np.zeros(len(HEARD_DB)), np.zeros(lib.HEARD_PITCHES)  # counts that belong to the past
        self._quantiles: np.ndarray | None = None  # kept from a calibration
        self._calibrating = 0.0
        self._fitted: tuple[Any, ...] | None = None
        self._without_pitch = 0.0  # seconds that it has been loud; infinite once that was counted
        self._unpitched = 0

    def follow(self, mode: str = "follow", **changes: Any) -> None:
        """Play what comes in: from the device that `ddsp_live.play` names, or from the `input` of `Synth.render`.

        Parameters
        ----------
        mode : str
            ``"follow"``: a voice of its own follows pitch and loudness. ``"notes"``: it is cut into notes, which the
            synth plays and `notes` returns. ``"control"``: it plays no note, and moves what the modulation matrix has
            for it. With ``Synth(map="voice")``, keys play notes, and the voice their loudness, vibrato, brightness and
            breath. ``"off"``.
        octave : int or "auto"
            By how many octaves to move it; by default to where most of it is in the patch's range.
        snap : float
            0, as it is sung, to 1, on the scale.
        scale : str or None
            ``"D minor"`` and the like, or the path of a Scala file; None is chromatic.
        gate_db : float
            Loudness in dB from which there can be a note.
        loudest_db : float or "auto"
            Loudness of the input that the patch plays as its loudest; learned by default.
        channel : int
            0 to 15, whose controllers apply, and on which notes are played.

        What is not given stays as it was. Raises ValueError if a setting is invalid.
        """
        settings = replace(self.settings, mode=mode, **changes)
        _check(settings)
        pitches = np.zeros(0) if settings.scale is None else scale_pitches(settings.scale)
        self.settings = settings
        if settings.octave != AUTO:
            self._octave = int(settings.octave)
        pitches = np.ascontiguousarray(pitches if settings.scale else np.arange(128.0), np.float32)
        lib.synth_follow_scale(self._c, ffi.from_buffer("float *", pitches), len(pitches))
        self._fitted = None
        self.fit(self._read())

    def calibrate(self, seconds: float = CALIBRATION_SECONDS) -> None:
        """Measure anew who sings, for so long; from then on that is kept."""
        self._quantiles = None
        self._calibrating = float(seconds)
        self.forget()

    def forget(self) -> None:
        """Learn anew while playing: somebody else sings, or the microphone was moved."""
        read = self._read()
        self._known = np.array(list(read.loudness), float), np.array(list(read.pitches), float)
        self._quantiles = None

    def adapt(self, seconds: float) -> None:
        """Fit to what has been heard so far, `seconds` after the last time; a live stream's watcher calls this."""
        if self.settings.mode == "off":
            return
        read = self._read()
        self._look_for_pitch(read, seconds)
        if self._calibrating > 0:
            self._calibrating = max(0.0, self._calibrating - seconds)
            if not self._calibrating and self._counts(read)[0].sum() >= ENOUGH_FRAMES:
                self._quantiles = quantiles(self._counts(read)[0], HEARD_DB)
        self.fit(read)

    def _look_for_pitch(self, read: Any, seconds: float) -> None:
        """Counts once that chords, noise or speech come in, until there is a pitch again."""
        if read.voiced:
            self._without_pitch = 0.0
        elif read.loudness_db > self.settings.gate_db + LOUD_DB:
            self._without_pitch += seconds
        if UNPITCHED_SECONDS <= self._without_pitch < np.inf:
            self._without_pitch = np.inf
            self._unpitched += 1

    def fit(self, read: Any) -> None:
        """Fit octave and loudness to what the kernel has counted of the input, `read`, an ``InputStats *``."""
        loudness, pitches = self._counts(read)
        settings = self.settings
        # In the middle of a note, its octave is kept.
        if settings.octave == AUTO and pitches.sum() >= ENOUGH_FRAMES and not read.voiced:
            self._octave = octaves_to(self._patch(), pitches, self._octave)
        heard = self._heard(loudness)
        fitted = settings, self._octave, tuple(np.round(heard, 1)), self._patch().info["name"]
        if fitted == self._fitted:
            return
        self._fitted = fitted
        told, target = loudness_tables(self._patch(), heard)
        lib.synth_follow_loudness(
            self._c, ffi.from_buffer("float *", told), ffi.from_buffer("float *", target)
        )
        lib.synth_follow_loudest(self._c, float(heard[LOUDEST]))
        lib.synth_follow(
            self._c,
            MODES[settings.mode],
            settings.channel,
            12.0 * self._octave,
            settings.snap,
            settings.gate_db,
        )

    def _heard(self, loudness: np.ndarray) -> np.ndarray:
        if self.settings.loudest_db != AUTO:
            return USUAL_DB + (float(self.settings.loudest_db) - USUAL_DB[LOUDEST])
        if self._quantiles is not None:
            return self._quantiles
        share = loudness.sum() / (loudness.sum() + KNOWN_FRAMES)
        if not share:
            return USUAL_DB
        return USUAL_DB + share * (quantiles(loudness, HEARD_DB) - USUAL_DB)

    def _counts(self, read: Any) -> tuple[np.ndarray, np.ndarray]:
        past_loudness, past_pitches = self._known
        return np.array(list(read.loudness)) - past_loudness, np.array(list(read.pitches)) - past_pitches

    def _read(self, anew: bool = False) -> Any:
        read = ffi.new("InputStats *")
        lib.synth_read_input(self._c, read, anew)
        return read

    def troubles(self) -> dict[str, int]:
        """How often the input ``"clipped"``, how many ``"howls"`` there were, and how often it was loud for a while
        and ``"unpitched"``; resets no peak."""
        read = self._read()
        return {"clipped": read.clipped, "howls": read.howls, "unpitched": self._unpitched}

    def stats(self) -> InputStats:
        """What is heard now; the peak begins anew with each reading."""
        read = self._read(anew=True)
        return InputStats(
            mode=self.settings.mode,
            f0_hz=read.f0_hz,
            loudness_db=read.loudness_db,
            voiced=bool(read.voiced),
            pitch=read.pitch,
            octave=self._octave,
            peak=read.peak,
            clipped=read.clipped,
            howls=read.howls,
            duck_db=read.duck_db,
            delay_ms=read.delay_ms,
            calibrating=self._calibrating,
            missed_notes=read.missed_notes,
            gestures={name: read.gestures[code - lib.MOD_INPUT_LEVEL] for name, code in INPUTS.items()},
        )

    def notes(self) -> list[DetectedNote]:
        """The notes that were heard since the last call, in mode "notes"; one thread may ask."""
        taken, note = [], ffi.new("DetectedNote *")
        while lib.synth_take_note(self._c, note):
            names = [name for name, _ in ffi.typeof("Attributes").fields]
            values = {name: getattr(note.played, name) for name in names}
            known = {name: value for name, value in values.items() if np.isfinite(value)}
            taken.append(
                DetectedNote(
                    note.time, bool(note.down), note.note, note.velocity, note.channel, note.seconds, known
                )
            )
        return taken


def _check(settings: InputSettings) -> None:
    if settings.mode not in MODES:
        raise ValueError(f"There is no input mode {settings.mode!r}: choose one of {', '.join(MODES)}.")
    if settings.octave != AUTO and (not isinstance(settings.octave, int) or not -4 <= settings.octave <= 4):
        raise ValueError(f"The octave is {settings.octave!r}: give a whole number from -4 to 4, or 'auto'.")
    if not 0 <= settings.snap <= 1:
        raise ValueError(f"snap is {settings.snap}: give a number from 0 to 1.")
    if not -80 <= settings.gate_db <= 0:
        raise ValueError(f"gate_db is {settings.gate_db}: give a loudness from -80 to 0 dB.")
    if settings.loudest_db != AUTO and not -60 <= float(settings.loudest_db) <= 0:
        raise ValueError(f"loudest_db is {settings.loudest_db}: give a loudness from -60 to 0 dB, or 'auto'.")
    if not 0 <= settings.channel <= 15:
        raise ValueError(f"The channel is {settings.channel}: give one from 0 to 15.")
