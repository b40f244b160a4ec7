"""A synth that plays to nobody, with its panel open, as `ddsp-live play --panel` has it."""

import contextlib
import json
import time

import ddsp_live
from ddsp_live.audio.offline_clock import NullStream
from ddsp_live.live.session import Session
from ddsp_live.panel.api import Panel
from ddsp_live.panel.server import Server
from websockets.sync.client import connect


def until(condition, seconds=10.0):
    """Whether the condition comes true in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


class Rig:
    """Everything between the page and the synth."""

    def __init__(self, patch, folder, stream=NullStream, **options):
        self.said: list[str] = []
        self.synth = ddsp_live.Synth(patch, **options)
        self.session = Session(self.synth)
        self.session.open_zone(0)
        self.session.listen(lambda kind, what: self.said.append(what["text"]) if kind == "say" else None)
        self.stream = stream(self.synth, say=self.session.say)
        self.panel = Panel(self.session, self.stream, folder)
        self.server = Server(self.panel, 0)

    def voices(self):
        return self.synth.voice_readings()

    def pitches(self):
        """Of the keys that are held, rounded, low to high."""
        return sorted(round(voice.pitch) for voice in self.voices() if voice.held)

    def page(self, **options):
        """A WebSocket as a page opens it."""
        return connect(self.address(), close_timeout=1, **options)

    def address(self, token=None):
        return f"ws://127.0.0.1:{self.server.port}/live?token={token or self.server.token}"


@contextlib.contextmanager
def open_rig(patch, folder, **options):
    rig = Rig(patch, folder, **options)
    with rig.stream, rig.server:
        yield rig


def ask(page, do, **fields):
    page.send(json.dumps({"do": do, **fields}))


def event(page, kind, seconds=10.0):
    """The next event of that kind."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = page.recv(timeout=seconds)
        if isinstance(got, str) and (read := json.loads(got))["is"] == kind:
            return read
    raise AssertionError(f"No {kind!r} came in {seconds} s.")
