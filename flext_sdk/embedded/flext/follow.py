"""The WebSocket: log lines and events of runs as they come.

Topics that can be subscribed:

- ``pipeline_logs:RUN?after=ID``: the lines of one run, first those that are stored behind the id, then new ones; after
  the last one a frame of type ``pipeline_completed`` with the run. With ``tail=N`` in place of ``after`` it begins with
  the last N of them. ``since``, ``level`` and ``grep`` choose lines. ``last_id`` in a frame is the id up to which the
  log was looked through: after a break, subscribe again with it. ``missed`` tells how many lines behind the place it
  came from are no longer kept.
- ``pipeline_logs``: new lines of all runs.
- ``pipelines``: ``pipeline_started``, ``pipeline_progress`` and ``pipeline_completed`` of all runs, with the run.

Followers share frames: a frame is made once for all who have come as far and want the same.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.flext.topics import Topic, TopicError, parse_topic
from flext_sdk.embedded.flext.views import log_view, run_view
from flext_sdk.embedded.store.runs import ENDED, RunStore, StoredRun
from flext_sdk.embedded.web.channel import BYTES_IN_FRAME, LINES_IN_FRAME, Channel, packed

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from flext_sdk.embedded.flext.hub import Hub, Kind
    from flext_sdk.embedded.store.clock import Now
    from flext_sdk.embedded.store.logs import LogLine, LogStore

MAX_TOPICS = 50
READ_AT_ONCE: Final = 500
_SHARED_BYTES: Final = 1 << 22
_LOGS, _EVENTS = "pipeline_logs", "pipelines"
_TOPICS: Final = (_EVENTS, _LOGS, f"{_LOGS}:RUN?after=ID")
_FRAMES: dict[Kind, str] = {
    "started": "pipeline_started",
    "progress": "pipeline_progress",
    "ended": "pipeline_completed",
}


@dataclass(slots=True)
class _Frame:
    """A frame and how far it leads; without text where nothing of what was looked through was wanted."""

    text: str | None
    last: int


class Frames:
    """The newest frames, for followers that come to the same place; bounded by their size."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str, int], _Frame] = OrderedDict()
        self._size = 0

    def find(self, key: tuple[str, str, str, int]) -> _Frame | None:
        """The frame that begins behind an id."""
        return self._kept.get(key)

    def keep(self, key: tuple[str, str, str, int], frame: _Frame) -> None:
        """Keeps a frame."""
        self.drop(key)
        self._kept[key] = frame
        self._size += len(frame.text or "")
        while self._size > _SHARED_BYTES:
            self.drop(next(iter(self._kept)))

    def drop(self, key: tuple[str, str, str, int]) -> None:
        """Forgets a frame."""
        old = self._kept.pop(key, None)
        self._size -= len(old.text or "") if old is not None else 0


@dataclass(slots=True)
class _Cursor:
    """How far the lines of one run were sent under one topic."""

    topic: Topic
    run_id: str
    after: int
    run: StoredRun | None = None
    new: bool = True
    ended: bool = False
    ahead: list[LogLine] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, str, str, int]:
        """What the next frame depends on."""
        return (self.topic.name if not self.topic.run_id else "", self.run_id, self.topic.query, self.after)


class LogStream:
    """Serves one WebSocket after the other.

    Args:
        hub: Tells what is new.
        runs: The runs.
        logs: Their lines.
        now: The clock.
    """

    def __init__(self, hub: Hub, runs: RunStore, logs: LogStore, now: Now) -> None:
        self._hub = hub
        self._runs = runs
        self._logs = logs
        self._now = now
        self._frames = Frames()

    async def serve(self, websocket: WebSocket) -> None:
        """Serves a follower until it goes."""
        follower = _Follower(websocket, self._hub, self._runs, self._logs, self._now, self._frames)
        self._hub.subscribe(follower.heard)
        try:
            await follower.serve()
        finally:
            self._hub.unsubscribe(follower.heard)


