"""The frame of both services, on a contract that has one of everything."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from embedded_toy import CONTRACT, PORT, TOKEN, Toy, asgi, client, not_found_error, toy_app, toy_contract, websocket

from flext_sdk.embedded.web.body import Limits
from flext_sdk.embedded.web.call import Answer
from flext_sdk.embedded.web.contract import Contract
from flext_sdk.embedded.web.counters import Counters
from flext_sdk.embedded.web.gate import request_id
from flext_sdk.embedded.web.idempotency import in_progress, key_reused


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return toy_contract(tmp_path_factory.mktemp("contract"))


@pytest.fixture
def toy() -> Toy:
    return Toy()


def envelope(response: Any, status: int, code: str) -> dict[str, Any]:
    """The error envelope, complete and with the request id of the header."""
    assert response.status_code == status, response.text
    body = response.json()
    assert body["code"] == code
    assert body["error"] == body["message"]
    assert body["error"]
    assert body["request_id"] == response.headers["x-request-id"]
    assert body["timestamp"].endswith("Z")
    return body


# -- what a handler gets -----------------------------------------------------------------------------------------------


async def test_query_values_are_typed_and_defaults_filled_in(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        await http.get("/things")
        await http.get("/things?limit=3&ratio=1.5&active=TRUE&tags=a,b,,c&word=ab&word=cd&since=2026-11-22T08:00:00Z")
    assert toy.calls[0].query == {"limit": 5}
    assert toy.calls[1].query == {
        "limit": 3,
        "ratio": 1.5,
        "active": True,
        "tags": ["a", "b", "c"],
        "word": ["ab", "cd"],
        "since": "2026-11-22T08:00:00Z",
    }


@pytest.mark.parametrize(
    ("query", "path", "text"),
    [
        ("limit=x", "/limit", "query parameter 'limit': expected a whole number, got text"),
        ("limit=", "/limit", "query parameter 'limit': expected a whole number, got text"),
        ("limit=99999999999999999999", "/limit", "query parameter 'limit': expected a whole number, got text"),
        ("limit=11", "/limit", "query parameter 'limit': must be at most 10, got 11"),
        ("ratio=nan", "/ratio", "query parameter 'ratio': expected a number, got text"),
        ("active=yes", "/active", "query parameter 'active': expected true or false, got text"),
        ("word=a", "/word/0", "query parameter 'word/0': must have at least 2 characters"),
        ("since=yesterday", "/since", "expected a moment such as 2026-11-22T08:00:00Z, got 'yesterday'"),
        ("limit=1&limit=2", "/limit", "query parameter 'limit' is given more than once"),
        ("limt=1", "/limt", "unknown query parameter 'limt'; did you mean 'limit'?"),
        ("tags=%ff", "", "the query string cannot be read"),
        ("&".join(f"a{number}=1" for number in range(300)), "", "the query string cannot be read"),
    ],
)
async def test_a_wrong_query_is_refused_with_the_reason(contract: Contract, toy: Toy, query: str, path: str, text: str) -> None:
    async with client(toy_app(contract, toy)) as http:
        body = envelope(await http.get(f"/things?{query}"), 422, "VALIDATION_FAILED")
    assert text in body["problems"][0]["message"]
    assert body["problems"][0]["path"] == path
    assert toy.calls == []


async def test_a_missing_query_parameter_is_named(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        for path in ("/things/a", "/things/a?must"):
            response = await http.get(path)
            if path.endswith("must"):
                assert response.status_code == 200
            else:
                assert "query: missing key 'must'" in envelope(response, 422, "VALIDATION_FAILED")["error"]


async def test_answers_have_the_status_and_media_type_of_the_contract(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        made = await http.post("/things", json={"name": "ab"})
        shown = await http.get("/things/ab?must=1")
        gone = await http.delete("/things/ab")
        checked = await http.post("/things/check")
    assert (made.status_code, made.json()["name"], made.headers["content-type"]) == (201, "ab", "application/json")
    assert (shown.text, shown.headers["content-type"]) == ("thing ab", "text/plain; charset=utf-8")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (checked.json(), checked.headers["x-extra"]) == ({"body": None}, "1")


async def test_a_path_without_places_does_not_hide_the_one_with(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        shown = await http.get("/things/check?must=1")
        checked = await http.post("/things/check", json={"a": 1})
    assert shown.text == "thing check"
    assert checked.json() == {"body": {"a": 1}}


async def test_path_values_that_cannot_be_are_not_found(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        body = envelope(await http.get("/colours/gren"), 404, "NOT_FOUND")
        long = envelope(await http.get(f"/things/{'x' * 99}?must=1"), 404, "NOT_FOUND")
    assert body["error"] == "there is no colour 'gren'; did you mean 'green'?"
    assert body["hint"] == "Known: red or green."
    assert len(long["error"]) < 100


# -- bodies ------------------------------------------------------------------------------------------------------------


async def test_a_wrong_body_is_refused_with_every_problem(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        body = envelope(await http.post("/things", json={"name": "a", "size": "x", "sizes": 1}), 422, "VALIDATION_FAILED")
        none = envelope(await http.post("/things"), 422, "VALIDATION_FAILED")
    assert [problem["path"] for problem in body["problems"]] == ["/name", "/size", "/sizes"]
    assert none["error"] == "a JSON body is needed, and there is none"
    assert toy.calls == []


@pytest.mark.parametrize("text", ['{"name": }', "\ufeff{}", "[" * 5000, '{"a": NaN}', '{"a": "\\ud800"}'])
async def test_what_is_not_json_is_refused(contract: Contract, toy: Toy, text: str) -> None:
    async with client(toy_app(contract, toy)) as http:
        body = envelope(
            await http.post("/things", content=text.encode(), headers={"Content-Type": "application/json"}), 400, "INVALID_JSON"
        )
    assert body["details"]["line"] == 1
    assert "line 1" in body["error"]


async def test_other_media_types_are_refused(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        body = envelope(await http.post("/things", data={"name": "ab"}), 415, "UNSUPPORTED_MEDIA_TYPE")
        fine = await http.post("/things", content=b'{"name": "ab"}', headers={"Content-Type": "application/problem+json"})
    assert "application/json" in body["hint"]
    assert fine.status_code == 201


async def test_null_is_no_body_where_none_is_needed(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        assert (await http.post("/things/check", content=b"null")).json() == {"body": None}
        envelope(await http.post("/things", content=b"null"), 422, "VALIDATION_FAILED")


async def test_a_body_that_is_too_large_is_refused(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy, limits=Limits(body=100))) as http:
        body = envelope(await http.post("/things", json={"name": "x" * 200}), 413, "BODY_TOO_LARGE")
        fine = await http.post("/things", json={"name": "x" * 50})
    assert "100 bytes" in body["error"]
    assert fine.status_code == 201


async def test_an_endless_body_is_cut_off(contract: Contract, toy: Toy) -> None:
    chunks = [{"type": "http.request", "body": b"x" * 60, "more_body": True}] * 20
    sent = await asyncio.wait_for(asgi(toy_app(contract, toy, limits=Limits(body=100)), chunks), 5)
    assert sent[0]["status"] == 413
    assert (b"connection", b"close") in sent[0]["headers"]


async def test_a_body_that_does_not_arrive_is_not_waited_for(contract: Contract, toy: Toy) -> None:
    first = [{"type": "http.request", "body": b"{", "more_body": True}]
    sent = await asyncio.wait_for(asgi(toy_app(contract, toy, limits=Limits(seconds=0.05)), first), 5)
    assert sent[0]["status"] == 408


async def test_nobody_is_answered_who_went_away(contract: Contract, toy: Toy) -> None:
    assert await asgi(toy_app(contract, toy), [{"type": "http.disconnect"}]) == []
    assert toy.calls == []


async def test_work_marked_so_ends_when_the_caller_goes_away(contract: Contract, toy: Toy) -> None:
    sent = await asyncio.wait_for(asgi(toy_app(contract, toy), [{"type": "http.request"}, {"type": "http.disconnect"}], path="/slow"), 5)
    assert sent == []
    assert toy.cancelled


async def test_work_marked_so_is_answered_while_the_caller_waits(contract: Contract, toy: Toy) -> None:
    sent = await asgi(toy_app(contract, toy), [{"type": "http.request"}], path="/slow", x_quick="1")
    assert sent[0]["status"] == 200
    toy.fail = not_found_error()
    sent = await asgi(toy_app(contract, toy), [{"type": "http.request"}], path="/slow")
    assert sent[0]["status"] == 404


# -- methods and routes ------------------------------------------------------------------------------------------------


async def test_unknown_routes_and_methods_get_the_envelope(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        missing = envelope(await http.get("/nothing"), 404, "ROUTE_NOT_FOUND")
        slash = envelope(await http.get("/things/"), 404, "ROUTE_NOT_FOUND")
        wrong = await http.put("/things")
    assert "/nothing" in missing["error"]
    assert "/things/" in slash["error"]
    assert envelope(wrong, 405, "METHOD_NOT_ALLOWED")["hint"] == "Possible: GET, HEAD, OPTIONS, POST."
    assert wrong.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_head_and_options(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        head = await http.head("/health")
        options = await http.options("/slow")
    assert head.status_code == 200
    assert (options.status_code, options.headers["allow"]) == (204, "OPTIONS, POST")
    assert not [name for name in options.headers if name.startswith("access-control")]


# -- the gate ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "no token was sent"), ("Bearer wrong", "the token is wrong"), (f"Basic {TOKEN}", "the token is wrong"), ("Bearer", "no token was sent")],
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


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:8080", "[::1]", "[::1]:8080", f"127.0.0.1:{PORT}"])
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


async def test_requests_that_change_something_are_logged(contract: Contract, toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
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


# -- starting and stopping ---------------------------------------------------------------------------------------------


async def test_hooks_run_in_order(contract: Contract, toy: Toy) -> None:
    done: list[str] = []

    async def later() -> None:
        done.append("async")

    app = toy_app(contract, toy, startup=[lambda: done.append("first"), later], shutdown=[lambda: done.append("last")])
    async with app.router.lifespan_context(app):
        assert done == ["first", "async"]
    assert done == ["first", "async", "last"]


async def test_a_failed_start_is_noted_and_everything_is_shut_down(contract: Contract, toy: Toy) -> None:
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError("the disk is full")

    app = toy_app(contract, toy, startup=[fail], shutdown=[lambda: done.append("closed")])
    with pytest.raises(RuntimeError, match="disk is full"):
        async with app.router.lifespan_context(app):
            pass
    assert done == ["closed"]
    assert str(app.state.failure) == "the disk is full"


async def test_every_shutdown_hook_runs(contract: Contract, toy: Toy) -> None:
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError("first")

    app = toy_app(contract, toy, shutdown=[fail, lambda: done.append("second")])
    with pytest.raises(RuntimeError, match="first"):
        async with app.router.lifespan_context(app):
            pass
    assert done == ["second"]


# -- Idempotency-Key ---------------------------------------------------------------------------------------------------


class Store:
    """Keeps answers in memory, and notes what was asked of it."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, Answer | None]] = {}
        self.abandoned: list[str] = []

    def begin(self, key: str, operation_id: str, fingerprint: str) -> Answer | None:
        if key not in self.kept:
            self.kept[key] = (fingerprint, None)
            return None
        mark, answer = self.kept[key]
        if mark != fingerprint:
            raise key_reused(key)
        if answer is None:
            raise in_progress(key)
        return answer

    def finish(self, key: str, operation_id: str, fingerprint: str, answer: Answer) -> None:
        self.kept[key] = (fingerprint, answer)

    def abandon(self, key: str, operation_id: str, fingerprint: str) -> None:
        del self.kept[key]
        self.abandoned.append(key)


