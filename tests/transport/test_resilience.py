"""Retries, deadlines, idempotency keys, circuit breakers, middleware."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from typing import Any

import pytest

from flext_sdk import AsyncFlext, Flext, errors
from flext_sdk._async._pool import MOST
from flext_sdk._core.breaker import FAIL_MAX, RESET_AFTER

from .conftest import Answer, Driver, Seen, Server, Time

GOOD = Answer(body={"id": "p1", "name": "orders"})
RUN = Answer(status=202, body={"execution_id": "r1", "status": "running"})


async def test_the_same_keys_on_every_attempt(every: Driver, server: Server) -> None:
    server.says(Answer(drop=True), Answer(status=503), RUN)
    client = every.client(server.url)
    run = await every.run(lambda: client.pipelines.start("orders"))
    assert run.execution_id == "r1"
    assert len(server.seen) == 3
    assert len({s.headers["idempotency-key"] for s in server.seen}) == 1
    assert len({s.headers["x-request-id"] for s in server.seen}) == 1
    assert len({s.body for s in server.seen}) == 1
    assert every.time.sleeps == [0.5, 1.0]
    await every.run(lambda: client.pipelines.start("orders"))
    assert len({s.headers["idempotency-key"] for s in server.seen}) == 2


async def test_reads_are_tried_again_without_a_key(driver: Driver, server: Server) -> None:
    server.says(Answer(drop=True), Answer(status=500), GOOD)
    client = driver.client(server.url)
    assert (await driver.run(lambda: client.pipelines.show("orders"))).name == "orders"
    assert all("idempotency-key" not in s.headers for s in server.seen)


async def test_a_key_that_middleware_takes_away_does_not_count(every: Driver, server: Server) -> None:
    def strip(request: Any) -> Any:
        request.headers.pop("Idempotency-Key")
        response = yield request
        return response

    server.says(Answer(status=500, body={"error": "broken", "code": "BROKEN"}))
    client = every.client(server.url, middleware=[every.middleware(strip)])
    with pytest.raises(errors.ServerError, match="broken") as caught:
        await every.run(lambda: client.pipelines.start("orders"))
    assert len(server.seen) == 1
    assert not caught.value.retryable
    server.says(Answer(status=503), RUN)
    await every.run(lambda: client.pipelines.start("orders"))
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 501])
async def test_what_cannot_get_better_is_not_tried_again(driver: Driver, server: Server, status: int) -> None:
    server.says(Answer(status=status, body={"error": "no", "code": "NO_SUCH"}))
    client = driver.client(server.url)
    with pytest.raises(errors.APIStatusError) as caught:
        await driver.run(lambda: client.pipelines.show("orders"))
    assert (len(server.seen), caught.value.status) == (1, status)


async def test_retries_can_be_switched_off(driver: Driver, server: Server) -> None:
    server.says(Answer(status=503, body={"error": "later"}))
    client = driver.client(server.url, retries=0)
    with pytest.raises(errors.ServerError, match="later") as caught:
        await driver.run(lambda: client.pipelines.show("orders"))
    assert (len(server.seen), caught.value.retryable) == (1, True)


async def test_the_wish_of_the_service_is_obeyed(every: Driver, server: Server) -> None:
    server.says(
        Answer(status=429, headers={"Retry-After": "7"}), Answer(status=503, headers={"retry-after-ms": "20"}), GOOD
    )
    client = every.client(server.url)
    await every.run(lambda: client.pipelines.show("orders"))
    assert every.time.sleeps == [7.0, 0.02]


async def test_a_wish_beyond_the_deadline_is_told_at_once(driver: Driver, server: Server) -> None:
    server.says(Answer(status=429, body={"error": "slow down"}, headers={"Retry-After": "120"}))
    client = driver.client(server.url)
    with pytest.raises(errors.RateLimitedError, match="slow down") as caught:
        await driver.run(lambda: client.pipelines.show("orders"))
    assert driver.time.sleeps == []
    assert "asks to wait 120 s" in str(caught.value.hint)
    assert caught.value.retry_after == 120.0


async def test_pauses_count_for_the_deadline(driver: Driver, server: Server) -> None:
    server.says(Answer(status=503, headers={"Retry-After": "4"}))
    client = driver.client(server.url, timeout=10, retries=9)
    with pytest.raises(errors.ServerError) as caught:
        await driver.run(lambda: client.pipelines.show("orders"))
    assert driver.time.sleeps == [4.0, 4.0]
    assert len(server.seen) == 3
    assert "2.0 s of the 10 s" in str(caught.value.hint)


async def test_each_attempt_gets_what_the_deadline_leaves(driver: Driver, server: Server) -> None:
    limits = []

    def look(request: Any) -> Any:
        limits.append(request.timeouts)
        response = yield request
        return response

    server.says(Answer(status=503, headers={"Retry-After": "8"}), GOOD)
    client = driver.client(server.url, timeout=10, middleware=[driver.middleware(look)])
    await driver.run(lambda: client.pipelines.show("orders"))
    assert [(t.connect, t.read, t.pool) for t in limits] == [(5.0, 10.0, 5.0), (2.0, 2.0, 2.0)]
    limits.clear()
    server.says(GOOD)
    await driver.run(lambda: client.with_options(timeout=300).pipelines.show("orders"))
    assert [(t.connect, t.read, t.pool) for t in limits] == [(5.0, 30.0, 5.0)]


async def test_a_pause_that_takes_too_long_ends_the_call(driver: Driver, server: Server) -> None:
    server.says(Answer(status=503, body={"error": "later"}))
    client = driver.client(server.url, timeout=10)
    driver.time.drag = 60  # a machine that was put to sleep
    with pytest.raises(errors.ServerError, match="later"):
        await driver.run(lambda: client.pipelines.show("orders"))
    assert len(server.seen) == 1


async def test_a_server_that_does_not_answer(every: Driver, server: Server) -> None:
    server.says(Answer(before=lambda: server.stopping.wait(5)))
    client = every.client(server.url, timeout=0.2, retries=0, real_time=True)
    with pytest.raises(errors.DeadlineExceededError, match=r"pipelines\.show.*0\.2 s") as caught:
        await every.run(lambda: client.pipelines.show("orders"))
    assert caught.value.exit_code == 7


async def test_a_server_that_answers_drop_by_drop(every: Driver, server: Server) -> None:
    server.says(Answer(raw=b" " * 1000, drip=0.05))
    client = every.client(server.url, timeout=0.3, retries=5, real_time=True)
    with pytest.raises(errors.DeadlineExceededError):
        await every.run(lambda: client.pipelines.show("orders"))
    assert len(server.seen) == 1


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def test_nobody_listens(every: Driver) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    client = every.client(url)
    with pytest.raises(errors.ConnectionFailedError) as caught:
        await every.run(lambda: client.pipelines.start("orders"))
    error = caught.value
    assert error.message == f"Cannot connect to flext at {url}: connection refused"
    assert str(error.hint).startswith("Tried 3 times. The address comes from base_url: correct it")
    assert (error.exit_code, error.retryable) == (6, True)
    assert every.time.sleeps == [0.5, 1.0]


async def test_a_host_that_is_not_known(driver: Driver) -> None:
    client = driver.client("http://nobody.invalid", retries=0)
    with pytest.raises(errors.ConnectionFailedError, match="host name is not known") as caught:
        await driver.run(lambda: client.pipelines.show("orders"))
    assert "address" in str(caught.value.hint)


async def test_a_connection_that_breaks(driver: Driver, server: Server) -> None:
    server.says(Answer(drop=True))
    client = driver.client(server.url)
    with pytest.raises(errors.ConnectionFailedError, match="broke") as caught:
        await driver.run(lambda: client.pipelines.show("orders"))
    assert len(server.seen) == 3
    assert str(caught.value.hint) == "Tried 3 times. Try again in a moment; the address comes from base_url."


@pytest.mark.parametrize(
    ("options", "origin"),
    [
        ({"_environ": {"FLEXT_URL": "URL"}}, "FLEXT_URL"),
        ({"_environ": {"FLEXT_SERVICE_URL": "URL"}}, "FLEXT_SERVICE_URL"),
        ({"base_url": {"flext": "URL"}}, "base_url"),
        ({"base_url": "URL", "_labels": {"base_url": "--url"}}, "--url"),
    ],
)
async def test_a_hint_names_where_the_address_came_from(driver: Driver, options: dict[str, Any], origin: str) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    given = json.loads(json.dumps(options).replace('"URL"', json.dumps(url)))
    with pytest.raises(errors.ConnectionFailedError) as caught:
        await driver.run(driver.client(retries=0, **given).pipelines.list)
    assert str(caught.value.hint).startswith(f"The address comes from {origin}: ")
    assert "service start" not in str(caught.value.hint)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "set FLEXT_TOKEN, or --token-file FILE"),
        ({"_environ": {"FLEXT_TOKEN": "wrong"}}, "The token comes from FLEXT_TOKEN"),
        ({"token": "wrong", "_labels": {"token": "--token-file"}}, "The token comes from --token-file"),
        ({"headers": {"Authorization": "Bearer wrong"}}, "The token comes from the header Authorization"),
    ],
)
@pytest.mark.parametrize("hint", [None, "Send the header Authorization: Bearer TOKEN"])
async def test_a_hint_names_where_the_token_came_from(
    driver: Driver, server: Server, options: dict[str, Any], told: str, hint: str | None
) -> None:
    server.says(Answer(401, {"error": "the token is wrong", "hint": hint}))
    with pytest.raises(errors.AuthenticationError) as caught:
        await driver.run(driver.client(server.url, **options).pipelines.list)
    assert told in str(caught.value.hint)
    assert "state/token" in str(caught.value.hint)
    assert "wrong" not in str(caught.value.hint)


async def test_a_hint_of_the_service_itself_about_its_token_is_kept(driver: Driver, server: Server) -> None:
    server.says(Answer(401, {"error": "expired", "hint": "Sign in again."}))
    with pytest.raises(errors.AuthenticationError) as caught:
        await driver.run(driver.client(server.url, token="old").pipelines.list)
    assert caught.value.hint == "Sign in again."


async def fail(driver: Driver, client: Any, times: int) -> None:
    for _ in range(times):
        with pytest.raises(errors.FlextError):
            await driver.run(lambda: client.pipelines.show("orders"))


async def test_the_breaker_opens_tries_once_and_closes(every: Driver, server: Server) -> None:
    server.says(Answer(status=500))
    client = every.client(server.url, retries=0)
    told = []
    client.breakers.subscribe(told.append)
    await fail(every, client, FAIL_MAX)
    breaker = client.breakers.get("flext", "pipelines")
    assert (breaker.state, len(server.seen)) == ("open", FAIL_MAX)
    with pytest.raises(errors.CircuitOpenError, match="flext/pipelines") as caught:
        await every.run(lambda: client.pipelines.show("orders"))
    assert len(server.seen) == FAIL_MAX
    assert caught.value.retry_after == pytest.approx(RESET_AFTER)
    assert caught.value.exit_code == 6
    server.says(Answer(body={"plugins": []}))
    await every.run(client.plugins.list)  # another service and group is not concerned

    every.time.now += RESET_AFTER
    server.says(Answer(status=500))
    await fail(every, client, 1)  # the probe fails
    assert breaker.state == "open"
    every.time.now += RESET_AFTER
    server.says(GOOD)
    await every.run(lambda: client.pipelines.show("orders"))
    assert (breaker.state, breaker.failures) == ("closed", 0)
    changes = [(e.before, e.after) for e in client.breakers.events]
    opening, probing = ("closed", "open"), ("open", "half-open")
    assert changes == [opening, probing, ("half-open", "open"), probing, ("half-open", "closed")]
    assert told == list(client.breakers.events)


async def test_answers_that_blame_the_caller_do_not_open_the_breaker(driver: Driver, server: Server) -> None:
    client = driver.client(server.url, retries=0)
    server.says(Answer(status=404, body={"error": "no pipeline orders", "code": "PIPELINE_NOT_FOUND"}))
    await fail(driver, client, FAIL_MAX + 2)
    assert client.breakers.get("flext", "pipelines").state == "closed"
    server.says(*[Answer(status=500)] * (FAIL_MAX - 1), GOOD)
    await fail(driver, client, FAIL_MAX - 1)
    await driver.run(lambda: client.pipelines.show("orders"))
    assert client.breakers.get("flext", "pipelines").failures == 0


async def test_a_breaker_that_opens_between_attempts_shows_what_they_met(driver: Driver, server: Server) -> None:
    server.says(Answer(status=500, body={"error": "the disk is full"}))
    client = driver.client(server.url, retries=20)
    with pytest.raises(errors.ServerError, match="disk is full"):
        await driver.run(lambda: client.pipelines.show("orders"))
    assert len(server.seen) == FAIL_MAX


def test_only_one_call_is_let_through_half_open(server: Server, time: Time) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        leave.wait(10)

    client = Flext(server.url, retries=0, _environ={}, _clock=time.clock, _sleep=time.sleep)
    server.says(Answer(status=500))
    for _ in range(FAIL_MAX):
        with pytest.raises(errors.ServerError):
            client.pipelines.show("orders")
    time.now += RESET_AFTER
    server.says(Answer(body=GOOD.body, before=hold))
    probe = threading.Thread(target=client.pipelines.show, args=("orders",))
    probe.start()
    assert entered.wait(10)
    assert client.breakers.get("flext", "pipelines").state == "half-open"
    with pytest.raises(errors.CircuitOpenError):
        client.pipelines.show("orders")
    leave.set()
    probe.join()
    assert client.breakers.get("flext", "pipelines").state == "closed"
    client.close()


@pytest.mark.parametrize("transport", ["stock", "fast"])
async def test_cancelling_leaves_nothing_behind(server: Server, time: Time, transport: Any) -> None:
    arrived = asyncio.Event()
    loop = asyncio.get_running_loop()
    release = threading.Event()

    def hold() -> None:
        loop.call_soon_threadsafe(arrived.set)
        release.wait(10)

    server.says(Answer(body=GOOD.body, before=hold))
    async with AsyncFlext(server.url, transport=transport, _environ={}, _clock=time.clock) as client:
        for _ in range(FAIL_MAX + 1):
            arrived.clear()
            task = asyncio.create_task(client.pipelines.show("orders"))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        release.set()
        assert client.breakers.get("flext", "pipelines").state == "closed"
        if transport == "stock":
            pool = client._transport._sender._pools.get(lambda: None)
            assert (pool.idle, pool._slots._gate._value) == (0, MOST)
        server.says(GOOD)
        assert (await client.pipelines.show("orders")).name == "orders"


async def test_a_cancelled_probe_lets_another_try(server: Server, time: Time) -> None:
    client = AsyncFlext(server.url, retries=0, _environ={}, _clock=time.clock)
    server.says(Answer(status=500))
    for _ in range(FAIL_MAX):
        with pytest.raises(errors.ServerError):
            await client.pipelines.show("orders")
    time.now += RESET_AFTER
    arrived, loop = asyncio.Event(), asyncio.get_running_loop()
    server.says(Answer(before=lambda: (loop.call_soon_threadsafe(arrived.set), server.stopping.wait(0.5))))  # type: ignore[arg-type, func-returns-value]
    task = asyncio.create_task(client.pipelines.show("orders"))
    await arrived.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    server.says(GOOD)
    assert (await client.pipelines.show("orders")).name == "orders"
    await client.close()


def test_one_client_in_several_event_loops(server: Server) -> None:
    server.says(GOOD)
    client = AsyncFlext(server.url, _environ={})

    async def use() -> str:
        return (await client.pipelines.show("orders")).name

    assert [asyncio.run(use()) for _ in range(3)] == ["orders"] * 3

    async def end() -> None:
        await use()
        await client.close()

    asyncio.run(end())


def test_one_client_in_32_threads(server: Server) -> None:
    # The first answers are held until eight have come: with a lock around the wire none would ever be given.
    gate = threading.Barrier(8, timeout=20)

    def echo(seen: Seen) -> Answer:
        name = seen.path.rsplit("/", 1)[-1]
        return Answer(body={"id": name, "name": name}, before=hold if name.endswith("-0") else lambda: None)

    def hold() -> None:
        gate.wait()

    server.says(echo)
    wrong: list[str] = []
    with Flext(server.url, _environ={}) as client:

        def work(number: int) -> None:
            for turn in range(4):
                name = f"p{number}-{turn}"
                found = client.pipelines.show(name).name
                if found != name:
                    wrong.append(f"{name}: {found}")

        threads = [threading.Thread(target=work, args=(n,)) for n in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert wrong == []
    assert len(server.seen) == 128
    assert server.connections <= 40


async def test_middleware_is_layered_and_runs_once_an_attempt(every: Driver, server: Server) -> None:
    order: list[str] = []

    def layer(name: str) -> Any:
        def around(request: Any) -> Any:
            order.append(f"{name} {request.operation} {request.attempt}")
            request.headers[f"X-{name}"] = str(request.attempt)
            response = yield request
            order.append(f"{name} got {response.status}")
            return response

        return every.middleware(around)

    server.says(Answer(status=503), GOOD)
    client = every.client(server.url, middleware=[layer("A"), layer("B")])
    await every.run(lambda: client.pipelines.show("orders"))
    assert order == [
        *("A pipelines.show 1", "B pipelines.show 1", "B got 503", "A got 503"),
        *("A pipelines.show 2", "B pipelines.show 2", "B got 200", "A got 200"),
    ]
    assert [s.headers["x-a"] for s in server.seen] == ["1", "2"]
    await every.run(lambda: client.with_options(middleware=[]).pipelines.show("orders"))
    assert len(order) == 8


async def test_middleware_may_answer_and_may_fail(driver: Driver, server: Server) -> None:
    from flext_sdk import Response

    def answer(request: Any) -> Any:
        return Response(200, content=b'{"id": "x", "name": "cached"}')
        yield request

    client = driver.client(server.url, middleware=[driver.middleware(answer)])
    assert (await driver.run(lambda: client.pipelines.show("orders"))).name == "cached"

    def fails(request: Any) -> Any:
        raise LookupError("mine")
        yield request

    broken = client.with_options(middleware=[driver.middleware(fails)])
    with pytest.raises(LookupError, match="mine"):
        await driver.run(lambda: broken.pipelines.show("orders"))
    assert server.seen == []
    assert client.breakers.get("flext", "pipelines").failures == 0
