"""Playing live: the kernel's callback on an audio device, and a watcher that copes when the device goes away."""

import sys
import threading
import time
from collections.abc import Callable

from ..native._kernel import ffi, lib
from ..patch import PatchError
from ..patch.cost import tell_cost
from .device import Device, DeviceError, abandon, find_device, find_input, one_sentence, portaudio, rescan
from .offline_clock import NullDevice

PRIORITY = 70  # SCHED_FIFO, below the kernel's own threads for interrupts
WATCH_SECONDS = 0.1
SILENT_WATCHES = 10  # watches without a callback after which a device is taken for lost
TELL_SECONDS = 10.0  # between two complaints of one kind
TROUBLES = {
    "clipped": "The input is cut off at full scale: turn its gain down.",
    "howls": "The input hears the output (feedback), so that is played softer for a while: use headphones.",
    "unpitched": "The input has no pitch from 40 to 4200 Hz, as with chords and noise: play one note at a time.",
}
RETRY_WATCHES = 10  # between attempts to get a lost device back


class Stream:
    """A synth that plays on an audio device; a context manager.

    When the device is lost, time goes on without sound (notes end, controllers move), and the device, or the default
    one in its place, is taken up again as soon as it is back.

    Its parameters are those of `ddsp_live.play`, which opens it.
    """

    def __init__(
        self,
        synth,
        device: int | str | None = None,
        say: Callable[[str], None] | None = None,
        input: int | str | None = None,
        input_channel: int = 1,
    ):
        self.synth = synth
        self.device: Device | None = None
        self.input: Device | None = None  # that is heard, where there is one
        self.priority: int | None = None  # real-time priority that was granted; 0 where none was
        self.lost = False
        self.latency_ms = 0.0  # of the output, as the device reports it
        self.input_latency_ms = 0.0
        self._wanted, self._wanted_input, self._input_channel = device, input, input_channel
        self._say = say or (lambda sentence: print(sentence, file=sys.stderr))
        self._null: NullDevice | None = None
        self._troubles: dict[str, int] = {}
        self._told: dict[str, float] = {}
        tell_cost(synth, self._say)
        self._open()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="ddsp-live watcher", daemon=True)

    def __enter__(self):
        self.synth.stream = self
        self.synth.instruments.start()
        self._stream.start()
        self._watcher.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._watcher.join()
        self._close()
        self.synth.instruments.stop()
        self.synth.stream = None

    def _open(self) -> None:
        device = find_device(self._wanted)
        self.input = None
        if self._wanted_input is not None:
            try:
                self._open_both(device)
            except DeviceError as error:
                self._say(f"{error} Until then, nothing is heard from an input.")
        if self.input is None:
            lib.synth_listen(self.synth.c, 0, 0)
            self._stream = self._opened(device, kind="output", device=device.index, channels=2)
            self.latency_ms = 1000.0 * self._stream.latency
        self.device = device
        self.priority = None
        self._calls_before = self.synth.callbacks()

    def _open_both(self, device: Device) -> None:
        """One stream in and out, so that both have one clock."""
        source = find_input(self._wanted_input, device)
        if self._input_channel > source.channels:
            raise DeviceError(
                f"The input {source.name!r} has {source.channels} channels, not {self._input_channel}: "
                "choose another --input-channel."
            )
        lib.synth_listen(self.synth.c, self._input_channel, self._input_channel - 1)
        self._stream = self._opened(
            source, kind="duplex", device=(source.index, device.index), channels=(self._input_channel, 2)
        )
        self.input = source
        self.input_latency_ms, self.latency_ms = (1000.0 * seconds for seconds in self._stream.latency)

    def _opened(self, named: Device, **which):
        sd, synth = portaudio(), self.synth
        callback = int(ffi.cast("uintptr_t", ffi.addressof(lib, "synth_callback")))
        with one_sentence(named, synth.sample_rate, synth.block_size):
            # sounddevice's base class takes the address of a C function: no Python runs in the callback.
            return sd._StreamBase(
                **which,
                samplerate=synth.sample_rate,
                blocksize=synth.block_size,
                dtype="float32",
                latency="low",
                clip_off=True,
                dither_off=True,
                callback=sd._ffi.cast("PaStreamCallback *", callback),
                userdata=sd._ffi.cast("void *", int(ffi.cast("uintptr_t", synth.c))),
                wrap_callback=None,
            )

    def _close(self) -> None:
        if self._null is not None:
            self._null.stop()
            self._null = None
        if self._stream is not None:
            self._stream.abort(ignore_errors=True)
            self._stream.close(ignore_errors=True)
            self._stream = None

    def _play_to_nobody(self) -> None:
        self._close()
        self._null = NullDevice(self.synth)
        self._null.start()

    def _watch(self) -> None:
        seen, silent, retry = -1, 0, 0
        while not self._stopping.wait(WATCH_SECONDS):
            self.synth.instruments.collect()
            self._change_program()
            self._learn()
            if self._null is not None:
                retry += 1
                if retry % RETRY_WATCHES == 0:
                    self._take_up()
                    silent = 0
                continue
            callbacks = self.synth.callbacks()
            silent = 0 if callbacks != seen else silent + 1
            seen = callbacks
            if self.priority is None and callbacks > self._calls_before:  # by this device's own thread
                granted = lib.synth_raise_priority(self.synth.c, PRIORITY)
                self.priority = None if granted < 0 else granted
            if silent >= SILENT_WATCHES or not self._stream.active:
                self._lose()

    def _learn(self) -> None:
        """Fit to who sings, and say what goes wrong at the input, once each time it begins."""
        self.synth.input.adapt(WATCH_SECONDS)
        counts, now = self.synth.input.troubles(), time.monotonic()
        for name, sentence in TROUBLES.items():
            count = counts[name]
            if (
                count > self._troubles.get(name, 0)
                and now - self._told.get(name, -TELL_SECONDS) >= TELL_SECONDS
            ):
                self._told[name] = now
                self._say(sentence)
            self._troubles[name] = count

    def _change_program(self) -> None:
        try:
            self.synth.change_program()
        except PatchError as error:
            self._say(f"The patch before plays on: {error}")

    def _lose(self) -> None:
        self.lost = True
        self._say(
            f"The audio device {self.device.name!r} is gone: playing goes on without sound until it is back."
        )
        if "JACK" in self.device.host:
            abandon(self._stream)
            self._stream = None
        self._play_to_nobody()

    def _take_up(self) -> None:
        try:
            rescan()
            find_device(self._wanted)
        except (DeviceError, portaudio().PortAudioError):
            return  # not yet
        self._close()
        try:
            self._open()
            self._stream.start()
        except (DeviceError, portaudio().PortAudioError):
            self._play_to_nobody()
            return
        self.lost = False
        self._say(f"The audio device {self.device.name!r} is back.")
