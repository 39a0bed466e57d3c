"""A real server on loopback, a clock that only tests move, and one driver for both colours of the client."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from flext_sdk import AsyncFlext, Flext


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    before: Callable[[], None] = lambda: None
    drop: bool = False
    drip: float = 0.0

    @property
    def content(self) -> bytes:
        return self.raw if self.raw is not None else b"" if self.body is None else json.dumps(self.body).encode()


class Server:
    """Gives the answers it was told, one after the other; the last one again and again."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answers: list[Answer | Callable[[Seen], Answer]] = []
        self.connections = 0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                owner.connections += 1
                super().setup()

            def handle_one(self) -> None:
                size = int(self.headers.get("content-length") or 0)
                seen = Seen(
                    self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, self.rfile.read(size)
                )
                with owner.lock:
                    owner.seen.append(seen)
                    answer = owner.answers.pop(0) if len(owner.answers) > 1 else owner.answers[0]
                if callable(answer):
                    answer = answer(seen)
                answer.before()
                if answer.drop:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                content = answer.content
                headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if not answer.drip:
                    self.wfile.write(content)
                    return
                for number in range(len(content)):
                    self.wfile.write(content[number : number + 1])
                    self.wfile.flush()
                    if owner.stopping.wait(answer.drip):
                        return

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = handle_one

            def log_message(self, *_args: object) -> None:
                pass

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_args: object) -> None:
                pass

        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.http = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def says(self, *answers: Answer | Callable[[Seen], Answer]) -> Server:
        self.answers = list(answers)
        return self

    def close(self) -> None:
        self.stopping.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


class Time:
    """Moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []
        self.drag = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds + self.drag

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def time() -> Time:
    return Time()


class Driver:
    """Calls either client the same way."""

    def __init__(self, colour: str, via: str, time: Time) -> None:
        self.colour, self.via, self.time = colour, via, time
        self.made: list[Any] = []
        self.lent: list[Any] = []

    def client(self, *args: Any, real_time: bool = False, **options: Any) -> Any:
        is_async = self.colour == "async"
        if self.via == "client" and "http_client" not in options:
            lent = httpx.AsyncClient() if is_async else httpx.Client()
            self.lent.append(lent)
            options["http_client"] = lent
        options.setdefault("transport", self.via if self.via in {"fast", "slim"} else "stock")
        options.setdefault("_environ", {})
        if not real_time:
            options["_clock"] = self.time.clock
            options["_sleep"] = self.time.asleep if is_async else self.time.sleep
        options.setdefault("_random", lambda: 1.0)
        made = (AsyncFlext if is_async else Flext)(*args, **options)
        self.made.append(made)
        return made

    async def run(self, call: Callable[[], Any]) -> Any:
        """The result of a call of either colour."""
        if self.colour == "sync":
            return await asyncio.to_thread(call)
        found = call()
        return await found if isinstance(found, Awaitable) else found

    async def all(self, call: Callable[[], Any]) -> list[Any]:
        """Everything an iterator gives."""
        if self.colour == "sync":
            return await asyncio.to_thread(lambda: list(call()))
        return [item async for item in call()]

    def middleware(self, around: Callable[[Any, Callable[[Any], Any]], Iterator[Any]]) -> Any:
        """Middleware of this colour from a generator that yields the request and is sent the response."""
        if self.colour == "sync":

            def layer(request: Any, call_next: Any) -> Any:
                steps = around(request)  # type: ignore[call-arg]
                try:
                    steps.send(call_next(next(steps)))  # type: ignore[attr-defined]
                except StopIteration as stop:
                    return stop.value
                raise AssertionError

            return layer

        async def alayer(request: Any, call_next: Any) -> Any:
            steps = around(request)  # type: ignore[call-arg]
            try:
                steps.send(await call_next(next(steps)))  # type: ignore[attr-defined]
            except StopIteration as stop:
                return stop.value
            raise AssertionError

        return alayer

    async def close(self) -> None:
        for thing in self.made:
            found = thing.close()
            if inspect.isawaitable(found):
                await found
        for thing in self.lent:
            await thing.aclose() if self.colour == "async" else thing.close()


WAYS = ["sync", "async", "sync-client", "async-client", "sync-fast", "async-fast", "sync-slim"]


@pytest.fixture(params=WAYS)
async def every(request: pytest.FixtureRequest, time: Time) -> Any:
    """Both colours, and all ways to the wire: our own connections, the caller's client of httpx, the extra
    `fast`, the standard library's connections (`slim`)."""
    colour, _, via = request.param.partition("-")
    made = Driver(colour, via or "direct", time)
    yield made
    await made.close()


driver = every
