"""Followers: what they choose, what they share, and that a bad one costs little."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import Any
from urllib.parse import quote

import pytest
from engine_bench import eventually, step
from engine_service import Running
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed

from flext_sdk.embedded.flext import follow
from flext_sdk.embedded.flext.follow import Frames, LogStream
from flext_sdk.embedded.flext.hub import KEPT_LINES, KEPT_RUNS, Hub
from flext_sdk.embedded.pattern import Pattern, PatternError
from flext_sdk.embedded.store.clock import utc_now
from flext_sdk.embedded.store.logs import LogFilter, LogLine
from flext_sdk.embedded.web.channel import Channel


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    found = Running(tmp_path_factory.mktemp("follow"))
    found.define("talk", step("load", ["spam", 300, "say"], ["err", "ERROR the one (odd) line"], ["spam", 300, "more"]))
    found.run_id = found.start("talk")
    found.wait(found.run_id)
    found.all = found.http.get("/api/v1/pipelines/talk/logs", params={"tail": 10_000}).json()["logs"]
    yield found
    found.close()


def subscribed(service: Any, options: str) -> list[dict[str, Any]]:
    follower = service.socket()
    follower.say("subscribe", f"pipeline_logs:{service.run_id}?{options}")
    frames = follower.until("pipeline_completed")
    follower.connection.close()
    return follower.lines(frames)


def stored(service: Any, **query: Any) -> dict[str, Any]:
    answer = service.http.get("/api/v1/pipelines/talk/logs", params={"execution_id": service.run_id, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        ({"level": "error"}, lambda line: line["level"] == "error"),
        ({"grep": r"more \d+$"}, lambda line: line["message"].startswith("INFO more")),
        ({"grep": "(?i)THE (one|two)"}, lambda line: "(odd)" in line["message"]),
        ({"grep": r"\(odd\)|say 1\d\d$"}, lambda line: "(odd)" in line["message"] or ("say 1" in line["message"] and len(line["message"]) == 12)),
        ({"since": "2001-01-01T00:00:00Z", "level": "debug"}, lambda line: True),
        ({"since": "2999-01-01T00:00:00Z"}, lambda line: False),
    ],
)  # fmt: skip
def test_lines_are_chosen_in_the_service_on_every_way(service, options, fits):
    wanted = [line["id"] for line in service.all if fits(line)]
    assert (len(wanted) > 0) is ("2999" not in str(options))
    text = "&".join(f"{key}={quote(value)}" for key, value in options.items())
    assert [line["id"] for line in subscribed(service, f"after=0&{text}")] == wanted
    assert [line["id"] for line in subscribed(service, f"tail=7&{text}")] == wanted[-7:]
    assert [line["id"] for line in subscribed(service, f"tail=0&{text}")] == []
    assert [line["id"] for line in stored(service, tail=5, **options)["logs"]] == wanted[-5:]
    # From one answer to the next, as who has no WebSocket asks.
    found, after = [], 0
    while after < service.all[-1]["id"]:
        answer = stored(service, tail=20, after=after, **options)
        found += [line["id"] for line in answer["logs"]]
        assert answer["last_id"] > after
        after = answer["last_id"]
    assert found == wanted


def test_a_search_looks_through_all_that_is_stored(service, monkeypatch):
    monkeypatch.setattr("flext_sdk.embedded.store.logs.SCAN", 10)
    odd = [line["id"] for line in service.all if "(odd)" in line["message"]]
    assert [line["id"] for line in stored(service, tail=3, grep="odd")["logs"]] == odd
    answer = stored(service, tail=3, after=0, grep="odd")
    assert ([line["id"] for line in answer["logs"]], answer["last_id"]) == (odd, service.all[-1]["id"])
    assert stored(service, tail=0)["logs"] == []
    assert stored(service, tail=0, after=5) == {"logs": [], "execution_id": service.run_id, "last_id": 5}


@pytest.mark.parametrize("options", [{}, {"grep": r"more \d*[05]$"}, {"level": "error"}])
def test_whoever_is_behind_what_is_kept_is_told_how_much_is_missing(tmp_path, monkeypatch, options):
    monkeypatch.setattr("flext_sdk.embedded.engine.recorder.KEEP_LINES", 200)
    own = Running(tmp_path)
    try:
        own.define("talk", step("load", ["spam", 300, "say"], ["err", "ERROR odd"], ["spam", 500, "more"]))
        own.run_id = own.start("talk")
        own.wait(own.run_id)
        kept = own.http.get("/api/v1/pipelines/talk/logs", params={"tail": 10_000}).json()
        ids = [line["id"] for line in kept["logs"]]
        gone = ids[0] - 1 - 10
        assert gone > 500
        wanted = [line["id"] for line in stored(own, tail=10_000, after=10, **options)["logs"]]
        # All lines, or what a filter leaves of them: what is gone is told in both cases, once.
        text = "&".join(f"{key}={quote(value)}" for key, value in options.items())
        follower = own.socket()
        follower.say("subscribe", f"pipeline_logs:{own.run_id}?after=10&{text}".rstrip("&"))
        frames = follower.until("pipeline_completed")
        follower.connection.close()
        assert [frame["data"]["missed"] for frame in frames if "missed" in (frame["data"] or {})] == [gone]
        assert [line["id"] for line in follower.lines(frames)] == wanted
        for tail in (5, 10_000):
            answer = stored(own, tail=tail, after=10, **options)
            assert answer["missed"] == gone
            assert "missed" not in stored(own, tail=tail, after=answer["last_id"], **options)
        assert "missed" not in stored(own, tail=5, **options)  # the last ones were asked for, not what follows one
        assert "missed" not in stored(own, tail=5, after=ids[0] - 1, **options)
    finally:
        own.close()


async def test_lines_that_could_not_be_stored_are_missing_and_those_after_them_are_not():
    shelf, peer = Shelf(), Peer()
    peer.takes.set()
    shelf.write(30)
    shelf.kept += [LogLine(n, utc_now(), 20, "tap", None, "lost") for n in range(31, 41)]  # the disk was full
    serving = asyncio.create_task(shelf.stream().serve(peer))  # type: ignore[arg-type]
    shelf.write(10)
    peer.subscribe("pipeline_logs:r?after=45")
    await peer.until(lambda: len(peer.lines()) == 5)
    shelf.kept = [line for line in shelf.kept if line.message != "lost"]
    peer.subscribe("pipeline_logs:r?after=25")
    await peer.until(lambda: len(peer.lines()) == 20)
    assert peer.lines()[5:] == [*range(26, 31), *range(41, 51)]
    assert [frame["data"]["missed"] for frame in peer.frames if "missed" in frame["data"]] == [10]
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def test_what_makes_no_sense_is_told_in_one_line(service):
    for grep, word in (("(a", "no regular expression"), ("(?=x)", "look-around"), ("(a{1000}){1000}", "too large")):
        answer = service.http.get("/api/v1/pipelines/talk/logs", params={"grep": grep})
        assert answer.status_code == 422
        assert word in answer.json()["error"]
        assert "\n" not in answer.json()["error"]
    follower = service.socket()
    for options, word in (
        ("grep=(a", "grep"),
        ("grep=" + "a" * 300, "256"),
        ("level=loud", "level"),
        ("since=yesterday", "since"),
        ("after=x", "after"),
        ("tail=-1", "tail"),
        ("colour=red", "colour"),
        ("&&&=&", "topic"),
    ):
        follower.say("subscribe", f"pipeline_logs:{service.run_id}?{options}")
        frame = follower.next()
        assert frame["type"] == "error"
        assert word in frame["data"]["message"]
    follower.say("subscribe", "pipelines?level=error")
    assert follower.next()["type"] == "error"
    follower.connection.close()


def test_a_pattern_takes_time_in_proportion_to_the_text_whatever_it_is():
    # With a backtracking matcher this would take longer than the universe is old.
    assert not Pattern("^(a+)+$")("a" * 8_000 + "!")
    assert Pattern("(?i)é|ß")("der Ma\u00dfstab")
    with pytest.raises(PatternError):
        Pattern("x" * 257)


class Peer:
    """A WebSocket that takes frames when it is allowed to."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.takes = asyncio.Event()
        self.says: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.closed: int | None = None

    async def accept(self) -> None:
        return

    async def receive(self) -> dict[str, Any]:
        return await self.says.get()

    async def send_text(self, text: str) -> None:
        await self.takes.wait()
        if self.closed is not None:
            raise RuntimeError("closed")
        self.frames.append(json.loads(text))

    async def close(self, code: int, _reason: str) -> None:
        self.closed = code
        self.says.put_nowait({"type": "websocket.disconnect"})

    def subscribe(self, topic: str) -> None:
        self.says.put_nowait({"type": "websocket.receive", "text": json.dumps({"type": "subscribe", "data": topic})})

    def lines(self) -> list[int]:
        return [
            line["id"] for frame in self.frames if frame["type"] == "pipeline_log" for line in frame["data"]["logs"]
        ]

    async def until(self, done: Any) -> None:
        async with asyncio.timeout(30):
            while not done():
                await asyncio.sleep(0.01)


