"""Lets in this computer's own pages alone, and tells browsers to load nothing from elsewhere."""

POLICY_VIOLATION = 1008  # of WebSocket
SAFE = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class OnlyHere:
    """Refuses what was not asked of this computer by its own name, and sockets of pages from elsewhere."""

    def __init__(self, app, names: set[str]):
        self.app = app
        self._hosts = {name.encode() for name in names}
        self._origins = {f"http://{name}".encode() for name in names}

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        strange = headers.get(b"host") not in self._hosts
        strange |= headers.get(b"origin", next(iter(self._origins))) not in self._origins
        if not strange:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"The panel is for this computer alone.\n"})


def _with_headers(send):
    async def sending(message):
        if message["type"] == "http.response.start":
            extra = [(name.lower().encode(), value.encode()) for name, value in SAFE.items()]
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return sending
