"""MIDI ports of the operating system, through python-rtmidi."""

import gc
import re
import sys
import time
from collections.abc import Mapping

from .backend import Backend, MidiPortError, Receive

CLIENT = "ddsp-live"
CALLBACK_SECONDS = 0.02
MISSING = (
    "MIDI keyboards need another package: run `pip install 'ddsp-live[midi]'`"
    + (
        ", which builds it, so that a C++ compiler, pkg-config and the headers of ALSA and JACK must be there "
        "(libasound2-dev and libjack-jackd2-dev)"
        if sys.platform == "linux" and sys.version_info >= (3, 13)
        else ""
    )
    + "."
)

# What the systems add to a name and change when the device comes back: ALSA's client and port numbers
# ("Keys 20:0"), the client number of its bridge to JACK ("Keys [20] (capture)"), Windows' index ("Keys 1").
CHANGING = {"alsa": r" \d+:\d+$", "jack": r" \[\d+\]", "winmm": r" \d+$"}


class RtMidi(Backend):
    """One of RtMidi's systems: "alsa", "jack", "core" or "winmm"; by default the first that has ports."""

    def __init__(self, api: str | None = None):
        self._rtmidi = rtmidi_module()
        apis = systems(self._rtmidi)
        if api is not None and api not in apis:
            raise MidiPortError(f"There is no MIDI system {api!r} here: choose one of {', '.join(apis)}.")
        self.api, self._probe = first_with_ports(
            self._rtmidi.MidiIn, apis if api is None else {api: apis[api]}
        )
        self._api = apis[self.api]

    def names(self) -> list[str]:
        try:
            return self._probe.get_ports()
        except self._rtmidi.RtMidiError as error:
            raise MidiPortError(f"The MIDI ports cannot be listed: {error}.") from error

    def open(self, index: int, deliver: Receive) -> "_Port":
        client = _client(self._rtmidi.MidiIn, self._api)
        port = _Port(client, deliver)
        try:
            client.open_port(index, f"in {index + 1}")
        except (self._rtmidi.RtMidiError, ValueError) as error:
            client.delete()
            raise MidiPortError(f"The MIDI port number {index} cannot be opened: {error}.") from error
        return port

    def open_virtual(self, name: str, deliver: Receive) -> "_Port":
        client = _client(self._rtmidi.MidiIn, self._api)
        port = _Port(client, deliver)
        try:
            client.open_virtual_port(name)
        except (self._rtmidi.RtMidiError, NotImplementedError) as error:
            client.delete()
            hint = "install loopMIDI and open its port instead" if self.api == "winmm" else str(error)
            raise MidiPortError(f"The virtual MIDI port {name!r} cannot be made: {hint}.") from error
        return port

    def stable_name(self, name: str) -> str:
        return re.sub(CHANGING.get(self.api, r"(?!)"), "", name)

    def close(self) -> None:
        if not self._probe.is_deleted:
            self._probe.delete()


def systems(rtmidi) -> dict[str, int]:
    """The MIDI systems that python-rtmidi was built with, by name."""
    return {rtmidi.get_api_name(number): number for number in rtmidi.get_compiled_api()}


def first_with_ports(kind, apis: Mapping[str, int]):
    """Name and client of the first system that has ports; where none has, of the first that works.

    kind: rtmidi.MidiIn or MidiOut. Raises MidiPortError where no system works.
    """
    working, problem = [], None
    for name, number in apis.items():
        try:
            working.append((name, _client(kind, number)))
            if working[-1][1].get_port_count():
                return working[-1]
        except MidiPortError as error:
            problem = problem or error
    if not working:
        raise problem or MidiPortError("python-rtmidi was built without any MIDI system: install it again.")
    return working[0]


def _client(kind, api: int):
    try:
        return kind(api, CLIENT)
    except rtmidi_module().RtMidiError as error:
        hint = "start JACK, or load ALSA's module snd-seq"
        reason = str(error).rstrip(".")
        raise MidiPortError(f"No MIDI system can be used ({reason}): {hint}.") from error


class _Port:
    """A client of RtMidi, whose messages are stamped before anything else is done with them."""

    def __init__(self, client, deliver: Receive):
        self._client = client
        self._deliver = deliver
        client.ignore_types(sysex=False, timing=True, active_sense=False)
        client.set_callback(self._hear)
        # python-rtmidi 1.5 frees the callback's tuple in cancel_callback; RtMidi's thread may still use it.
        self._kept = gc.get_referents(client)

    def _hear(self, event: tuple[list[int], float], _: object) -> None:
        arrival = time.monotonic()
        self._deliver(bytes(event[0]), arrival)

    def close(self) -> None:
        # close_port joins RtMidi's thread without letting go of Python's lock: a callback that waits for that
        # lock must get through before.
        self._client.cancel_callback()
        time.sleep(CALLBACK_SECONDS)
        self._client.close_port()
        self._client.delete()


def rtmidi_module():
    """Import python-rtmidi, which newer Pythons have to build. Raises MidiPortError if it is missing or damaged."""
    try:
        import rtmidi
    except ModuleNotFoundError as error:
        raise MidiPortError(MISSING) from error
    except ImportError as error:
        raise MidiPortError(f"python-rtmidi cannot be loaded ({error}): install it again.") from error
    return rtmidi
