"""The log of a run that somebody follows: WebSockets without a network."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flext_sdk._core.request import plain_data
from flext_sdk._core.runs import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk._core.types import Json
    from flext_sdk.models.runs import LogEntry, Run
    from flext_sdk.testing.answers import Call

__all__ = ["Stream", "connector"]

_TOPIC = re.compile(r"pipeline_logs:(?P<run>[^?]+)(?:\?(?P<query>.*))?")
_MOMENT = "2026-01-31T08:00:00Z"


class Stream:
    """A run and its lines, and how many of them there are by now.

    Args:
        run: The run as it ends.
        lines: Its log lines.
        stored: How many are there from the beginning.
        cuts: After which lines the connection breaks.
        socket: Whether there is a WebSocket.
    """

    def __init__(
        self, run: Run | Mapping[str, Any], lines: Sequence[LogEntry | Mapping[str, Any]], *, stored: int,
        cuts: Sequence[int], socket: bool,
    ) -> None:  # fmt: skip
        self._end: dict[str, Any] = dict(plain_data(run))
        self.ident = str(self._end["execution_id"])
        self._name = self._end.setdefault("pipeline", "orders")
        self._lines = [
            {**plain_data(line), "id": number, "execution_id": self.ident} for number, line in enumerate(lines, start=1)
        ]
        self._there = stored
        self._cuts = sorted(cuts, reverse=True)
        self.has_socket = socket

    @property
    def is_over(self) -> bool:
        """Whether all lines were told."""
        return self._there >= len(self._lines)

    def concerns(self, call: Call) -> bool:
        """Whether a request is about this run or its pipeline."""
        given = call.arguments
        if given.get("execution_id") is not None:
            return bool(given["execution_id"] == self.ident)
        return given.get("run") == self.ident or given.get("name") in {self._name, self._end.get("pipeline_id")}

    def run(self) -> dict[str, Any]:
        """The run as it is now."""
        if self.is_over:
            return self._end
        return {**self._end, "status": "running", "completed_at": None, "error": None}

    def replies(self) -> dict[str, Callable[[Call | None], Json]]:
        """What operations answer about it."""
        return {
            "pipelines.run_info": lambda _call: self.run(),
            "pipelines.status": lambda _call: {
                "name": self._name, "status": self.run()["status"], "last_execution": self.run(),
            },
            "pipelines.logs": self._stored,
        }  # fmt: skip

    def _stored(self, call: Call | None) -> Json:
        query = call.query if call is not None else {}
        after, tail = query.get("after"), query.get("tail", 100)
        if after is not None and not self.has_socket and not self.is_over:
            self._there += 1  # the run goes on while it is looked at
        found = [line for line in self._lines[: self._there] if line["id"] > (after or 0)]
        found = [line for line in found if _fits(line, query)]
        return {"logs": found[-tail:] if tail else [], "execution_id": self.ident}

    def next_frame(
        self, after: int, query: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[dict[str, Any] | None, int]:
        """The next frame for one who knows the lines up to ``after``, and the line that one knows then.

        None where the connection breaks.
        """
        if self._cuts and after >= self._cuts[-1]:
            self._cuts.pop()
            return None, after
        if after >= len(self._lines):
            return {**_frame("pipeline_completed", self.ident), "data": self._end}, after
        self._there = max(self._there, after + 1)
        line = self._lines[after]
        if not _fits(line, query):
            return {**_frame("heartbeat", self.ident), "data": {}}, after + 1
        return {**_frame("pipeline_log", self.ident), "data": {"log": line, "execution_id": self.ident}}, after + 1


def _fits(line: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    """Whether a line is one of those that were asked for."""
    since, grep = query.get("since"), query.get("grep")
    return (
        at_least(line.get("level"), query.get("level"))
        and (since is None or _moment(line.get("timestamp", _MOMENT)) >= _moment(since))
        and (grep is None or re.search(grep, str(line.get("message"))) is not None)
    )


def _frame(kind: str, run: str) -> dict[str, Any]:
    return {"type": kind, "topic": f"pipeline_logs:{run}", "timestamp": _MOMENT, "message_id": "1"}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class _Socket:
    """One connection: what the client sends and what comes."""

    def __init__(self, streams: Mapping[str, Stream]) -> None:
        self._streams = streams
        self._stream: Stream | None = None
        self._after = 0
        self._query: dict[str, str] = {}
        self._is_closed = False

    def subscribe(self, message: str) -> None:
        found = _TOPIC.fullmatch(str(json.loads(message).get("data")))
        if found is not None:
            self._stream = self._streams.get(found["run"])
            self._query = dict(parse_qsl(found["query"] or ""))
            self._after = int(self._query.get("after", 0))

    def frame(self) -> str:
        from websockets.exceptions import ConnectionClosedError

        if self._stream is None:
            return json.dumps({"type": "error", "data": {"error": "there is no such run"}, "timestamp": _MOMENT})
        frame, self._after = self._stream.next_frame(self._after, self._query)
        if frame is None or self._is_closed:
            self._is_closed = True
            raise ConnectionClosedError(None, None)
        return json.dumps(frame)


class _SyncSocket(_Socket):
    def send(self, message: str) -> None:
        self.subscribe(message)

    def recv(self, timeout: float | None = None) -> str:  # noqa: ARG002 - it never waits
        return self.frame()

    def close(self) -> None:
        self._is_closed = True


class _AsyncSocket(_Socket):
    async def send(self, message: str) -> None:
        self.subscribe(message)

    async def recv(self) -> str:
        await asyncio.sleep(0)
        return self.frame()

    async def close(self) -> None:
        self._is_closed = True


def connector(streams: Mapping[str, Stream], *, is_async: bool) -> Callable[..., Any]:
    """What opens a WebSocket of the fake."""

    def check() -> None:
        from websockets.exceptions import InvalidHandshake

        if not any(stream.has_socket for stream in streams.values()):
            raise InvalidHandshake("this service has no WebSocket")

    def connect(_url: str, **_options: object) -> _SyncSocket:
        check()
        return _SyncSocket(streams)

    async def aconnect(_url: str, **_options: object) -> _AsyncSocket:
        check()
        return _AsyncSocket(streams)

    return aconnect if is_async else connect
