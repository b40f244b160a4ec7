"""Live MIDI input that outlives its keyboards: ports may come and go while it plays."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from ..held import FOLLOWED, Held
from ..parser import Parser
from .backend import Backend, Connection, MidiPortError, Receive
from .sensing import Sensing

WATCH_SECONDS = 0.5
SHORT_WAY = [0x80 <= status < 0xA0 or 0xB0 <= status < 0xC0 for status in range(256)]
SENSE_SECONDS = 0.05  # between looks at whether a cable is silent


class MidiInput:
    """Receives from MIDI ports, and goes on with those that are unplugged and come back.

    When a port goes, or a cable that sends active sensing falls silent for longer than 300 ms, what was held on it is
    let go, so that no note hangs.

    Parameters
    ----------
    receive : callable
        Called as receive(message, arrival) from the MIDI system's threads, several at once where there are
        several ports; it must be quick.
    port : str, int or None
        A part of a port's name, a place in `list_ports`, or None for every port there is or will be.
    virtual : str, optional
        The name of a port to make for other programs.
    backend : Backend, optional
        By default `rtmidi_ports.RtMidi`; this closes it.
    on_change : callable, optional
        Called as on_change(name, connected) when a port comes, True, or goes, False.
    watch_seconds : float or None
        How often to look for ports; None leaves that to calls of `poll`.
    besides : callable, optional
        Of every port, which by its name is not to be heard.

    Raises
    ------
    MidiPortError
        Where the port that was asked for is not there or cannot be opened.

    Examples
    --------
    >>> with MidiInput(synth.send_live, port="Keystation"):
    ...     input("Play; return stops.")
    """

    def __init__(
        self,
        receive: Receive,
        *,
        port: str | int | None = None,
        virtual: str | None = None,
        backend: Backend | None = None,
        on_change: Callable[[str, bool], None] | None = None,
        watch_seconds: float | None = WATCH_SECONDS,
        besides: Callable[[str], bool] = lambda name: False,
    ):
        if backend is None:
            from .rtmidi import RtMidi

            backend = RtMidi()
        self._receive = receive
        self._backend = backend
        self._on_change = on_change or (lambda name, connected: None)
        self._sources: dict[tuple[str, int], _Source] = {}
        self._virtual: _Source | None = None
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None
        self.problems: dict[str, str] = {}
        """Ports that were there but could not be opened, and why; they are tried again."""
        try:
            self._wanted = _resolve(port, backend) if port is not None else lambda name: not besides(name)
            if virtual is not None:
                self._virtual = _Source(virtual, receive)
                self._virtual.connection = backend.open_virtual(virtual, self._virtual.deliver)
            self.poll()
            if port is not None and not self._sources:
                raise MidiPortError(next(iter(self.problems.values()), f"The MIDI port {port!r} has gone."))
        except BaseException:
            self.close()
            raise
        if watch_seconds is not None:
            self._watcher = threading.Thread(
                target=self._watch, args=[watch_seconds], name="midi ports", daemon=True
            )
            self._watcher.start()

    def __enter__(self) -> "MidiInput":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def connected(self) -> list[str]:
        """The names of the ports that are open now, the virtual one last."""
        sources = [*self._sources.values(), *([self._virtual] if self._virtual else [])]
        return [source.name for source in sources]

    def poll(self) -> None:
        """Look once for ports that came or went."""
        changes: list[tuple[str, bool]] = []
        with self._lock:
            if self._closing.is_set():
                return
            names = self._backend.names()
            there = dict(_identities(names))
            for key in [key for key in self._sources if key not in there]:
                self._sources.pop(key).close()
                changes.append((key[0], False))
            self.problems.clear()
            for key, index in there.items():
                if key not in self._sources and self._wanted(names[index]) and self._add(key, index):
                    changes.append((key[0], True))
        for name, connected in changes:
            self._on_change(name, connected)

    def close(self) -> None:
        """Close all ports; what is still held is let go."""
        self._closing.set()
        if self._watcher is not None and self._watcher is not threading.current_thread():
            self._watcher.join()
        with self._lock:
            for source in [*self._sources.values(), *([self._virtual] if self._virtual else [])]:
                source.close()
            self._sources.clear()
            self._virtual = None
            self._backend.close()

    def _add(self, key: tuple[str, int], index: int) -> bool:
        source = _Source(key[0], self._receive)
        try:
            source.connection = self._backend.open(index, source.deliver)
        except MidiPortError as error:
            self.problems[key[0]] = str(error)
            return False
        if dict(_identities(self._backend.names())).get(key) != index:
            source.close()  # the ports changed meanwhile, so this may be another one: look again next time
            return False
        self._sources[key] = source
        return True

    def sense(self) -> None:
        """Look once for cables that have fallen silent though they promised not to."""
        with self._lock:
            for source in [*self._sources.values(), *([self._virtual] if self._virtual else [])]:
                source.sense(time.monotonic())

    def _watch(self, seconds: float) -> None:
        due = time.monotonic() + seconds
        while not self._closing.wait(min(seconds, SENSE_SECONDS)):
            self.sense()
            if time.monotonic() < due:
                continue
            due = time.monotonic() + seconds
            # A MIDI system that restarts fails for a while; what is open stays open.
            with contextlib.suppress(MidiPortError):
                self.poll()


def list_ports(backend: Backend | None = None) -> list[str]:
    """The names of the MIDI inputs that are there. Raises MidiPortError where there is no MIDI at all."""
    if backend is None:
        from .rtmidi import RtMidi

        backend = RtMidi()
        with contextlib.closing(backend):
            return backend.names()
    return backend.names()


class _Source:
    """One open port: its bytes become messages, and what is held on it is known."""

    def __init__(self, name: str, receive: Receive):
        self.name = name
        self.connection: Connection | None = None
        self._receive = receive
        self._parser = Parser()
        self._held = Held()
        self._sensing = Sensing()
        self._lock = threading.Lock()
        self._open = True

    def deliver(self, data: bytes, arrival: float) -> None:
        """Take bytes that arrived; whole notes and controllers, nearly all that come, take the short way."""
        with self._lock:
            if not self._open:
                return
            if len(data) == 3 and SHORT_WAY[data[0]] and data[1] < 0x80 and data[2] < 0x80:
                self._parser.running = data[0]
                self._parser.message.clear()
                if self._sensing.last is not None:
                    self._sensing.last = arrival
                if data[0] < 0x90 or (data[0] < 0xA0 and not data[2]):
                    self._held.keys.pop((data[0] & 15, data[1]), None)
                elif data[0] < 0xA0:
                    self._held.keys[data[0] & 15, data[1]] = None
                elif data[1] in FOLLOWED:
                    self._held.receive(data)
                self._receive(data, arrival)
                return
            for message in self._parser.feed(data):
                self._held.receive(message)
                self._sensing.receive(message, arrival)
                self._receive(message, arrival)

    def sense(self, now: float) -> None:
        """Let go of what is held where the cable is cut."""
        with self._lock:
            if self._open and self._sensing.is_cut(now):
                self._let_go(now)

    def _let_go(self, now: float) -> None:
        for message in self._held.let_go():
            self._receive(message, now)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()  # outside the lock: it may wait for a delivery that is under way
        with self._lock:
            self._open = False
            self._let_go(time.monotonic())


def _identities(names: Sequence[str]) -> Iterator[tuple[tuple[str, int], int]]:
    """Each port's name, with a count where several have the same, and its index."""
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        seen[name] = seen.get(name, -1) + 1
        yield (name, seen[name]), index


def _resolve(port: str | int | None, backend: Backend) -> Callable[[str], bool]:
    """Whether a port of a given name is wanted. A number is looked up now, before ports come and go."""
    if port is None:
        return lambda name: True
    names = backend.names()
    known = f"there are {', '.join(map(repr, names))}" if names else "no MIDI input is connected"
    if isinstance(port, int):
        if not 0 <= port < len(names):
            raise MidiPortError(f"There is no MIDI port number {port}: {known}.")
        stable = backend.stable_name(names[port])
        return lambda name: backend.stable_name(name) == stable
    if not any(port.lower() in name.lower() for name in names):
        raise MidiPortError(f"There is no MIDI port with {port!r} in its name: {known}.")
    return lambda name: port.lower() in name.lower()