class Shelf:
    """A store of lines, as much of it as following needs."""

    def __init__(self) -> None:
        self.kept: list[LogLine] = []
        self.reads = 0
        self.hub = Hub(self)  # type: ignore[arg-type]

    def after(self, _run: str, after: int, limit: int) -> list[LogLine]:
        self.reads += 1
        return [line for line in self.kept if line.id > after][:limit]

    def find(self, _run: str) -> Any:
        return Run()

    def write(self, count: int, text: str = "x" * 200) -> None:
        first = self.kept[-1].id + 1 if self.kept else 1
        new = [LogLine(n, utc_now(), 20, "tap", None, f"{n} {text}") for n in range(first, first + count)]
        self.kept += new
        self.hub.lines("r", new)

    def stream(self) -> LogStream:
        return LogStream(self.hub, self, self, utc_now)  # type: ignore[arg-type]


class Run:
    pipeline_id = "p"
    pipeline = "talk"
    status = "running"


async def test_a_follower_that_does_not_read_holds_nothing_and_is_then_read_to_from_the_store(monkeypatch):
    made: list[follow._Follower] = []
    first = follow._Follower.__init__
    monkeypatch.setattr(follow._Follower, "__init__", lambda self, *args: (first(self, *args), made.append(self))[0])
    shelf, peer = Shelf(), Peer()
    peer.takes.set()
    stream = shelf.stream()
    serving = asyncio.create_task(stream.serve(peer))  # type: ignore[arg-type]
    peer.subscribe("pipeline_logs:r?after=0")
    await peer.until(lambda: len(peer.frames) == 2)
    peer.takes.clear()
    for _ in range(100):
        shelf.write(200)
        await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    (one,) = made
    assert sum(len(cursor.ahead) for cursor in one._cursors.values()) <= follow.READ_AT_ONCE
    assert stream._frames._size <= follow._SHARED_BYTES
    assert len(shelf.hub._recent["r"]) == KEPT_LINES
    assert peer.lines() == []
    peer.takes.set()
    await peer.until(lambda: len(peer.lines()) == 20_000)
    assert peer.lines() == list(range(1, 20_001))
    assert shelf.reads > 1
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert shelf.hub._listeners == {}


