"""What a follower does where there is no WebSocket, a broken one, a silent one, or more lines than anybody reads."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Response
from websockets.sync.server import ServerConnection

from flext_cli.main import main
from flext_sdk import Flext, GapEvent, GapWarning, Hooks, errors
from flext_sdk._async import feeds as async_feeds
from flext_sdk._sync import feeds as sync_feeds

from .conftest import Driver
from .test_streams import Logs, finish, frame, line, messages, numbers


class Refusing(Logs):
    """Answers the upgrade with a status, so many times."""

    status_of_upgrade = 404
    times = 10**9

    def _http(self, connection: ServerConnection, request: Any) -> Response | None:
        if request.path == "/ws" and self.times > 0:
            self.times -= 1
            self.authorized.append(request.headers.get("Authorization"))
            return Response(self.status_of_upgrade, "x", Headers({"Content-Length": "0", "Connection": "close"}), b"")
        return super()._http(connection, request)


@pytest.fixture
def refusing() -> Iterator[Refusing]:
    made = Refusing()
    yield made
    made.close()


def growing(logs: Logs, last: int) -> None:
    def grow(path: str) -> None:
        if "after=" in path and len(logs.stored) < last:
            logs.stored.append(line(len(logs.stored) + 1))
        if "/runs/" in path and len(logs.stored) == last:
            logs.status = "completed"

    logs.on_get = grow


@pytest.mark.parametrize("status", [400, 403, 426, 501, 502])
async def test_where_the_upgrade_is_refused_the_log_is_asked_for(
    driver: Driver, refusing: Refusing, status: int
) -> None:
    refusing.status_of_upgrade = status
    growing(refusing, 8)
    client = driver.client(refusing.url)
    assert await messages(driver, client, follow=True, grep="line", level="info") == numbers(*range(1, 9))
    assert len(refusing.authorized) == (4 if status == 502 else 1)
    assert all("grep=line" in path and "level=info" in path for path in refusing.asked if "after=" in path)


async def test_a_refusal_that_passes_is_no_reason_to_give_up_the_socket(driver: Driver, refusing: Refusing) -> None:
    refusing.status_of_upgrade, refusing.times = 503, 2
    refusing.socket = lambda connection, _turn: finish(refusing, connection, line(4))
    assert await messages(driver, driver.client(refusing.url), follow=True) == numbers(1, 2, 3, 4)
    assert len(refusing.subscribed) == 1


async def test_a_refused_token_is_an_error_at_once(driver: Driver) -> None:
    class Closed(Refusing):
        status_of_upgrade = 401

        def _http(self, connection: ServerConnection, request: Any) -> Response | None:
            if self.authorized and request.path != "/ws":
                return Response(401, "x", Headers({"Content-Length": "0", "Connection": "close"}), b"")
            return super()._http(connection, request)

    logs = Closed()
    try:
        with pytest.raises(errors.AuthenticationError):
            await messages(driver, driver.client(logs.url, token="old"), follow=True)
        assert len(logs.authorized) == 1
    finally:
        logs.close()


async def test_a_peer_that_is_silent_and_answers_no_ping_is_left(
    driver: Driver, refusing: Refusing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (async_feeds, sync_feeds):
        monkeypatch.setattr(module, "_SILENCE", 0.05)
        monkeypatch.setattr(module, "_ANSWER", 0.05)
    refusing.times = 0
    done = threading.Event()

    def talk(connection: ServerConnection, turn: int) -> None:
        if turn == 1:
            connection.send(frame("pipeline_log", {"logs": [line(4)]}))
            connection.protocol_mutex.acquire()  # it no longer reads: not even pings
            done.wait(10)
            connection.protocol_mutex.release()
        else:
            done.set()
            finish(refusing, connection, line(5))

    refusing.socket = talk
    assert await messages(driver, driver.client(refusing.url), follow=True) == numbers(1, 2, 3, 4, 5)
    assert refusing.subscribed[:2] == ["pipeline_logs:r1?after=3", "pipeline_logs:r1?after=4"]


async def test_what_a_filter_has_looked_through_is_not_looked_through_again(driver: Driver, logs: Logs) -> None:
    def talk(connection: ServerConnection, turn: int) -> None:
        if turn == 1:
            connection.send(frame("heartbeat", {"last_ids": {"pipeline_logs:r1": 40}}))
            connection.send(frame("pipeline_log", {"execution_id": "r1", "logs": [line(50)], "last_id": 90}))
            connection.socket.close()
        else:
            finish(logs, connection, line(91))

    logs.socket = talk
    assert await messages(driver, driver.client(logs.url), follow=True, grep="l") == numbers(1, 2, 3, 50, 91)
    assert logs.subscribed == ["pipeline_logs:r1?after=3&grep=l", "pipeline_logs:r1?after=90&grep=l"]


@pytest.fixture
def logs() -> Iterator[Logs]:
    made = Logs()
    yield made
    made.close()


def test_a_slow_reader_holds_a_few_frames_and_gets_every_line(logs: Logs) -> None:
    sent: list[int] = []
    heavy = "x" * 200_000

    def talk(connection: ServerConnection, _turn: int) -> None:
        for number in range(4, 204):  # 40 MB
            connection.send(frame("pipeline_log", {"logs": [line(number) | {"source": heavy}]}))
            sent.append(number)
        finish(logs, connection)

    logs.socket = talk
    with Flext(logs.url, _environ={}) as client:
        lines = client.pipelines.logs("orders", follow=True)
        got = [next(lines).id for _ in range(4)]
        before = -1
        while len(sent) != before:  # until the service can send no more
            before = len(sent)
            time.sleep(0.3)
        assert len(sent) < 150
        got += [one.id for one in lines]
    assert got == list(range(1, 204))


@pytest.mark.parametrize("models", [True, False])
@pytest.mark.parametrize("socket", [True, False])
async def test_whoever_was_too_slow_is_told_what_is_missing(
    driver: Driver, logs: Logs, socket: bool, models: bool
) -> None:
    def talk(connection: ServerConnection, _turn: int) -> None:
        data = {"execution_id": "r1", "logs": [line(30_004)], "last_id": 30_004, "missed": 30_000}
        connection.send(frame("pipeline_log", data))
        finish(logs, connection, line(30_005))

    def trim(path: str) -> None:
        if "after=3" in path:
            logs.status, logs.missed, logs.stored = "completed", 30_000, [line(n) for n in (30_004, 30_005)]

    if socket:
        logs.socket = talk
    else:
        logs.on_get = trim

    async def follow(client: Any) -> list[int]:
        client = client.with_options(models=models)
        found = await driver.all(lambda: client.pipelines.logs("orders", follow=True))
        return [one.id if models else one["id"] for one in found]

    gaps: list[GapEvent] = []
    hooks = Hooks(on_gap=gaps.append)
    assert await follow(driver.client(logs.url, hooks=hooks)) == [1, 2, 3, 30_004, 30_005]
    assert gaps == [GapEvent("pipelines.logs", "r1", 3, 30_000)]
    logs.forget()
    with pytest.warns(GapWarning, match="30,000 lines are missing behind line 3: ") as told:
        assert await follow(driver.client(logs.url)) == [1, 2, 3, 30_004, 30_005]
    assert len(told) == 1
    logs.forget()
    with warnings.catch_warnings(), pytest.raises(GapWarning):
        warnings.simplefilter("error", GapWarning)
        await follow(driver.client(logs.url))


@pytest.mark.parametrize("words", [[], ["-q", "-o", "ndjson"]])
def test_the_command_tells_what_is_missing_where_it_is(
    logs: Logs, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], words: list[str]
) -> None:
    def talk(connection: ServerConnection, _turn: int) -> None:
        connection.send(frame("pipeline_log", {"execution_id": "r1", "logs": [line(9)], "last_id": 9, "missed": 5}))
        finish(logs, connection)

    logs.socket = talk
    monkeypatch.setenv("FLEXT_SERVICE_URL", logs.url)
    assert main(["pipeline", "logs", "orders", "--follow", *words]) == 0
    out, err = capfd.readouterr()
    assert [n for n in range(1, 10) if f"line {n}" in out] == [1, 2, 3, 9]
    assert err == "5 lines are missing behind line 3: the service no longer keeps what is so far back\n"


async def test_leaving_the_loop_closes_the_connection(driver: Driver, logs: Logs) -> None:
    closed = threading.Event()

    def talk(connection: ServerConnection, _turn: int) -> None:
        connection.send(frame("pipeline_log", {"logs": [line(4)]}))
        with pytest.raises(Exception, match="1000"):
            connection.recv(10)
        closed.set()

    logs.socket = talk
    client = driver.client(logs.url)
    lines = client.pipelines.logs("orders", follow=True)
    if hasattr(lines, "__anext__"):
        assert [(await anext(lines)).id for _ in range(4)] == [1, 2, 3, 4]
        await lines.aclose()
    else:
        assert [next(lines).id for _ in range(4)] == [1, 2, 3, 4]
        lines.close()
    assert closed.wait(5)
