"""The sender ``slim``: connections of the standard library, for programs that make a few calls and end.

Importing httpcore with all it needs costs more than a small program's whole life. What is not plain http is left to
the other ways: certificates, proxies, addresses that only httpx understands, and mocks.
"""

from __future__ import annotations

import io
import time
from collections import deque
from http.client import (
    BadStatusLine,
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    IncompleteRead,
    InvalidURL,
    RemoteDisconnected,
    parse_headers,
)
from socket import MSG_PEEK
from typing import TYPE_CHECKING, Protocol

from flext_sdk._core.failures import NO_HTTP, TransportFailure, classify, too_large
from flext_sdk._core.messages import RawHeaders, Response

if TYPE_CHECKING:
    from collections.abc import Buffer, Callable
    from socket import socket

    from flext_sdk._core.deadline import Deadline
    from flext_sdk._core.messages import Request

__all__ = ["Slim"]

_PIECE = 1 << 16
_CLOSED = "the server closed the connection"
_LENGTH_EXPECTED = frozenset({"POST", "PUT", "PATCH"})


class _Slots(Protocol):
    """So many may be in at once."""

    def acquire(self, seconds: float) -> bool: ...
    def release(self) -> None: ...


class _Origin(Protocol):
    """What belongs to the beginning of a URL."""

    @property
    def host(self) -> bytes: ...
    @property
    def port(self) -> int: ...
    @property
    def header(self) -> bytes: ...
    @property
    def secure(self) -> bool: ...