async def test_the_same_request_with_the_same_key_is_done_once(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy, idempotency=Store())) as http:
        key = {"Idempotency-Key": "k-1"}
        first = await http.post("/things", json={"name": "ab", "size": 1}, headers=key)
        again = await http.post("/things", json={"size": 1, "name": "ab"}, headers=key)
        other = envelope(await http.post("/things", json={"name": "cd"}, headers=key), 422, "IDEMPOTENCY_KEY_REUSED")
        free = await http.post("/things", json={"name": "ab"})
    assert first.json() == again.json() == {"name": "ab", "number": 1}
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert "idempotency-replayed" not in first.headers
    assert "'k-1'" in other["error"]
    assert free.json()["number"] == 2


async def test_a_request_whose_twin_is_being_worked_on_may_come_again(contract: Contract, toy: Toy) -> None:
    store = Store()
    async with client(toy_app(contract, toy, idempotency=store)) as http:
        await http.post("/things", json={"name": "ab"}, headers={"Idempotency-Key": "k"})
        store.kept["k"] = (store.kept["k"][0], None)
        response = await http.post("/things", json={"name": "ab"}, headers={"Idempotency-Key": "k"})
    envelope(response, 409, "IDEMPOTENCY_IN_PROGRESS")
    assert response.headers["retry-after"] == "1"


