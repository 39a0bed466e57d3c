"""What is special about the sender `slim`; the tests of the wire run on it, too."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flext_sdk import AsyncFlext, Flext, errors

BODY = b'{"id": "p", "name": "orders"}'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)


class Scripted:
    """Gives each request the next bytes; None closes the connection. Counts connections and keeps the heads."""

    def __init__(self, *steps: bytes | None) -> None:
        self.steps = list(steps)
        self.heads: list[bytes] = []
        self.connections = 0
        self.ended = threading.Event()
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
            with connection:
                while self._talk(connection):
                    pass
            self.ended.set()

    def _talk(self, connection: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            try:
                part = connection.recv(65536)
            except OSError:
                return False
            if not part:
                return False
            head += part
        head, _, body = head.partition(b"\r\n\r\n")
        size = int((re.search(rb"(?i)content-length: (\d+)", head) or [0, 0])[1])
        while len(body) < size:
            body += connection.recv(65536)
        self.heads.append(head + b"\r\n\r\n" + body)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if step is None:
            return False
        connection.sendall(step)
        return not step.startswith(b"HTTP/1.0") and b"Connection: close" not in step


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    made: list[Scripted] = []

    def make(*steps: bytes | None) -> Scripted:
        made.append(Scripted(*steps))
        return made[-1]

    yield make
    for each in made:
        each.listener.close()


def client(url: str, **options: Any) -> Flext:
    return Flext(url, transport="slim", _environ={}, **options)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE,
        b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" + WHOLE,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%b\r\n%x\r\n%b\r\n0\r\nX-Trailer: 1\r\n\r\n"
        % (BODY[:5], len(BODY) - 5, BODY[5:]),
        b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BODY,
    ],
    ids=["continue", "early hints", "chunks and a trailer", "to the end, 1.0", "to the end"],
)
def test_forms_of_an_answer(scripted: Any, answer: bytes) -> None:
    server = scripted(answer)
    with client(server.url) as sdk:
        for _ in range(2):
            assert sdk.pipelines.show("orders").name == "orders"
    assert len(server.heads) == 2
    assert server.connections == (2 if answer.startswith(b"HTTP/1.0") or b"close" in answer else 1)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\n" + BODY, "broke: the server closed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nX-Long: " + b"a" * 70000 + b"\r\n\r\n", "no HTTP"),
    ],
    ids=["no HTTP", "no status", "half", "no chunk", "a long header"],
)
def test_answers_that_are_none(scripted: Any, answer: bytes, told: str) -> None:
    server = scripted(
        answer.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1) if b"close" not in answer else answer
    )
    with (
        client(server.url, retries=0) as sdk,
        pytest.raises(errors.ConnectionFailedError, match=told),
    ):
        sdk.pipelines.show("orders")
    assert server.ended.wait(10)


def test_a_request_is_what_the_other_ways_send(scripted: Any) -> None:
    heads = []
    for transport in ("slim", "stock"):
        server = scripted(WHOLE)
        with Flext(server.url, transport=transport, token="t", _environ={}) as sdk:
            sdk.request("POST", "/x?y=1", json={"a": 1}, headers={"X-Request-ID": "r", "Idempotency-Key": "k"})
            sdk.request("POST", "/x", headers={"X-Request-ID": "r", "Idempotency-Key": "k"})
            sdk.request("GET", "/x", headers={"X-Request-ID": "r", "Host": "other"})
        heads.append(
            [sorted(head.replace(server.url[7:].encode(), b"HOST").lower().split(b"\r\n")) for head in server.heads]
        )
    assert heads[0] == heads[1]


def test_an_idle_connection_that_the_service_closed_is_not_used(scripted: Any) -> None:
    server = scripted(WHOLE)
    with client(server.url) as sdk:
        sdk.pipelines.show("orders")
        (stack,) = sdk._transport._sender._slims.get(lambda: None)._idle.values()
        ((connection, _),) = stack
        connection.sock.shutdown(socket.SHUT_RDWR)
        sdk.pipelines.show("orders")
        assert server.connections == 2
        ((connection, since),) = stack
        stack[0] = (connection, since - 60)  # idle for long
        sdk.pipelines.show("orders")
    assert server.connections == 3


def test_a_client_that_is_closed_during_a_call_keeps_no_connection(scripted: Any) -> None:
    server = scripted(WHOLE)
    sdk = client(server.url)
    sdk.pipelines.show("orders")
    slim = sdk._transport._sender._slims.get(lambda: None)
    slim._closed = True
    sdk.pipelines.show("orders")
    assert slim.idle == 0
    sdk.close()


def test_a_service_that_takes_no_connection() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        full = [socket.create_connection(listener.getsockname())]
        for _ in range(3):  # the line is full: the next ones are not answered
            extra = socket.socket()
            extra.setblocking(False)
            extra.connect_ex(listener.getsockname())
            full.append(extra)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with (
            client(url, retries=0, timeout=0.3) as sdk,
            pytest.raises((errors.DeadlineExceededError, errors.ConnectionFailedError)),
        ):
            sdk.pipelines.show("orders")
        for each in full:
            each.close()


def test_calls_beyond_the_limit_wait_for_their_turn() -> None:
    from flext_sdk._core.deadline import Deadline
    from flext_sdk._core.failures import TransportFailure
    from flext_sdk._core.messages import Headers, Request, Timeouts
    from flext_sdk._slim import Slim
    from flext_sdk._sync import _pool as pools
    from flext_sdk._sync._rt import Slots

    slim = Slim(Slots(0), pools.origin_of, pools.decoded, pools.NotPlainError, 4.0, 99)
    request = Request("GET", "http://127.0.0.1:1/", Headers(), None, 1, "x", Timeouts(1, 1, 1, 0.01))
    with pytest.raises(TransportFailure, match="busy") as raised:
        slim.send(request, Deadline(1, time.monotonic), again=False)
    assert raised.value.kind == "pool"


def test_a_host_name_that_cannot_be_one() -> None:
    with (
        client(f"http://{'a' * 70}.example", retries=0) as sdk,
        pytest.raises(errors.ConnectionFailedError, match="not known"),
    ):
        sdk.pipelines.show("orders")


async def test_an_event_loop_has_the_stock_connections(scripted: Any) -> None:
    server = scripted(WHOLE)
    async with AsyncFlext(server.url, transport="slim", _environ={}) as sdk:
        assert (await sdk.pipelines.show("orders")).name == "orders"
        assert len(sdk._transport._sender._pools._values) == 1


def test_it_loads_the_standard_library_alone(scripted: Any) -> None:
    server = scripted(WHOLE)
    code = f"""
import sys
from flext_sdk import Flext
with Flext({server.url!r}, transport="slim").with_options(models=False) as client:
    assert client.pipelines.show("orders")["name"] == "orders"
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"httpx", "httpcore", "h11", "anyio", "pydantic", "certifi", "asyncio", "tenacity", "logging"} & set(
        done.stdout.split()
    )


def test_what_is_not_plain_goes_another_way(scripted: Any) -> None:
    server = scripted(WHOLE)
    with client(server.url) as sdk:
        assert sdk.request("GET", "/größe").status == 200
        slims = sdk._transport._sender._slims.get(lambda: None)
        assert slims.idle == 0
    assert [head.split(b" ")[1] for head in server.heads] == [b"/gr%C3%B6%C3%9Fe"]


def test_a_connection_that_broke_in_the_meantime_is_seen(scripted: Any) -> None:
    server = scripted(WHOLE)
    with client(server.url) as sdk:
        sdk.pipelines.show("orders")
        ((connection, _),) = next(iter(sdk._transport._sender._slims.get(lambda: None)._idle.values()))
        assert connection.alive()
        connection.sock.close()
        assert not connection.alive()
        connection.sock = None
        assert not connection.alive()
