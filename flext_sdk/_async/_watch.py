"""Keeps the deadline of a call on its connection while the head of an answer is read.

httpcore waits so long for each piece of a head, and anew for the next one: a server that sends a byte now and then, or
one "100 Continue" after the other, would hold a call for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk._async import _rt as rt

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    import httpcore

    from flext_sdk._core.deadline import Deadline

__all__ = ["AsyncSharedWatch", "AsyncWatch"]


class AsyncWatch:
    """Opens one connection, as `httpcore.AsyncNetworkBackend` does, and bounds every read on it.

    Attributes:
        deadline: That of the call that uses the connection now.
    """

    def __init__(self) -> None:
        self.deadline: Deadline | None = None
        self._network = rt.network()

    def present(self) -> Deadline | None:
        """When reading must end now."""
        return self.deadline

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> _Stream:
        """Open the connection."""
        return _Stream(await self._network.connect_tcp(host, port, timeout, local_address, socket_options), self)


class AsyncSharedWatch(AsyncWatch):
    """The same for all connections of a client of httpx: the deadline is that of the call that reads."""

    def present(self) -> Deadline | None:
        """When reading must end now."""
        return rt.held()


class _Stream:
    def __init__(self, stream: httpcore.AsyncNetworkStream, watch: AsyncWatch) -> None:
        self._stream = stream
        self._watch = watch
        self.write = stream.write
        self.aclose = stream.aclose
        self.get_extra_info = stream.get_extra_info

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = self._watch.present()
        if deadline is not None:
            left = deadline.remaining()
            if not left:
                import httpcore

                raise httpcore.ReadTimeout("the answer did not come in time")
            timeout = left if timeout is None else min(timeout, left)
        return await self._stream.read(max_bytes, timeout)

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._watch)
