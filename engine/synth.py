"""The instrument that is played: notes and gestures in, stereo sound out, offline or live."""

import difflib
import numbers
import threading
import time as clock
from collections.abc import Mapping

import mido
import numpy as np

from .input.input import CALIBRATION_SECONDS, DetectedNote, InputSettings, Listening
from .input.loudness import a_weighting
from .kernel.instrument import Instrument
from .kernel.memory import zeroed
from .kernel.stats import Readings, Stats, VoiceReading
from .midi import messages
from .midi.notes import key_and_cents
from .midi.programs import SYSEX, Programs, Waiting, is_request
from .midi.universal import RESET, decode_master
from .modulation import matrix_file
from .modulation.matrix import TARGETS
from .native._kernel import ffi, lib
from .patch import Patch, list_patches
from .patch.cost import check_cost
from .patch.model import loaded
from .patch.room import OWN, Room, find_room, own_room
from .performance.interpreter import Interpreter
from .tuning import mts
from .tuning.choice import as_tuning

ATTRIBUTES = tuple(name for name, _ in ffi.typeof("Attributes").fields)
QUEUE_FULL = "The queue of events is full: render or start the synth before sending more."
MODES = {"poly": lib.MODE_POLY, "mono": lib.MODE_MONO, "legato": lib.MODE_LEGATO}
MOST_VOICES = 64
MOST_BLOCK = 4096
MOST_JOIN = 0.3  # seconds, after which no note leads into the next
MOST_MEMBERS = 15  # of an MPE zone
MOST_RULES = 10.0
NOTE_ON = 0x90
FIXED = ("sample_rate", "block_size", "voices", "decoder", "c")
"""What a synth is made with, and keeps."""
PUBLIC = (*FIXED, "stream", "programs")


