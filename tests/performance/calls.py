"""What calls cost: beside plain httpx, and beside the clients of others."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from tests.performance import peers, server
from tests.performance.measure import (
    Row,
    Worker,
    absolute,
    clean_environment,
    of_pairs,
    process_cpu,
    race,
    ratio,
    thread_cpu,
)  # fmt: skip

RAW = "raw httpx, undecoded, CPU"
OPS = {"get": ("one small typed call", 100, "<= 0.70", "<= 0.15"), "list": ("100 typed items", 30, "<= 1.2", "<= 0.7")}
ROUNDS = 15


def calls() -> Iterator[Row]:
    """One after the other."""
    with server.running() as url, ExitStack() as stack:
        names = ("httpx_raw", "flext_stock", "flext_slim", "flext_fast")
        workers = {name: stack.enter_context(Worker(name, url)) for name in names}
        for op, (what, times, stock, fast) in OPS.items():
            costs = race({name: worker.cpu(op, times) for name, worker in workers.items()}, ROUNDS)
            yield of_pairs(what, RAW, costs["flext_stock"], costs["httpx_raw"], stock)
            yield of_pairs(f"{what}, slim", RAW, costs["flext_slim"], costs["httpx_raw"], stock)
            yield of_pairs(f"{what}, extra fast", RAW, costs["flext_fast"], costs["httpx_raw"], fast)


def others() -> Iterator[Row]:
    """The same calls by others. Each row has its client's cost as a multiple of ours."""
    try:
        python = peers.clients()
    except peers.NotInstalledError as reason:
        yield Row("the same calls by the clients of others", "ours", note=str(reason))
        return
    names = {"openai": "openai", "databricks": "databricks-sdk", "generated": "openapi-python-client"}
    shown = {name: f"{package} {peers.version(package, python.parent)}" for name, package in names.items()}
    with server.running() as url, ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(name, url, python)) for name in names}
        workers |= {name: stack.enter_context(Worker(name, url)) for name in ("flext_stock", "flext_fast")}
        for op, (what, times, _, _) in OPS.items():
            costs = race({name: worker.cpu(op, max(times // 3, 5)) for name, worker in workers.items()}, 9)
            for name, text in shown.items():
                what_by = f"{what}, {text}"
                yield of_pairs(what_by, "ours, CPU", costs[name], costs["flext_stock"], "> 1")
                yield of_pairs(what_by, "ours with fast, CPU", costs[name], costs["flext_fast"], "> 1")


def flight() -> Iterator[Row]:
    """Many at once, in one event loop."""
    goals = {50: ">= 12", 200: ">= 20"}
    with server.running() as url, ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(name, url)) for name in ("httpx_raw", "flext_stock", "flext_fast")}
        for most, goal in goals.items():
            costs = race({name: worker.wall(f"many:{most}", 400) for name, worker in workers.items()}, 9)
            what = f"async requests/s, {most} in flight"
            yield of_pairs(what, "raw httpx", costs["httpx_raw"], costs["flext_stock"], ">= 1")
            yield of_pairs(f"{what}, extra fast", "raw httpx", costs["httpx_raw"], costs["flext_fast"], goal)


def resilience() -> Iterator[Row]:
    """What retry and breaker cost a call that succeeds: the way through the transport, with them and without."""
    from flext_sdk import Flext
    from flext_sdk._core.messages import Response
    from flext_sdk._sync.calls import Outgoing

    client = Flext("http://127.0.0.1:1", token="t")
    transport: Any = client._transport
    answer = Response(200, content=b"{}")
    transport._sender.send = lambda *_args, **_options: answer
    out = Outgoing("pipelines.show", "flext", "pipelines", "GET", "/api/v1/pipelines/orders", repeatable=True)
    bare = replace(client.options, retries=0, breaker=False)
    times = 3000
    costs = race(
        {
            "with": thread_cpu(lambda: transport.exchange(out, client.options), times),
            "without": thread_cpu(lambda: transport.exchange(out, bare), times),
        },
        61,
    )
    added = [(a - b) / times * 1e6 for a, b in zip(costs["with"], costs["without"], strict=True)]
    yield absolute("retry and breaker on success", "a call without them, CPU", added, " us", "<= 0.5 us")
    client.close()


def construction() -> Iterator[Row]:
    """A further client in a process that has made one."""
    from flext_sdk import AsyncFlext, Flext

    for made in (Flext, AsyncFlext):
        times = 50
        run = thread_cpu(lambda made=made: made("https://flext.example", token="t"), times)  # type: ignore[misc]
        run()
        values = [run() / times * 1e3 for _ in range(21)]
        yield absolute(f"{made.__name__}(...), construction", "CPU", values, " ms", "<= 0.6 ms")


_OURS = "from flext_sdk import Flext; print(Flext({url!r}, token='t'{more}).pipelines.show('orders').name)"
_HTTPX = """
import httpx
with httpx.Client(base_url={url!r}, headers={{'Authorization': 'Bearer t'}}) as client:
    answer = client.get('/api/v1/pipelines/orders')
    answer.raise_for_status()
    print(answer.json()['name'])
"""


def cold() -> Iterator[Row]:
    """A whole process, from its start to the first answer."""
    env = clean_environment()
    with server.running() as url:
        raw = process_cpu([sys.executable, "-c", _HTTPX.format(url=url)], env)
        for what, more in (("", ""), (", extra fast", ", transport='fast'")):
            ours = process_cpu([sys.executable, "-c", _OURS.format(url=url, more=more)], env)
            yield ratio(
                f"cold start to the first typed answer{what}",
                "httpx and dicts, CPU",
                ours,
                raw,
                rounds=15,
                goal="<= 1.0",
            )
