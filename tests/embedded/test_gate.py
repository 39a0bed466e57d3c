"""What stands before every request: host, origin, token, request id; and the errors behind it."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from embedded_help import envelope
from embedded_toy import PORT, TOKEN, Toy, client, not_found_error, toy_app, websocket
from starlette.exceptions import HTTPException

from flext_sdk.embedded.web.contract import Contract
from flext_sdk.embedded.web.counters import Counters
from flext_sdk.embedded.web.gate import request_id

# -- the gate ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "no token was sent"),
        ("Bearer wrong", "the token is wrong"),
        (f"Basic {TOKEN}", "the token is wrong"),
        ("Bearer", "no token was sent"),
    ],
)
async def test_without_the_token_nothing_is_told(contract: Contract, toy: Toy, value: str | None, text: str) -> None:
    async with client(toy_app(contract, toy)) as http:
        del http.headers["authorization"]
        for path in ("/things", "/nothing"):
            response = await http.get(path, headers={"Authorization": value} if value else {})
            assert envelope(response, 401, "UNAUTHENTICATED")["error"] == text
            assert response.headers["www-authenticate"] == "Bearer"
        assert (await http.get("/health")).status_code == 200
    assert toy.calls == []


async def test_the_scheme_may_be_written_in_any_case(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy), Authorization=f"bearer  {TOKEN}") as http:
        assert (await http.get("/things")).status_code == 200


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST:8080", "[::1]", "[::1]:8080", f"127.0.0.1:{PORT}"]
)
async def test_hosts_of_this_machine(contract: Contract, toy: Toy, host: str) -> None:
    async with client(toy_app(contract, toy), Host=host) as http:
        assert (await http.get("/things")).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:9", "localhost.evil.example", "", "127.0.0.1@evil"])
async def test_other_hosts_are_refused_even_with_the_token(contract: Contract, toy: Toy, host: str) -> None:
    async with client(toy_app(contract, toy), Host=host) as http:
        for path in ("/things", "/health"):
            envelope(await http.get(path), 403, "HOST_NOT_ALLOWED")
    assert toy.calls == []


async def test_pages_of_other_origins_are_refused(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        for origin in ("http://evil.example", "null", "https://127.0.0.1:8080"):
            response = await http.get("/things", headers={"Origin": origin})
            envelope(response, 403, "ORIGIN_NOT_ALLOWED")
            assert not [name for name in response.headers if name.startswith("access-control")]
        assert (await http.get("/things", headers={"Origin": f"http://localhost:{PORT}"})).status_code == 200


async def test_the_request_id_of_the_caller_is_kept_where_it_can_be_logged(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        kept = await http.get("/things", headers={"X-Request-ID": "abc-1.2:3"})
        made = await http.get("/things", headers={"X-Request-ID": 'x"}\\n{"level":"error"'})
        other = await http.get("/things")
    assert kept.headers["x-request-id"] == toy.calls[0].request_id == "abc-1.2:3"
    assert len(made.headers["x-request-id"]) == 32
    assert other.headers["x-request-id"] != made.headers["x-request-id"]
    assert request_id.get() is None


async def test_a_fault_is_logged_with_the_request_id_and_told_without_its_words(
    contract: Contract, toy: Toy, caplog: pytest.LogCaptureFixture
) -> None:
    toy.fail = RuntimeError("the password is hunter2")
    metrics = Counters()
    async with client(toy_app(contract, toy, metrics=metrics)) as http:
        body = envelope(await http.get("/things"), 500, "INTERNAL_ERROR")
    assert "hunter2" not in json.dumps(body)
    record = next(record for record in caplog.records if record.exc_info)
    assert "GET /things failed" in record.getMessage()
    assert (metrics.requests, metrics.errors) == (1, 1)


async def test_errors_of_handlers_are_answered_as_they_are(contract: Contract, toy: Toy) -> None:
    metrics = Counters()
    async with client(toy_app(contract, toy, metrics=metrics)) as http:
        toy.fail = not_found_error()
        envelope(await http.get("/things"), 404, "THING_NOT_FOUND")
        toy.fail = HTTPException(418, "short and stout")
        assert "short and stout" in envelope(await http.get("/things"), 418, "HTTP_418")["error"]
    assert (metrics.requests, metrics.errors) == (2, 0)


async def test_what_json_cannot_hold_is_a_fault_of_the_service(contract: Contract, toy: Toy) -> None:
    handlers = toy.handlers() | {"things.list": lambda call: {"bad": object()}}
    toy.handlers = lambda: handlers  # type: ignore[method-assign]
    async with client(toy_app(contract, toy)) as http:
        envelope(await http.get("/things"), 500, "INTERNAL_ERROR")
        envelope(await http.get("/colours/red"), 500, "INTERNAL_ERROR")  # two success statuses, and no Answer


async def test_requests_that_change_something_are_logged(
    contract: Contract, toy: Toy, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="flext.web")
    async with client(toy_app(contract, toy)) as http:
        await http.get("/things?tags=secret")
        await http.post("/things?x=secret", json={"name": "ab"})
    assert [record.getMessage().split(" in ")[0] for record in caplog.records] == ["POST /things 422"]


# -- WebSockets --------------------------------------------------------------------------------------------------------


AUTHORIZED = {"authorization": f"Bearer {TOKEN}"}


async def test_a_websocket_passes_the_gate(contract: Contract, toy: Toy) -> None:
    metrics = Counters()
    sent = await websocket(toy_app(contract, toy, metrics=metrics), "/ws", **AUTHORIZED)
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert sent[1]["text"] == "hello"
    assert (metrics.requests, metrics.errors) == (1, 0)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/ws", {}, 401),
        ("/ws", {**AUTHORIZED, "origin": "http://evil.example"}, 403),
        ("/nothing", AUTHORIZED, 404),
    ],
)
async def test_a_websocket_is_refused_with_the_envelope(
    contract: Contract, toy: Toy, path: str, headers: dict[str, str], status: int
) -> None:
    start, body = await websocket(toy_app(contract, toy), path, **headers)
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)
    assert json.loads(body["body"])["request_id"] == dict(start["headers"])[b"x-request-id"].decode()


async def test_a_websocket_is_refused_where_the_server_can_only_close_it(contract: Contract, toy: Toy) -> None:
    sent = await websocket(toy_app(contract, toy), "/ws", extensions=False)
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": "UNAUTHENTICATED"}]


async def test_a_websocket_that_breaks_is_closed_and_logged(
    contract: Contract, toy: Toy, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(socket: Any) -> None:
        await socket.accept()
        raise RuntimeError("oops")

    toy.follow = broken  # type: ignore[method-assign]
    sent = await websocket(toy_app(contract, toy), "/ws", **AUTHORIZED)
    assert [message["type"] for message in sent] == ["websocket.accept"]
    assert "WEBSOCKET /ws failed: oops" in caplog.text