async def test_followers_of_one_run_share_their_frames(monkeypatch):
    made: list[int] = []
    pack = follow.packed
    monkeypatch.setattr(
        follow, "packed", lambda kind, *rest: (made.append(1) if kind == "pipeline_log" else None, pack(kind, *rest))[1]
    )
    shelf = Shelf()
    shelf.write(5_000)
    stream = shelf.stream()
    peers = [Peer() for _ in range(10)]
    tasks = []
    for peer in peers:
        peer.takes.set()
        peer.subscribe("pipeline_logs:r?after=0")
        tasks.append(asyncio.create_task(stream.serve(peer)))  # type: ignore[arg-type]
    for _ in range(50):
        shelf.write(100)
        await asyncio.sleep(0.002)
    for peer in peers:
        await peer.until(lambda peer=peer: len(peer.lines()) == 10_000)
        assert peer.lines() == list(range(1, 10_001))
    assert len(made) < 10_000 / 50 * 3  # ten times as many where each made its own
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_what_is_kept_to_be_shared_is_bounded():
    frames = Frames()
    for number in range(100):
        frames.keep(("", "r", "", number), follow._Frame("x" * 100_000, number))
    assert frames._size <= follow._SHARED_BYTES
    assert frames.find(("", "r", "", 99)) is not None
    assert frames.find(("", "r", "", 0)) is None
    shelf = Shelf()
    for number in range(KEPT_RUNS + 5):
        shelf.hub.lines(f"run {number}", [LogLine(1, utc_now(), 20, "tap", None, "x")])
    assert len(shelf.hub._recent) == KEPT_RUNS


