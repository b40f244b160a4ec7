"""Ends connections whose HTTP request does not become whole, which uvicorn would keep open for ever."""

from asyncio import BaseTransport

REQUEST_SECONDS = 10.0


def impatient_protocol(seconds: float = REQUEST_SECONDS) -> type:
    """Return a protocol for uvicorn's `http` that closes a connection `seconds` after a request began but did not end.

    A connection that sends nothing counts as one whose first request began at once. Between requests uvicorn's own
    keep-alive time applies, and WebSockets have their pings. Raises ImportError if uvicorn is missing.
    """
    import h11
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Impatient(H11Protocol):
        _patience = None

        def connection_made(self, transport: BaseTransport) -> None:
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            handed_on = self.transport.get_protocol() is not self  # to a WebSocket
            begun = self.conn.their_state is h11.SEND_BODY or bool(self.conn.trailing_data[0])
            if handed_on or not begun:
                self._stop_waiting()
            elif self._patience is None:
                self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            super().connection_lost(exc)

        def _wait(self) -> None:
            self._patience = self.loop.call_later(seconds, self.transport.abort)

        def _stop_waiting(self) -> None:
            if self._patience is not None:
                self._patience.cancel()
            self._patience = None

    return Impatient
