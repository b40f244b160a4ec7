"""The instrument that is played: notes and controllers in, stereo sound out, offline or live."""

import difflib
import numbers
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .effects.controls import Racked
from .input.input import Input
from .input.loudness import a_weighting
from .kernel.events import ATTRIBUTES, Events
from .kernel.instrument import Instrument, Instruments
from .kernel.memory import zeroed
from .kernel.stats import Readings, Stats, VoiceReading
from .midi import messages
from .midi.programs import Programs
from .native._kernel import ffi, lib
from .options import AMOUNTS, MODES, Amount, SynthOptions
from .patch import Patch, list_patches
from .patch.cost import check_cost
from .patch.library import loaded
from .patch.room import OWN, Room, find_room, own_room
from .performance.interpreter import Interpreter
from .tuning import mts
from .tuning.choice import as_tuning

FIXED = ("sample_rate", "block_size", "voices", "decoder", "trust", "c", "input", "instruments")
"""What a synth is made with, and keeps."""
PUBLIC = (*FIXED, "stream", "instrument")


class Synth(Racked, Events):
    """A polyphonic synthesizer that plays a patch.

    Parameters
    ----------
    patch : Patch or str
        What `load_patch` returned, or what it takes.
    options : SynthOptions
        All that the synth is made with besides.
    changes
        Options by their names, which count instead of those in `options`.

    Attributes
    ----------
    input : Input
        What is done with sound that comes in: `synth.input.follow()`.
    instrument : Instrument
        The patch that was loaded last, as the kernel has it.
    instruments : Instruments
        All that the kernel may still read.
    rack : Rack
        The effects behind all notes, and each of its settings by its name: `synth.reverb_decay = 2.5`.
    stream
        The audio stream that plays it now, or None.
    performer, expression, life, rules, humanize, prior, trust
        As in `SynthOptions`; a change of the performer or the life is heard within a frame, else in notes to come.

    Raises
    ------
    OptionError
        If an option is out of its range.
    PatchError
        If the patch cannot be read.

    Examples
    --------
    >>> synth = ddsp_live.Synth("alto-saxophone", voices=8)
    >>> synth.note_on(69, velocity=90)
    >>> audio = synth.render(48000)
    """

    performer = Amount(lambda synth, amount: lib.synth_perform(synth.c, amount))
    expression = Amount(lambda synth, amount: lib.synth_express(synth.c, amount))
    life = Amount(lambda synth, amount: lib.synth_life(synth.c, amount))
    rules = Amount(lambda synth, amount: setattr(synth._interpreter, "rules", amount))
    humanize = Amount(lambda synth, amount: setattr(synth._interpreter, "humanize", amount))
    prior = Amount(lambda synth, amount: setattr(synth._interpreter, "prior_amount", amount))

    def __init__(self, patch: Patch | str, options: SynthOptions | None = None, **changes: Any) -> None:
        options = replace(options or SynthOptions(), **changes)
        self.sample_rate, self.decoder = options.sample_rate, options.decoder
        self.block_size, self.voices = int(options.block_size), int(options.voices)
        self.trust = options.trust
        self._room, self._trim = _found(options.room), options.trim
        self._kept: list[Any] = []  # what the kernel reads or writes for as long as it lives
        self._memory, self.c = _made(options)
        self.instruments = Instruments(self.c)
        self._mapping = threading.Lock()
        self.map = options.map
        self._racking = threading.RLock()
        self.rack = options.rack
        self._interpreter = Interpreter(self.volume, self._struck, options.seed & 0xFFFFFFFF)
        for name in AMOUNTS:
            setattr(self, name, getattr(options, name))
        self._programs = Programs(self.c, self._change_to, [entry.path for entry in list_patches()])
        self.input = Input(self.c, lambda: self.patch)
        self._readings = Readings(self.c, self.voices, self.input.stats)
        self.stream = None
        if options.mpe:
            for message in messages.mpe_zone(options.mpe):
                self.send(message)  # as soon as possible: sample 0 would come after what is then sent for now
        if options.tuning is not None:
            self.tuning = options.tuning
        self.load(patch)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set what a synth has; a name that it has not, or that is settled when it is made, is an AttributeError."""
        if name in FIXED and name in vars(self):
            raise AttributeError(f"The {name} of a Synth stays as it was made: make another Synth.")
        if not (name.startswith("_") or name in PUBLIC or hasattr(type(self), name)):
            raise AttributeError(_unknown(name))
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        more = f"sample_rate={self.sample_rate:g}, voices={self.voices}, decoder={self.decoder!r}"
        return f"Synth({self.patch.name!r}, {more})"

    @property
    def patch(self) -> Patch:
        """The patch that was loaded last; set to another, or to its name or path, it is loaded as by `load`."""
        return self.instrument.patch

    @patch.setter
    def patch(self, wanted: Patch | str | Path) -> None:
        self.load(wanted)

    @property
    def tuning(self) -> mts.Tuning:
        """What each key sounds; set to another, to A4 in Hz or to a Scala file, notes that sound follow."""
        return self._programs.tuning

    @tuning.setter
    def tuning(self, wanted: mts.Tuning | float | str | Path) -> None:
        self.tune(as_tuning(wanted))

    @property
    def delay_samples(self) -> int:
        """Samples by which the decoder's worker delays all sound; 0 where the callback decodes."""
        return self.instrument.delay_frames * self.instrument.hop

    def load(self, patch: Patch | str | Path) -> None:
        """Play another patch from the next block on; held notes go over to it within 20 ms, without a click.

        Raises `PatchError` if the patch can't be read: then the one before plays on.
        """
        patch = loaded(patch)
        if self.stream is not None:
            check_cost(patch, self.voices, self.decoder, self.trust)
        room = own_room(patch) if isinstance(self._room, str) else self._room
        # One voice more than keys can play follows the input.
        self.instrument = Instrument(patch, self.sample_rate, self.voices + 1, self.decoder, room, self._trim)
        self._interpreter.prior = patch.prior
        self.instruments.load(self.instrument, live=self.stream is not None)

    def play_in(self, room: str | Path | Room) -> None:
        """Play in another room from the next block on, as `load` does. Raises RoomError or PatchError."""
        self._room = _found(room)
        self.load(self.patch)

    @property
    def programs(self) -> list[Patch | str | Path]:
        """What program changes choose from, the first by program 0 of bank 0: names, paths or patches.

        By default the factory patches and then your own, in the order of `list_patches`; a program beyond the end
        changes nothing.
        """
        return self._programs.choices

    @programs.setter
    def programs(self, choices: Iterable[Patch | str | Path]) -> None:
        self._programs.choices = list(choices)

    def change_program(self) -> None:
        """Load the one of `programs` that the last program change asked for, if it is not playing.

        Live, the stream's watcher does this, since reading a file takes longer than a MIDI thread may wait.
        Raises PatchError if it cannot be read: the patch before plays on.
        """
        self._programs.change()

    def _change_to(self, program: Patch | str | Path) -> None:
        patch = loaded(program)
        if patch.info != self.patch.info:
            self.load(patch)

    def tune(self, tuning: mts.Tuning, sounding: bool = True) -> None:
        """Give every key the pitch that it has in this tuning; mute keys start no notes.

        sounding: whether notes that sound follow, within a frame; else only those that begin. Tunings from Scala's
        files: `ddsp_live.tuning.scala`.
        """
        self._programs.tune(tuning, sounding)

    def render(self, frames: int, input: np.ndarray | None = None) -> np.ndarray:
        """The next `frames` samples, float32 [frames, 2], full scale ±1, by the code that runs live.

        input: [frames], what comes in meanwhile, for `Input.follow`. Raises TypeError if `frames` is no whole number,
        and ValueError if it is negative.
        """
        if not isinstance(frames, numbers.Integral) or isinstance(frames, bool):
            hint = "int(seconds * synth.sample_rate)"
            raise TypeError(
                f"render takes a whole number of frames, not {frames!r}: for seconds, say {hint}."
            )
        if frames < 0:
            raise ValueError(f"render cannot make {frames} frames: give 0 or more.")
        if self.stream is not None:
            raise RuntimeError("The synth is playing live: stop the stream before rendering.")
        if input is not None:
            input = np.ascontiguousarray(input, np.float32)
            if input.shape != (frames,):
                raise ValueError(f"input has the shape {input.shape}; give one channel of {frames} samples.")
            lib.synth_listen(self.c, 1, 0)
        out = np.empty((frames, 2), np.float32)
        # A worker's frames are due `delay_samples` after they are asked for: look after it that often.
        step = max(1, self.delay_samples or frames)
        first = 0
        while first < frames or not first:
            self._programs.take_due(self.position())
            last = first + self._programs.until_next(self.position(), step)
            part = out[first:last]
            if input is not None:
                lib.synth_hear(self.c, ffi.from_buffer("float *", input[first:last]))
            lib.synth_render(self.c, ffi.from_buffer("float *", part), len(part))
            self.instruments.pump()
            first = last
        self.instruments.collect()
        return out

    def voice_readings(self) -> list[VoiceReading]:
        """What each sounding voice does now, the one that follows the input among them: its number is `voices`."""
        return self._readings.voices()

    def keep(self, memory: Any) -> None:
        """Let memory that was handed to the kernel live as long as the synth."""
        self._kept.append(memory)

    def position(self) -> int:
        """Samples rendered so far: the time of the next block; unlike `stats`, this resets no peaks."""
        return lib.synth_position(self.c)

    def callbacks(self) -> int:
        """How often the audio device has called; unlike `stats`, this resets no peaks."""
        return lib.synth_callbacks(self.c)

    def stats(self, reader: str = "") -> Stats:
        """Figures of the audio callback; peaks begin anew with each reading by the same reader, whose name it is."""
        return self._readings.stats(reader)