async def test_silence_is_filled_with_heartbeats_that_tell_how_far_a_filter_has_looked(monkeypatch):
    monkeypatch.setattr(Channel, "heartbeat", 0.02)
    shelf, peer = Shelf(), Peer()
    peer.takes.set()
    serving = asyncio.create_task(shelf.stream().serve(peer))  # type: ignore[arg-type]
    peer.subscribe("pipeline_logs:r?after=0&grep=nothing")
    shelf.write(120)
    await peer.until(lambda: peer.frames and peer.frames[-1]["data"].get("last_ids") == {"pipeline_logs:r": 120})
    assert peer.frames[-1]["type"] == "heartbeat"
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_a_peer_that_takes_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(Channel, "stalled", 0.05)
    shelf, peer = Shelf(), Peer()
    async with asyncio.timeout(10):
        await shelf.stream().serve(peer)  # type: ignore[arg-type]
    assert shelf.hub._listeners == {}


async def test_a_peer_that_has_closed_ends_quietly():
    shelf, peer = Shelf(), Peer()
    peer.takes.set()
    peer.says.put_nowait({"type": "websocket.receive", "text": "x" * 5_000})
    async with asyncio.timeout(10):
        await shelf.stream().serve(peer)  # type: ignore[arg-type]
    assert peer.closed == 1009
    late = follow._Follower(peer, shelf.hub, shelf, shelf, utc_now, Frames())  # type: ignore[arg-type]
    with pytest.raises(WebSocketDisconnect):
        await late.send("{}")


def test_a_service_that_stops_says_so(tmp_path):
    own = Running(tmp_path)
    mark = tmp_path / "mark"
    own.define("wait", step("load", ["wait", str(mark)]))
    follower = own.socket()
    follower.say("subscribe", f"pipeline_logs:{own.start('wait')}?after=0")
    follower.until("subscribed")
    own.close()
    with pytest.raises(ConnectionClosed):
        eventually(lambda: follower.next() and None)
    assert follower.connection.close_code == 1012


def test_a_moment_without_a_zone_is_one_of_utc():
    line = LogLine(1, dt.datetime(2026, 1, 31, 8, tzinfo=dt.UTC), 20, "tap", None, "x")
    assert LogFilter(since=dt.datetime(2026, 1, 31, 8, tzinfo=dt.UTC)).fits(line)
    assert not LogFilter(since=dt.datetime(2026, 1, 31, 8, 1, tzinfo=dt.UTC)).fits(line)
