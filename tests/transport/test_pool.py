"""Connections: how many, whose turn it is, and what becomes of those that broke."""

from __future__ import annotations

import asyncio
import socket
import threading
import time as real_time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flext_sdk import AsyncFlext, Flext, errors
from flext_sdk._async import _fast as async_fast
from flext_sdk._async import _pool as async_pools
from flext_sdk._async import _rt as async_rt
from flext_sdk._async._pool import AsyncPool
from flext_sdk._core.deadline import Deadline, Timeouts
from flext_sdk._core.failures import TransportFailure
from flext_sdk._core.messages import Headers, Request
from flext_sdk._sync import _fast as sync_fast
from flext_sdk._sync import _pool as pools
from flext_sdk._sync import _rt as sync_rt

from .conftest import Answer, Driver, Server

GOOD = Answer(body={"id": "p1", "name": "orders"})
BODY = b'{"id": "p1", "name": "orders"}'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)


class Script:
    """A server that does one thing for each request, in order: bytes to send, or None to close without a word."""

    def __init__(self, *steps: bytes | None) -> None:
        self.steps = list(steps)
        self.requests: list[bytes] = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            while request := self._request(connection):
                self.requests.append(request)
                step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
                if step is None:
                    return
                connection.sendall(step)

    def _request(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            try:
                part = connection.recv(65536)
            except OSError:
                return b""
            if not part:
                return b""
            data += part
        head, _, rest = data.partition(b"\r\n\r\n")
        size = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        while len(rest) < size:
            rest += connection.recv(65536)
        return head


@pytest.fixture
def script() -> Iterator[Callable[..., Script]]:
    made: list[Script] = []

    def make(*steps: bytes | None) -> Script:
        made.append(Script(*steps))
        return made[-1]

    yield make
    for one in made:
        one.listener.close()


STOCK = pytest.mark.parametrize("every", ["sync", "async"], indirect=True)
OWN = pytest.mark.parametrize("every", ["sync", "async", "sync-slim"], indirect=True)


def pools_of(every: Driver, client: Any) -> Any:
    sender = client._transport._sender
    return sender._slims if every.via == "slim" else sender._pools


@OWN
async def test_a_read_is_repeated_at_once_when_the_service_had_closed_the_connection(
    every: Driver, script: Any
) -> None:
    server = script(WHOLE, None, WHOLE)
    client = every.client(server.url)
    for _ in range(2):
        assert (await every.run(lambda: client.pipelines.show("orders"))).name == "orders"
    assert (len(server.requests), server.connections, every.time.sleeps) == (3, 2, [])


@OWN
async def test_a_start_is_repeated_at_once_under_its_key(every: Driver, script: Any) -> None:
    run = b'{"execution_id": "r1", "status": "running"}'
    server = script(WHOLE, None, b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n%b" % (len(run), run))
    client = every.client(server.url)
    await every.run(lambda: client.pipelines.show("orders"))
    assert (await every.run(lambda: client.pipelines.start("orders"))).execution_id == "r1"
    keys = {line for head in server.requests[1:] for line in head.split(b"\r\n") if line.startswith(b"Idempotency-Key")}
    assert (len(server.requests), len(keys), every.time.sleeps) == (3, 1, [])


async def test_what_must_not_be_done_twice_is_not_repeated(every: Driver, script: Any) -> None:
    server = script(WHOLE, None, WHOLE)

    def strip(request: Any) -> Any:
        request.headers.pop("Idempotency-Key", None)
        response = yield request
        return response

    client = every.client(server.url, middleware=[every.middleware(strip)])
    await every.run(lambda: client.pipelines.show("orders"))
    with pytest.raises(errors.ConnectionFailedError, match="broke"):
        await every.run(lambda: client.pipelines.start("orders"))
    assert len(server.requests) == 2


@OWN
async def test_an_answer_that_ends_half_way_leaves_no_connection(every: Driver) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def half() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(WHOLE[:-5])

    thread = threading.Thread(target=half, daemon=True)
    thread.start()
    client = every.client(f"http://127.0.0.1:{listener.getsockname()[1]}", retries=0)
    with pytest.raises(errors.ConnectionFailedError, match="broke"):
        await every.run(lambda: client.pipelines.show("orders"))
    thread.join()
    listener.close()
    assert [pool.idle for pool in pools_of(every, client)._values.values()] == [0]


@STOCK
async def test_idle_connections_that_were_closed_are_not_used(every: Driver, script: Any) -> None:
    server = script(WHOLE)
    client = every.client(server.url)
    await every.run(lambda: client.pipelines.show("orders"))
    pool_of = client._transport._sender._pools

    async def close_idle() -> Any:
        pool = pool_of.get(lambda: None)
        (stack,) = pool._idle.values()
        ((connection, _),) = stack
        connection._connection._expire_at = 0.0  # as if it had been idle for long
        return pool

    if every.colour == "async":
        pool = await close_idle()
    else:
        pool = await asyncio.to_thread(lambda: asyncio.run(close_idle()))
    await every.run(lambda: client.pipelines.show("orders"))
    assert (server.connections, pool.idle) == (2, 1)


@pytest.mark.parametrize("transport", ["stock", "fast"])
async def test_200_calls_at_once_take_turns(server: Server, transport: Any) -> None:
    busy, most, gate = 0, 0, threading.Lock()

    def enter() -> None:
        nonlocal busy, most
        with gate:
            busy += 1
            most = max(most, busy)
        real_time.sleep(0.005)
        with gate:
            busy -= 1

    server.says(Answer(body=GOOD.body, before=enter))
    async with AsyncFlext(server.url, transport=transport, _environ={}) as client:
        found = await asyncio.gather(*(client.pipelines.show("orders") for _ in range(500)))
    assert len(found) == len(server.seen) == 500
    assert most <= pools.MOST
    # One that is closed meanwhile is replaced; the library of `fast` may also begin one and then take another.
    assert server.connections <= (pools.MOST + 10) * (1 if transport == "stock" else 2)


@pytest.mark.parametrize("transport", ["stock", "fast", "slim"])
def test_32_threads_share_a_client(server: Server, transport: Any) -> None:
    server.says(GOOD)
    names: list[str] = []
    with Flext(server.url, transport=transport, _environ={}) as client:
        threads = [
            threading.Thread(target=lambda: names.extend(client.pipelines.show("orders").name for _ in range(20)))
            for _ in range(32)
        ]
        [t.start() for t in threads]
        [t.join() for t in threads]
    assert names == ["orders"] * 640
    assert server.connections <= 40  # a thread may come while all others are just putting theirs back


def request_to(url: str, pool: float = 5.0) -> Request:
    return Request("GET", f"{url}/x", Headers(), None, 1, "x", Timeouts(5.0, 5.0, 5.0, pool))


def deadline() -> Deadline:
    return Deadline(30.0, real_time.monotonic)


async def test_whoever_is_cancelled_in_the_line_leaves_it(server: Server) -> None:
    release = threading.Event()
    server.says(Answer(body={}, before=lambda: release.wait(10)))
    pool = AsyncPool(lambda: None, limit=1)  # type: ignore[arg-type, return-value]
    first = asyncio.create_task(pool.send(request_to(server.url), deadline(), again=True))
    while not server.seen:
        await asyncio.sleep(0.005)
    second, third = (asyncio.create_task(pool.send(request_to(server.url), deadline(), again=True)) for _ in range(2))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    with pytest.raises(TransportFailure, match="all connections are busy") as caught:
        await pool.send(request_to(server.url, pool=0.01), deadline(), again=True)
    assert caught.value.kind == "pool"
    release.set()
    assert (await first).status == (await third).status == 200
    assert len(server.seen) == 2
    await pool.close()
    assert pool.idle == 0


def test_threads_wait_in_line() -> None:
    slots = sync_rt.Slots(1)
    assert slots.acquire(1)
    came: list[int] = []

    def wait(number: int) -> None:
        assert slots.acquire(10)
        came.append(number)
        slots.release()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(slots._line) <= number:
            real_time.sleep(0.001)
    assert not slots.acquire(0.01)
    assert len(slots._line) == 5
    slots.release()
    [t.join() for t in threads]
    assert came == list(range(5))
    assert slots.acquire(0.01)


def test_ctrl_c_in_the_line_loses_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    class Turn:
        """A lock whose waiting is interrupted, before or after the place came."""

        def __init__(self) -> None:
            self.first = True

        def acquire(self, timeout: float = -1) -> bool:
            if self.first:
                self.first = False
                return True
            during()
            raise KeyboardInterrupt

        def release(self) -> None:
            pass

    for comes in (False, True):
        slots = sync_rt.Slots(1)
        slots.acquire(1)
        during = slots.release if comes else int
        with monkeypatch.context() as patch:
            patch.setattr(sync_rt.threading, "Lock", Turn)
            with pytest.raises(KeyboardInterrupt):
                slots.acquire(1)
        if not slots._free:
            slots.release()
        assert slots._free == 1
        assert not slots._line
    slots = sync_rt.Slots(1)
    slots.acquire(1)

    class Late(Turn):
        """A lock whose time is up in the moment in which the place comes."""

        def acquire(self, timeout: float = -1) -> bool:
            if self.first:
                self.first = False
                return True
            slots.release()
            return False

    with monkeypatch.context() as patch:
        patch.setattr(sync_rt.threading, "Lock", Late)
        assert slots.acquire(1)


async def test_tasks_wait_in_line() -> None:
    slots = async_rt.Slots(1)
    assert await slots.acquire(1)
    assert not await slots.acquire(0.01)
    waiting = asyncio.create_task(slots.acquire(10))
    await asyncio.sleep(0)
    slots.release()
    assert await waiting


def test_a_busy_connection_is_closed_when_its_client_is(server: Server) -> None:
    entered, release = threading.Event(), threading.Event()
    server.says(Answer(body=GOOD.body, before=lambda: (entered.set(), release.wait(10))))  # type: ignore[arg-type, func-returns-value]
    client = Flext(server.url, transport="stock", _environ={})
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(client.pipelines.show("orders")))
    thread.start()
    entered.wait(10)
    pool = client._transport._sender._pools.get(lambda: None)
    client.close()
    release.set()
    thread.join()
    assert found[0].name == "orders"
    assert pool.idle == 0
    with pytest.raises(errors.UsageError, match="closed"):
        client.pipelines.show("orders")


@pytest.mark.parametrize(
    ("start", "host", "port", "header"),
    [
        ("http://example.com", b"example.com", 80, b"example.com"),
        ("https://example.com:443", b"example.com", 443, b"example.com"),
        ("https://example.com:8443", b"example.com", 8443, b"example.com:8443"),
        ("http://[::1]:8081", b"::1", 8081, b"[::1]:8081"),
    ],
)
def test_beginnings_of_urls(start: str, host: bytes, port: int, header: bytes) -> None:
    for colour in (pools, async_pools):
        found = colour.origin_of(start)
        assert (found.host, found.port, found.header) == (host, port, header)


@pytest.mark.parametrize("start", ["ftp://x", "http://", "http://a@b", "http://ü.example", "http://x:99999"])
def test_what_only_httpx_understands(start: str) -> None:
    for colour in (pools, async_pools):
        with pytest.raises(colour.NotPlainError):
            colour.origin_of(start)


async def test_a_path_outside_ascii_goes_the_long_way(every: Driver, server: Server) -> None:
    server.says(GOOD)
    client = every.client(f"{server.url}/päth")
    assert (await every.run(lambda: client.pipelines.show("orders"))).name == "orders"
    assert server.seen[0].path == "/p%C3%A4th/api/v1/pipelines/orders"


def test_bodies_in_pieces() -> None:
    import zlib

    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bare = raw.compress(BODY) + raw.flush()
    for coding, content in (
        (b"gzip", zlib.compress(BODY, wbits=31)),
        (b"deflate", zlib.compress(BODY)),
        (b"deflate", bare),
    ):
        for colour in (pools, async_pools):
            assert colour.decoded(content, [(b"Content-Encoding", coding)], 99) == BODY
    assert pools.decoded(BODY, [(b"Content-Encoding", b"identity"), (b"X", b"y")], 99) == BODY
    assert pools.decoded(b"", [(b"Content-Encoding", b"gzip")], 99) == b""
    with pytest.raises(TransportFailure, match="decompressed"):
        pools.decoded(BODY, [(b"Content-Encoding", b"gzip")], 99)


async def test_old_connections_at_the_bottom_are_closed(script: Any) -> None:
    server = script(WHOLE)
    pool = AsyncPool(lambda: None, keepalive=-1.0)  # type: ignore[arg-type, return-value]
    await pool.send(request_to(server.url), deadline(), again=True)
    assert pool.idle == 0
    await pool.close()


async def test_connections_of_two_services_are_kept_apart(script: Any) -> None:
    one, other = script(WHOLE), script(WHOLE)
    pool = AsyncPool(lambda: None)  # type: ignore[arg-type, return-value]
    for _ in range(2):
        for server in (one, other):
            answer = await pool.send(request_to(server.url), deadline(), again=True)
            assert answer.content == BODY
    assert (one.connections, other.connections, pool.idle) == (1, 1, 2)
    assert (
        await pool.send(
            Request("POST", one.url, Headers(), None, 1, "x", Timeouts(1, 1, 1, 1)), deadline(), again=False
        )
    ).status == 200
    assert one.requests[-1].startswith(b"POST / HTTP/1.1\r\n")
    assert b"Content-Length: 0" in one.requests[-1]
    await pool.close()


@pytest.mark.parametrize(("module", "sender"), [(sync_fast, "Fast"), (async_fast, "AsyncFast")])
def test_the_fast_library_may_be_missing(module: Any, sender: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ImportError("No module named 'pyreqwest'")

    monkeypatch.setattr(module.rt, "fast_builder", missing)
    assert getattr(module, sender).make(required=False) is None
    with pytest.raises(errors.MissingExtraError, match="fast") as caught:
        getattr(module, sender).make(required=True)
    assert "\n" not in str(caught.value)
