# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Log lines of runs: stored ones, and new ones as they come.

New lines come over the WebSocket ``/ws`` of FLEXT Service; where it has none, it is asked again and again. Every line
has an id that grows within its run, so nothing is told twice when one way takes over from the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flext_sdk import _operations as ops
from flext_sdk._core import debuglog
from flext_sdk._core.deadline import CONNECT, Deadline
from flext_sdk._core.decode import to_model
from flext_sdk._core.operations import Operation
from flext_sdk._core.runs import at_least, field, intervals, is_finished, parse_since
from flext_sdk._sync import _rt as rt
from flext_sdk._sync.waiters import PATIENCE
from flext_sdk.errors import ConnectionFailedError, DeadlineExceededError, ServerError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flext_sdk._core.types import Json
    from flext_sdk._sync.resource import Resource
    from flext_sdk.models.runs import LogEntry

__all__ = ["follow_run", "stored_lines"]

MOST = 10_000
"""Lines that one request gives at most."""
_SILENCE = 10.0  # seconds without a frame after which the run is looked at: its end may have been missed
_FRAME = 512  # bytes; the services close a connection that sends a longer one
_PASSING = (ConnectionFailedError, DeadlineExceededError, ServerError)
_LINE: Operation[LogEntry] = Operation(
    id="pipelines.logs", service="flext", group="pipelines", method="GET", path="/ws", response="runs:LogEntry"
)


def stored_lines(
    resource: Resource,
    name: str,
    run: str | None,
    *,
    tail: int,
    level: str | None = None,
    since: str | datetime | None = None,
    after: int | None = None,
) -> Sequence[LogEntry]:
    """Lines that are stored, oldest first.

    Args:
        resource: The resource that asks.
        name: Name of the pipeline.
        run: Id of the run; None for the newest one.
        tail: How many of the last ones.
        level: Only lines of this level or above.
        since: Only lines from this moment on.
        after: Only lines with a greater id.
    """
    query = {
        "execution_id": run,
        "tail": tail,
        "after": after,
        "since": parse_since(since, datetime.now(UTC)),
        "level": level,
    }
    found = resource._call(ops.PIPELINES_LOGS, path={"name": name}, query=query)
    return field(found, "logs") or []


def follow_run(
    resource: Resource,
    name: str,
    run: str,
    *,
    tail: int,
    level: str | None = None,
    since: str | datetime | None = None,
) -> Iterator[LogEntry]:
    """The last lines of a run, then new ones until it has ended.

    A connection that breaks is opened again; a service that stays away for a minute is an error.

    Args:
        resource: The resource that asks.
        name: Name of the pipeline.
        run: Id of the run.
        tail: How many of the stored lines come first.
        level: Only lines of this level or above.
        since: Only stored lines from this moment on.
    """
    follower = _Follower(type(resource)(resource._client._watching()), name, run, level)
    for line in follower.stored(tail, since):
        yield line
    while follower.goes_on():
        for line in follower.polled() if follower.no_socket else follower.live():
            yield line
        if follower.goes_on() and not follower.no_socket:
            follower.look()
    # The last lines may have been written between the last frame and the end.
    for line in follower.missed():
        yield line