class Synth:
    """A polyphonic synthesizer that plays a patch.

    Parameters
    ----------
    patch : Patch or str
        What `load_patch` returned, or what it takes.
    sample_rate : float
        Of the output in Hz, 8000 to 192000.
    block_size : int
        Samples that a device asks for at once, 1 to 4096. Offline it changes nothing.
    voices : int
        Notes that sound together, 1 to 64.
    decoder : str
        ``"native"`` decodes in the callback, and ``"int8"``, with products of 8-bit integers; ``"onnx"`` and
        ``"torchscript"`` in a worker, 12 ms ahead.
    seed : int
        Of the noise. The same seed and notes give the same samples.
    mode : str
        ``"poly"``, ``"mono"`` (each key starts a note) or ``"legato"`` (keys within a breath glide).
    mpe : int
        Members of a lower MPE zone that is there from the start, 0 to 15. Most MPE controllers ask for theirs
        themselves.
    map : str, path-like or sequence of ModRoute
        What gestures move: ``"keyboard"``, ``"wind"``, ``"mpe"``, a file as `gesture_map.write_map` writes it, or the
        rows themselves, as in `ddsp_live.modulation.matrix`.
    room : str, path-like or Room
        What controller 91 adds: ``"own"`` for the patch's, ``"none"``, a made one (``"small-studio"``, ``"chamber"``,
        ``"hall"``, ``"plate"``), another patch whose room it is, or a sound
        file with an impulse response.
    performer : float
        How much of the instrument's own way of playing a note is heard, where the patch knows it: 0 to 1.
    expression : float
        How notes of a line (modes mono and legato, controller 68) lead into each other, and how vibrato goes: 0, each
        as if it stood alone, to 1, with all that players' notes differ by.
    life : float
        How much notes move by themselves, as the instrument's recordings do: 0, not at all, to 1. What an attribute
        says stays as it was said.
    rules : float
        Quantity of the performance rules that need no future, 0 to 10: 1 is as their authors mean it. A note whose
        volume is set stays as it is.
    humanize : float
        Amount of small irregularities, seeded, 0 to 10; no note is delayed.
    prior : float
        How much of what the patch has learned of how notes follow each other is played, where it has: 0 to 1.
    join : float
        Seconds of silence between two notes that legato bridges. 0 for who plays live; files are written with gaps.
    trim : bool
        Whether every patch is played with its trim, one gain by which all are about equally loud. What is asked for
        and read of loudness is before the trim, as the patch was recorded.
    tuning : Tuning, float, str or path-like, optional
        What each key sounds: A4 in Hz, a Scala file (.scl), or a `Tuning`; 12 equal steps at 440 Hz by default.
    trust : bool
        Whether a patch may be loaded while it plays live though no machine of today runs its network in time.

    Attributes
    ----------
    programs : list of str, path-like or Patch
        What program changes choose from, the first by program 0 of bank 0; by default the factory
        patches and then your own, in the order of `list_patches`. A program beyond its end changes nothing.

    Raises
    ------
    ValueError
        Where a parameter is out of its range.

    Examples
    --------
    >>> synth = ddsp_live.Synth("alto-saxophone")
    >>> synth.note_on(69, velocity=90)
    >>> audio = synth.render(48000)
    """

    def __init__(
        self,
        patch,
        sample_rate=48000,
        block_size=64,
        voices=16,
        decoder="native",
        seed=0,
        mode="poly",
        mpe=0,
        room=OWN,
        map=matrix_file.DEFAULT,
        performer=1.0,
        expression=1.0,
        life=1.0,
        rules=0.0,
        humanize=0.0,
        prior=1.0,
        join=0.0,
        trim=False,
        tuning=None,
        trust=False,
    ):
        _check("sample_rate", sample_rate, 8000, 192000)
        _check("block_size", block_size, 1, MOST_BLOCK)
        _check("voices", voices, 1, MOST_VOICES)
        _check("mpe", mpe, 0, MOST_MEMBERS)
        _check("join", join, 0, MOST_JOIN)
        if mode not in MODES:
            raise ValueError(f"There is no mode {mode!r}: choose one of {', '.join(MODES)}.")
        self.sample_rate, self.block_size, self.voices = sample_rate, int(block_size), int(voices)
        self.decoder = decoder
        self._room = room if room == OWN or isinstance(room, Room) else find_room(room)
        self._trim, self._trust = bool(trim), bool(trust)
        self.stream = None  # the running audio stream, where there is one
        self._tuning = self._own_tuning = mts.Tuning()
        self.programs = [entry.path for entry in list_patches()]
        self._asked = Programs()
        self._waiting = Waiting()
        self._kept = []  # what the kernel reads or writes for as long as it lives
        self._instruments = {}  # C address -> Instrument: all that the kernel may still read
        weighting = np.ascontiguousarray(a_weighting(sample_rate))
        config = ffi.new(
            "SynthConfig *",
            {
                "sample_rate": sample_rate,
                "block_size": self.block_size,
                "voices": self.voices,
                "mode": MODES[mode],
                "seed": seed & 0xFFFFFFFF,
                "join_seconds": join,
                "a_weighting": ffi.from_buffer("double *", weighting),
            },
        )
        self._memory, address = zeroed(lib.synth_bytes(config))
        self.c = lib.synth_init(ffi.cast("void *", address), config)
        self._mapping = threading.Lock()  # the kernel takes maps from one thread at a time
        self.map = map
        self.performer = performer
        self.expression = expression
        self.life = life
        self._interpreter = Interpreter(self.volume, self._struck, seed & 0xFFFFFFFF)
        self.rules, self.humanize, self.prior = rules, humanize, prior
        self._listening = Listening(self.c, lambda: self.patch)
        self._readings = Readings(self.c, self.voices, self._listening.stats)
        if mpe:
            for message in messages.mpe_zone(mpe):
                self.send(message)  # as soon as possible: sample 0 would come after what is then sent for now
        if tuning is not None:
            self.tune(as_tuning(tuning))
        self.load(patch)

    def __setattr__(self, name: str, value) -> None:
        """Set what a synth has; a name that it has not, or that is settled when it is made, is an AttributeError."""
        if name in FIXED and hasattr(self, name):
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
        return self._newest.patch

    @patch.setter
    def patch(self, wanted) -> None:
        self.load(wanted)

    @property
    def tuning(self) -> mts.Tuning:
        """What each key sounds; set to another, to A4 in Hz or to a Scala file, notes that sound follow."""
        return self._tuning

    @tuning.setter
    def tuning(self, wanted) -> None:
        self.tune(as_tuning(wanted))

    @property
    def instrument(self) -> Instrument:
        """The patch that was loaded last, as the kernel has it."""
        return self._newest

    @property
    def map(self) -> tuple[matrix_file.ModRoute, ...]:
        """The rows by which gestures move notes; set to another map, it counts from the next block on, and for notes
        that sound, too. Raises `MapError` where it can't be used: then the one before stays."""
        return self._map

    @map.setter
    def map(self, wanted) -> None:
        rows = matrix_file.find_map(wanted)
        compiled = matrix_file.compile_map(rows)
        with self._mapping:
            lib.synth_map(self.c, compiled)
            self._map, self._compiled = rows, compiled

    @property
    def delay_samples(self) -> int:
        """Samples by which the decoder's worker delays all sound; 0 where the callback decodes."""
        return self._newest.delay_frames * self._newest.hop

    @property
    def performer(self) -> float:
        """How much of the patch's performer is heard, 0 to 1; a change is heard within a frame."""
        return self._performer

    @performer.setter
    def performer(self, amount: float) -> None:
        _check("performer", amount, 0, 1)
        self._performer = float(amount)
        lib.synth_perform(self.c, self._performer)

    @property
    def expression(self) -> float:
        """How notes of a line lead into each other, 0 to 1, for notes to come."""
        return self._expression

    @expression.setter
    def expression(self, amount: float) -> None:
        _check("expression", amount, 0, 1)
        self._expression = float(amount)
        lib.synth_express(self.c, self._expression)

    @property
    def life(self) -> float:
        """How much notes move by themselves, 0 to 1; a change is heard within a frame."""
        return self._life

    @life.setter
    def life(self, amount: float) -> None:
        _check("life", amount, 0, 1)
        self._life = float(amount)
        lib.synth_life(self.c, self._life)

    @property
    def rules(self) -> float:
        """Quantity of the performance rules, for notes to come."""
        return self._interpreter.rules

    @rules.setter
    def rules(self, quantity: float) -> None:
        _check("rules", quantity, 0, MOST_RULES)
        self._interpreter.rules = float(quantity)

    @property
    def humanize(self) -> float:
        """Amount of irregularity, for notes to come."""
        return self._interpreter.humanize

    @humanize.setter
    def humanize(self, amount: float) -> None:
        _check("humanize", amount, 0, MOST_RULES)
        self._interpreter.humanize = float(amount)

    @property
    def prior(self) -> float:
        """How much of the patch's prior is played, for notes to come."""
        return self._interpreter.prior_amount

    @prior.setter
    def prior(self, amount: float) -> None:
        _check("prior", amount, 0, 1)
        self._interpreter.prior_amount = float(amount)

    def load(self, patch) -> None:
        """Play another patch from the next block on; held notes go over to it within 20 ms, without a click.

        Raises `PatchError` where the patch can't be read: then the one before plays on.
        """
        patch = loaded(patch)
        if self.stream is not None:
            check_cost(patch, self.voices, self.decoder, self._trust)
        room = own_room(patch) if self._room == OWN else self._room
        # One voice more than keys can play follows the input.
        instrument = Instrument(patch, self.sample_rate, self.voices + 1, self.decoder, room, self._trim)
        self._instruments[_address(instrument.c)] = instrument
        self._newest = instrument
        self._interpreter.prior = patch.prior
        if self.stream is not None and instrument.worker is not None:
            instrument.worker.start()
        self._let_go(lib.synth_load(self.c, instrument.c))
        self.collect()

    def play_in(self, room) -> None:
        """Play in another room from the next block on, as `load` does. Raises RoomError or PatchError."""
        self._room = room if room == OWN or isinstance(room, Room) else find_room(room)
        self.load(self.patch)

    def collect(self) -> None:
        """Free the patches that the audio thread no longer reads."""
        self._let_go(lib.synth_retired(self.c))

    def _let_go(self, instrument) -> None:
        if instrument != ffi.NULL:
            self._instruments.pop(_address(instrument)).close()

    # Events. `time` is the sample at which to play; None is now.

    def note_on(
        self,
        note: int | float | str,
        velocity: int = 100,
        channel: int = 0,
        time: int | None = None,
        attributes: Mapping[str, float] | None = None,
        seconds: float = 0.0,
    ) -> None:
        """Press a key.

        Parameters
        ----------
        note : int, float or str
            MIDI note 0 to 127, or its name: ``"C4"`` is middle C. A fraction, or ``"A4+50c"``, is played by the
            nearest key, so many cents off its pitch.
        velocity, channel : int
            1 to 127, where 0 lets go; 0 to 15.
        attributes : mapping, optional
            Any of MIDI-DDSP's six for this note, by name, in its units; what is not there is the instrument's own.
        seconds : float
            How long the note will be, where that is known: its fluctuation and its peak are laid out over it.

        Raises
        ------
        ValueError
            For a note or an attribute that there is not.
        """
        key, cents = key_and_cents(note)
        raw = messages.note_on(key, velocity, channel)
        attributes = attributes or {}
        if velocity == 0 or not (attributes or seconds or cents):
            self.send(raw, time)
            return
        if unknown := set(attributes) - set(ATTRIBUTES):
            raise ValueError(
                f"There is no attribute {sorted(unknown)[0]!r}: a note has {', '.join(ATTRIBUTES)}."
            )
        if not self._push(self._sample_of(time), raw, attributes, seconds, cents):
            raise OverflowError(QUEUE_FULL)

    def note_off(
        self, note: int | float | str, velocity: int = 64, channel: int = 0, time: int | None = None
    ) -> None:
        """Let a key go; note: as for `note_on`."""
        self.send(messages.note_off(key_and_cents(note)[0], velocity, channel), time)

    def control_change(self, number: int, value: int, channel: int = 0, time: int | None = None) -> None:
        """Move a controller, 0 to 127; `ddsp_live.midi.messages.CONTROLLERS` lists those that are answered."""
        self.send(messages.control_change(number, value, channel), time)

    def pitch_bend(self, value: int, channel: int = 0, time: int | None = None) -> None:
        """Bend by -8192 to 8191, which is plus or minus two semitones until RPN 0 says otherwise."""
        self.send(messages.pitch_bend(value, channel), time)

    def pressure(
        self, value: int, note: int | float | str | None = None, channel: int = 0, time: int | None = None
    ) -> None:
        """Press deeper, 0 to 127, on one note or on the whole channel: louder, up to the patch's loudest."""
        message = messages.channel_pressure(value, channel)
        if note is not None:
            message = messages.poly_pressure(key_and_cents(note)[0], value, channel)
        self.send(message, time)

    def panic(self) -> None:
        """Silence at once, on all channels."""
        for channel in range(16):
            self.control_change(120, 0, channel)
            self.control_change(121, 0, channel)

    def send(self, message, time: int | None = None) -> None:
        """Send a `mido.Message` or raw bytes of one message, at sample `time` or now.

        Raises
        ------
        OverflowError
            Where more than 4096 events wait to be rendered.
        """
        raw = bytes(message.bytes()) if isinstance(message, mido.Message) else bytes(message)
        if not raw:
            return
        if is_request(raw):
            if not self._send_master(raw, self._sample_of(time)):
                raise OverflowError(QUEUE_FULL)
            if self.stream is None:
                self._waiting.add(-1 if time is None else int(time), raw)
                self._answer_due()
            else:
                self._answer(raw)
        elif not self._push(self._sample_of(time), raw):
            raise OverflowError(QUEUE_FULL)

    def _push(
        self, at: int, raw: bytes, attributes: Mapping[str, float] | None = None, seconds=0.0, cents=0.0
    ) -> bool:
        """Hand a message to the kernel, a note with what it is to be like; False where the queue is full."""
        now = (at if at >= 0 else self.position()) / self.sample_rate
        struck = len(raw) == 3 and raw[0] & 0xF0 == NOTE_ON and raw[2] > 0
        if not struck:
            self._interpreter.hear(raw, now)
        elif self._interpreter.active:
            channel, note, velocity = raw[0] & 0x0F, raw[1], raw[2]
            attributes, seconds = self._interpreter.note_on(note, velocity, channel, now, attributes, seconds)
        if not struck or (attributes is None and not cents):
            return bool(lib.synth_send(self.c, at, raw, len(raw)))
        values = ffi.NULL
        if attributes or seconds:
            given = attributes or {}
            values = ffi.new("Attributes *", {name: given.get(name, np.nan) for name in ATTRIBUTES})
        return bool(lib.synth_send_note(self.c, at, raw[0] & 0x0F, raw[1], raw[2], cents, seconds, values))

    def _send_master(self, raw: bytes, at: int) -> bool:
        """Hand on what a system exclusive message changes of the whole synth; False where the queue is full."""
        master = decode_master(raw) if raw[0] == SYSEX else None
        if master is None:
            return True
        if master.kind == RESET:
            self._interpreter.reset()
        return bool(lib.synth_send_master(self.c, at, master.kind, master.value))

    def _sample_of(self, time: int | None) -> int:
        """The sample at which to play an event: live, what is sent now sounds exactly a block later."""
        if time is not None:
            return max(int(time), -1)  # what is due before all else keeps the order in which it was sent
        return -1 if self.stream is None else lib.synth_event_time(self.c, clock.monotonic())

    def send_live(self, raw: bytes, arrival: float) -> bool:
        """Send one message that arrived at `arrival` (`time.monotonic` seconds): it sounds exactly a block later."""
        if is_request(raw):
            self._answer(raw)
            return self._send_master(raw, lib.synth_event_time(self.c, arrival))
        return self._push(lib.synth_event_time(self.c, arrival), raw)

    def _answer_due(self) -> None:
        """Offline: what was to be answered by now. Raises PatchError where a program can't be loaded."""
        for raw in self._waiting.take(self.position()):
            self._answer(raw)
            self.change_program()

    def _answer(self, raw: bytes) -> None:
        if raw[0] != SYSEX:
            self._asked.hear(raw)
            return
        try:
            change = mts.decode(raw)
        except mts.TuningError:
            return  # a message that was damaged changes nothing
        if change is not None:
            self._set_tuning(change.apply(self.tuning), sounding=change.realtime)
        elif (master := decode_master(raw)) and master.kind == RESET and self._tuning is not self._own_tuning:
            self._set_tuning(self._own_tuning, sounding=True)

    def change_program(self) -> None:
        """Load the one of `programs` that the last program change asked for, where it is not playing.

        Live, the stream's watcher does this, since reading a file takes longer than a MIDI thread may wait.
        Raises PatchError where it can't be read: the patch before plays on.
        """
        wanted = self._asked.take()
        if wanted is None or wanted >= len(self.programs):
            return
        program = self.programs[wanted]
        patch = loaded(program)
        if patch.info != self.patch.info:
            self.load(patch)

    def tune(self, tuning: mts.Tuning, sounding: bool = True) -> None:
        """Give every key the pitch that it has in this tuning; mute keys start no notes.

        Parameters
        ----------
        tuning : Tuning
        sounding : bool
            Whether notes that sound follow, within a frame; else only those that begin.

        See Also
        --------
        ddsp_live.tuning.scala : tunings from Scala's files.
        """
        self._own_tuning = tuning
        self._set_tuning(tuning, sounding)

    def _set_tuning(self, tuning: mts.Tuning, sounding: bool) -> None:
        pitches = np.nan_to_num(tuning.pitches(), nan=-1.0).astype(np.float32)
        lib.synth_tune(self.c, ffi.from_buffer("float *", np.ascontiguousarray(pitches)), sounding)
        self._tuning = tuning

    # Sound that comes in.

    @property
    def input(self) -> InputSettings:
        """What the synth does with sound that comes in."""
        return self._listening.settings

    def listen(self, mode: str = "follow", **settings) -> None:
        """Play what comes in: in `start`, from the input that is named there; in `render`, from its `heard`.

        Parameters
        ----------
        mode : str
            ``"follow"``: a voice of its own follows pitch and loudness. ``"notes"``: it is cut into notes, which the
            synth plays and `heard_notes` tells of. ``"off"``.
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

        What is not given stays as it was. Raises ValueError for what there is not.
        """
        self._listening.set(mode=mode, **settings)

    def calibrate(self, seconds: float = CALIBRATION_SECONDS) -> None:
        """Measure for so long who sings, soft to loud; then stay fitted to that instead of learning on."""
        self._listening.calibrate(seconds)

    def learn(self, seconds: float) -> None:
        """Fit to the input that was heard so far; a live stream's watcher does this all the time.

        seconds: since the last time.
        """
        self._listening.learn(seconds)

    def input_troubles(self) -> dict[str, int]:
        """How often the input ``"clipped"``, how many ``"howls"`` there were, and how often it was loud for a while
        and ``"unpitched"``; resets no peak."""
        return self._listening.troubles()

    def heard_notes(self) -> list[DetectedNote]:
        """The notes that were heard since the last call, in mode ``"notes"``. For one thread, not the audio one."""
        return self._listening.notes()

    # Sound.

    def render(self, frames: int, heard: np.ndarray | None = None) -> np.ndarray:
        """The next `frames` samples, float32 [frames, 2], full scale ±1, by the code that runs live.

        heard: [frames], what comes in meanwhile, for `listen`. Raises TypeError where `frames` is no whole number,
        and ValueError where it is negative.
        """
        if not isinstance(frames, numbers.Integral):
            hint = "int(seconds * synth.sample_rate)"
            raise TypeError(
                f"render takes a whole number of frames, not {frames!r}: for seconds, say {hint}."
            )
        if frames < 0:
            raise ValueError(f"render cannot make {frames} frames: give 0 or more.")
        if self.stream is not None:
            raise RuntimeError("The synth is playing live: stop the stream before rendering.")
        if heard is not None:
            heard = np.ascontiguousarray(heard, np.float32)
            if heard.shape != (frames,):
                raise ValueError(f"heard has the shape {heard.shape}; give one channel of {frames} samples.")
            lib.synth_listen(self.c, 1, 0)
        out = np.empty((frames, 2), np.float32)
        # A worker's frames are due `delay_samples` after they are asked for: look after it that often.
        step = max(1, self.delay_samples or frames)
        first = 0
        while first < frames or not first:
            self._answer_due()
            last = first + self._waiting.until_next(self.position(), step)
            part = out[first:last]
            if heard is not None:
                lib.synth_hear(self.c, ffi.from_buffer("float *", heard[first:last]))
            lib.synth_render(self.c, ffi.from_buffer("float *", part), len(part))
            for instrument in self._instruments.values():
                if instrument.worker is not None:
                    instrument.worker.pump()
            first = last
        self.collect()
        return out

    def start_workers(self) -> None:
        """Let the decoders' workers run by themselves, for a live stream."""
        for instrument in self._instruments.values():
            if instrument.worker is not None:
                instrument.worker.start()

    def stop_workers(self) -> None:
        for instrument in self._instruments.values():
            instrument.close()

    def volume(self, note: float, velocity: int) -> float:
        """MIDI-DDSP's volume that a key has with the present patch, where nothing else is asked for."""
        strength = lib.mod_matrix_strength(self._compiled, velocity)
        return lib.instrument_volume(self._newest.c, note, strength)

    def _struck(self, attribute: str, velocity: int) -> float:
        """What the map adds to an attribute by the velocity alone, in the unit of the map's target."""
        return lib.mod_matrix_velocity(self._compiled, TARGETS[attribute].code, velocity)

    def voice_readings(self) -> list[VoiceReading]:
        """What each sounding voice does now, the one that follows the input among them: its number is `voices`."""
        return self._readings.voices()

    def keep(self, memory) -> None:
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


def _address(pointer) -> int:
    return int(ffi.cast("uintptr_t", pointer))


def _check(name: str, value, low, high) -> None:
    if not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is {value!r}: give a number from {low} to {high}.")
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}: give a number from {low} to {high}.")


def _unknown(name: str) -> str:
    """That a synth has no such attribute, and what was probably meant."""
    said = f"A Synth has no attribute {name!r} to set"
    if name in ATTRIBUTES:
        return f"{said}: give it to a note, as in note_on(69, attributes={{{name!r}: 1.0}}), or move its controller."
    known = ["programs", *(own for own, value in vars(Synth).items() if getattr(value, "fset", None))]
    near = difflib.get_close_matches(name, known, 1)
    return f"{said}: did you mean {near[0]!r}?" if near else f"{said}: it has {', '.join(sorted(known))}."
