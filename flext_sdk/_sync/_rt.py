"""What differs between the two clients: sleeping, threads, processes. Written by hand, as is its twin."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from flext_sdk._core.settings import is_loopback

if TYPE_CHECKING:
    import httpx
    from tenacity import Retrying
    from websockets.sync.client import ClientConnection

__all__ = [
    "Awaits",
    "Event",
    "Lock",
    "PerLoop",
    "WebSocket",
    "chunks",
    "connect_websocket",
    "gather_bounded",
    "handle",
    "ready",
    "receive",
    "resolved",
    "retrying",
    "sleep",
    "to_thread",
]

type WebSocket = ClientConnection
"""An open WebSocket."""

type Awaits[T] = T
"""What a call gives: here its result."""

Lock = threading.Lock
Event = threading.Event


def sleep(seconds: float) -> None:
    """Pause."""
    time.sleep(seconds)


def to_thread[**P, T](func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that blocks; here that is nothing special."""
    return func(*args, **kwargs)


def gather_bounded[T](calls: Sequence[Callable[[], T]], limit: int) -> list[T]:
    """Results of several calls in their order, at most ``limit`` at once; the first failure ends the others."""
    from concurrent.futures import ThreadPoolExecutor

    if len(calls) < 2 or limit < 2:
        return [call() for call in calls]
    with ThreadPoolExecutor(max_workers=min(limit, len(calls))) as pool:
        futures = [pool.submit(call) for call in calls]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()


def ready[T](page: T) -> T:
    """A page as its method returns it: here it is loaded already."""
    load = getattr(page, "load", None)
    if load is not None:
        load()
    return page


def resolved(value: Any) -> Any:  # noqa: ANN401 - whatever a method returns
    """The outcome of a method."""
    return value


def retrying(**options: Any) -> Retrying:  # noqa: ANN401 - tenacity's own arguments
    """A tenacity controller. tenacity is imported here, after the first failure."""
    from tenacity import Retrying

    return Retrying(**options)


def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
    """Send a request through a transport, below the client."""
    return transport.handle_request(request)


def chunks(response: httpx.Response) -> Iterator[bytes]:
    """The decoded body as it comes."""
    return response.iter_bytes()


def connect_websocket(url: str, *, headers: dict[str, str], seconds: float) -> ClientConnection:
    """Open a WebSocket.

    Compression is off: it costs more time than it saves on a local line. Loopback never goes through a proxy.
    """
    from websockets.sync.client import connect

    opened = connect(
        url,
        additional_headers=headers,
        user_agent_header=None,
        open_timeout=seconds,
        close_timeout=1,
        compression=None,
        max_size=16 * 2**20,
        proxy=None if is_loopback(url) else True,
    )
    # From 17.1 on a connection must be entered; ours outlives this function, and whoever asked for it closes it.
    return opened.__enter__()


def receive(socket: ClientConnection, seconds: float) -> str | bytes:
    """The next message.

    Raises:
        TimeoutError: If none comes within ``seconds``.
    """
    return socket.recv(seconds)


class PerLoop[T]:
    """One value for each process: a fork must not share the connections of its parent."""

    def __init__(self) -> None:
        self._values: dict[int, T] = {}
        self._lock = threading.Lock()

    def get(self, make: Callable[[], T]) -> T:
        """The value of this process, made when there is none."""
        process = os.getpid()
        found = self._values.get(process)
        if found is None:
            with self._lock:
                found = self._values.get(process)
                if found is None:
                    found = make()
                    self._values = {process: found}
        return found

    def clear(self, close: Callable[[T], None]) -> None:
        """Close the value of this process."""
        with self._lock:
            values, self._values = self._values, {}
        for process, value in values.items():
            if process == os.getpid():
                close(value)
