"""A PortAudio without hardware: as much of the sounddevice module as is used, with devices that come and go."""

import threading
import types

import numpy as np
from ddsp_live.native._kernel import ffi, lib


class PortAudioError(Exception):
    pass


class FakeStream:
    """Calls the callback from a thread of its own, as long as its device is plugged in."""

    def __init__(self, sound, **options):
        if options["samplerate"] not in sound.rates:
            raise PortAudioError("Invalid sample rate")
        self.options, self.active = options, False
        self.latency = (0.003, 0.004) if options["kind"] == "duplex" else 0.004
        self._sound = sound
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        sound.opened.append(self)

    def start(self):
        self.active = True
        self._thread.start()

    def abort(self, ignore_errors=True):
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    close = abort

    def _run(self):
        block = np.empty((self.options["blocksize"], 2), np.float32)
        duplex = self.options["kind"] == "duplex"
        sung = np.zeros((self.options["blocksize"], self.options["channels"][0] if duplex else 1), np.float32)
        heard = ffi.from_buffer(sung) if duplex else ffi.NULL
        out, user = ffi.from_buffer("float *", block), ffi.cast("void *", self.options["userdata"])
        while not self._stopping.wait(0.001):
            if self._sound.plugged:
                sung[:] = self._sound.sing(len(block))[:, None]
                lib.synth_callback(heard, out, len(block), ffi.NULL, self._sound.flags, user)
                self._sound.called += 1
                self._sound.peak = max(self._sound.peak, float(np.abs(block).max()))


class FakeSound(types.ModuleType):
    """As much of the sounddevice module as is used."""

    PortAudioError = PortAudioError

    def __init__(self):
        super().__init__("sounddevice")
        self.default = types.SimpleNamespace(device=(-1, -1))
        self._ffi = types.SimpleNamespace(cast=lambda kind, address: address)
        self.opened, self.rates, self.plugged = [], (48000, 44100), True
        self.flags, self.called, self.peak = 0, 0, 0.0
        self.names = ["Built-in", "USB Audio", "Microphone"]
        self.rescans = 0
        self.sing = lambda size: np.zeros(size)  # into the microphone

    def query_hostapis(self):
        return [
            {"name": "ALSA", "default_output_device": 1, "default_input_device": 2},
            {"name": "JACK", "default_output_device": -1, "default_input_device": -1},
        ]

    def query_devices(self):
        return [
            {
                "name": name,
                "hostapi": 0,
                "max_output_channels": 0 if name == "Microphone" else 2,
                "default_samplerate": 44100.0,
                "default_low_output_latency": 0.005,
                "max_input_channels": 1 if name == "Microphone" else 0,
                "default_low_input_latency": 0.003,
            }
            for name in (self.names if self.plugged else [])
        ]

    def check_output_settings(self, device, channels, dtype, samplerate):
        if samplerate not in self.rates:
            raise PortAudioError("Invalid sample rate")

    def _StreamBase(self, **options):
        return FakeStream(self, **options)

    def _terminate(self):
        self.rescans += 1

    def _initialize(self):
        pass
