"""A server that answers with any bytes whatever, for clients that must bear it."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Self

Step = bytes | Callable[[socket.socket], None] | None
"""What is done for one request: bytes to send before the connection is closed, a function, or None: close at once."""


def head(status: str = "200 OK", **headers: str | int) -> bytes:
    """Status line and headers; ``content_length`` is ``Content-Length``."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def whole(body: bytes, status: str = "200 OK", **headers: str | int) -> bytes:
    """A whole answer."""
    return (
        head(
            status,
            **{"content_type": "application/json", "connection": "close", **headers, "content_length": len(body)},
        )
        + body
    )


class RawServer:
    """Does one thing for each request, in order, the last one for ever, and closes the connection after each."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[bytes] = []
        self.stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def says(self, *steps: Step) -> Self:
        """Change what is done."""
        self.steps = list(steps)
        return self

    def close(self) -> None:
        """Stop listening and close what is open."""
        self.stopping.set()
        # Closing alone does not wake a thread that waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            with self._lock:
                self._open.add(connection)
            request = _read(connection)
            if not request:
                return
            with self._lock:
                self.requests.append(request)
                step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
            if callable(step):
                step(connection)
            elif step is not None:
                connection.sendall(step)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
        with self._lock:
            self._open.discard(connection)


def _read(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    top, _, body = data.partition(b"\r\n\r\n")
    size = next(
        (int(line.split(b":")[1]) for line in top.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < size:
        body += connection.recv(65536)
    return data


class Endless:
    """Sends the piece again and again until the other side has had enough.

    Attributes:
        sent: Bytes so far.
    """

    def __init__(self, start: bytes, piece: bytes) -> None:
        self.start, self.piece, self.sent = start, piece, 0

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(self.start)
        while True:
            connection.sendall(self.piece)
            self.sent += len(self.piece)


class Drip:
    """Sends a byte now and then."""

    def __init__(self, data: bytes, pause: float = 0.05) -> None:
        self.data, self.pause = data, pause

    def __call__(self, connection: socket.socket) -> None:
        for number in range(len(self.data)):
            connection.sendall(self.data[number : number + 1])
            time.sleep(self.pause)


def bomb(size: int) -> bytes:
    """A compressed answer that becomes so many bytes."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    piece = bytes(1 << 20)
    packed = b"".join(packer.compress(piece) for _ in range(size >> 20)) + packer.flush()
    return whole(packed, content_encoding="gzip")


def squeezed(body: bytes) -> bytes:
    """A body as gzip."""
    return gzip.compress(body, mtime=0)


def chunks(*parts: bytes) -> Iterator[bytes]:
    """Parts of a body as the chunked coding writes them, without the end."""
    for part in parts:
        yield b"%x\r\n%b\r\n" % (len(part), part)
