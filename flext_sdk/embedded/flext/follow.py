"""The WebSocket: log lines and events of runs as they come.

Frames are ``{type, topic, data, timestamp, message_id}``. Topics that can be subscribed:

- ``pipeline_logs:RUN`` or ``pipeline_logs:RUN?after=ID``: the lines of one run, first those that are stored behind the
  id, then new ones; after the last one a frame of type ``pipeline_completed`` with the run.
- ``pipeline_logs``: new lines of all runs.
- ``pipelines``: ``pipeline_started``, ``pipeline_progress`` and ``pipeline_completed`` of all runs, with the run.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from flext_sdk.embedded.flext.views import log_view, run_view
from flext_sdk.embedded.store.clock import Now, rfc3339
from flext_sdk.embedded.store.runs import ENDED, RunStore, StoredRun

if TYPE_CHECKING:
    from flext_sdk.embedded.flext.hub import Hub, Kind

MAX_MESSAGE = 512
MAX_TOPICS = 50
LINES_IN_FRAME = 50
# What comes within this time goes into one frame.
GATHER = 0.02
_LOGS, _EVENTS = "pipeline_logs", "pipelines"
_FRAMES: dict[Kind, str] = {
    "started": "pipeline_started",
    "progress": "pipeline_progress",
    "ended": "pipeline_completed",
}


@dataclass(slots=True)
class _Cursor:
    """How far the lines of one run were sent under one topic."""

    topic: str
    run_id: str
    after: int
    new: bool = True
    ended: bool = False


class LogStream:
    """Serves one WebSocket after the other.

    Args:
        hub: Tells what is new.
        runs: The runs.
        now: The clock.
    """

    def __init__(self, hub: Hub, runs: RunStore, now: Now) -> None:
        self._hub = hub
        self._runs = runs
        self._now = now

    async def serve(self, websocket: WebSocket) -> None:
        """Serves a follower until it goes."""
        await websocket.accept()
        follower = _Follower(websocket, self._hub, self._runs, self._now)
        self._hub.subscribe(follower.heard)
        try:
            await follower.serve()
        finally:
            self._hub.unsubscribe(follower.heard)


class _Follower:
    def __init__(self, websocket: WebSocket, hub: Hub, runs: RunStore, now: Now) -> None:
        self._websocket = websocket
        self._hub = hub
        self._runs = runs
        self._now = now
        self._news = asyncio.Event()
        self._cursors: dict[tuple[str, str], _Cursor] = {}
        self._all_logs = False
        self._all_events = False
        self._events: dict[str, list[Kind]] = {}
        self._sending = asyncio.Lock()

    def heard(self, kind: Kind, run_id: str, first: int) -> None:
        """The hub's news; runs in the event loop and must be quick."""
        if kind == "lines":
            if self._all_logs and (_LOGS, run_id) not in self._cursors:
                self._cursors[_LOGS, run_id] = _Cursor(_LOGS, run_id, first - 1)
        elif self._all_events:
            # One of a kind for each run: whoever is slow misses steps in between, never the end.
            kinds = self._events.setdefault(run_id, [])
            if kind not in kinds:
                kinds.append(kind)
        for topic in (_LOGS, f"{_LOGS}:{run_id}"):
            cursor = self._cursors.get((topic, run_id))
            if cursor is not None and kind in {"lines", "ended"}:
                cursor.new = True
                cursor.ended |= kind == "ended"
        self._news.set()

    async def serve(self) -> None:
        """Sends and receives until the connection ends."""
        sender = asyncio.create_task(self._send_news())
        try:
            await self._frame("welcome", "system", {"topics": [_EVENTS, _LOGS, f"{_LOGS}:RUN?after=ID"]})
            await self._receive()
        except WebSocketDisconnect:
            return
        finally:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await sender

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
            if len(text.encode()) > MAX_MESSAGE:
                await self._websocket.close(1009, "a message may have 512 bytes")
                return
            await self._handle(text)

    async def _handle(self, text: str) -> None:
        try:
            message = json.loads(text)
            kind, data = message["type"], message.get("data")
        except (ValueError, TypeError, KeyError, AttributeError):
            await self._fail("", "send {type, data}, such as subscribe to pipelines")
            return
        if kind == "ping":
            await self._frame("pong", "system", None)
        elif kind == "subscribe" and isinstance(data, str):
            await self._subscribe(data)
        elif kind == "unsubscribe" and isinstance(data, str):
            await self._unsubscribe(data.partition("?")[0])
        else:
            await self._fail("", "there is subscribe and unsubscribe with a topic as data, and ping")

    async def _subscribe(self, wanted: str) -> None:
        topic, _, query = wanted.partition("?")
        name, _, run_id = topic.partition(":")
        if topic in {_EVENTS, _LOGS}:
            self._all_events |= topic == _EVENTS
            self._all_logs |= topic == _LOGS
            await self._frame("subscribed", topic, {"topic": topic})
            return
        after = query.removeprefix("after=")
        if (
            name != _LOGS
            or not run_id
            or (query and not (query.startswith("after=") and after.isascii() and after.isdigit()))
        ):
            await self._fail(topic, f"there is no topic {wanted[:100]}")
        elif len(self._cursors) >= MAX_TOPICS and (topic, run_id) not in self._cursors:
            await self._fail(topic, f"one connection follows at most {MAX_TOPICS} runs")
        else:
            await self._follow(topic, run_id, int(after or 0))

    async def _follow(self, topic: str, run_id: str, after: int) -> None:
        # The cursor stands before the run is looked at: an end in between is heard.
        cursor = _Cursor(topic, run_id, after, new=False)
        self._cursors[topic, run_id] = cursor
        run = await asyncio.to_thread(self._runs.find, run_id)
        if run is None:
            self._cursors.pop((topic, run_id), None)
            await self._fail(topic, f"there is no run {run_id}")
            return
        await self._frame("subscribed", topic, {"topic": topic, "after": after})
        cursor.ended |= run.status in ENDED
        cursor.new = True
        self._news.set()

    async def _unsubscribe(self, topic: str) -> None:
        self._all_events &= topic != _EVENTS
        if topic == _LOGS:
            self._all_logs = False
        for key in [key for key in self._cursors if key[0] == topic]:
            del self._cursors[key]
        await self._frame("unsubscribed", topic, {"topic": topic})

    async def _send_news(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER)
            self._news.clear()
            for cursor in [cursor for cursor in self._cursors.values() if cursor.new]:
                await self._send_lines(cursor)
            events, self._events = self._events, {}
            for run_id, kinds in events.items():
                run = await asyncio.to_thread(self._runs.find, run_id)
                for kind in kinds if run is not None else ():
                    await self._frame(_FRAMES[kind], _EVENTS, self._view(run))

    async def _send_lines(self, cursor: _Cursor) -> None:
        ended, cursor.new = cursor.ended, False
        run: StoredRun | None = None
        while self._cursors.get((cursor.topic, cursor.run_id)) is cursor:
            lines = await asyncio.to_thread(self._hub.read, cursor.run_id, cursor.after, LINES_IN_FRAME)
            if not lines:
                break
            run = run or await asyncio.to_thread(self._runs.find, cursor.run_id)
            data = {
                "pipeline_id": run.pipeline_id if run else None,
                "pipeline": run.pipeline if run else None,
                "execution_id": cursor.run_id,
                "logs": [log_view(line, cursor.run_id) for line in lines],
            }
            await self._frame("pipeline_log", cursor.topic, data)
            cursor.after = lines[-1].id
        if ended and self._cursors.pop((cursor.topic, cursor.run_id), None) is not None and cursor.topic != _LOGS:
            await self._frame(
                "pipeline_completed", cursor.topic, self._view(await asyncio.to_thread(self._runs.find, cursor.run_id))
            )

    def _view(self, run: StoredRun | None) -> dict[str, Any] | None:
        return None if run is None else run_view(run, self._now())

    async def _fail(self, topic: str, message: str) -> None:
        await self._frame("error", topic, {"message": message})

    async def _frame(self, kind: str, topic: str, data: Any) -> None:  # noqa: ANN401
        frame = {
            "type": kind,
            "topic": topic,
            "data": data,
            "timestamp": rfc3339(self._now()),
            "message_id": uuid.uuid4().hex,
        }
        async with self._sending:
            await self._websocket.send_text(json.dumps(frame, separators=(",", ":"), ensure_ascii=False))