class _Follower(Channel):
    def __init__(
        self, websocket: WebSocket, hub: Hub, runs: RunStore, logs: LogStore, now: Now, frames: Frames
    ) -> None:
        super().__init__(websocket, now, _TOPICS)
        self._hub = hub
        self._runs = runs
        self._logs = logs
        self._frames = frames
        self._cursors: dict[tuple[str, str], _Cursor] = {}
        self._all_logs: Topic | None = None
        self._all_events = False
        self._events: dict[str, list[Kind]] = {}

    def heard(self, kind: Kind, run_id: str, first: int) -> None:
        """The hub's news; runs in the event loop and must be quick."""
        if kind == "lines":
            if self._all_logs is not None and (_LOGS, run_id) not in self._cursors:
                self._cursors[_LOGS, run_id] = _Cursor(self._all_logs, run_id, first - 1)
        elif self._all_events:
            # One of a kind for each run: whoever is slow misses steps in between, never the end.
            kinds = self._events.setdefault(run_id, [])
            if kind not in kinds:
                kinds.append(kind)
            self.wake()
        if kind in {"lines", "ended"}:
            for topic in (_LOGS, f"{_LOGS}:{run_id}"):
                cursor = self._cursors.get((topic, run_id))
                if cursor is not None:
                    cursor.new = True
                    cursor.ended |= kind == "ended"
                    self.wake()

    def progress(self) -> dict[str, Any]:
        """How far each run was looked through."""
        return {"last_ids": {cursor.topic.key: cursor.after for cursor in self._cursors.values()}}

    async def subscribe(self, topic: str) -> None:
        """Begins a topic."""
        try:
            found = parse_topic(topic)
        except TopicError as error:
            await self.fail(topic.partition("?")[0][:100], str(error))
            return
        if not found.run_id:
            self._all_events |= found.name == _EVENTS
            if found.name == _LOGS:
                self._all_logs = found
            await self.frame("subscribed", found.key, {"topic": found.key})
        elif len(self._cursors) >= MAX_TOPICS and (found.key, found.run_id) not in self._cursors:
            await self.fail(found.key, f"one connection follows at most {MAX_TOPICS} runs")
        else:
            await self._follow(found)

    async def _follow(self, topic: Topic) -> None:
        # The cursor stands before the run is looked at: an end in between is heard.
        cursor = _Cursor(topic, topic.run_id, topic.after, new=False)
        self._cursors[topic.key, topic.run_id] = cursor
        cursor.run = await asyncio.to_thread(self._runs.find, topic.run_id)
        if cursor.run is None:
            self._cursors.pop((topic.key, topic.run_id), None)
            await self.fail(topic.key, f"there is no run {topic.run_id}")
            return
        if topic.tail is not None:
            cursor.after = await asyncio.to_thread(self._before_tail, topic)
        await self.frame("subscribed", topic.key, {"topic": topic.key, "after": cursor.after})
        cursor.ended |= cursor.run.status in ENDED
        cursor.new = True
        self.wake()

    def _before_tail(self, topic: Topic) -> int:
        """The id behind which the last lines begin that are wanted."""
        newest = self._logs.last_id(topic.run_id)
        lines = self._logs.lines(topic.run_id, topic.tail or 0, replace(topic.wanted, upto=newest))
        return lines[0].id - 1 if lines else newest

    async def unsubscribe(self, topic: str) -> None:
        """Ends a topic."""
        key = topic.partition("?")[0]
        self._all_events &= key != _EVENTS
        if key == _LOGS:
            self._all_logs = None
        for found in [found for found in self._cursors if found[0] == key]:
            del self._cursors[found]
        await self.frame("unsubscribed", key, {"topic": key})

    async def send_news(self) -> None:
        """Sends the lines and events that are new."""
        for cursor in [cursor for cursor in self._cursors.values() if cursor.new]:
            await self._send_lines(cursor)
        events, self._events = self._events, {}
        for run_id, kinds in events.items():
            run = await asyncio.to_thread(self._runs.find, run_id)
            for kind in kinds if run is not None else ():
                await self.frame(_FRAMES[kind], _EVENTS, self._view(run))

    async def _send_lines(self, cursor: _Cursor) -> None:
        ended, cursor.new = cursor.ended, False
        key = (cursor.topic.key, cursor.run_id)
        while self._cursors.get(key) is cursor:
            frame = await self._next(cursor)
            if frame is None:
                break
            if frame.text is not None:
                await self.send(frame.text)
            cursor.after = frame.last
        if ended and self._cursors.pop(key, None) is not None and cursor.topic.run_id:
            run = await asyncio.to_thread(self._runs.find, cursor.run_id)
            await self.frame("pipeline_completed", cursor.topic.key, self._view(run))

    async def _next(self, cursor: _Cursor) -> _Frame | None:
        """The next frame; None where everything was sent."""
        place = cursor.place
        frame = self._frames.find(place)
        if frame is not None and (frame.text is None or frame.last % LINES_IN_FRAME == 0):
            return frame  # a full one; a shorter one may have grown meanwhile
        lines = [line for line in cursor.ahead if line.id > cursor.after]
        if not lines:
            recent = self._hub.recent(cursor.run_id, cursor.after, READ_AT_ONCE)
            if recent is None:
                recent = await asyncio.to_thread(self._hub.stored, cursor.run_id, cursor.after, READ_AT_ONCE)
            lines = recent
        if not lines:
            cursor.ahead = []
            return None
        if frame is not None and frame.last >= lines[-1].id:
            return frame
        if cursor.run is None:
            cursor.run = await asyncio.to_thread(self._runs.find, cursor.run_id)
        frame = self._made(cursor, lines)
        cursor.ahead = [line for line in lines if line.id > frame.last]
        self._frames.keep(place, frame)
        return frame

    def _made(self, cursor: _Cursor, lines: list[LogLine]) -> _Frame:
        chosen: list[dict[str, Any]] = []
        size, last, missed = 0, cursor.after, 0
        fits = cursor.topic.wanted.fits if cursor.topic.filters else None
        for line in lines:
            missed += line.id - last - 1  # ids grow by one: these were trimmed, or could not be stored
            last = line.id
            if fits is None or fits(line):
                chosen.append(log_view(line, cursor.run_id))
                size += len(line.message)
            # Frames end at the same ids for all followers, so that they come together and share them.
            if size > BYTES_IN_FRAME or (last % LINES_IN_FRAME == 0 if fits is None else len(chosen) == LINES_IN_FRAME):
                break
        if not chosen and not missed:
            return _Frame(None, last)
        run = cursor.run
        data = {
            "pipeline_id": run.pipeline_id if run else None,
            "pipeline": run.pipeline if run else None,
            "execution_id": cursor.run_id,
            "logs": chosen,
            "last_id": last,
        }
        if missed:
            data["missed"] = missed
        return _Frame(packed("pipeline_log", cursor.topic.key, data, self._now), last)

    def _view(self, run: StoredRun | None) -> dict[str, Any] | None:
        return None if run is None else run_view(run, self._now())
