"""Connections to the services, kept open for the next call.

The connections are httpcore's; its pool is not used. That one looks at all its connections and all who wait whenever
anybody comes or goes, which at 200 calls in flight costs more than everything else together. Here whoever wants to send
comes in through a gate, takes the connection that was used last, and puts it back.
"""

from __future__ import annotations

import time
import zlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flext_sdk._async import _rt as rt
from flext_sdk._async._watch import AsyncWatch
from flext_sdk._core.failures import NO_DECOMPRESSION, TransportFailure, classify, too_large
from flext_sdk._core.messages import RawHeaders, Response

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    import httpcore

    from flext_sdk._core.deadline import Deadline
    from flext_sdk._core.messages import Request, Timeouts

__all__ = ["ANSWER_LIMIT", "KEEPALIVE", "MOST", "AsyncPool", "NotPlainError", "decoded", "origin_of"]

KEEPALIVE = 4.0
"""Seconds an idle connection is kept; below the 5 s after which uvicorn closes it."""
MOST = 100
"""Calls in flight at once; more wait for their turn."""
ANSWER_LIMIT = 64 << 20
"""Bytes that an answer may have; more is not what these services send, and must not fill the memory."""
_LENGTH_EXPECTED = frozenset({"POST", "PUT", "PATCH"})


