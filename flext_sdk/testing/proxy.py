"""A proxy on loopback that does to real connections what bad networks do."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import TracebackType

__all__ = ["FaultyProxy"]

_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class _Plan:
    """What happens to connections: see the methods of `FaultyProxy`."""

    refuse: bool = False
    cut_after: int | None = None
    reset: bool = False
    rate: float | None = None
    delay: float = 0.0
    silent: bool = False
    left: int | None = None


class FaultyProxy:
    """Stands before a service and passes bytes on, until it is told to do worse. Works for HTTP and WebSockets.

    Each fault holds until the next one or `heal`; connections that are open already notice it too.

    Args:
        target: Address of the service, ``http://127.0.0.1:8081``; http only.

    Attributes:
        url: Where to send instead.
        connections: How many were opened so far.

    Example:
        ```python
        with FaultyProxy(flext_platform.urls["flext"]) as proxy:
            client = Flext(proxy.url, token=flext_platform.token)
            proxy.cut(after=1000)
        ```
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError(f"the proxy stands before http addresses, not {target!r}")
        self._host, self._port = parts.hostname, parts.port or 80
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._plan = _Plan()
        self._lock = threading.Lock()
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="faulty-proxy", daemon=True)
        self._started = threading.Event()
        self._thread.start()
        self._started.wait()

    def refuse(self, *, times: int | None = None) -> None:
        """Close connections as soon as they are opened.

        Args:
            times: How many; all when left out.
        """
        self._set(_Plan(refuse=True, left=times))

    def cut(self, *, after: int = 0, times: int | None = None, reset: bool = False) -> None:
        """Close connections in the middle of an answer.

        Args:
            after: Bytes of answers, heads included, that each connection still passes on.
            times: How many connections; all when left out.
            reset: Close with a reset, as a crashed machine does, rather than in order.
        """
        self._set(_Plan(cut_after=after, left=times, reset=reset))

    def slow(self, bytes_per_second: float) -> None:
        """Pass answers on slowly.

        Args:
            bytes_per_second: How slowly.
        """
        self._set(_Plan(rate=bytes_per_second))

    def delay(self, seconds: float) -> None:
        """Pass answers on late.

        Args:
            seconds: How late each piece comes.
        """
        self._set(_Plan(delay=seconds))

    def swallow(self) -> None:
        """Take requests and never answer, with the connection left open."""
        self._set(_Plan(silent=True))

    def heal(self) -> None:
        """Pass everything on again."""
        self._set(_Plan())

    def break_connections(self, *, reset: bool = False) -> int:
        """Close all connections that are open now.

        Args:
            reset: Close with a reset.

        Returns:
            How many there were.
        """
        return self._run(self._break(reset=reset))

    def close(self) -> None:
        """Stop listening and close all connections."""
        if self._loop.is_closed():
            return
        self._run(self._break(reset=False))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._listener.close()

    def _set(self, plan: _Plan) -> None:
        with self._lock:
            self._plan = plan

    def _take(self) -> _Plan:
        """The plan for a connection that was just opened or is about to be hit; one with a number is used up."""
        with self._lock:
            plan = self._plan
            if plan.left is not None:
                self._plan = replace(plan, left=plan.left - 1) if plan.left > 1 else _Plan()
            return plan

    def _run[T](self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._connected, sock=self._listener))
        self._started.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _break(self, *, reset: bool) -> int:
        found = list(self._open)
        for writer in found:
            _close(writer, reset=reset)
        return len(found)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        plan = self._take()
        if plan.refuse:
            _close(writer, reset=True)
            return
        try:
            upstream = await asyncio.open_connection(self._host, self._port)
        except OSError:
            _close(writer, reset=True)
            return
        ends = (writer, upstream[1])
        self._open.update(ends)
        # The services look at the header Host: it must name them, not this proxy.
        ours, theirs = self.url.removeprefix("http://"), f"{self._host}:{self._port}"
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._requests(reader, upstream[1], f"{ours}\r\n".encode(), f"{theirs}\r\n".encode()))
                group.create_task(self._answers(upstream[0], writer, plan))
        except* (OSError, _CutError):
            pass
        finally:
            self._open.difference_update(ends)
            for end in ends:
                _close(end, reset=plan.reset)

    async def _requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, old: bytes, new: bytes
    ) -> None:
        held = b""
        while data := await reader.read(_CHUNK):
            data = (held + data).replace(old, new)
            # The end of what came may be the beginning of what is to be replaced.
            keep = next((n for n in range(min(len(old) - 1, len(data)), 0, -1) if old.startswith(data[-n:])), 0)
            held = data[len(data) - keep :]
            writer.write(data[: len(data) - keep])
            await writer.drain()
        writer.write(held)
        raise _CutError  # whoever asked is gone: nobody waits for the other direction

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, begun: _Plan) -> None:
        passed = 0
        while data := await reader.read(_CHUNK):
            plan = begun if begun.left is not None else self._plan
            if plan.silent:
                continue
            if plan.delay:
                await asyncio.sleep(plan.delay)
            if plan.cut_after is not None:
                data = data[: max(plan.cut_after - passed, 0)]
            passed += await self._pass_on(data, writer, plan)
            if plan.cut_after is not None and passed >= plan.cut_after:
                raise _CutError
        raise _CutError

    async def _pass_on(self, data: bytes, writer: asyncio.StreamWriter, plan: _Plan) -> int:
        step = len(data) if plan.rate is None else max(1, int(plan.rate / 20))
        for start in range(0, len(data), step or 1):
            piece = data[start : start + step]
            writer.write(piece)
            await writer.drain()
            if plan.rate is not None:
                await asyncio.sleep(len(piece) / plan.rate)
        return len(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _CutError(Exception):
    """Ends both directions of a connection."""


def _close(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    found = writer.get_extra_info("socket")
    if reset and found is not None:
        with suppress(OSError):
            # Lingering for zero seconds makes close send a reset.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return
    writer.close()
