"""OSC: phones and patchers play by messages of Open Sound Control 1.0, as python-osc reads them."""

import contextlib
import math
import socket
import threading
import time
from collections.abc import Callable, Sequence

from ..errors import DdspLiveError, MissingPackageError
from ..parameters import CONTROLS
from ..patch import PatchError
from ..ranges import is_number
from .session import Session
from .source import Source

MOST_BYTES = 4096
WAIT_SECONDS = 0.2  # between looks at whether to stop
USUAL_TIMEOUT = 30.0
FINGERS = tuple("0123456789")
USUAL_STRENGTH, USUAL_PITCH = 0.6, 60.0


class OscError(DdspLiveError):
    """OSC cannot be listened to; one sentence says why."""


class Voice:
    """One continuous voice: where it was last asked to be."""

    def __init__(self) -> None:
        self.pitch, self.strength, self.sounds = USUAL_PITCH, USUAL_STRENGTH, False
        self.touched: bool | None = None  # by the pad's z, where it sends one
        self.placed = False  # since the last touch ended


class OscServer:
    """Listens to OSC over UDP, in a thread; a context manager.

    Parameters
    ----------
    session : Session
    port : int
        0 for any that is free.
    host : str
        The address of the interface to listen on.
    timeout : float
        Seconds after which what a sender holds is let go if nothing at all came from its computer; 0: never.
    clock : callable
        Seconds; for tests.

    Attributes
    ----------
    port : int
    answered, ignored : int
        Messages that did something, and that were malformed, out of range or to an unknown address.

    Raises
    ------
    MissingPackageError
        Where a package is missing.
    OscError
        Where the port is taken.
    """

    def __init__(
        self,
        session: Session,
        port: int = 9000,
        host: str = "127.0.0.1",
        timeout: float = USUAL_TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
    ):
        try:
            from pythonosc.osc_packet import OscPacket, ParseError
        except ImportError as error:
            raise MissingPackageError("OSC", "osc", error) from error
        self._packet, self._parse_error = OscPacket, ParseError
        self._session, self._source = session, Source(session)
        self._voices: dict[int, Voice] = {}
        self._timeout, self._clock = timeout, clock
        self._sender = ""  # of the packet that is being answered
        self._holders: dict[
            tuple[str, int | str], str
        ] = {}  # of each key, finger and pedal: who touched it last
        self._heard: dict[str, float] = {}  # of senders that hold something: when something came from them
        self.answered = self.ignored = 0
        try:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((host, port))
        except (OSError, OverflowError) as error:
            raise OscError(
                f"OSC cannot be heard on {host}, port {port} ({error}): choose another --osc port or --osc-host."
            ) from error
        self._socket.settimeout(WAIT_SECONDS)
        self.host, self.port = self._socket.getsockname()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ddsp-live osc", daemon=True)

    @property
    def where(self) -> str:
        """Where it listens, for people."""
        if self.host.startswith("127."):
            return f"port {self.port}, from this computer alone."
        return f"port {self.port}, from everyone who reaches this computer."

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join()
        self._socket.close()
        self._source.let_go()

    def _run(self) -> None:
        while not self._stopping.is_set():
            # An answer to a datagram that went nowhere is an OSError, and waiting in vain is one, too.
            with contextlib.suppress(OSError):
                datagram, sender = self._socket.recvfrom(MOST_BYTES)
                self.receive(datagram, sender[0])
            self.let_go_of_the_vanished()

    def receive(self, datagram: bytes, sender: str = "") -> None:
        """Answer one packet of a sender: a message, or a bundle of them, which is played at once."""
        self._sender = sender
        if sender in self._heard:
            self._heard[sender] = self._clock()
        try:
            messages = [timed.message for timed in self._packet(datagram).messages]
        except (self._parse_error, ValueError, IndexError, RecursionError, OverflowError):
            self.ignored += 1
            return
        for message in messages:
            try:
                self._answer(message.address, message.params)
                self.answered += 1
            except (Unanswered, PatchError) as error:
                self.ignored += 1
                if isinstance(error, PatchError):
                    self._session.say(str(error))

    def let_go_of_the_vanished(self) -> None:
        """End what senders hold of whom nothing was heard for `timeout` seconds: UDP does not tell who is gone."""
        if not self._timeout:
            return
        due = self._clock() - self._timeout
        for sender in [sender for sender, at in self._heard.items() if at < due]:
            held = [what for what, holder in self._holders.items() if holder == sender]
            for kind, number in held:
                {"key": self._key, "finger": self._sound, "pedal": self._set}[kind](number, 0)
            self._session.say(
                f"Nothing came by OSC from {sender or 'a sender'} for {self._timeout:g} s: what it held is let go."
            )

    def _hold(self, kind: str, number: int | str, held: bool) -> None:
        """Note who holds a key, a finger or a pedal, and forget senders that hold nothing."""
        if held:
            self._holders[kind, number] = self._sender
            self._heard[self._sender] = self._clock()
        else:
            self._holders.pop((kind, number), None)
            holders = set(self._holders.values())
            self._heard = {sender: at for sender, at in self._heard.items() if sender in holders}

    def _answer(self, address: str, values: Sequence) -> None:
        name, *rest = address.lstrip("/").split("/")
        if name in CONTROLS and not rest:
            row = CONTROLS[name]
            self._set(name, _number(values, 0, row.low, row.high) if values else None)
        elif name == "note" and not rest:
            key, velocity = round(_number(values, 0, 0, 127)), round(_number(values, 1, 0, 127))
            self._key(key, velocity)
        elif name == "panic" and not rest:
            self._session.panic()
            self._voices.clear()
            self._holders.clear()
            self._heard.clear()
        elif name == "patch" and not rest:
            self._patch(values)
        elif name in ("pitch", "loudness", "pad"):
            self._move(name, rest, values)
        else:
            raise Unanswered

    def _move(self, name: str, rest: Sequence[str], values: Sequence) -> None:
        finger = 1
        if rest and rest[0] in FINGERS:
            finger, rest = int(rest[0]), rest[1:]
        voice = self._voices.setdefault(finger, Voice())
        if rest and not (name == "pad" and list(rest) == ["z"]):
            raise Unanswered
        if rest:
            voice.touched = _number(values, 0, 0, 1) > 0
            self._sound(finger, voice.touched and voice.placed)  # else as soon as it is known where
            voice.placed &= voice.touched
        elif name == "pitch":
            voice.pitch = _pitch(values)
            self._sound(finger, voice.sounds)
        elif name == "loudness":
            strength = _number(values, 0, 0, 1)
            voice.strength = strength or voice.strength
            self._sound(finger, strength > 0)
        else:
            x, y = _number(values, 0, 0, 1), _number(values, 1, 0, 1)
            patch = self._session.synth.patch
            voice.pitch = patch.pitch_low + x * (patch.pitch_high - patch.pitch_low)
            voice.strength, voice.placed = y, True
            self._sound(finger, y > 0 if voice.touched is None else voice.touched)

    def _set(self, name: str, value: float | None) -> None:
        self._session.set(name, value, by="osc")
        if CONTROLS[name].is_pedal:  # it holds notes
            self._hold("pedal", name, bool(value))

    def _key(self, key: int, velocity: int) -> None:
        self._source.key_down(key, velocity) if velocity else self._source.key_up(key)
        self._hold("key", key, bool(velocity))

    def _sound(self, finger: int, sounds: bool | int) -> None:
        voice = self._voices[finger]
        if sounds and voice.sounds:
            self._source.finger_move(finger, voice.pitch, voice.strength)
        elif sounds:
            self._source.finger_down(finger, voice.pitch, voice.strength)
        elif voice.sounds:
            self._source.finger_up(finger)
        voice.sounds = bool(sounds)
        self._hold("finger", finger, voice.sounds)

    def _patch(self, values: Sequence) -> None:
        from ..patch import list_patches

        known = [entry.name for entry in list_patches()]
        wanted = values[0] if len(values) == 1 else None
        if isinstance(wanted, int | float) and not isinstance(wanted, bool) and wanted in range(len(known)):
            wanted = known[int(wanted)]
        if wanted not in known:  # a message from the network names no files
            raise Unanswered
        self._session.load(wanted)


class Unanswered(Exception):
    """A message to no known address, or with arguments that are none of its."""


def _number(values: Sequence, index: int, low: float, high: float) -> float:
    value = values[index] if index < len(values) else None
    if isinstance(value, bool):
        value = int(value)
    if not is_number(value, low, high):
        raise Unanswered
    return float(value)


def _pitch(values: Sequence) -> float:
    """A fractional MIDI note, from one or from Hz."""
    if list(values[1:]) == ["hz"]:
        return 69 + 12 * math.log2(_number(values, 0, 8.2, 12543) / 440)
    if len(values) > 1 and list(values[1:]) != ["midi"]:
        raise Unanswered
    return _number(values, 0, 0, 127)