def _made(options: SynthOptions) -> tuple[Any, Any]:
    """The kernel's synth, and the memory that it lies in."""
    weighting = np.ascontiguousarray(a_weighting(options.sample_rate))
    config = ffi.new(
        "SynthConfig *",
        {
            "sample_rate": options.sample_rate,
            "block_size": int(options.block_size),
            "voices": int(options.voices),
            "mode": MODES[options.mode],
            "seed": options.seed & 0xFFFFFFFF,
            "join_seconds": options.join,
            "a_weighting": ffi.from_buffer("double *", weighting),
        },
    )
    memory, address = zeroed(lib.synth_bytes(config))
    return memory, lib.synth_init(ffi.cast("void *", address), config)


def _found(room: str | Path | Room) -> str | Room | None:
    if isinstance(room, Room):
        return room
    return OWN if room == OWN else find_room(room)


def _unknown(name: str) -> str:
    """That a synth has no such attribute, and what was probably meant."""
    said = f"A Synth has no attribute {name!r} to set"
    if name in ATTRIBUTES:
        return f"{said}: give it to a note, as in note_on(69, attributes={{{name!r}: 1.0}}), or move its controller."
    known = [
        own for own, value in vars(Synth).items() if isinstance(value, Amount) or getattr(value, "fset", None)
    ]
    near = difflib.get_close_matches(name, known, 1)
    return f"{said}: did you mean {near[0]!r}?" if near else f"{said}: it has {', '.join(sorted(known))}."
