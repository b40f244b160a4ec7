"""What pages show and do, without a word of how they are connected."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from ..audio.latency import latency
from ..audio.recorder import Recorder, new_recording
from ..audio.tap import Tap
from ..errors import DdspLiveError
from ..live.presets import delete_preset, load_preset, patch_reference, preset_names, save_preset
from ..live.session import Session
from ..live.snapshot import capture, map_reference, recall
from ..live.source import Source
from ..modulation.matrix import PRESETS
from ..parameters import CONTROLS, GROUPS, SWITCH
from ..patch import PatchError
from ..patch.room import RoomError
from ..tuning.choice import EQUAL, TuningChoiceError, a4_hz, find_tuning, label, scale_names, with_a4
from .choices import keys_within, moves, patches, rooms
from .input_view import hearing
from .spectrum import WINDOW, Spectrum
from .telemetry import pack

READER = "panel"  # of peaks
PANEL = {"octave": 4, "velocity": 90}
OCTAVES = range(9)
MOST_DB_OF_GAIN = 24.0  # between the softest and the hardest key, at least; as the kernel plays it


class Panel:
    """One for all pages of a synth that plays.

    Parameters
    ----------
    session : Session
    stream : Stream or NullStream
    folder : Path
        Where recordings go.
    midi : callable
        The names of the MIDI ports that are there now.
    """

    def __init__(self, session: Session, stream, folder: Path, midi: Callable[[], list[str]] = list):
        self.session, self.stream, self.folder, self.midi = session, stream, folder, midi
        self.settings = dict(PANEL)
        self._fit_octave()
        session.listen(lambda kind, what: self._fit_octave() if kind == "patch" else None)
        self._tap = Tap(session.synth)
        self._spectrum = Spectrum(session.synth.sample_rate)
        self._recorder: Recorder | None = None
        self._busy = threading.Lock()  # one change of patch, room or recording at a time
        self._do: Mapping[str, Callable] = {
            "key_down": Source.key_down,
            "key_up": Source.key_up,
            "finger_down": Source.finger_down,
            "finger_move": Source.finger_move,
            "finger_up": Source.finger_up,
            "let_go": Source.let_go,
            "set": lambda source, name, place: session.move(name, place),
            "learn": lambda source, name: session.arm(name),
            "forget": lambda source, name: session.forget(name),
            "map": lambda source, name: session.set_map(name),
            "panic": lambda source: session.panic(),
            "calibrate": lambda source: session.synth.input.calibrate(),
            "panel": lambda source, **settings: self._set_panel(settings),
        }
        self._do_slowly: Mapping[str, Callable] = {
            "patch": self._patch,
            "room": self._room,
            "tuning": self._tuning,
            "a4": lambda hz: session.tune(with_a4(session.synth.tuning, hz)),
            "record": self._record,
            "save": self._save,
            "recall": self._recall,
            "delete": self._delete,
        }

    def takes_time(self, kind: str) -> bool:
        """Whether a message reads or writes files."""
        return kind in self._do_slowly

    def do(self, source: Source, kind: str, fields: Mapping) -> None:
        """What a page asks for, already checked. What cannot be done is told to all pages in a sentence."""
        if kind in self._do:
            self._do[kind](source, **fields)
            return
        with self._busy:
            try:
                self._do_slowly[kind](**fields)
            except DdspLiveError as error:
                self.session.tell("say", text=str(error))
            except OSError as error:
                self.session.tell("say", text=f"{error.filename or 'The system'}: {error.strerror or error}.")

    def close(self) -> None:
        """End what is being recorded."""
        if self._recorder is not None:
            self._record(on=0)

    def state(self) -> bytes:
        """What moves all the time."""
        synth = self.session.synth
        recorder = self._recorder
        if recorder is not None and recorder.problem:
            self.session.tell("say", text=recorder.problem)
            self._record(on=0)
        frames = self._tap.latest(WINDOW)
        spectrum = self._spectrum.bands(frames)
        return pack(
            synth.stats(READER), synth.voice_readings(), synth.sample_rate, recorder is not None, spectrum
        )

    def snapshot(self) -> dict:
        """All that a page needs to know when it opens, or when anything of it has changed."""
        return {
            "patch": self.patch(),
            "patches": patches(),
            "controls": self.controls(),
            "map": self.map(),
            "learn": {"armed": self.session.armed, "learned": self.session.learned_by_name()},
            "room": self.room(),
            "tuning": self.tuning(),
            "presets": preset_names(),
            "panel": self.settings,
            "recording": self.recording(),
            "about": self.about(),
            "input": self.input(),
        }

    def controls(self) -> list[dict]:
        """The controls, where they stand, and what they move from where to where: null where nothing."""
        rows = self.session.synth.map
        return [
            {
                "name": name,
                "label": row.label,
                "group": row.group,
                "title": GROUPS[row.group],
                "meaning": row.meaning,
                "switch": row.curve == SWITCH,
                "choices": row.choices,
                "place": row.place(self.session.values[name]),
                "moves": moves(row, rows),
            }
            for name, row in CONTROLS.items()
        ]

    def map(self) -> dict:
        """The map of gestures that is played by, and those to choose from."""
        chosen = map_reference(self.session.synth.map)
        return {"chosen": chosen if isinstance(chosen, str) else None, "choices": list(PRESETS)}

    def patch(self) -> dict:
        """The patch that plays: name, ranges, and where its recordings lay."""
        patch = self.session.synth.patch
        low, high = patch.loudness_low, patch.loudness_high
        return {
            "reference": patch_reference(patch),
            "title": patch.title,
            "pitch": [patch.pitch_low, patch.pitch_high],
            "pitch_quantiles": list(patch.pitch_quantiles),
            "loudness": [low, high],
            "loudness_quantiles": list(patch.loudness_quantiles),
            "softest_db": min(low, high - MOST_DB_OF_GAIN),
            "coverage": patch.coverage,
        }

    def room(self) -> dict:
        """The room that is chosen, those to choose from, and whether the patch has one of its own."""
        chosen, own = self.session.room, self.session.synth.patch.room is not None
        return {"chosen": chosen, "choices": rooms(chosen), "own": own}

    def tuning(self) -> dict:
        """What the keys are tuned to, the scales to choose from, and what A4 sounds in Hz: null where it is mute."""
        tuning = self.session.synth.tuning
        chosen, hertz = label(tuning), a4_hz(tuning)
        choices = list(dict.fromkeys([EQUAL, *scale_names(), chosen]))
        return {"chosen": chosen, "choices": choices, "a4": hertz and round(hertz, 2)}

    def about(self) -> dict:
        """On what it plays."""
        synth, stream = self.session.synth, self.stream
        late = latency(synth, stream)
        return {
            "device": stream.device.name if stream.device else None,
            "lost": stream.lost,
            "priority": stream.priority,
            "rate": synth.sample_rate,
            "block": synth.block_size,
            "voices": synth.voices,
            "midi": self.midi(),
            "latency_ms": round(late.whole_ms, 1),
            "latency_feels": late.feels,
            "latency_parts": late.parts(),
            "tuning": self.tuning(),
        }

    def input(self) -> dict | None:
        """What comes in, where it listens."""
        return hearing(self.session.synth, self.stream)

    def recording(self) -> dict | None:
        recorder = self._recorder
        return recorder and {"file": recorder.path.name, "seconds": recorder.seconds, "lost": recorder.lost}

    def _set_panel(self, settings: Mapping[str, int]) -> None:
        self.settings.update({name: int(value) for name, value in settings.items()})
        self.session.tell("panel", **self.settings)

    def _fit_octave(self) -> None:
        """Put the page's keys where the patch has most of them, as near as can be to where they are."""
        patch = self.session.synth.patch
        before = self.settings["octave"]
        octave = max(
            OCTAVES, key=lambda octave: (round(keys_within(octave, patch)), -abs(octave - before), octave)
        )
        if octave != before:
            self._set_panel({"octave": octave})

    def _patch(self, name: str) -> None:
        known = {row["reference"] for row in patches()} | {patch_reference(self.session.synth.patch)}
        if name not in known:  # a page names no files
            raise PatchError(f"There is no patch named {name!r} to choose from.")
        self.session.load(name)

    def _room(self, name: str) -> None:
        if name not in rooms(self.session.room):
            raise RoomError(f"There is no room named {name!r} to choose from.")
        self.session.play_in(name)

    def _tuning(self, name: str | None) -> None:
        """A scale by its name, with A4 where it is; none: 12 equal steps at 440 Hz."""
        if name is not None and name not in (EQUAL, *scale_names()):  # a page names no files
            raise TuningChoiceError(f"There is no scale named {name!r} to choose from.")
        before = a4_hz(self.session.synth.tuning)
        tuning = find_tuning(None if name == EQUAL else name)
        self.session.tune(tuning if name is None or before is None else with_a4(tuning, before))

    def _record(self, on: int) -> None:
        if on and self._recorder is None:
            self._recorder = Recorder(self._tap, new_recording(self.folder))
        elif not on and self._recorder is not None:
            recorder, self._recorder = self._recorder, None
            recorder.stop()
            kept = f"{recorder.path.name}: {recorder.seconds:.1f} s were recorded"
            self.session.tell(
                "say", text=kept + (f", {recorder.lost} samples were lost." if recorder.lost else ".")
            )
        self.session.tell("recording", recording=self.recording())

    def _save(self, name: str) -> None:
        save_preset(name, capture(self.session, self.settings))
        self.session.tell("presets", names=preset_names())

    def _recall(self, name: str) -> None:
        preset = load_preset(name)
        for sentence in recall(self.session, preset):
            self.session.tell("say", text=sentence)
        self.settings.update(preset.panel)
        self.session.tell("panel", **self.settings)

    def _delete(self, name: str) -> None:
        delete_preset(name)
        self.session.tell("presets", names=preset_names())
