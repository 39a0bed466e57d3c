"""Connections that open and then say nothing, or the head of a request drop by drop, are closed after a while.

uvicorn waits for them for ever; a few thousand of them would take all the file descriptors that a service may have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

if TYPE_CHECKING:
    import asyncio

__all__ = ["SECONDS", "WatchedProtocol"]

SECONDS = 30.0
"""How long the head of a request may take to arrive; as long as its body."""

_Base: Any = AutoHTTPProtocol


class WatchedProtocol(_Base):  # type: ignore[misc]  # of httptools or of h11, whichever is installed
    """uvicorn's protocol with a limit on the time that a head takes."""

    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """A connection was opened: its first head is awaited."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Some bytes came: the rest of a head, the beginning of the next one, or a body."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._head is None:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection was closed."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._head = self.loop.call_later(SECONDS, self._late)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _late(self) -> None:
        self._head = None
        # A WebSocket has taken the connection over.
        if self.transport.get_protocol() is self and (self.cycle is None or self.cycle.response_complete):
            self.transport.close()
