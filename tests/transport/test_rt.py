"""The primitives that differ between the two clients."""

from __future__ import annotations

import asyncio
import inspect
import threading

import pytest

from flext_sdk import AsyncFlext
from flext_sdk._async import _rt as async_rt
from flext_sdk._sync import _rt as sync_rt

from .conftest import Answer, Server


def test_both_faces_have_the_same_names_and_parameters() -> None:
    assert async_rt.__all__ == sync_rt.__all__
    for name in async_rt.__all__:
        one, other = getattr(async_rt, name), getattr(sync_rt, name)
        if inspect.isfunction(one):
            assert list(inspect.signature(one).parameters) == list(inspect.signature(other).parameters), name


async def test_calls_side_by_side_keep_their_order_and_their_bound() -> None:
    running, most = 0, 0

    async def work(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await async_rt.sleep(0.001 * (5 - number))
        running -= 1
        return number

    assert await async_rt.gather_bounded([lambda n=n: work(n) for n in range(5)], 2) == [0, 1, 2, 3, 4]
    assert most == 2

    async def fail() -> int:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await async_rt.gather_bounded([fail, lambda: work(1)], 2)
    assert await async_rt.to_thread(threading.current_thread) is not threading.current_thread()


def test_threads_side_by_side_keep_their_order_and_tell_failures() -> None:
    gate = threading.Barrier(2, timeout=10)

    def work(number: int) -> int:
        gate.wait()
        return number

    assert sync_rt.gather_bounded([lambda n=n: work(n) for n in range(4)], 2) == [0, 1, 2, 3]
    assert sync_rt.gather_bounded([lambda: 7], 2) == [7]
    assert sync_rt.gather_bounded([lambda: 1, lambda: 2], 1) == [1, 2]

    def fail() -> int:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        sync_rt.gather_bounded([fail, lambda: 1], 2)
    assert sync_rt.ready("no page") == "no page"


def test_a_client_is_closed_in_every_loop_it_was_used_in(server: Server) -> None:
    server.says(Answer(body={"id": "p", "name": "orders"}))
    client = AsyncFlext(server.url, transport="stock", _environ={})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(client.pipelines.show("orders"), loop).result(10)
    pool = client._transport._sender._pools
    (elsewhere,) = pool._values.values()
    assert elsewhere.idle == 1

    async def end() -> None:
        await client.pipelines.show("orders")
        await client.close()

    asyncio.run(end())

    async def settled() -> int:
        for _ in range(200):
            if not elsewhere.idle:
                break
            await asyncio.sleep(0.01)
        return elsewhere.idle

    assert asyncio.run_coroutine_threadsafe(settled(), loop).result(10) == 0
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def test_a_proxy_of_the_environment_is_used_by_both(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.says(Answer(body={"id": "p", "name": "orders"}))
    monkeypatch.setenv("HTTP_PROXY", server.url)
    async with AsyncFlext("http://flext.example:81", _environ={"HTTP_PROXY": server.url}) as client:
        assert (await client.pipelines.show("orders")).name == "orders"
    assert server.seen[0].path == "http://flext.example:81/api/v1/pipelines/orders"
    async with AsyncFlext(server.url, _environ={"HTTP_PROXY": "http://127.0.0.1:9"}) as client:
        assert (await client.pipelines.show("orders")).name == "orders"
