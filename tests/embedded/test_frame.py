"""The frame of both services, on a contract that has one of everything."""

from __future__ import annotations

import asyncio

import pytest
from embedded_help import envelope
from embedded_toy import Toy, asgi, client, not_found_error, toy_app

from flext_sdk.embedded.web.body import Limits
from flext_sdk.embedded.web.contract import Contract

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
async def test_a_wrong_query_is_refused_with_the_reason(
    contract: Contract, toy: Toy, query: str, path: str, text: str
) -> None:
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
        body = envelope(
            await http.post("/things", json={"name": "a", "size": "x", "sizes": 1}), 422, "VALIDATION_FAILED"
        )
        none = envelope(await http.post("/things"), 422, "VALIDATION_FAILED")
    assert [problem["path"] for problem in body["problems"]] == ["/name", "/size", "/sizes"]
    assert none["error"] == "a JSON body is needed, and there is none"
    assert toy.calls == []


@pytest.mark.parametrize("text", ['{"name": }', "\ufeff{}", "[" * 5000, '{"a": NaN}', '{"a": "\\ud800"}'])
async def test_what_is_not_json_is_refused(contract: Contract, toy: Toy, text: str) -> None:
    async with client(toy_app(contract, toy)) as http:
        body = envelope(
            await http.post("/things", content=text.encode(), headers={"Content-Type": "application/json"}),
            400,
            "INVALID_JSON",
        )
    assert body["details"]["line"] == 1
    assert "line 1" in body["error"]


async def test_other_media_types_are_refused(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy)) as http:
        body = envelope(await http.post("/things", data={"name": "ab"}), 415, "UNSUPPORTED_MEDIA_TYPE")
        fine = await http.post(
            "/things", content=b'{"name": "ab"}', headers={"Content-Type": "application/problem+json"}
        )
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
    sent = await asyncio.wait_for(
        asgi(toy_app(contract, toy), [{"type": "http.request"}, {"type": "http.disconnect"}], path="/slow"), 5
    )
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
