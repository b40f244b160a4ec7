"""The interpreter: fills what a note-on leaves open, live, from what its part has played so far."""

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..midi.zones import DATA_ENTRY, LOWER_MASTER, RPN, RPN_FINE, UPPER_MASTER, Zones
from .humanize import MOTOR_DB
from .note_history import LiveRules, NoteHistory
from .prior import Prior, prior_inputs
from .table import LIMITS
from .units import BY_NAME, NAMES

ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123
FOLLOWED = (DATA_ENTRY, RPN, RPN_FINE, *range(ALL_SOUND_OFF, 128))
"""Controllers that change what is remembered."""
VOLUME_SCALE = BY_NAME["volume"].scale
HUMAN_SHARE = 0.5  # of what a prior leaves unexplained: the rest is taken for errors of measuring
UNIFORMS = 3  # whose sum has the variance 1 and the bound 3


@dataclass
class Part:
    """What is remembered of one part: a channel, or a whole MPE zone."""

    rng: np.random.Generator
    rules: LiveRules = field(default_factory=LiveRules)
    history: NoteHistory = field(default_factory=NoteHistory)


class Interpreter:
    """Follows the messages of 16 channels and says of each note what it is to be like, by the past alone.

    The work for a note is bounded and small, and done by whoever sends it, never by the audio callback. No note is
    ever delayed.

    Parameters
    ----------
    volume : callable
        MIDI-DDSP's volume of a key at a velocity, as `Synth.volume`.
    struck : callable
        What the map of gestures adds to an attribute by a velocity, called with its name and the velocity; in the
        unit of the map's target.
    seed : int
        Of the irregularities: the same seed and notes give the same ones.

    Attributes
    ----------
    rules : float
        Quantity of the rules that need no future, high-loud and duration contrast; 0 is none.
    humanize : float
        Amount of irregularity; 1 is a good player, 0 a machine.
    prior : Prior or None
        The patch's.
    prior_amount : float
        How much of what it says sets a note apart from the usual note, 0 to 1; with 0 it says nothing.
    zones : Zones
        The MPE zones, by the messages so far.
    """

    def __init__(
        self,
        volume: Callable[[float, int], float],
        struck: Callable[[str, int], float],
        seed: int = 0,
    ):
        self.rules = self.humanize = 0.0
        self.prior: Prior | None = None
        self.prior_amount = 1.0
        self._volume, self._struck = volume, struck
        self._seed = seed
        self._known: dict[int, Part] = {}  # by the channel that owns it
        self._parts: list[Part | None] = [None] * 16  # the same for each channel, once it was played
        self.zones = Zones()
        self._lock = threading.Lock()

    def note_on(
        self,
        key: int,
        velocity: int,
        channel: int,
        seconds: float,
        given: Mapping[str, float] | None = None,
        length: float = 0.0,
    ) -> tuple[Mapping[str, float] | None, float]:
        """Follow a key that is struck at `seconds`; attributes and the length that are given stay as they are.

        Returns the attributes that are set, and the note's length in seconds: 0 if nothing is known, negative if it
        is guessed.
        """
        prior = self.prior if self.prior_amount else None
        if not (self.rules or self.humanize or prior):
            return given, length
        with self._lock:
            part = self._parts[channel] or self._new_part(channel)
            history = part.history
            context = history.context(key, seconds) if prior else None
            guessed = 0.0 if history.length_seconds != history.length_seconds else -history.length_seconds
            history.note_on(key, seconds)
            level_db = part.rules.note_on(key, seconds, high_loud=self.rules, contrast=self.rules)
            # Drawn whether or not they are used, so that what is set of one note changes no other.
            strayed = part.rng.uniform(-1, 1, (len(NAMES), UNIFORMS))
            strayed = strayed[:, 0] + strayed[:, 1] + strayed[:, 2]
            stray = dict(zip(NAMES, (self.humanize * strayed).tolist(), strict=True))
            attributes = dict(given or {})
            louder = (level_db + MOTOR_DB * stray["volume"]) * VOLUME_SCALE
            if prior:
                louder += self.prior_amount * prior.louder(prior_inputs(context, velocity, math.nan))
            volume = self._volume(key, velocity) + louder
            unset = attributes.get("volume")
            if louder and (unset is None or unset != unset):
                self._set(attributes, "volume", volume)
            if prior:
                inputs = prior_inputs(context, velocity, attributes.get("volume", volume))
                self._guess(attributes, prior, inputs, velocity, stray)
            return attributes, length or guessed

    def _guess(
        self, attributes: dict[str, float], prior: Prior, inputs: np.ndarray, velocity: int, stray: dict
    ) -> None:
        """Set those attributes but the volume that are open and that the prior knows of."""
        guessed = prior.guess(inputs, self.prior_amount)
        for (name, value), left in zip(guessed.items(), prior.left.tolist(), strict=True):
            if name == "volume" or not _open(attributes, name):
                continue
            value += HUMAN_SHARE * left * stray[name]
            # The kernel leaves to a set attribute what velocity would do; recordings seldom tell of velocity.
            moved = 0.0 if prior.knows_velocity else self._struck(name, velocity)
            value = value * 2.0**moved if name == "brightness" else value + moved * BY_NAME[name].scale
            self._set(attributes, name, value)

    def reset(self) -> None:
        """Let go of all keys: the synth was silenced."""
        with self._lock:
            for part in self._known.values():
                part.history.let_go()

    def receive(self, raw: bytes, seconds: float) -> None:
        """Follow any other message."""
        kind, channel = raw[0] & 0xF0, raw[0] & 0x0F
        if kind in (0x80, 0x90) and len(raw) == 3:
            with self._lock:
                if part := self._parts[channel]:
                    part.history.note_off(raw[1], seconds)
        elif kind == 0xB0 and len(raw) == 3:
            with self._lock:
                if self.zones.receive(raw):
                    self._parts = [None] * 16
                if (raw[1] == ALL_SOUND_OFF or raw[1] >= ALL_NOTES_OFF) and (part := self._parts[channel]):
                    part.history.let_go()

    def _new_part(self, channel: int) -> Part:
        """Find or begin the part of a channel: fingers of an MPE zone play one, whatever channels they have."""
        owner = channel
        if 1 <= channel <= self.zones.lower:
            owner = LOWER_MASTER
        elif UPPER_MASTER - self.zones.upper <= channel < UPPER_MASTER:
            owner = UPPER_MASTER
        if owner not in self._known:
            self._known[owner] = Part(np.random.default_rng([self._seed, owner]))
        self._parts[channel] = self._known[owner]
        return self._known[owner]

    @staticmethod
    def _set(attributes: dict[str, float], name: str, value: float) -> None:
        low, high = LIMITS[name]
        attributes[name] = min(high, max(low, value))


def _open(attributes: Mapping[str, float], name: str) -> bool:
    return math.isnan(attributes.get(name, math.nan))
