"""What a call sends, and what becomes of its answer."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest

from flext_sdk import AsyncFlext, Flext, errors
from flext_sdk._sync.calls import Options
from flext_sdk._version import __version__
from flext_sdk.models.pipelines import Pipeline

from .conftest import Answer, Driver, Server

ORDERS = {"id": "p1", "name": "orders", "steps": None, "new_field": {"kept": True}}


async def test_a_get_sends_what_it_should_and_gives_a_model(every: Driver, server: Server) -> None:
    server.says(Answer(body=ORDERS, headers={"X-Request-ID": "r-7"}))
    client = every.client(server.url + "/", token="t0ken", headers={"X-Team": "data"})
    pipeline = await every.run(lambda: client.pipelines.show("or/ders ü"))
    assert isinstance(pipeline, Pipeline)
    assert pipeline.steps == []  # null from a Go service
    assert pipeline.to_dict()["new_field"] == {"kept": True}
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("GET", "/api/v1/pipelines/or%2Fders%20%C3%BC")
    assert seen.headers["authorization"] == "Bearer t0ken"
    assert seen.headers["accept"] == "application/json"
    assert seen.headers["user-agent"].startswith(f"flext-sdk/{__version__} ")
    assert seen.headers["x-team"] == "data"
    assert len(seen.headers["x-request-id"]) >= 16
    assert "idempotency-key" not in seen.headers
    assert "content-type" not in seen.headers


async def test_parameters_that_were_not_given_are_not_sent(driver: Driver, server: Server) -> None:
    server.says(Answer(body={"pipelines": None, "total": 0}))
    client = driver.client(server.url)
    page = await driver.run(lambda: client.pipelines.list(tags=["a", "b c"], active=True))
    assert page.items == []
    assert server.seen[0].path.split("?")[0] == "/api/v1/pipelines"
    query = set(server.seen[0].path.split("?")[1].split("&"))
    assert {"tags=a%2Cb%20c", "active=true"} <= query
    assert not any(part.startswith(("q=", "status=")) for part in query)


async def test_a_list_goes_on_through_all_pages(every: Driver, server: Server) -> None:
    def page(seen: object) -> Answer:
        offset = int(dict(p.split("=") for p in seen.path.split("?")[1].split("&")).get("offset", 0))  # type: ignore[attr-defined]
        names = [{"id": str(n), "name": f"p{n}"} for n in range(offset, min(offset + 2, 5))]
        return Answer(body={"pipelines": names, "total": 5})

    server.says(page)
    client = every.client(server.url)
    first = await every.run(lambda: client.pipelines.list(limit=2))
    assert ([p.name for p in first.items], first.total, first.has_next) == (["p0", "p1"], 5, True)
    assert repr(first).endswith("(2 of 5 items from 0)")
    assert (await every.run(first.load)) is first
    second = await every.run(first.next_page)
    assert second.offset == 2
    assert [p.name for p in second.items] == ["p2", "p3"]
    assert [p.name for p in await every.all(lambda: first)] == ["p0", "p1", "p2", "p3", "p4"]
    assert [len(p.items) for p in await every.all(first.pages)] == [2, 2, 1]
    last = await every.run((await every.run(second.next_page)).next_page)
    assert last is None


async def test_a_list_without_pages_is_asked_once(driver: Driver, server: Server) -> None:
    server.says(Answer(body={"plugins": [{"name": "tap-csv"}]}))
    client = driver.client(server.url)
    assert [p.name for p in await driver.all(client.plugins.list)] == ["tap-csv"]
    assert len(server.seen) == 1
    page = await driver.run(client.plugins.list)
    assert (page.total, page.has_next) == (1, False)


async def test_a_server_that_takes_no_notice_of_the_offset_does_not_loop(driver: Driver, server: Server) -> None:
    server.says(Answer(body={"pipelines": [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]}))
    client = driver.client(server.url)
    assert len(await driver.all(lambda: client.pipelines.list(limit=2))) == 2


async def test_a_total_that_is_not_told(driver: Driver, server: Server) -> None:
    def page(seen: object) -> Answer:
        names = [{"id": "1", "name": seen.path[-1]}] * (1 if "offset=2" in seen.path else 2)  # type: ignore[attr-defined]
        return Answer(body={"pipelines": names})

    server.says(page)
    client = driver.client(server.url)
    first = await driver.run(lambda: client.pipelines.list(limit=2))
    assert (first.total, first.has_next) == (None, True)
    assert "of ? items" in repr(first)
    assert len(await driver.all(lambda: first)) == 3
    server.says(Answer(body={"pipelines": []}))
    empty = await driver.run(client.pipelines.list)
    assert not empty.has_next


async def test_a_page_that_is_not_loaded_says_so(server: Server) -> None:
    from flext_sdk import AsyncFlext

    async with AsyncFlext(server.url, _environ={}) as client:
        page = client.pipelines.list()
        assert repr(page) == "AsyncPage(not loaded)"
        with pytest.raises(errors.UsageError, match="not loaded"):
            _ = page.items


async def test_plain_data_instead_of_models(every: Driver, server: Server) -> None:
    server.says(Answer(body=ORDERS), Answer(body={"pipelines": [ORDERS], "total": 1}))
    client = every.client(server.url).with_options(models=False)
    assert await every.run(lambda: client.pipelines.show("orders")) == ORDERS
    assert (await every.run(client.pipelines.list)).items == [ORDERS]


async def test_text_no_content_and_a_wrapped_value(driver: Driver, server: Server) -> None:
    client = driver.client(server.url)
    server.says(Answer(raw="näme: orders\n".encode("latin-1"), headers={"Content-Type": "text/plain; charset=latin-1"}))
    assert await driver.run(lambda: client.pipelines.export("orders")) == "näme: orders\n"
    server.says(Answer(status=204))
    assert await driver.run(lambda: client.pipelines.delete("orders")) is None
    server.says(Answer(body={"success": True, "metadata": {"name": "tap-csv", "capabilities": None}}))
    plugin = await driver.run(lambda: client.plugins.info("tap-csv"))
    assert (plugin.name, plugin.capabilities) == ("tap-csv", [])


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(raw=b""), "empty"),
        (Answer(raw=b"<html>hello</html>"), "web page"),
        (Answer(raw=b"{"), "no JSON"),
        (Answer(body={"id": 5}), "name"),
    ],
)
async def test_an_answer_that_is_no_pipeline(driver: Driver, server: Server, answer: Answer, told: str) -> None:
    server.says(answer)
    client = driver.client(server.url)
    with pytest.raises(errors.ResponseDecodeError, match=told) as caught:
        await driver.run(lambda: client.pipelines.show("orders"))
    assert "pipelines.show" in caught.value.message
    assert caught.value.exit_code == 1


async def test_the_raw_answer(every: Driver, server: Server) -> None:
    server.says(Answer(status=503), Answer(body=ORDERS, headers={"X-Request-ID": "r-7"}))
    client = every.client(server.url)
    raw = await every.run(lambda: client.raw(client.pipelines.show)("orders"))
    assert (raw.value.name, raw.status, raw.request_id, raw.attempts) == ("orders", 200, "r-7", 2)
    assert raw.json() == ORDERS
    assert raw.headers["CONTENT-type"] == "application/json"
    assert raw.elapsed == pytest.approx(0.5)  # the pause, on the clock of the test
    server.says(Answer(body={"plugins": []}))
    page = await every.run(client.raw(client.plugins.list))
    assert page.value.items == []
    with pytest.raises(errors.UsageError, match="raw"):
        client.raw(print)


async def test_any_request(every: Driver, server: Server) -> None:
    server.says(Answer(status=201, body={"ok": [1]}))
    client = every.client(server.url)
    raw = await every.run(
        lambda: client.request("post", "/x?a=1", query={"b": [1, 2], "c": None}, json={"k": "ü"}, headers={"X-A": "1"})
    )
    assert (raw.value, raw.status) == ({"ok": [1]}, 201)
    (seen,) = server.seen
    assert (seen.path, seen.json, seen.headers["x-a"]) == ("/x?a=1&b=1&b=2", {"k": "ü"}, "1")
    assert seen.headers["idempotency-key"]
    server.says(Answer(raw=b"plain", headers={"Content-Type": "text/plain"}))
    assert (await every.run(lambda: client.request("GET", "/x", service="flexcore"))).value == "plain"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("FETCH", "/x"), "HTTP method"),
        (("GET", "x"), "no path"),
        (("GET", "//evil.example/x"), "no path"),
        (("GET", "http://evil.example/x"), "no path"),
        (("GET", "/x\r\nHost: y"), "control character"),
    ],
)
async def test_a_request_that_cannot_be_sent(
    driver: Driver, server: Server, arguments: tuple[str, str], told: str
) -> None:
    client = driver.client(server.url)
    with pytest.raises(errors.UsageError, match=told):
        await driver.run(lambda: client.request(*arguments))
    with pytest.raises(errors.UsageError, match="service"):
        await driver.run(lambda: client.request("GET", "/x", service="other"))
    with pytest.raises(errors.UsageError, match="not both"):
        await driver.run(lambda: client.request("POST", "/x", json={}, content=b""))
    assert server.seen == []


@pytest.mark.parametrize("name", ["", ".", ".."])
async def test_a_name_that_would_walk_through_paths_is_refused(driver: Driver, server: Server, name: str) -> None:
    client = driver.client(server.url)
    with pytest.raises(errors.UsageError, match="name"):
        await driver.run(lambda: client.pipelines.delete(name))
    assert server.seen == []


async def test_copies_share_connections_and_keep_their_options(driver: Driver, server: Server) -> None:
    server.says(Answer(body=ORDERS))
    client = driver.client(server.url, token="one", headers={"X-A": "1"})
    other = client.with_options(token="two", headers={"x-a": "2", "X-B": "3"}, timeout=5, retries=0)
    for each in (client, other, client):
        await driver.run(lambda each=each: each.pipelines.show("orders"))
    assert [s.headers["authorization"] for s in server.seen] == ["Bearer one", "Bearer two", "Bearer one"]
    assert [(s.headers["x-a"], s.headers.get("x-b")) for s in server.seen] == [("1", None), ("2", "3"), ("1", None)]
    assert server.connections == 1
    assert other.breakers is client.breakers


async def test_a_closed_client_says_so(driver: Driver, server: Server) -> None:
    server.says(Answer(body=ORDERS))
    client = driver.client(server.url)
    await driver.run(lambda: client.pipelines.show("orders"))
    await driver.run(client.close)
    with pytest.raises(errors.UsageError, match="closed"):
        await driver.run(lambda: client._socket_address("/ws"))
    with pytest.raises(errors.UsageError, match="closed"):
        await driver.run(lambda: client.with_options(retries=0).pipelines.show("orders"))


async def test_one_address_and_token_for_each_service(driver: Driver, server: Server) -> None:
    server.says(Answer(body={"plugins": []}))
    client = driver.client({"flexcore": server.url}, token={"flexcore": "core"})
    other = client.with_options(token={"flexcore": "other"})
    basic = client.with_options(headers={"Authorization": "Basic abc"})
    for each in (client, other, basic):
        await driver.run(each.plugins.list)
    assert [s.headers["authorization"] for s in server.seen] == ["Bearer core", "Bearer other", "Basic abc"]
    with pytest.raises(errors.ConfigurationError, match="flext") as caught:
        await driver.run(lambda: client.pipelines.show("x"))
    assert "FLEXT_SERVICE_URL" in str(caught.value.hint)
    assert caught.value.exit_code == 4


async def test_the_environment_names_the_services(driver: Driver, server: Server) -> None:
    server.says(Answer(body={"plugins": []}))
    environ = {"FLEXT_URL": "http://127.0.0.1:1", "FLEXT_FLEXCORE_URL": server.url, "FLEXT_TOKEN": "fromenv"}
    client = driver.client(_environ=environ)
    await driver.run(client.plugins.list)
    assert server.seen[0].headers["authorization"] == "Bearer fromenv"
    other = driver.client(server.url, _environ={"FLEXT_FLEXCORE_URL": "http://127.0.0.1:1"})
    await driver.run(other.plugins.list)
    assert len(server.seen) == 2
    assert "services of this machine" not in repr(other)
    assert other.settings["base_url"].origin == "argument"


@pytest.mark.parametrize("headers", [{"X A": "1"}, {"X-A": "a\r\nb"}, {"": "x"}, {"X-A": "ü"}])
def test_headers_that_cannot_be_sent(headers: dict[str, str]) -> None:
    from flext_sdk import Flext

    with pytest.raises(errors.UsageError):
        Flext("http://127.0.0.1:1", headers=headers)


@pytest.mark.parametrize(("kind", "reached"), [("connect", 0), ("broken", 1), ("timeout", 1)])
async def test_a_failure_that_middleware_raises_is_tried_again(
    every: Driver, server: Server, kind: Any, reached: int
) -> None:
    from flext_sdk._core.failures import TransportFailure

    attempts: list[int] = []

    def lose(request: Any) -> Any:
        attempts.append(request.attempt)
        if request.attempt == 1 and not reached:
            raise TransportFailure(kind, "lost on purpose")
        response = yield request
        if request.attempt == 1:
            raise TransportFailure(kind, "lost on purpose")
        return response

    server.says(Answer(body={"plugins": []}))
    client = every.client(server.url, middleware=[every.middleware(lose)])
    await every.run(client.plugins.list)
    assert attempts == [1, 2]
    assert len(server.seen) == 1 + reached


def test_a_copy_can_change_every_option() -> None:
    own = {"recorder", "prepared", "anonymous"}  # for raw(), for itself, and for logging in
    for client in (Flext, AsyncFlext):
        changeable = set(inspect.signature(client.with_options).parameters) - {"self"}
        assert changeable == {field.name for field in dataclasses.fields(Options)} - own
