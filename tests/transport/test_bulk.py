"""Many calls at once."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from flext_sdk import BulkProgress, Flext, errors
from flext_sdk._sync import _rt as sync_rt

from .conftest import Answer, Driver, Seen, Server


def by_name(seen: Seen) -> Answer:
    name = seen.path.rpartition("/")[2]
    if name.startswith("bad"):
        return Answer(status=404, body={"error": f"there is no {name}", "code": "PIPELINE_NOT_FOUND"})
    return Answer(body={"id": name, "name": name})


async def test_outcomes_stand_in_order_and_failures_beside_them(every: Driver, server: Server) -> None:
    server.says(by_name)
    client = every.client(server.url)
    told: list[BulkProgress] = []
    names = [f"bad{n}" if n % 10 == 3 else f"p{n}" for n in range(30)]
    found = await every.run(lambda: client.bulk(client.pipelines.show, names, concurrency=6, on_progress=told.append))
    assert [item.index for item in found] == list(range(30))
    assert [pipeline.name for pipeline in found.values()] == [name for name in names if not name.startswith("bad")]
    assert [item.index for item in found.errors] == [3, 13, 23]
    assert not found.ok
    assert (len(found), found[0].ok, [item.index for item in found[1:3]]) == (30, True, [1, 2])
    assert repr(found) == "BulkResult(30 calls, 3 failed)"
    assert isinstance(found[3].error, errors.NotFoundError)
    with pytest.raises(errors.NotFoundError, match="bad3"):
        found[3].result()
    assert [progress.done for progress in told] == list(range(1, 31))
    assert (told[-1].failed, told[-1].total) == (3, 30)


async def test_functions_and_makers_of_functions(every: Driver, server: Server) -> None:
    server.says(by_name)
    client = every.client(server.url)
    told: list[BulkProgress] = []
    calls = ((lambda n=n: client.pipelines.show(f"p{n}")) for n in range(3))
    found = await every.run(lambda: client.bulk(calls, on_progress=told.append))
    assert [pipeline.name for pipeline in found.values()] == ["p0", "p1", "p2"]
    assert told[-1].total is None
    drawn = await every.run(lambda: client.bulk(client.pipelines.show, (f"p{n}" for n in range(2)), concurrency=1))
    assert drawn.ok
    assert len(await every.run(lambda: client.bulk([]))) == 0


async def test_no_more_at_once_than_allowed(every: Driver, server: Server) -> None:
    running, most, gate = 0, 0, threading.Lock()

    def enter() -> None:
        nonlocal running, most
        with gate:
            running += 1
            most = max(most, running)
        server.stopping.wait(0.01)
        with gate:
            running -= 1

    server.says(Answer(body={"id": "p", "name": "p"}, before=enter))
    client = every.client(server.url)
    await every.run(lambda: client.bulk(client.pipelines.show, ["p"] * 20, concurrency=3))
    assert most <= 3


async def test_the_first_failure_may_end_it(every: Driver, server: Server) -> None:
    server.says(by_name)
    client = every.client(server.url)
    with pytest.raises(errors.NotFoundError, match="bad"):
        await every.run(
            lambda: client.bulk(client.pipelines.show, ["p", "bad", *["p"] * 500], concurrency=2, raise_on_error=True)
        )
    assert len(server.seen) < 500


async def test_a_fault_of_the_program_is_not_gathered(every: Driver, server: Server) -> None:
    server.says(by_name)
    client = every.client(server.url)

    def wrong() -> Any:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await every.run(lambda: client.bulk([wrong, *[lambda: client.pipelines.show("p")] * 300], concurrency=2))
    assert len(server.seen) < 300


@pytest.mark.parametrize("arguments", [(["x"], ["y"]), (len,)])
async def test_arguments_that_make_no_sense(every: Driver, server: Server, arguments: Any) -> None:
    client = every.client(server.url)
    with pytest.raises(errors.UsageError, match="one method and its items"):
        await every.run(lambda: client.bulk(*arguments))
    with pytest.raises(errors.UsageError, match="concurrency=0"):
        await every.run(lambda: client.bulk([], concurrency=0))


@pytest.mark.parametrize("driver", ["async", "async-fast"], indirect=True)
async def test_cancelling_ends_all(driver: Driver, server: Server) -> None:
    arrived, loop = asyncio.Event(), asyncio.get_running_loop()
    server.says(Answer(body={}, before=lambda: (loop.call_soon_threadsafe(arrived.set), server.stopping.wait(10))))  # type: ignore[arg-type, func-returns-value]
    client = driver.client(server.url)
    task = asyncio.create_task(client.bulk(client.pipelines.show, ["p"] * 100, concurrency=4))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(server.seen) <= 4


def test_ctrl_c_does_not_wait_for_those_on_their_way(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import concurrent.futures

    def interrupted(_futures: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(concurrent.futures, "as_completed", interrupted)
    server.says(Answer(body={"id": "p", "name": "p"}, before=lambda: server.stopping.wait(0.2)))  # type: ignore[arg-type, return-value]
    with Flext(server.url, transport="stock", _environ={}) as client, pytest.raises(KeyboardInterrupt):
        client.bulk(client.pipelines.show, ["p"] * 50, concurrency=2)
    assert len(server.seen) <= 4
    assert sync_rt.crew(lambda: None, 0, lambda: None) is None