class _Watched(io.RawIOBase):
    """What a service sends; each read is bounded, by a limit of its own and by the deadline of the call.

    A server that sends a byte now and then would hit no limit of single reads.
    """

    def __init__(self, sock: socket, deadline: Deadline, limit: float) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline
        self._limit = limit
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int | None:
        left = min(self._limit, self._deadline.remaining())
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        count: int | None = self._raw.readinto(buffer)
        self.ended = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer; what may come before it (``103 Early Hints``) is passed over, of which the base knows only 100."""

    def __init__(self, sock: socket, watched: _Watched, *, method: str | None) -> None:
        super().__init__(sock, method=method)
        self.fp.close()
        self.fp = io.BufferedReader(watched)

    def sound(self) -> bool:
        """Whether it says at most once how long it is, and with a number."""
        told = self.headers.get_all("Content-Length", [])
        return all(length.isascii() and length.isdigit() and length == told[0] for length in told)

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if found[1] // 100 != 1 or found[1] in {100, 101}:
                return found
            parse_headers(self.fp)


class _Connection(HTTPConnection):
    """A connection that is never opened behind our back."""

    auto_open = 0

    def answer(self, deadline: Deadline, limit: float) -> _Answer:
        """The answer to what was sent, its head read and its reads bounded."""
        watched = _Watched(self.sock, deadline, limit)

        def make(sock: socket, method: str | None = None) -> _Answer:
            return _Answer(sock, watched, method=method)

        self.response_class = make  # type: ignore[assignment]
        try:
            found: _Answer = self.getresponse()  # type: ignore[assignment]
        except BadStatusLine as error:
            if watched.ended and "HTTP/1.".startswith(str(error)[:7]):
                raise RemoteDisconnected(_CLOSED) from None
            raise
        # The library takes a head that was cut off for a whole one.
        if watched.ended:
            found.close()
            raise RemoteDisconnected(_CLOSED)
        if not found.sound():
            found.close()
            raise HTTPException
        return found

    def alive(self) -> bool:
        """Whether the service has neither closed it nor sent what nobody asked for."""
        try:
            self.sock.settimeout(0)
            self.sock.recv(1, MSG_PEEK)
        except BlockingIOError:
            return True
        except (OSError, AttributeError):
            pass
        return False


class Slim:
    """Sends requests over connections of its own, in one process.

    Args:
        slots: Lets in so many calls at once.
        origin: Scheme, host, port and header of the beginning of a URL; raises `not_plain` where only httpx knows.
        decoded: The body without its compression.
        not_plain: What to raise for requests that are to go another way.
        keepalive: Seconds an idle connection is kept.
        largest: Bytes that an answer may have, decompressed.
    """

    def __init__(
        self,
        slots: _Slots,
        origin: Callable[[str], _Origin],
        decoded: Callable[[bytes, list[tuple[bytes, bytes]], int], bytes],
        not_plain: type[Exception],
        keepalive: float,
        largest: int,
    ) -> None:
        self._slots = slots
        self._origin = origin
        self._decoded = decoded
        self._not_plain = not_plain
        self._keepalive = keepalive
        self._largest = largest
        self._origins: dict[str, _Origin] = {}
        self._idle: dict[str, deque[tuple[_Connection, float]]] = {}
        self._closed = False

    @property
    def idle(self) -> int:
        """Connections that wait for a call."""
        return sum(map(len, self._idle.values()))

    def send(self, request: Request, deadline: Deadline, *, again: bool) -> Response:
        """Send one request and read the whole answer.

        Args:
            request: The request.
            deadline: When reading must end.
            again: The request may be sent twice: where the service had closed the connection in the meantime, it is
                sent once more over a new one.

        Raises:
            TransportFailure: If no whole answer came.
        """
        url = request.url
        end = url.find("/", 8)
        start, target = (url, "/") if end < 0 else (url[:end], url[end:])
        origin = self._origins.get(start)
        if origin is None:
            origin = self._origins[start] = self._origin(start)
        if origin.secure or not target.isascii() or not all(value.isascii() for value in request.headers.values()):
            raise self._not_plain
        started = deadline.elapsed
        if not self._slots.acquire(request.timeouts.pool):
            raise TransportFailure("pool", "all connections are busy")
        try:
            return self._exchange(start, origin, target, request, deadline, started, again=again)
        except TimeoutError as error:
            raise TransportFailure("timeout", "no answer in time") from error
        except InvalidURL as error:
            raise self._not_plain from error
        except (RemoteDisconnected, IncompleteRead) as error:
            if _is_no_size(error.__context__):
                raise TransportFailure("garbled", NO_HTTP) from error
            raise TransportFailure("broken", _CLOSED) from error
        except HTTPException as error:
            raise TransportFailure("garbled", NO_HTTP) from error
        except OSError as error:
            raise classify(error) from error
        finally:
            self._slots.release()

    def _exchange(
        self,
        start: str,
        origin: _Origin,
        target: str,
        request: Request,
        deadline: Deadline,
        started: float,
        *,
        again: bool,
    ) -> Response:
        connection = self._take(start)
        used = connection is not None
        try:
            if connection is None:
                connection = _opened(origin, request)
            try:
                answer = _ask(connection, origin, target, request, deadline)
            except (HTTPException, ConnectionError):
                if not (used and again):
                    raise
                connection.close()
                connection = _opened(origin, request)
                answer = _ask(connection, origin, target, request, deadline)
            content = _read(answer, deadline, self._largest)
        except BaseException:
            # Also when it was interrupted: half an answer must not be left for the next one.
            if connection is not None:
                connection.close()
            raise
        answer.close()
        if self._closed or connection.sock is None:
            connection.close()
        else:
            self._idle.setdefault(start, deque()).append((connection, time.monotonic()))
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
        content = self._decoded(content, headers, self._largest)
        return Response(answer.status, RawHeaders(headers), content, deadline.elapsed - started)

    def _take(self, start: str) -> _Connection | None:
        idle = self._idle.get(start)
        while idle:
            try:
                connection, since = idle.pop()
            except IndexError:  # another thread took the last one
                break
            if time.monotonic() - since < self._keepalive and connection.alive():
                return connection
            connection.close()
        return None

    def close(self) -> None:
        """Close what is idle; what is busy is closed when its call ends."""
        self._closed = True
        for idle in list(self._idle.values()):
            while idle:
                try:
                    connection, _ = idle.pop()
                except IndexError:
                    break
                connection.close()


def _opened(origin: _Origin, request: Request) -> _Connection:
    connection = _Connection(origin.host.decode(), origin.port, timeout=request.timeouts.connect)
    try:
        connection.connect()
    except TimeoutError as error:
        raise TransportFailure("connect", "no connection in time") from error
    except OSError as error:
        failure = classify(error)
        failure.kind = "connect"
        raise failure from error
    except UnicodeError as error:
        raise TransportFailure("connect", "the host name is not known") from error
    return connection


def _ask(connection: _Connection, origin: _Origin, target: str, request: Request, deadline: Deadline) -> HTTPResponse:
    connection.sock.settimeout(request.timeouts.write)
    connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
    if "host" not in request.headers:
        connection.putheader("Host", origin.header)
    for name, value in request.headers.pairs():
        connection.putheader(name, value)
    if request.content is not None:
        connection.putheader("Content-Length", str(len(request.content)))
    elif request.method in _LENGTH_EXPECTED:
        connection.putheader("Content-Length", "0")
    connection.endheaders(request.content)
    return connection.answer(deadline, request.timeouts.read)


def _is_no_size(error: BaseException | None) -> bool:
    """Whether there was something where the size of a chunk should be, and not the end."""
    return isinstance(error, ValueError) and not str(error).endswith("b''")


def _read(answer: HTTPResponse, deadline: Deadline, largest: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(_PIECE):
        parts.append(part)
        size += len(part)
        if size > largest:
            parts.clear()  # the error keeps this frame alive
            raise too_large(largest)
        # Each read has its own limit; a server that sends a byte now and then would never hit one of them.
        if deadline.expired:
            raise TransportFailure("timeout", "the answer did not end in time")
    if answer.length:
        raise TransportFailure("broken", _CLOSED)
    return parts[0] if len(parts) == 1 else b"".join(parts)
