"""Whoever is not meant to be served: both services, as real processes, asked over bare sockets."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from flext_sdk.embedded.hosting import heads
from flext_sdk.embedded.hosting.server import Server
from flext_sdk.testing import Platform

SERVICES = ("flexcore", "flext")
READ = {"flexcore": "/api/v1/flexcore/plugins", "flext": "/api/v1/pipelines"}
WRITE = {"flexcore": "/api/v1/orchestration/execute", "flext": "/api/v1/pipelines"}


class Door:
    """One service, its port and its token."""

    def __init__(self, platform: Platform, name: str) -> None:
        self.name, self.token = name, platform.token
        self.port = urlsplit(platform.urls[name]).port or 0

    def knock(
        self, method: str, path: str, *, body: bytes = b"", **headers: str | None
    ) -> tuple[int, dict[str, Any], str]:
        """Status, decoded body and head of the answer."""
        sent: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.port}",
            "Authorization": f"Bearer {self.token}",
            "Connection": "close",
        }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/1.1", *(f"{n}: {v}" for n, v in sent.items() if v is not None), "", ""]
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall("\r\n".join(lines).encode() + body)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        head, _, content = answer.partition(b"\r\n\r\n")
        found = json.loads(content) if content.startswith(b"{") else {}
        return int(head.split()[1]), found, head.decode()


@pytest.fixture(params=SERVICES)
def door(request: pytest.FixtureRequest, platform: Platform) -> Door:
    return Door(platform, request.param)


def test_the_owner_is_let_in(door: Door) -> None:
    status, _, head = door.knock("GET", READ[door.name])
    assert status == 200
    assert "access-control-allow-origin" not in head.lower()


@pytest.mark.parametrize("token", [None, "Bearer wrong", "Bearer ", "Basic dXNlcjpwdw==", "Bearer \xe4"])
def test_without_the_token_nobody_is(door: Door, token: str | None) -> None:
    for method, path in (("GET", READ[door.name]), ("POST", WRITE[door.name]), ("GET", "/nothing")):
        status, told, _ = door.knock(method, path, Authorization=token, Content_Length="0")
        assert (status, told["code"]) == (401, "UNAUTHENTICATED")
        assert door.token not in json.dumps(told)
    assert door.knock("GET", f"{READ[door.name]}?token={door.token}", Authorization=None)[0] == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:1", "localhost.evil.example", "127.0.0.1@evil.example", ""]
)
def test_another_host_name_is_a_page_that_was_rebound(door: Door, host: str) -> None:
    status, told, _ = door.knock("GET", READ[door.name], Host=host)
    assert (status, told["code"]) == (403, "HOST_NOT_ALLOWED")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_pages_of_other_origins_are_refused(door: Door, origin: str) -> None:
    for method, more in (("GET", {}), ("POST", {"Content-Type": "text/plain", "Content-Length": "2"})):
        status, _, head = door.knock(
            method, WRITE[door.name] if more else READ[door.name], body=b"{}" if more else b"", Origin=origin, **more
        )
        assert status == 403
        assert "access-control-allow" not in head.lower()
    assert door.knock("OPTIONS", WRITE[door.name], Origin=origin, Access_Control_Request_Method="POST")[0] in {
        403,
        404,
        405,
    }


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/pipelines/../../../etc/passwd",
        "/api/v1/pipelines/..%2f..%2fetc%2fpasswd",
        "/api/v1/plugins/%2e%2e/%2e%2e/token",
        "/../state/token",
        "//etc/passwd",
        "/api/v1/pipelines/%00",
    ],
)
def test_no_path_leads_out(door: Door, path: str) -> None:
    status, told, _ = door.knock("GET", path)
    assert status in {400, 404, 405, 422}
    assert door.token not in json.dumps(told)
    assert "root:" not in json.dumps(told)


def test_a_body_that_is_too_large_is_not_read(door: Door) -> None:
    status, told, _ = door.knock("POST", WRITE[door.name], Content_Type="application/json", Content_Length=str(1 << 33))
    assert (status, told["code"]) == (413, "BODY_TOO_LARGE")
    chunk = b"%x\r\n" % (1 << 20) + b" " * (1 << 20) + b"\r\n"
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as connection:
        head = (
            f"POST {WRITE[door.name]} HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nAuthorization: Bearer {door.token}\r\n"
        )
        connection.sendall(f"{head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        sent = 0
        try:
            while sent < 200:
                connection.sendall(chunk)
                sent += 1
        except OSError:  # it has had enough, and closed
            pass
    assert sent < 200


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
        b"G\0T / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_request_does_no_harm(door: Door, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as connection:
        try:
            connection.sendall(head)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except OSError:
            pass
    assert door.knock("GET", READ[door.name])[0] == 200


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of the services' own server, with little patience; the processes themselves have 30 s."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for word in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{word}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    monkeypatch.setattr(heads, "SECONDS", 0.2)
    listener = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    server = Server(app, grace=1, websockets=False, ready=ready.set, stopping=lambda: None)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    assert ready.wait(20)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(20)


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nX-A: "], ids=["nothing", "half a head"])
def test_a_head_that_does_not_come_is_not_waited_for(impatient: int, said: bytes) -> None:
    with socket.create_connection(("127.0.0.1", impatient), timeout=20) as connection:
        connection.sendall(said)
        assert connection.recv(100) == b""


def test_a_second_head_that_does_not_come_is_not_waited_for_either(impatient: int) -> None:
    with socket.create_connection(("127.0.0.1", impatient), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"ok"):  # head and body may come one after the other
            part = connection.recv(1000)
            assert part
            answer += part
        connection.sendall(b"GET / HTT")
        assert connection.recv(100) == b""
