"""One client in a process of its own: it makes as many calls as it is told and tells what they cost.

A program that any environment can run: it imports nothing of this project unless it measures it. A line ``OP TIMES``
on standard input gives a line ``CPU WALL`` in seconds on standard output; ``quit`` ends it. OP is ``get`` (one small
object), ``list`` (100 items) or ``many:N`` (small objects, N in flight, in one event loop).
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

ONE, LIST = "/api/v1/pipelines/orders", "/api/v1/pipelines?limit=100"
Calls = dict[str, Callable[[], object]]


def httpx_raw(url: str) -> Calls:
    """Plain httpx; the body stays bytes."""
    import httpx

    client = httpx.Client(base_url=url)
    pooled = httpx.AsyncClient(base_url=url, timeout=60)
    return {
        "get": lambda: client.get(ONE).content,
        "list": lambda: client.get(LIST).content,
        "many": lambda: pooled.get(ONE),
    }


def _flext(url: str, transport: str) -> Calls:
    from flext_sdk import AsyncFlext, Flext

    client = Flext(url, token="t", transport=transport)  # type: ignore[arg-type]
    tasks = AsyncFlext(url, token="t", transport=transport)  # type: ignore[arg-type]
    return {
        "get": lambda: client.pipelines.show("orders"),
        "list": lambda: client.pipelines.list(limit=100).items,
        "many": lambda: tasks.pipelines.show("orders"),
    }


def flext_stock(url: str) -> Calls:
    """Ours over connections of httpcore."""
    return _flext(url, "stock")


def flext_slim(url: str) -> Calls:
    """Ours over connections of the standard library, the default for plain http."""
    return _flext(url, "slim")


def flext_fast(url: str) -> Calls:
    """Ours with the extra ``fast``."""
    return _flext(url, "fast")


def openai(url: str) -> Calls:
    """The client of openai, with its own base for models."""
    from datetime import datetime

    from openai import AsyncOpenAI, BaseModel, OpenAI

    class Pipeline(BaseModel):
        id: str
        name: str
        description: str | None = None
        is_active: bool
        status: str
        tags: list[str]
        step_count: int
        last_run_status: str | None = None
        last_run_at: datetime | None = None
        created_at: datetime
        updated_at: datetime
        version: int

    class Pipelines(BaseModel):
        pipelines: list[Pipeline]
        total: int

    client, tasks = OpenAI(base_url=url, api_key="t"), AsyncOpenAI(base_url=url, api_key="t")
    return {
        "get": lambda: client.get(ONE, cast_to=Pipeline),
        "list": lambda: client.get(LIST, cast_to=Pipelines).pipelines,
        "many": lambda: tasks.get(ONE, cast_to=Pipeline),
    }


def databricks(url: str) -> Calls:
    """The client of databricks; it gives dicts, as its typed methods do before they build their objects."""
    from databricks.sdk.core import ApiClient, Config

    client = ApiClient(Config(host=url, token="t"))
    return {"get": lambda: client.do("GET", ONE), "list": lambda: client.do("GET", LIST)}


def generated(url: str) -> Calls:
    """What openapi-python-client makes of our contract."""
    from flext_generated import AuthenticatedClient
    from flext_generated.api.pipelines import pipelines_list, pipelines_show

    client = AuthenticatedClient(base_url=url, token="t")
    return {
        "get": lambda: pipelines_show.sync("orders", client=client),
        "list": lambda: pipelines_list.sync(client=client, limit=100).pipelines,
        "many": lambda: pipelines_show.asyncio("orders", client=client),
    }


def _cost(calls: Calls, op: str, times: int, runner: asyncio.Runner) -> tuple[float, float]:
    kind, _, flight = op.partition(":")
    call = calls[kind]
    before, began = time.process_time(), time.perf_counter()
    if flight:
        runner.run(_many(call, times, int(flight)))  # type: ignore[arg-type]
    else:
        for _ in range(times):
            call()
    return time.process_time() - before, time.perf_counter() - began


async def _many(call: Callable[[], Awaitable[object]], times: int, flight: int) -> None:
    left = iter(range(times))

    async def work() -> None:
        for _ in left:
            await call()

    await asyncio.gather(*(work() for _ in range(flight)))


def main() -> None:
    """Obey the lines of standard input."""
    calls: Calls = globals()[sys.argv[1]](sys.argv[2])
    found = calls["get"]()
    name = found.get("name") if isinstance(found, dict) else getattr(found, "name", "orders")
    if name != "orders":
        sys.exit(f"{sys.argv[1]} gives {found!r}")
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            if line.strip() == "quit":
                break
            op, times = line.split()
            print(*_cost(calls, op, int(times), runner), flush=True)


if __name__ == "__main__":
    main()
