"""What differs between the two clients: sleeping, threads, event loops. Its twin is written by hand as well."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from flext_sdk._core.settings import is_loopback
from flext_sdk.errors import UsageError

if TYPE_CHECKING:
    import httpcore
    import httpx
    from tenacity import AsyncRetrying
    from websockets.asyncio.client import ClientConnection

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

type Awaits[T] = Awaitable[T]
"""What a call gives before it has finished."""

_FRAMES = 16
"""Frames of a WebSocket that wait for whoever reads them."""

Lock = asyncio.Lock
Event = asyncio.Event
CLOSES = "aclose"
"""What closes a client of httpx of this colour."""
HTTP_CLIENT = "httpx.AsyncClient"
"""What it is called."""
Interrupted = asyncio.CancelledError
"""What ends a call that nobody wants any more."""


async def sleep(seconds: float) -> None:
    """Pause, without holding up others."""
    await asyncio.sleep(seconds)


def _running() -> asyncio.AbstractEventLoop:
    """The running loop.

    Raises:
        UsageError: If there is none: something else than asyncio runs us.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise UsageError(
            "AsyncFlext needs a running event loop of asyncio",
            hint="With trio, use Flext in a thread: await trio.to_thread.run_sync(...)",
        ) from None


async def to_thread[**P, T](func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that blocks."""
    _running()
    return await asyncio.to_thread(func, *args, **kwargs)


async def gather_bounded[T](calls: Sequence[Callable[[], Awaitable[T]]], limit: int) -> list[T]:
    """Results of several calls in their order, at most ``limit`` at once; the first failure ends the others."""
    gate = asyncio.Semaphore(limit)

    async def one(call: Callable[[], Awaitable[T]]) -> T:
        async with gate:
            return await call()

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(call)) for call in calls]
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]


async def crew(work: Callable[[], Awaitable[None]], workers: int, stop: Callable[[], None]) -> None:
    """Let several work at the same; the first failure ends the others, as does being cancelled."""

    async def one() -> None:
        try:
            await work()
        except BaseException:
            stop()
            raise

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(one())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


def waits_for_signals() -> bool:
    """Whether Ctrl-C must be able to end whatever is called here: no, being cancelled does that."""
    return False


def ready[T](page: T) -> T:
    """A page as its method returns it: here it is loaded when it is awaited."""
    return page


async def resolved(value: Any) -> Any:  # noqa: ANN401 - whatever a method returns
    """The outcome of a method that may or may not have to be waited for."""
    return await value if isinstance(value, Awaitable) else value


def retrying(**options: Any) -> AsyncRetrying:  # noqa: ANN401 - tenacity's own arguments
    """A tenacity controller. tenacity is imported here, after the first failure."""
    from tenacity import AsyncRetrying

    return AsyncRetrying(**options)


PATCH_POINTS = (
    ("httpcore", "AsyncConnectionPool", "handle_async_request"),
    ("httpcore", "AsyncHTTPConnection", "handle_async_request"),
    ("httpcore", "AsyncHTTP11Connection", "handle_async_request"),
    ("httpx", "AsyncHTTPTransport", "handle_async_request"),
    ("httpx", "AsyncClient", "send"),
    ("httpx", "AsyncClient", "_send_single_request"),
    ("httpx", "AsyncClient", "_transport_for_url"),
)
"""Where mocks and tracers put themselves between httpx and the wire: module, class, method."""


async def handle(connection: httpcore.AsyncHTTPConnection, request: httpcore.Request) -> httpcore.Response:
    """Send a request over a connection."""
    return await connection.handle_async_request(request)


def slim(origin: Any, decoded: Any, not_plain: Any, limit: int, keepalive: float, largest: int) -> Any:  # noqa: ANN401, ARG001 - its twin uses them
    """The sender `slim`, which blocks: there is none for an event loop."""
    return None


def fast_builder() -> Any:  # noqa: ANN401 - of a library that may not be installed
    """A builder of the extra `fast`.

    Raises:
        ImportError: If it is not installed.
    """
    from flext_sdk._fastlib import load

    return load().ClientBuilder()


class _Body:
    """A body in one piece; an empty one costs no write."""

    def __init__(self, content: bytes | None) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._content:
            yield self._content


def body_of(content: bytes | None) -> AsyncIterable[bytes]:
    """A body as connections want it."""
    return _Body(content)


def within(deadline: Deadline) -> asyncio.Timeout:
    """Whatever is done inside is cancelled at the deadline, with TimeoutError."""
    _running()
    seconds = deadline.remaining()
    return asyncio.timeout(None if seconds == float("inf") else seconds)


def held() -> Deadline | None:
    """When whoever reads here must end: being cancelled sees to that."""
    return None


def network() -> httpcore.AsyncNetworkBackend:
    """What opens connections."""
    from httpcore import AnyIOBackend

    return AnyIOBackend()


class Slots:
    """So many may be in at once; the others wait in line.

    Args:
        limit: How many.
    """

    def __init__(self, limit: int) -> None:
        self._gate = asyncio.Semaphore(limit)

    async def acquire(self, seconds: float) -> bool:
        """Come in; False when there was no place for so long. Whoever is cancelled in the line leaves it."""
        if not self._gate.locked():
            return await self._gate.acquire()
        try:
            async with asyncio.timeout(seconds):
                return await self._gate.acquire()
        except TimeoutError:
            return False

    def release(self) -> None:
        """Go out, which lets the first of the line in."""
        self._gate.release()


def chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    """The decoded body as it comes."""
    return response.aiter_bytes()


async def connect_websocket(url: str, *, headers: dict[str, str], seconds: float) -> ClientConnection:
    """Open a WebSocket.

    Compression is off: it costs more time than it saves on a local line. Loopback never goes through a proxy.
    """
    from websockets.asyncio.client import connect

    return await connect(
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


async def receive(socket: ClientConnection, seconds: float) -> str | bytes:
    """The next message.

    Raises:
        TimeoutError: If none comes within ``seconds``.
    """
    async with asyncio.timeout(seconds):
        return await socket.recv()


async def answers(socket: ClientConnection, seconds: float) -> bool:
    """Whether the other end of a WebSocket answers a ping within ``seconds``."""
    from websockets.exceptions import WebSocketException

    try:
        async with asyncio.timeout(seconds):
            await (await socket.ping())
    except (TimeoutError, OSError, WebSocketException):
        return False
    return True


class PerLoop[T]:
    """One value for each event loop: connections belong to the loop they were opened in.

    What belongs to a loop that has ended is dropped; its sockets went with it.
    """

    def __init__(self) -> None:
        self._values: dict[asyncio.AbstractEventLoop, T] = {}
        self._lock = threading.Lock()

    def get(self, make: Callable[[], T]) -> T:
        """The value of the running loop, made when there is none."""
        loop = _running()
        values = self._values
        if loop in values:  # None may be a value
            return values[loop]
        with self._lock:
            for other in [known for known in self._values if known.is_closed()]:
                del self._values[other]
            made = self._values[loop] = make()
        return made

    async def clear(self, close: Callable[[T], Awaitable[None]]) -> None:
        """Close all values, each in its own loop."""
        with self._lock:
            values, self._values = self._values, {}
        for loop, value in values.items():
            if loop is asyncio.get_running_loop():
                await close(value)
            elif loop.is_running():
                asyncio.run_coroutine_threadsafe(_finish(close, value), loop)


async def _finish[T](close: Callable[[T], Awaitable[None]], value: T) -> None:
    await close(value)
