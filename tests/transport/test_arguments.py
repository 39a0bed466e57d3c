"""What a type checker would refuse gets a clear error of ours before anything is sent."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from flext_sdk import AsyncFlext, Flext, errors

from .conftest import Answer, Driver, Server

GOOD = {"id": "1", "name": "orders", "status": "active"}
RUN = {"execution_id": "r1", "pipeline": "orders", "status": "completed"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"headers": "abc"}, "headers must be a mapping"),
        ({"headers": {"a": 5}}, "header a must be text; it is of type int"),
        ({"headers": {5: "a"}}, "5 cannot be the name of a header"),
        ({"middleware": print}, "middleware takes a list of functions"),
        ({"middleware": [5]}, "middleware takes a list of functions"),
        ({"hooks": 5}, "hooks takes Hooks, or a list of them; this is of type int"),
        ({"hooks": [print]}, "hooks takes Hooks"),
        ({"telemetry": 5}, "telemetry takes True, False or a TracerProvider; this is of type int"),
    ],
)
async def test_options_that_make_no_sense(server: Server, every: Driver, options: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.UsageError, match=message):
        every.client(server.url, **options)
    client = every.client(server.url)
    with pytest.raises(errors.UsageError, match=message):
        client.with_options(**options)


async def test_a_client_of_httpx_of_the_other_colour_sends_nothing(server: Server) -> None:
    server.says(Answer(body=GOOD))
    with httpx.Client() as waits, pytest.raises(errors.UsageError, match="of type Client") as caught:
        AsyncFlext(server.url, http_client=waits)
    assert caught.value.hint == "It takes an httpx.AsyncClient."
    async with httpx.AsyncClient() as awaits:
        with pytest.raises(errors.UsageError, match="of type AsyncClient") as caught:
            Flext(server.url, http_client=awaits)
    assert caught.value.hint == "It takes an httpx.Client."
    assert server.seen == []


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((5, "/x"), {}, "5 is no HTTP method"),
        (("GET", 5), {}, "5 is no path"),
        (("GET", "/x"), {"query": "a=b"}, "query must be a mapping; it is of type str"),
        (("POST", "/x"), {"content": 5}, "content must be bytes or text; it is of type int"),
        (("GET", "/x"), {"query": {"a": object()}}, "^a: a value of type object cannot be part of a URL"),
    ],
)
async def test_requests_that_make_no_sense(
    server: Server, every: Driver, arguments: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    client = every.client(server.url)
    with pytest.raises(errors.UsageError, match=message):
        await every.run(lambda: client.request(*arguments, **options))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (None, "name must be a name, not None"),
        (b"x", "name: a value of type bytes"),
        ("\ud800", "name: .* is not valid"),
    ],
)
async def test_names_that_make_no_sense(server: Server, every: Driver, name: Any, message: str) -> None:
    client = every.client(server.url)
    with pytest.raises(errors.UsageError, match=message):
        await every.run(lambda: client.pipelines.show(name))


@pytest.mark.parametrize("timeout", [-1, "5s", float("nan"), True, timedelta(seconds=3)])
async def test_nothing_is_started_that_nobody_can_wait_for(server: Server, every: Driver, timeout: Any) -> None:
    server.says(Answer(body=RUN))
    client = every.client(server.url)
    for call in (
        lambda: client.pipelines.start("orders", wait=True, timeout=timeout),
        lambda: client.pipelines.stop("orders", wait=True, timeout=timeout),
        lambda: client.pipelines.retry("r1", wait=True, timeout=timeout),
        lambda: client.pipelines.wait("r1", timeout=timeout),
        lambda: client.workflows.execute("orders", wait=True, timeout=timeout),
        lambda: client.orchestrations.execute("look", "tap-csv", wait=True, timeout=timeout),
        lambda: client.plugins.install("tap-x", timeout=timeout),
        lambda: client.plugins.update("tap-x", timeout=timeout),
        lambda: client.plugins.update_index(timeout=timeout),
        lambda: client.dbt.run("transform", timeout=timeout),
        lambda: client.meltano.run(["a"], timeout=timeout),
        lambda: client.meltano.install(timeout=timeout),
        lambda: client.meltano.stop(timeout=timeout),
        lambda: client.meltano.test(timeout=timeout),
    ):
        with pytest.raises(errors.UsageError, match=r"^timeout must"):
            await every.run(call)
    assert server.seen == []


async def test_a_text_is_one_item_not_its_letters(server: Server, every: Driver) -> None:
    server.says(Answer(body=RUN))
    client = every.client(server.url)
    await every.run(lambda: client.pipelines.start("orders", steps="load"))
    await every.run(lambda: client.meltano.run("tap-a", wait=False))
    assert [seen.json.get("step_override") or seen.json["tasks"] for seen in server.seen] == [["load"], ["tap-a"]]
    for items in ("abc", 5):
        with pytest.raises(errors.UsageError, match="one method and its items"):
            await every.run(lambda items=items: client.bulk(client.pipelines.show, items))


async def test_since_is_a_moment(server: Server, every: Driver) -> None:
    server.says(Answer(body={"events": [], "total": 0}))
    client = every.client(server.url)

    async def ask(since: Any) -> None:
        await every.run(lambda: client.events.list(since=since))

    await ask(timedelta(minutes=15))
    sent = datetime.fromisoformat(httpx.URL(f"http://x{server.seen[-1].path}").params["since"])
    assert timedelta(minutes=14) < datetime.now(UTC) - sent < timedelta(minutes=20)
    for wrong in (5, date(2026, 1, 31), timedelta(days=999_999_999)):
        with pytest.raises(errors.UsageError, match=r"^since") as caught:
            await ask(wrong)
        assert "15m" in (caught.value.hint or "")


@pytest.mark.parametrize("config", ["", "name: orders\nsteps: []\n"])
async def test_a_definition_is_not_its_text(server: Server, every: Driver, config: str) -> None:
    client = every.client(server.url)
    with pytest.raises(errors.UsageError, match="name of the file") as caught:
        await every.run(lambda: client.pipelines.create(config))
    assert "\n" not in str(caught.value)
    assert "mapping" in (caught.value.hint or "")


async def test_what_was_fetched_goes_into_another_process(server: Server, every: Driver) -> None:
    server.says(Answer(body={"pipelines": [GOOD], "total": 2}))
    client = every.client(server.url)
    page = await every.run(lambda: client.pipelines.list(limit=1))
    there = pickle.loads(pickle.dumps(page))
    assert (there.items, there.total, there.has_next) == (page.items, 2, True)
    with pytest.raises(errors.UsageError, match="without its client"):
        await every.run(there.next_page)
    assert (await every.run(copy.copy(page).next_page)).offset == 1


async def test_a_client_is_not_pickled(server: Server, every: Driver) -> None:
    client = every.client(server.url, token="secret-token")
    for make in (pickle.dumps, copy.deepcopy):
        for thing in (client, client.pipelines):
            with pytest.raises(TypeError, match="make one in each process"):
                make(thing)
    server.says(Answer(body=GOOD))
    shared = copy.copy(client)
    assert (await every.run(lambda: shared.pipelines.show("orders"))).name == "orders"
    assert shared.breakers is client.breakers
    assert server.url in repr(client.pipelines)
    assert repr(client.breakers) == "Breakers([Breaker('flext/pipelines', 'closed')])"
    assert "'retries': Value(2, 'default')" in repr(client.settings)
    assert "secret-token" not in f"{client!r} {client.settings!r} {client.pipelines!r} {client.options!r}"


def test_a_loop_that_is_not_of_asyncio_is_told(server: Server) -> None:
    # What runs a coroutine without a loop of asyncio, as trio does.
    for options in ({"transport": "stock"}, {"transport": "fast"}, {"http_client": httpx.AsyncClient()}):
        client = AsyncFlext(server.url, _environ={}, **options)  # type: ignore[arg-type]
        with pytest.raises(errors.UsageError, match="needs a running event loop of asyncio") as caught:
            client.pipelines.show("orders").send(None)
        assert "trio.to_thread" in (caught.value.hint or "")
    assert server.seen == []