class _Follower:
    """Where one who follows a run has come to."""

    def __init__(self, resource: Resource, name: str, run: str, level: str | None) -> None:
        self.resource = resource
        self.client = resource._client
        self.transport = self.client._transport
        self.name, self.run, self.level = name, run, level
        self.last = 0
        self.ended = False
        self.no_socket = False
        self._away = Deadline(PATIENCE, self.transport.clock)
        self._pauses = intervals(0.2, 5.0, 2.0)

    def goes_on(self) -> bool:
        """Whether the run has not ended, as far as is known."""
        return not self.ended

    def fresh(self, lines: Sequence[Json]) -> Iterator[LogEntry]:
        """Lines that were not told yet."""
        for entry in lines:
            ident = field(entry, "id")
            if isinstance(ident, int):
                if ident <= self.last:
                    continue
                self.last = ident
            if at_least(field(entry, "level"), self.level):
                yield entry

    def stored(self, tail: int, since: str | datetime | None) -> Iterator[LogEntry]:
        """The lines to begin with."""
        newest = 0
        if tail == 0 or self.level is not None or since is not None:
            # Asked first: what is written between the two requests is among the lines of the second, or comes later.
            lines = stored_lines(self.resource, self.name, self.run, tail=1)
            newest = max((ident for line in lines if isinstance(ident := field(line, "id"), int)), default=0)
        if tail > 0:
            lines = stored_lines(self.resource, self.name, self.run, tail=tail, level=self.level, since=since)
            for line in self.fresh(lines):
                yield line
        self.last = max(self.last, newest)

    def missed(self) -> Iterator[LogEntry]:
        """Lines that were stored meanwhile."""
        lines: Sequence[LogEntry] = []
        try:
            lines = stored_lines(self.resource, self.name, self.run, tail=MOST, after=self.last)
            self._away = Deadline(PATIENCE, self.transport.clock)
        except _PASSING:
            if self._away.expired:
                raise
        for line in self.fresh(lines):
            yield line

    def look(self) -> None:
        """See whether the run has ended, after a pause that grows."""
        self.transport.sleep(next(self._pauses))
        self._check()

    def _check(self) -> None:
        try:
            found = self.resource._call(ops.PIPELINES_RUN_INFO, path={"run": self.run})
            self.ended = is_finished(found)
            self._away = Deadline(PATIENCE, self.transport.clock)
        except _PASSING:
            if self._away.expired:
                raise

    def polled(self) -> Iterator[LogEntry]:
        """New lines by asking again and again."""
        for pause in intervals(0.1, 1.0):
            before = self.last
            for line in self.missed():
                yield line
            if self.ended:
                return
            if self.last == before:
                self.transport.sleep(pause)
            self._check()

    def live(self) -> Iterator[LogEntry]:
        """New lines over the WebSocket, until the run has ended or the connection breaks."""
        socket = self._connect()
        if socket is None:
            return
        try:
            while self.goes_on():
                frame = self._frame(socket)
                if frame is None:
                    return
                for line in self.fresh(self._lines(frame)):
                    yield line
        finally:
            socket.close()

    def _connect(self) -> rt.WebSocket | None:
        from websockets.exceptions import InvalidHandshake, WebSocketException

        topic = f"pipeline_logs:{self.run}?after={self.last}"
        request = json.dumps({"type": "subscribe", "data": topic}, separators=(",", ":"))
        if len(request.encode()) > _FRAME:
            raise UsageError(f"{self.run[:40]!r}... is no id of a run")
        url, headers = self.client._socket_address("/ws")
        try:
            socket = self.transport.connect(url, headers=headers, seconds=CONNECT)
            socket.send(request)
        except InvalidHandshake as error:
            # This server has no WebSocket, or something in between takes none.
            debuglog.failed(f"no WebSocket: {type(error).__name__}")
            self.no_socket = True
            return None
        except (OSError, TimeoutError, WebSocketException) as error:
            debuglog.failed(f"WebSocket: {type(error).__name__}")
            self.transport.endpoints.forget()
            return None
        return socket

    def _frame(self, socket: rt.WebSocket) -> Mapping[str, Json] | None:
        """The next frame; an empty one after silence, None when the connection is over."""
        from websockets.exceptions import WebSocketException

        try:
            frame = json.loads(rt.receive(socket, _SILENCE))
        except TimeoutError:
            self._check()
            return {}
        except (OSError, WebSocketException, ValueError):
            return None
        if not isinstance(frame, Mapping):
            return None
        self._pauses = intervals(0.2, 5.0, 2.0)
        if frame.get("type") == "error":
            self.no_socket = True
            return None
        return frame

    def _lines(self, frame: Mapping[str, Json]) -> list[LogEntry]:
        data = frame.get("data")
        if not isinstance(data, Mapping):
            return []
        about = data.get("execution_id")
        if about is not None and about != self.run:
            return []
        if frame.get("type") == "pipeline_completed":
            self.ended = is_finished(data) or "status" not in data
            return []
        found = data.get("logs") if "logs" in data else [data["log"]] if "log" in data else []
        lines = [line for line in found or [] if isinstance(line, Mapping) and self._ours(line)]
        if not self.client._options.models:
            return lines  # type: ignore[return-value]
        return [to_model(_LINE, line) for line in lines]

    def _ours(self, line: Mapping[str, Json]) -> bool:
        about = line.get("execution_id")
        return about is None or about == self.run
