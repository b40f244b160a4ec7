"""Serves the page and its WebSocket, to this computer alone."""

import asyncio
import contextlib
import json
import secrets
import socket
import threading
from collections import deque
from importlib import resources

from ..errors import DdspLiveError, MissingPackageError
from ..live.source import Source
from .api import Panel
from .impatient import impatient_protocol
from .only_here import POLICY_VIOLATION, OnlyHere
from .rate_limit import RateLimit
from .schema import ALWAYS, MOST_BYTES, read
from .ticker import Ticker

HOST = "127.0.0.1"
USUAL_PORT = 8017
STATES_A_SECOND = 30
ABOUT_SECONDS = 1.0  # between looks at what changes seldom: the device, MIDI ports
INPUT_SECONDS = 0.1  # between looks at what comes in
MESSAGES_A_SECOND, BURST = 500, 500
MOST_REFUSED = 5000  # messages: whoever sends that many too many is shown out
MOST_WAITING = 500  # events for a page that does not read
MOST_PAGES = 16
RENEWED = {
    "patch": ("patch", "room"),
    "room": ("room",),
    "tuning": ("tuning",),
    "map": ("map", "controls", "learn"),
}
"""Events that pages are told all about."""
TRY_LATER = 1013  # of WebSocket


class PanelError(DdspLiveError):
    """The panel cannot be opened; one sentence says why."""


class Page:
    """One page that is open: what waits to be sent to it, and what it holds."""

    def __init__(self, panel: Panel):
        self.source = Source(panel.session)
        self.events: deque[str] = deque()
        self.state: bytes | None = None
        self.wake = asyncio.Event()
        self.malformed = 0

    def post(self, text: str) -> None:
        self.events.append(text)
        self.wake.set()


class Server:
    """The panel's server, in a thread of its own; a context manager.

    Parameters
    ----------
    panel : Panel
    port : int, optional
        That must be free; by default the usual one, or any.

    Attributes
    ----------
    url : str
        Of the page, with the token that lets it in.

    Raises
    ------
    MissingPackageError
        Where packages are missing.
    PanelError
        Where the port is taken.
    """

    def __init__(self, panel: Panel, port: int | None = None):
        try:
            import uvicorn
            import websockets  # noqa: F401
        except ImportError as error:
            raise MissingPackageError("The panel", "panel", error) from error
        self.panel = panel
        self.token = secrets.token_urlsafe(16)
        self._socket = _listen(port)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}/#{self.token}"
        self.pages: set[Page] = set()
        self.refused = self.malformed = 0
        config = uvicorn.Config(
            self._app(),
            http=impatient_protocol(),
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws_max_size=4 * MOST_BYTES,
            ws_per_message_deflate=False,
            ws_ping_interval=5.0,
            ws_ping_timeout=10.0,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=[[self._socket]], name="ddsp-live panel", daemon=True
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()

    def __enter__(self):
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join(10)
        self.panel.close()

    def _app(self):
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.routing import Mount, WebSocketRoute
        from starlette.staticfiles import StaticFiles

        static = resources.files("ddsp_live.panel") / "static"
        return Starlette(
            routes=[
                WebSocketRoute("/live", self._live),
                Mount("/", StaticFiles(directory=str(static), html=True)),
            ],
            middleware=[Middleware(OnlyHere, names=self._names())],
            lifespan=self._lifespan,
        )

    def _names(self) -> set[str]:
        return {f"{name}:{self.port}" for name in (HOST, "localhost")}

    @contextlib.asynccontextmanager
    async def _lifespan(self, app):
        self._loop = asyncio.get_running_loop()
        end = self.panel.session.listen(self._changed)
        ticking = asyncio.create_task(self._tick())
        self._ready.set()
        yield
        end()
        ticking.cancel()
        for page in self.pages:
            page.source.let_go()

    def _changed(self, kind: str, what) -> None:
        """From any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._post, kind, dict(what))

    def _post(self, kind: str, what: dict) -> None:
        if kind in RENEWED:
            what = {name: value for name, value in self.panel.snapshot().items() if name in RENEWED[kind]}
        text = json.dumps({"is": kind, **what})
        for page in self.pages:
            page.post(text)

    async def _tick(self) -> None:
        about, heard, ticks, pace = None, None, 0, Ticker(STATES_A_SECOND)
        while True:
            await asyncio.sleep(pace.pause())
            if not self.pages:
                continue
            state = self.panel.state()
            for page in self.pages:
                page.state = state
                page.wake.set()
            ticks += 1
            if ticks % int(INPUT_SECONDS * STATES_A_SECOND) == 0 and (now := self.panel.input()) != heard:
                heard = now
                self._post("input", {"input": now})
            if ticks % int(ABOUT_SECONDS * STATES_A_SECOND) == 0:
                now = self.panel.about() | {"refused": self.refused, "malformed": self.malformed}
                if now != about:
                    about = now
                    self._post("about", now)
                if (recording := self.panel.recording()) is not None:
                    self._post("recording", {"recording": recording})

    async def _live(self, websocket) -> None:
        from starlette.websockets import WebSocketDisconnect

        token = websocket.query_params.get("token", "")
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            await websocket.close(POLICY_VIOLATION)
            return
        if len(self.pages) >= MOST_PAGES:
            await websocket.close(TRY_LATER)
            return
        await websocket.accept()
        page = Page(self.panel)
        page.post(json.dumps({"is": "hello", **await asyncio.to_thread(self.panel.snapshot)}))
        self.pages.add(page)
        sending = asyncio.create_task(self._send(websocket, page))
        try:
            await self._receive(websocket, page)
        except WebSocketDisconnect:
            pass
        finally:
            sending.cancel()
            self.pages.discard(page)
            page.source.let_go()

    async def _send(self, websocket, page: Page) -> None:
        """Events in their order, and of the states the newest."""
        with contextlib.suppress(Exception):  # the page is gone: `_receive` hears of it too
            while len(page.events) < MOST_WAITING:
                await page.wake.wait()
                page.wake.clear()
                while page.events:
                    await websocket.send_text(page.events.popleft())
                if page.state is not None:
                    state, page.state = page.state, None
                    await websocket.send_bytes(state)
            await websocket.close(TRY_LATER)

    async def _receive(self, websocket, page: Page) -> None:
        limit = RateLimit(MESSAGES_A_SECOND, BURST)
        while limit.refused < MOST_REFUSED:
            received = await websocket.receive()
            if received["type"] != "websocket.receive":
                return
            message = read(received.get("text") or received.get("bytes") or b"")
            allowed = limit.allows()
            if message is None:
                self.malformed += 1
            elif allowed or message[0] in ALWAYS:
                await self._do(page, *message)
            if not allowed:
                self.refused += 1
                if limit.refused % 100 == 0:
                    await asyncio.sleep(0)  # others are served meanwhile
        await websocket.close(POLICY_VIOLATION)

    async def _do(self, page: Page, kind: str, fields: dict) -> None:
        if self.panel.takes_time(kind):
            await asyncio.to_thread(self.panel.do, page.source, kind, fields)
        else:
            self.panel.do(page.source, kind, fields)


def _listen(port: int | None) -> socket.socket:
    """A listening socket on this computer's own interface."""
    for wanted in [port] if port is not None else [USUAL_PORT, 0]:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, wanted))
        except OSError as error:
            listening.close()
            if wanted == port:
                raise PanelError(
                    f"The panel cannot have port {port} ({error.strerror}): choose another --panel-port."
                ) from error
            continue
        listening.listen()
        return listening
    raise PanelError("The panel found no free port: choose one with --panel-port.")
