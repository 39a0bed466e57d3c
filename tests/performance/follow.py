"""Log lines a second to one follower beside a bare `websockets` client, and what followers cost the service.

The frames are those of the service, prepared, and sent by a process of its own as fast as they are taken; both clients get the same ones. A bare client does
what somebody would write by hand: it receives, decodes and iterates. What a follower costs the service is measured on a real one, whose run says 20,000 lines.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.faults.talk import TOKEN, Talk, eventually
from tests.performance.measure import Row, ratio

LINES = 40_000
IN_FRAME = 50
MESSAGE = "INFO METRIC: " + "x" * 140


def measure() -> list[Row]:
    """Seconds of the bare client to ours: above 1, ours is faster."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.performance.follow", "serve"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    try:
        url = f"127.0.0.1:{server.stdout.readline().strip()}"
        ours = {(kind, typed): _ours(kind, typed, url) for kind in ("sync", "async") for typed in (False, True)}
        bare = {(kind, how): _bare(kind, how, url) for kind in ("sync", "async") for how in ("none", "dicts", "models")}
        rows = []
        for kind in ("sync", "async"):
            for what, typed, how, goal in (
                ("plain", False, "dicts", ">= 0.9"),
                ("typed", True, "models", ">= 0.9"),
                ("plain", False, "none", ""),
            ):
                beside = {"none": "bare, undecoded", "dicts": "bare, json.loads", "models": "bare, model_validate"}[how]
                rows.append(
                    ratio(
                        f"log lines/s, {kind}, {what}",
                        f"{beside}, wall",
                        bare[kind, how],
                        ours[kind, typed],
                        rounds=7,
                        goal=goal,
                    )
                )
        return rows + _service()
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def _ours(kind: str, typed: bool, url: str) -> Any:
    from flext_sdk import AsyncFlext, Flext

    def sync() -> float:
        with Flext(f"http://{url}", token=TOKEN, _environ={}) as client:
            begun, ended, count = 0.0, 0.0, 0
            for _line in client.with_options(models=typed).pipelines.logs("talk", run="r", follow=True, tail=0):
                begun = begun or time.perf_counter()
                count += 1
                if count == LINES:
                    ended = time.perf_counter()
        return _checked(begun, ended, count)

    async def work() -> float:
        async with AsyncFlext(f"http://{url}", token=TOKEN, _environ={}) as client:
            begun, ended, count = 0.0, 0.0, 0
            async for _line in client.with_options(models=typed).pipelines.logs("talk", run="r", follow=True, tail=0):
                begun = begun or time.perf_counter()
                count += 1
                if count == LINES:
                    ended = time.perf_counter()
        return _checked(begun, ended, count)

    return sync if kind == "sync" else lambda: asyncio.run(work())


def _bare(kind: str, how: str, url: str) -> Any:
    from websockets.asyncio.client import connect as aconnect
    from websockets.sync.client import connect

    from flext_sdk.models.runs import LogEntry

    def taken(text: str | bytes) -> int:
        if how == "none":
            return IN_FRAME if text.startswith('{"type":"pipeline_log"') else 0  # type: ignore[arg-type]
        count = 0
        for line in json.loads(text)["data"].get("logs", ()):
            if how == "models":
                LogEntry.model_validate(line)
            count += 1
        return count

    subscribe = json.dumps({"type": "subscribe", "data": "pipeline_logs:r?after=0"})

    def sync() -> float:
        begun, count = 0.0, 0
        with connect(f"ws://{url}/ws", compression=None) as socket:
            socket.send(subscribe)
            for text in socket:
                count += taken(text)
                begun = begun or (time.perf_counter() if count else 0.0)
                if count >= LINES:
                    break
            return _checked(begun, time.perf_counter(), count)

    async def work() -> float:
        begun, count = 0.0, 0
        async with aconnect(f"ws://{url}/ws", compression=None) as socket:
            await socket.send(subscribe)
            async for text in socket:
                count += taken(text)
                begun = begun or (time.perf_counter() if count else 0.0)
                if count >= LINES:
                    break
            return _checked(begun, time.perf_counter(), count)

    return sync if kind == "sync" else lambda: asyncio.run(work())


def _checked(begun: float, ended: float, count: int) -> float:
    if count != LINES:
        raise RuntimeError(f"{count} lines of {LINES}")
    return ended - begun