async def test_refusals_are_kept_and_faults_are_not(contract: Contract, toy: Toy) -> None:
    store = Store()
    async with client(toy_app(contract, toy, idempotency=store)) as http:
        toy.fail = not_found_error()
        for _ in range(2):
            envelope(await http.delete("/things/a", headers={"Idempotency-Key": "gone", "X-Request-ID": "same"}), 404, "THING_NOT_FOUND")
        assert len(toy.calls) == 1
        toy.fail = RuntimeError("oops")
        envelope(await http.delete("/things/a", headers={"Idempotency-Key": "bad"}), 500, "INTERNAL_ERROR")
        toy.fail = in_progress("x")
        toy.fail.status = 503
        envelope(await http.delete("/things/a", headers={"Idempotency-Key": "busy"}), 503, "IDEMPOTENCY_IN_PROGRESS")
        toy.fail = None
        assert (await http.delete("/things/a", headers={"Idempotency-Key": "bad"})).status_code == 204
    assert store.abandoned == ["bad", "busy"]


@pytest.mark.parametrize("key", ["x" * 256, "caf\xe9", "a\x7fb"])
async def test_keys_that_cannot_be_kept_are_refused(contract: Contract, toy: Toy, key: str) -> None:
    async with client(toy_app(contract, toy, idempotency=Store())) as http:
        headers = {"Idempotency-Key": key.encode("latin-1")}
        envelope(await http.post("/things", json={"name": "ab"}, headers=headers), 400, "INVALID_IDEMPOTENCY_KEY")  # type: ignore[arg-type]
        assert (await http.get("/things", headers=headers)).status_code == 200  # type: ignore[arg-type]


async def test_a_key_is_given_back_when_the_caller_goes_away(contract: Contract, toy: Toy) -> None:
    store = Store()
    messages = [{"type": "http.request"}, {"type": "http.disconnect"}]
    await asyncio.wait_for(asgi(toy_app(contract, toy, idempotency=store), messages, path="/slow", idempotency_key="k"), 5)
    assert store.abandoned == ["k"]


def test_the_toy_contract_is_what_is_tested(tmp_path: Path) -> None:
    assert {spec.id for spec in toy_contract(tmp_path / "c", CONTRACT).operations()} == {*Toy().handlers(), "things.follow"}
