"""What differs between the two clients: sleeping, threads, processes. Written by hand, as is its twin."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flext_sdk._core.settings import is_loopback

if TYPE_CHECKING:
    import httpcore
    import httpx
    from tenacity import Retrying
    from websockets.sync.client import ClientConnection

    from flext_sdk._core.deadline import Deadline

__all__ = [
    "CLOSES",
    "HTTP_CLIENT",
    "PATCH_POINTS",
    "Awaits",
    "Event",
    "Interrupted",
    "Lock",
    "PerLoop",
    "Slots",
    "WebSocket",
    "answers",
    "body_of",
    "chunks",
    "connect_websocket",
    "crew",
    "fast_builder",
    "gather_bounded",
    "handle",
    "held",
    "network",
    "ready",
    "receive",
    "resolved",
    "retrying",
    "sleep",
    "slim",
    "to_thread",
    "waits_for_signals",
    "within",
]

type WebSocket = ClientConnection
"""An open WebSocket."""

type Awaits[T] = T
"""What a call gives: here its result."""

_FRAMES = 16
"""Frames of a WebSocket that wait for whoever reads them."""

_now = threading.local()

Lock = threading.Lock
Event = threading.Event
CLOSES = "close"
"""What closes a client of httpx of this colour."""
HTTP_CLIENT = "httpx.Client"
"""What it is called."""
Interrupted = KeyboardInterrupt
"""What ends a call that nobody wants any more."""


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


def crew(work: Callable[[], None], workers: int, stop: Callable[[], None]) -> None:
    """Let several work at the same; the first failure ends the others, as does Ctrl-C.

    A call that is on its way cannot be taken back: it ends by itself, and nobody waits for it.
    """
    from concurrent.futures import ThreadPoolExecutor, as_completed

    if workers < 2:
        return work() if workers else None
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="flext-bulk")
    try:
        for future in as_completed([pool.submit(work) for _ in range(workers)]):
            future.result()
    except BaseException:
        stop()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return None


def waits_for_signals() -> bool:
    """Whether Ctrl-C must be able to end whatever is called here: in the main thread, which alone gets it."""
    return threading.current_thread() is threading.main_thread()


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


PATCH_POINTS = (
    ("httpcore", "ConnectionPool", "handle_request"),
    ("httpcore", "HTTPConnection", "handle_request"),
    ("httpcore", "HTTP11Connection", "handle_request"),
    ("httpx", "HTTPTransport", "handle_request"),
    ("httpx", "Client", "send"),
    ("httpx", "Client", "_send_single_request"),
    ("httpx", "Client", "_transport_for_url"),
)
"""Where mocks and tracers put themselves between httpx and the wire: module, class, method."""


def handle(connection: httpcore.HTTPConnection, request: httpcore.Request) -> httpcore.Response:
    """Send a request over a connection."""
    return connection.handle_request(request)


def slim(origin: Any, decoded: Any, not_plain: Any, limit: int, keepalive: float, largest: int) -> Any:  # noqa: ANN401 - its twin has none
    """The sender `slim`."""
    from flext_sdk._slim import Slim

    return Slim(Slots(limit), origin, decoded, not_plain, keepalive, largest)


def fast_builder() -> Any:  # noqa: ANN401 - of a library that may not be installed
    """A builder of the extra `fast`.

    Raises:
        ImportError: If it is not installed.
    """
    from flext_sdk._fastlib import load

    return load().SyncClientBuilder()


def body_of(content: bytes | None) -> Iterable[bytes]:
    """A body as connections want it; an empty one costs no write."""
    return (content,) if content else ()


@contextmanager
def within(deadline: Deadline) -> Iterator[None]:
    """Who waits inside cannot be cancelled from outside, so each read looks at the deadline, see `held`."""
    before, _now.deadline = held(), deadline
    try:
        yield
    finally:
        _now.deadline = before


def held() -> Deadline | None:
    """When whoever reads in this thread must end."""
    return getattr(_now, "deadline", None)


def network() -> httpcore.NetworkBackend:
    """What opens connections."""
    from httpcore import SyncBackend

    return SyncBackend()


class Slots:
    """So many may be in at once; the others wait in line.

    A semaphore of the standard library lets a thread that has just come pass those that wait; here whoever goes out
    hands their place to the first of the line.

    Args:
        limit: How many.
    """

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._lock = threading.Lock()
        self._line: deque[threading.Lock] = deque()

    def acquire(self, seconds: float) -> bool:
        """Come in; False when there was no place for so long."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = threading.Lock()
            turn.acquire()
            self._line.append(turn)
        try:
            if turn.acquire(timeout=seconds):
                return True
        except BaseException:  # Ctrl-C in the line
            self._leave(turn)
            raise
        return not self._leave(turn, give_back=False)

    def _leave(self, turn: threading.Lock, *, give_back: bool = True) -> bool:
        with self._lock:
            if turn in self._line:
                self._line.remove(turn)
                return True
        # The place came in the very moment of leaving.
        if give_back:
            self.release()
        return False

    def release(self) -> None:
        """Go out, which lets the first of the line in."""
        with self._lock:
            if self._line:
                self._line.popleft().release()
            else:
                self._free += 1


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
        # Whoever reads slowly holds so many frames and no more; then the service has to wait.
        max_queue=_FRAMES,
        # A slow reader does not see the answers to its own pings; `answers` asks when there is silence.
        ping_interval=None,
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


def answers(socket: ClientConnection, seconds: float) -> bool:
    """Whether the other end of a WebSocket answers a ping within ``seconds``."""
    from websockets.exceptions import WebSocketException

    try:
        return socket.ping().wait(seconds)
    except (OSError, WebSocketException):
        return False


class PerLoop[T]:
    """One value for each process: a fork must not share the connections of its parent."""

    def __init__(self) -> None:
        self._values: dict[int, T] = {}
        self._lock = threading.Lock()

    def get(self, make: Callable[[], T]) -> T:
        """The value of this process, made when there is none."""
        process = os.getpid()
        values = self._values
        if process in values:  # None may be a value
            return values[process]
        with self._lock:
            if process not in self._values:
                self._values = {process: make()}
            return self._values[process]

    def clear(self, close: Callable[[T], None]) -> None:
        """Close the value of this process."""
        with self._lock:
            values, self._values = self._values, {}
        for process, value in values.items():
            if process == os.getpid():
                close(value)