def _service() -> list[Row]:
    """CPU of the service for a run that says 20,000 lines, with 0, 1 and 10 followers."""
    with tempfile.TemporaryDirectory() as folder, Talk(Path(folder)) as talk:
        rows = []
        for followers in (1, 10):
            rows.append(
                ratio(
                    f"CPU of the service, {followers} follower{'s' * (followers > 1)} of a run of 20,000 lines",
                    "nobody follows",
                    lambda followers=followers: _cpu(talk, followers),  # type: ignore[misc]
                    lambda: _cpu(talk, 0),
                    rounds=5,
                )
            )
        return rows


def _cpu(talk: Talk, followers: int) -> float:
    before = talk.cpu()
    run = talk.begin(most=20_000, rate=10_000)
    code = "import sys; from tests.performance.follow import follow; follow(sys.argv[1], sys.argv[2], int(sys.argv[3]))"
    other = subprocess.Popen([sys.executable, "-c", code, talk.url, run, str(followers)]) if followers else None
    # Looking costs the service something, so not too often.
    eventually(lambda: time.sleep(0.2) or talk.client.pipelines.run_info(run).status == "completed", 120)
    if other is not None and other.wait(60):
        raise RuntimeError("a follower failed")
    return talk.cpu() - before


def follow(url: str, run: str, followers: int) -> None:
    """So many bare followers of a run, each to its end."""
    from websockets.asyncio.client import connect

    async def one() -> None:
        count = 0
        async with connect(
            f"{url.replace('http', 'ws')}/ws", additional_headers={"Authorization": f"Bearer {TOKEN}"}, compression=None
        ) as socket:
            await socket.send(json.dumps({"type": "subscribe", "data": f"pipeline_logs:{run}?after=0"}))
            async for text in socket:
                count += text.count('"message":')  # type: ignore[arg-type]
                if text.startswith('{"type":"pipeline_completed"'):  # type: ignore[arg-type]
                    break
        if count < 20_000:
            raise RuntimeError(f"{count} lines")

    async def all_of_them() -> None:
        await asyncio.gather(*(one() for _ in range(followers)))

    asyncio.run(all_of_them())


def _serve() -> None:
    """Sends prepared frames as fast as they are taken; answers what else a client asks."""
    from websockets.asyncio.server import serve
    from websockets.datastructures import Headers
    from websockets.http11 import Response

    def line(number: int) -> dict[str, Any]:
        return {
            "id": number, "timestamp": "2026-11-22T10:00:00.000Z", "level": "info", "message": f"{MESSAGE} {number}", "source": "tap-csv",
            "step": "load", "execution_id": "r",
        }  # fmt: skip

    def frame(kind: str, data: Any) -> str:
        found = {
            "type": kind,
            "topic": "pipeline_logs:r",
            "data": data,
            "timestamp": "2026-11-22T10:00:00.000Z",
            "message_id": "0" * 32,
        }
        return json.dumps(found, separators=(",", ":"))

    frames = [
        frame("pipeline_log", {"pipeline_id": "p", "pipeline": "talk", "execution_id": "r", "logs": [line(n) for n in range(first, first + IN_FRAME)], "last_id": first + IN_FRAME - 1})
        for first in range(1, LINES + 1, IN_FRAME)
    ]  # fmt: skip
    run = {"execution_id": "r", "status": "completed"}

    async def talk(socket: Any) -> None:
        await socket.recv()
        for text in frames:
            await socket.send(text)
        await socket.send(frame("pipeline_completed", run))
        await socket.wait_closed()

    def http(_connection: Any, request: Any) -> Response | None:
        if request.path == "/ws":
            return None
        body = json.dumps(run if "/runs/" in request.path else {"logs": [], "execution_id": "r", "last_id": 0}).encode()
        return Response(
            200,
            "OK",
            Headers({"Content-Length": str(len(body)), "Content-Type": "application/json", "Connection": "close"}),
            body,
        )

    async def forever() -> None:
        async with serve(talk, "127.0.0.1", 0, process_request=http, compression=None) as server:
            print(next(iter(server.sockets)).getsockname()[1], flush=True)
            await server.serve_forever()

    asyncio.run(forever())


if __name__ == "__main__":
    _serve()
