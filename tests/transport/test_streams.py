"""Log lines over a real WebSocket, and without one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Response
from websockets.sync.server import ServerConnection, serve

from flext_sdk import errors
from flext_sdk._async import feeds as async_feeds
from flext_sdk._sync import feeds as sync_feeds

from .conftest import Driver


def line(ident: int, level: str = "info") -> dict[str, Any]:
    return {
        "id": ident,
        "timestamp": "2026-01-31T08:00:00Z",
        "level": level,
        "message": f"line {ident}",
        "execution_id": "r1",
    }


def frame(kind: str, data: Any) -> str:
    return json.dumps({"type": kind, "topic": "pipeline_logs:r1", "data": data, "timestamp": "x", "message_id": "m"})


class Logs:
    """A FLEXT Service that has logs of one run."""

    def __init__(self) -> None:
        self.stored = [line(n) for n in range(1, 4)]
        self.status = "running"
        self.socket: Callable[[ServerConnection, int], None] | None = None
        self.subscribed: list[str] = []
        self.authorized: list[str | None] = []
        self.asked: list[str] = []
        self.missed: int | None = None
        self.on_get: Callable[[str], None] = lambda path: None
        self.server = serve(self._talk, "127.0.0.1", 0, process_request=self._http, compression=None)
        self.url = f"http://127.0.0.1:{self.server.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()

    def forget(self) -> None:
        """Stands as it did at first."""
        self.stored, self.status, self.missed = [line(n) for n in range(1, 4)], "running", None

    def _http(self, connection: ServerConnection, request: Any) -> Response | None:
        parts = urlsplit(request.path)
        if parts.path == "/ws":
            self.authorized.append(request.headers.get("Authorization"))
            return None if self.socket is not None else self._answer(404, None)
        self.asked.append(request.path)
        self.on_get(request.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/status"):
            run = {"execution_id": "r1", "status": self.status} if self.status else None
            return self._answer(200, {"name": "orders", "status": self.status or "idle", "last_execution": run})
        if parts.path.startswith("/api/v1/runs/"):
            return self._answer(200, {"execution_id": "r1", "status": self.status})
        found = [one for one in self.stored if one["id"] > int(query.get("after", 0))]
        if "level" in query:
            found = [one for one in found if one["level"] == query["level"]]
        lines = found[-int(query["tail"]) :] if int(query["tail"]) else []
        return self._answer(200, {"logs": lines, "execution_id": "r1", "missed": self.missed if lines else None})

    def _answer(self, status: int, body: Any) -> Response:
        content = b"404 page not found" if body is None else json.dumps(body).encode()
        kind = "text/plain" if body is None else "application/json"
        headers = Headers({"Content-Length": str(len(content)), "Content-Type": kind, "Connection": "close"})
        return Response(status, "x", headers, content)

    def _talk(self, connection: ServerConnection) -> None:
        asked = json.loads(connection.recv())
        assert asked["type"] == "subscribe"
        self.subscribed.append(asked["data"])
        connection.send(frame("subscribed", {"topic": asked["data"]}))
        assert self.socket is not None
        self.socket(connection, len(self.subscribed))


@pytest.fixture
def logs() -> Iterator[Logs]:
    made = Logs()
    yield made
    made.close()


async def messages(driver: Driver, client: Any, **options: Any) -> list[str]:
    return [entry.message for entry in await driver.all(lambda: client.pipelines.logs("orders", **options))]


def numbers(*idents: int) -> list[str]:
    return [f"line {n}" for n in idents]


async def test_stored_lines(driver: Driver, logs: Logs) -> None:
    client = driver.client(logs.url)
    assert await messages(driver, client, tail=2) == numbers(2, 3)
    assert await messages(driver, client, run="r1", level="error", since="15m") == []
    assert "execution_id=r1" in logs.asked[-1]
    assert "since=20" in logs.asked[-1]
    assert logs.subscribed == []


async def test_following_tells_every_line_once(driver: Driver, logs: Logs) -> None:
    def talk(connection: ServerConnection, _turn: int) -> None:
        connection.send(frame("pipeline_log", {"execution_id": "r1", "logs": [line(3), line(4), line(5, "debug")]}))
        connection.send(frame("pipeline_log", {"pipeline_id": "p", "log": line(6)}))
        connection.send(frame("pipeline_log", {"execution_id": "other", "logs": [line(99)]}))
        connection.send(frame("pong", None))
        logs.stored += [line(n) for n in (4, 6, 7)]
        connection.send(frame("pipeline_completed", {"execution_id": "r1", "status": "completed"}))

    logs.socket = talk
    client = driver.client(logs.url, token="t0ken")
    assert await messages(driver, client, follow=True) == numbers(1, 2, 3, 4, 5, 6, 7)
    assert logs.subscribed == ["pipeline_logs:r1?after=3"]
    assert logs.authorized == ["Bearer t0ken"]


async def test_a_level_is_kept_while_following(driver: Driver, logs: Logs) -> None:
    def talk(connection: ServerConnection, _turn: int) -> None:
        connection.send(frame("pipeline_log", {"logs": [line(4, "debug"), line(5, "error"), line(6, "unheard")]}))
        connection.send(frame("pipeline_completed", {"execution_id": "r1", "status": "failed"}))

    logs.socket = talk
    client = driver.client(logs.url).with_options(models=False)
    found = await driver.all(lambda: client.pipelines.logs("orders", follow=True, level="warning"))
    assert [entry["id"] for entry in found] == [5, 6]
    assert logs.subscribed == ["pipeline_logs:r1?after=3&level=warning"]  # what the filter left out is not sent again


async def test_without_a_tail_only_new_lines_come(driver: Driver, logs: Logs) -> None:
    def talk(connection: ServerConnection, _turn: int) -> None:
        connection.send(frame("pipeline_log", {"logs": [line(4)]}))
        connection.send(frame("pipeline_completed", {"status": "completed"}))

    logs.socket = talk
    assert await messages(driver, driver.client(logs.url), follow=True, tail=0) == numbers(4)


async def test_what_a_moment_leaves_out_does_not_come_back(driver: Driver, logs: Logs) -> None:
    def talk(connection: ServerConnection, _turn: int) -> None:
        connection.send(json.dumps(["no frame"]))

    logs.on_get = lambda path: logs.stored.append(line(len(logs.stored) + 1)) if "since" in path else None
    logs.socket = lambda connection, turn: finish(logs, connection) if turn == 2 else talk(connection, turn)
    found = await messages(driver, driver.client(logs.url), follow=True, since="1s", level="error")
    assert found == []
    # Line 4 was written after the newest id had been asked for, so it is not taken as known.
    assert len(logs.subscribed) == 2
    assert all(topic.startswith("pipeline_logs:r1?after=3&since=20") for topic in logs.subscribed)


async def test_a_log_without_a_line_yet(driver: Driver, logs: Logs) -> None:
    logs.stored = []
    logs.socket = lambda connection, _turn: finish(logs, connection, line(1))
    assert await messages(driver, driver.client(logs.url), follow=True, tail=0) == numbers(1)
    assert logs.subscribed == ["pipeline_logs:r1?after=0"]


def finish(logs: Logs, connection: ServerConnection, *lines: dict[str, Any]) -> None:
    connection.send(frame("pipeline_log", {"logs": list(lines)}))
    connection.send(frame("pipeline_completed", {"execution_id": "r1", "status": "completed"}))


async def test_a_broken_connection_is_opened_again(driver: Driver, logs: Logs) -> None:
    def talk(connection: ServerConnection, turn: int) -> None:
        connection.send(frame("pipeline_log", {"logs": [line(3 + turn)]}))
        if turn == 3:
            connection.send(frame("pipeline_completed", {"status": "completed"}))
        else:
            connection.socket.close()

    logs.socket = talk
    assert await messages(driver, driver.client(logs.url), follow=True) == numbers(1, 2, 3, 4, 5, 6)
    assert logs.subscribed == [f"pipeline_logs:r1?after={n}" for n in (3, 4, 5)]


async def test_a_server_without_a_socket_is_asked_again_and_again(driver: Driver, logs: Logs) -> None:
    def grow(path: str) -> None:
        if "/logs" in path and len(logs.asked) > 2 and len(logs.stored) < 6:
            logs.stored.append(line(len(logs.stored) + 1))
        if "/runs/" in path and len(logs.stored) == 6:
            logs.status = "completed"

    logs.on_get = grow
    assert await messages(driver, driver.client(logs.url), follow=True) == numbers(1, 2, 3, 4, 5, 6)
    assert len(logs.authorized) == 1


async def test_a_server_that_refuses_the_topic_is_asked_instead(driver: Driver, logs: Logs) -> None:
    def talk(connection: ServerConnection, _turn: int) -> None:
        logs.status = "completed"
        connection.send(frame("error", {"message": "unknown topic"}))

    logs.socket = talk
    assert await messages(driver, driver.client(logs.url), follow=True) == numbers(1, 2, 3)


async def test_an_end_that_was_missed_is_found_after_silence(
    driver: Driver, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (async_feeds, sync_feeds):
        monkeypatch.setattr(module, "_SILENCE", 0.05)
    done = threading.Event()

    def talk(connection: ServerConnection, _turn: int) -> None:
        logs.stored.append(line(4))
        logs.status = "cancelled"
        done.wait(5)

    logs.socket = talk
    assert await messages(driver, driver.client(logs.url), follow=True) == numbers(1, 2, 3, 4)
    done.set()


async def test_a_run_that_has_ended_needs_no_following(driver: Driver, logs: Logs) -> None:
    logs.status = "completed"
    assert await messages(driver, driver.client(logs.url), follow=True) == numbers(1, 2, 3)
    assert logs.authorized == []


async def test_what_cannot_be_followed(driver: Driver, logs: Logs) -> None:
    client = driver.client(logs.url)
    with pytest.raises(errors.UsageError, match="tail"):
        await messages(driver, client, tail=-1)
    with pytest.raises(errors.UsageError, match="since"):
        await messages(driver, client, since="yesterday")
    logs.socket = lambda connection, turn: None
    with pytest.raises(errors.UsageError, match="too long"):
        await messages(driver, client, follow=True, run="x" * 5000)
    logs.status = ""
    with pytest.raises(errors.NotFoundError, match="no run yet") as caught:
        await messages(driver, client, follow=True)
    assert caught.value.exit_code == 5


async def test_a_service_that_stays_away_is_an_error(driver: Driver, logs: Logs) -> None:
    def talk(connection: ServerConnection, _turn: int) -> None:
        threading.Thread(target=logs.server.shutdown).start()
        connection.socket.close()

    logs.socket = talk
    with pytest.raises(errors.ConnectionFailedError):
        await messages(driver, driver.client(logs.url, retries=0), follow=True)
    assert sum(driver.time.sleeps) >= 60  # a minute of patience, on the clock of the test