class NotPlainError(Exception):
    """A URL that needs httpx to be understood."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Origin:
    """What belongs to the beginning of a URL."""

    scheme: bytes
    host: bytes
    port: int
    header: bytes
    secure: bool


class AsyncPool:
    """Sends requests over connections of its own, in one event loop or one process.

    Args:
        tls: Makes or gives the TLS context, when the first connection needs one.
        limit: Calls in flight at once.
        keepalive: Seconds an idle connection is kept.
        largest: Bytes that an answer may have, decompressed.
    """

    def __init__(
        self,
        tls: Callable[[], ssl.SSLContext],
        *,
        limit: int = MOST,
        keepalive: float = KEEPALIVE,
        largest: int = ANSWER_LIMIT,
    ) -> None:
        import httpcore

        self._lib: Any = httpcore
        self._tls = tls
        self._keepalive = keepalive
        self._largest = largest
        self._slots = rt.Slots(limit)
        self._origins: dict[str, _Origin] = {}
        self._idle: dict[_Origin, deque[tuple[httpcore.AsyncHTTPConnection, float]]] = {}
        self._closed = False
        self._limits: tuple[Timeouts | None, dict[str, Any]] = (None, {})
        self._errors: tuple[type[Exception], ...] = (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
            RuntimeError,
        )
        self._gone: tuple[type[Exception], ...] = (
            httpcore.RemoteProtocolError,
            httpcore.ReadError,
            httpcore.WriteError,
        )

    @property
    def idle(self) -> int:
        """Connections that wait for a call."""
        return sum(map(len, self._idle.values()))

    async def send(self, request: Request, deadline: Deadline, *, again: bool) -> Response:
        """Send one request and read the whole answer.

        Args:
            request: The request.
            deadline: When reading must end.
            again: The request may be sent twice: where the service had closed the connection in the meantime, it is
                sent once more over a new one.

        Raises:
            TransportFailure: If no whole answer came.
            NotPlainError: If the URL is not plain ASCII.
        """
        origin, made = self._prepared(request)
        started = deadline.elapsed
        if not await self._slots.acquire(request.timeouts.pool):
            raise TransportFailure("pool", "all connections are busy")
        try:
            return await self._exchange(origin, made, deadline, started, again=again)
        except self._errors as error:
            raise classify(error) from error
        finally:
            self._slots.release()

    async def _exchange(
        self, origin: _Origin, made: httpcore.Request, deadline: Deadline, started: float, *, again: bool
    ) -> Response:
        connection, used = await self._take(origin)
        try:
            _watch(connection, deadline)
            try:
                answer = await rt.handle(connection, made)
            except self._gone:
                if not (used and again):
                    raise
                await connection.aclose()
                connection = self._connection(origin)
                _watch(connection, deadline)
                answer = await rt.handle(connection, made)
            content = await self._read(answer, deadline)
        except BaseException:
            # Also when it was cancelled: half an answer must not be left for the next one.
            await connection.aclose()
            raise
        if self._closed or not connection.is_idle():
            await connection.aclose()
        else:
            await self._put(origin, connection)
        headers = RawHeaders(answer.headers)
        content = decoded(content, answer.headers, self._largest)
        return Response(answer.status, headers, content, deadline.elapsed - started)

    async def _read(self, answer: httpcore.Response, deadline: Deadline) -> bytes:
        parts: list[bytes] = []
        size = 0
        stream: Any = answer.stream
        try:
            async for part in stream:
                parts.append(part)
                size += len(part)
                if size > self._largest:
                    parts.clear()  # the error keeps this frame alive
                    raise too_large(self._largest)
                # Each read has its own limit; a server that sends a byte now and then would never hit one of them.
                if deadline.expired:
                    raise TransportFailure("timeout", "the answer did not end in time")
        finally:
            await stream.aclose()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _take(self, origin: _Origin) -> tuple[httpcore.AsyncHTTPConnection, bool]:
        idle = self._idle.get(origin)
        while idle:
            try:
                connection, _ = idle.pop()
            except IndexError:  # another thread took the last one
                break
            if not connection.has_expired():
                return connection, True
            await connection.aclose()
        return self._connection(origin), False

    async def _put(self, origin: _Origin, connection: httpcore.AsyncHTTPConnection) -> None:
        idle = self._idle.get(origin)
        if idle is None:
            idle = self._idle.setdefault(origin, deque())
        now = time.monotonic()
        idle.append((connection, now))
        # Those at the bottom are not needed any more when they have lain there for so long.
        try:
            oldest, since = idle.popleft()
        except IndexError:
            return
        if now - since > self._keepalive:
            await oldest.aclose()
        else:
            idle.appendleft((oldest, since))

    def _connection(self, origin: _Origin) -> httpcore.AsyncHTTPConnection:
        made: httpcore.AsyncHTTPConnection = self._lib.AsyncHTTPConnection(
            self._lib.Origin(origin.scheme, origin.host, origin.port),
            ssl_context=self._tls() if origin.secure else None,
            keepalive_expiry=self._keepalive,
            network_backend=AsyncWatch(),
        )
        return made

    def _prepared(self, request: Request) -> tuple[_Origin, httpcore.Request]:
        url = request.url
        end = url.find("/", 8)  # behind http:// and https://
        start = url if end < 0 else url[:end]
        origin = self._origins.get(start)
        if origin is None:
            origin = self._origins[start] = origin_of(start)
        try:
            target = b"/" if end < 0 else url[end:].encode("ascii")
            headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in request.headers.pairs()]
        except UnicodeEncodeError:
            raise NotPlainError from None
        if "host" not in request.headers:
            headers.insert(0, (b"Host", origin.header))
        if request.content is not None:
            headers.append((b"Content-Length", b"%d" % len(request.content)))
        elif request.method in _LENGTH_EXPECTED:
            headers.append((b"Content-Length", b"0"))
        # Made without its constructor, which looks at every header a second time; h11 looks at them anyway.
        lib = self._lib
        made: httpcore.Request = lib.Request.__new__(lib.Request)
        made.method = request.method.encode("ascii")
        made.url = lib.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target)
        made.headers = headers
        made.stream = rt.body_of(request.content)
        made.extensions = self._extensions(request.timeouts)
        return origin, made

    def _extensions(self, limits: Timeouts) -> dict[str, Any]:
        known, extensions = self._limits
        if known is not limits:
            extensions = {
                "timeout": {
                    "connect": limits.connect,
                    "read": limits.read,
                    "write": limits.write,
                    "pool": limits.pool,
                }
            }
            self._limits = (limits, extensions)
        return extensions

    async def close(self) -> None:
        """Close what is idle; what is busy is closed when its call ends."""
        self._closed = True
        for idle in list(self._idle.values()):
            while idle:
                try:
                    connection, _ = idle.pop()
                except IndexError:
                    break
                await connection.aclose()


def origin_of(start: str) -> _Origin:
    """What belongs to the beginning of a URL, scheme, host and port.

    Raises:
        NotPlainError: If only httpx understands it.
    """
    parts = urlsplit(start)
    try:
        host, port = (parts.hostname or "").encode("ascii"), parts.port
    except (UnicodeEncodeError, ValueError):
        raise NotPlainError from None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        raise NotPlainError
    secure = parts.scheme == "https"
    usual = 443 if secure else 80
    shown = b"[%b]" % host if b":" in host else host
    header = shown if port in {None, usual} else b"%b:%d" % (shown, port or 0)
    return _Origin(parts.scheme.encode(), host, port or usual, header, secure)


def _watch(connection: Any, deadline: Deadline) -> None:  # noqa: ANN401 - what opened it is not public there
    connection._network_backend.deadline = deadline


def decoded(content: bytes, headers: list[tuple[bytes, bytes]], largest: int) -> bytes:
    """The body without its compression. Nobody asked for any, but some servers do it all the same."""
    for name, value in headers:
        if name.lower() == b"content-encoding":
            for coding in reversed(value.lower().replace(b" ", b"").split(b",")):
                content = _expanded(content, coding, largest)
    return content


def _expanded(content: bytes, coding: bytes, largest: int) -> bytes:
    if coding not in {b"gzip", b"x-gzip", b"deflate"} or not content:
        return content
    # "deflate" comes also without the frame that the standard asks for.
    bare = coding == b"deflate" and content[0] & 0x0F != 8
    opened = zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS | 32)
    try:
        found = opened.decompress(content, largest + 1)
    except zlib.error as error:
        raise TransportFailure("garbled", NO_DECOMPRESSION) from error
    if len(found) > largest:
        raise too_large(largest)
    if not opened.eof:
        raise TransportFailure("garbled", NO_DECOMPRESSION)
    return found
