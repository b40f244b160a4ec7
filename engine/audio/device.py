"""Finding audio devices, and the reasons why there is none, in words."""

import ctypes.util
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import DdspLiveError

INSTALL = {
    "linux": "sudo apt install libportaudio2",
    "darwin": "brew install portaudio",
    "win32": "pip install --force-reinstall sounddevice",
}


class DeviceError(DdspLiveError):
    """An audio device that is not there, or refuses what was asked of it."""


@dataclass(frozen=True)
class Device:
    """One device of one host API (ALSA, JACK, CoreAudio, WASAPI ...), as an output or as an input."""

    index: int
    name: str
    host: str
    channels: int
    sample_rate: float  # its default, Hz
    latency_ms: float  # its default low latency
    default: bool


def portaudio():
    """The sounddevice module; `DeviceError` with the command that installs PortAudio where that is missing."""
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        install = INSTALL.get(sys.platform, INSTALL["linux"])
        raise DeviceError(f"PortAudio's library is not installed ({error}): run `{install}`.") from error
    return sounddevice


def portaudio_installed() -> bool:
    """Whether `import sounddevice` finds PortAudio, without importing it."""
    return sys.platform in ("darwin", "win32") or ctypes.util.find_library("portaudio") is not None


def list_devices(kind: str = "output") -> list[Device]:
    """All output devices, or all "input" ones, those of the host that PortAudio prefers first."""
    sd = portaudio()
    hosts = sd.query_hostapis()
    chosen = sd.default.device[kind == "output"]
    if chosen < 0:
        defaults = [host[f"default_{kind}_device"] for host in hosts if host[f"default_{kind}_device"] >= 0]
        chosen = defaults[0] if defaults else -1
    return [
        Device(
            index=index,
            name=info["name"],
            host=hosts[info["hostapi"]]["name"],
            channels=info[f"max_{kind}_channels"],
            sample_rate=info["default_samplerate"],
            latency_ms=1000.0 * info[f"default_low_{kind}_latency"],
            default=index == chosen,
        )
        for index, info in enumerate(sd.query_devices())
        if info[f"max_{kind}_channels"] > 0
    ]


def find_device(wanted: int | str | None) -> Device:
    """The device with this number, or whose name or host holds this text; None is the default one."""
    devices = list_devices()
    if not devices:
        raise DeviceError(
            "There is no audio output device: connect one, or start a sound server such as JACK."
        )
    if wanted is None or wanted == "":
        return next((device for device in devices if device.default), devices[0])
    found = _named(devices, wanted)
    if found is None:
        known = ", ".join(f"{device.index} ({device.name})" for device in devices)
        raise DeviceError(f"There is no audio output device {wanted!r}: choose one of {known}.")
    return found


def find_input(wanted: int | str, output: Device) -> Device:
    """The input with this number, or whose name or host holds this text; "" and "mic" are the default one.

    Among several, one of the output's host, since a stream can't have two.
    """
    devices = sorted(list_devices("input"), key=lambda device: device.host != output.host)
    if not devices:
        raise DeviceError(
            "There is no audio input device: connect a microphone, or an interface that has one."
        )
    found = _named(devices, wanted) if wanted != "" else None
    if found is None and str(wanted).lower() in ("", "mic"):
        own = [device for device in devices if device.host == output.host] or devices
        return next((device for device in own if device.default or device.index == output.index), own[0])
    if found is None:
        known = ", ".join(f"{device.index} ({device.name})" for device in devices)
        raise DeviceError(f"There is no audio input device {wanted!r}: choose one of {known}.")
    return found


def _named(devices: list[Device], wanted: int | str) -> Device | None:
    text = str(wanted).lower()
    for device in devices:
        if text == str(device.index) or text == device.name.lower():
            return device
    for device in devices:
        if not text.isdigit() and text in f"{device.host} {device.name}".lower():
            return device
    return None


def accepted_rate(device: Device, usual: float = 48000) -> float:
    """The usual rate in Hz, or where the device does not take that, its own."""
    sd = portaudio()
    try:
        sd.check_output_settings(device.index, channels=2, dtype="float32", samplerate=usual)
    except (sd.PortAudioError, ValueError):
        return device.sample_rate
    return usual


def rescan() -> None:
    """Let PortAudio look for devices again; no stream may be open but those given to `abandon`."""
    sd = portaudio()
    if _abandoned:
        _load_again(sd)
    else:
        sd._terminate()
    sd._initialize()


def abandon(stream) -> None:
    """Leave a stream of a JACK server that died: PortAudio would end the process if it were closed."""
    _abandoned.append(stream)
    portaudio()._initialized = 0  # nor may it be terminated when the program ends


_abandoned: list = []


def _load_again(sd) -> None:
    """A second PortAudio beside the one that holds dead streams: a copy is to the loader another library."""
    loaded = next(
        line.split()[-1]
        for line in Path("/proc/self/maps").read_text().splitlines()
        if "libportaudio" in line
    )
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(loaded, folder)
        _left_behind.append((sd._lib, *_abandoned))  # JACK and dead threads may still call into it
        sd._lib = sd._ffi.dlopen(str(copy))
    _abandoned.clear()


_left_behind: list = []


@contextmanager
def one_sentence(device: Device, sample_rate: float, block_size: int):
    """PortAudio's errors as a `DeviceError` that says what was asked of which device."""
    sd = portaudio()
    try:
        yield
    except (sd.PortAudioError, ValueError) as error:
        reason = error.args[0] if error.args else error
        raise DeviceError(
            f"The device {device.name!r} ({device.host}) refused {sample_rate:g} Hz in blocks of {block_size} samples "
            f"({reason}): choose another --sample-rate, --block or --device."
        ) from error
