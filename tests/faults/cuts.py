"""A connection that is cut again and again while a run talks; every line must come once, in order.

`python -m tests.faults.cuts 100` cuts a hundred times for the sync client, a hundred for the async one, and a hundred for one that has no WebSocket. The
test suite does a few (test_cuts.py).
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

from flext_sdk import AsyncFlext, Flext
from flext_sdk.testing.proxy import FaultyProxy

from .talk import TOKEN, Talk, eventually

KINDS = ("sync", "async")


class Knife:
    """Cuts connections that go through a proxy: at any byte of an answer, a frame or a handshake.

    Args:
        proxy: The proxy.
        times: How often.
        seed: Of the chance.
        ready: Waits until there is something to cut.
        done: Called after the last cut.
    """

    def __init__(
        self, proxy: FaultyProxy, times: int, seed: int, ready: Callable[[], object], done: Callable[[], None]
    ) -> None:
        self._proxy = proxy
        self._times = times
        self._random = random.Random(seed)
        self._ready = ready
        self._done = done
        self.cuts = 0
        self.handshakes = 0
        self.thread = threading.Thread(target=self._work)
        self.thread.start()

    def _work(self) -> None:
        try:
            self._ready()
            while self.cuts < self._times:
                self._strike()
        finally:
            self._proxy.heal()
            self._done()

    def _strike(self) -> None:
        chance = self._random
        time.sleep(chance.uniform(0.02, 0.3))
        before = self._proxy.connections
        reset = chance.random() < 0.5
        what = chance.choice(("now", "handshake", "later"))
        if what == "handshake":  # the next connection ends before it is a WebSocket
            self._proxy.cut(after=chance.randint(0, 150), times=1, reset=reset)
            self.handshakes += 1
            self.cuts += 1
        elif what == "later":
            self._proxy.cut(after=chance.randint(150, 200_000), times=1, reset=reset)
            self.cuts += 1
        if self._proxy.break_connections(reset=reset):
            self.cuts += 1
        deadline = time.monotonic() + 5
        while self._proxy.connections == before and time.monotonic() < deadline:
            time.sleep(0.005)


def follow(kind: str, url: str, begin: Callable[[], str], **options: object) -> list[tuple[int | None, str]]:
    """All lines of a run that is begun when the client is ready."""
    if kind == "sync":
        with Flext(url, token=TOKEN, _environ={}) as client:
            client.pipelines.list(limit=1)
            run = begin()
            return [
                (x.id, x.message) for x in client.pipelines.logs("talk", run=run, follow=True, tail=10_000, **options)
            ]  # type: ignore[arg-type]

    async def work() -> list[tuple[int | None, str]]:
        async with AsyncFlext(url, token=TOKEN, _environ={}) as client:
            await client.pipelines.list(limit=1)
            run = begin()
            lines = client.pipelines.logs("talk", run=run, follow=True, tail=10_000, **options)  # type: ignore[arg-type]
            return [(x.id, x.message) async for x in lines]

    return asyncio.run(work())


def cut(folder: Path, kind: str, times: int, *, seed: int = 1, rate: float = 10_000) -> tuple[int, int, int]:
    """Follow a run while its connection is cut so many times.

    Returns:
        Lines, cuts, and how many of those in a handshake.

    Raises:
        AssertionError: A line is missing, doubled, or out of order.
    """
    with Talk(folder) as talk, FaultyProxy(talk.url) as proxy:
        knives: list[Knife] = []

        def begin() -> str:
            run = talk.begin(rate=rate)
            ready = partial(eventually, lambda: talk.says(run))
            knives.append(Knife(proxy, times, seed, ready, talk.end))
            return run

        try:
            found = follow(kind, proxy.url, begin)
        finally:
            for knife in knives:
                knife.thread.join()
        knife = knives[0]
        check(found)
        assert knife.cuts >= times
        return len(found), knife.cuts, knife.handshakes


def check(found: list[tuple[int | None, str]]) -> None:
    """Every line once, in order: by its id, and by what it says."""
    odd = [(a, b) for (a, _), (b, _) in pairwise([(0, ""), *found]) if b != (a or 0) + 1]
    assert not odd, f"{len(odd)} breaks in the ids, the first {odd[:3]}"
    said = [int(message.split()[2]) for _, message in found if message.startswith(("INFO line", "ERROR line"))]
    assert said == list(range(1, len(said) + 1))
    assert found[-1][1] == "the run is completed"


def main(times: int) -> None:
    """So many cuts for each kind of client."""
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            begun = time.monotonic()
            lines, cuts, handshakes = cut(Path(folder), kind, times, seed=times)
            print(
                f"{kind}: {cuts} cuts ({handshakes} in a handshake) in {time.monotonic() - begun:.0f} s;"
                f" {lines:,} lines, each came once, in order",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
