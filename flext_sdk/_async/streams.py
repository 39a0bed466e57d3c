"""Log lines of runs: stored ones, and new ones as they come.

New lines come over the WebSocket ``/ws`` of FLEXT Service; where it has none, it is asked again and again. Every line
has an id that grows within its run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.feeds import AsyncFeed, topic_of
from flext_sdk._core.decode import to_model
from flext_sdk._core.frames import lines_of
from flext_sdk._core.operations import Operation
from flext_sdk._core.runs import at_least, field, is_finished, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flext_sdk._async.resource import AsyncResource
    from flext_sdk._core.types import Json
    from flext_sdk.models.runs import LogEntry

__all__ = ["AsyncRunFeed", "following", "stored_lines"]

MOST = 1_000
"""Lines that are asked for at once."""
_LINE: Operation[LogEntry] = Operation(
    id="pipelines.logs", service="flext", group="pipelines", method="GET", path="/ws", response="runs:LogEntry"
)


async def stored_lines(
    resource: AsyncResource,
    name: str,
    run: str | None,
    *,
    tail: int,
    level: str | None = None,
    since: str | datetime | None = None,
    grep: str | None = None,
) -> Sequence[LogEntry]:
    """Lines that are stored, oldest first.

    Args:
        resource: The resource that asks.
        name: Name of the pipeline.
        run: Id of the run; None for the newest one.
        tail: How many of the last ones.
        level: Only lines of this level or above.
        since: Only lines from this moment on.
        grep: Only lines that match this expression.
    """
    found = await _asked(resource, name, run, tail=tail, since=moment(since), level=level, grep=grep)
    return field(found, "logs") or []


async def _asked(resource: AsyncResource, name: str, run: str | None, **query: Any) -> Json:  # noqa: ANN401 - of the operation
    return await resource._call(ops.PIPELINES_LOGS, path={"name": name}, query={"execution_id": run, **query})


async def following(
    resource: AsyncResource,
    name: str,
    run: str,
    *,
    tail: int,
    level: str | None = None,
    since: str | datetime | None = None,
    grep: str | None = None,
) -> AsyncRunFeed:
    """The last lines of a run, then new ones until it has ended.

    A connection that breaks is opened again; a service that stays away for a minute is an error.

    Args:
        resource: The resource that asks.
        name: Name of the pipeline.
        run: Id of the run.
        tail: How many of the stored lines come first.
        level: Only lines of this level or above.
        since: Only lines from this moment on.
        grep: Only lines that match this expression.
    """
    feed = AsyncRunFeed(resource, name, run, level=level, since=moment(since), grep=grep)
    await feed.begin(tail)
    return feed


class AsyncRunFeed(AsyncFeed["LogEntry"]):
    """The log of a run; it ends with the run."""

    def __init__(
        self,
        resource: AsyncResource,
        name: str,
        run: str,
        *,
        level: str | None = None,
        since: datetime | None = None,
        grep: str | None = None,
    ) -> None:
        super().__init__(resource, "flext", "/ws")
        self.name, self.run, self.last = name, run, 0
        self.level = level
        self.chosen = {"since": since, "level": level, "grep": grep}
        self._models = self.client._options.models

    async def begin(self, tail: int) -> None:
        """Ask for the lines to begin with."""
        newest = 0
        if tail == 0 or any(value is not None for value in self.chosen.values()):
            # Asked first: what is written between the two requests is among the lines of the second, or comes later.
            found = field(await _asked(self.resource, self.name, self.run, tail=1), "logs") or []
            newest = max((ident for line in found if isinstance(ident := field(line, "id"), int)), default=0)
        lines: Sequence[LogEntry] = []
        if tail > 0:
            answer = await _asked(self.resource, self.name, self.run, tail=tail, **self.chosen)
            lines = self._fresh(field(answer, "logs") or [])
        self.last = max(self.last, newest)
        self.first = lines

    def topic(self) -> str:
        """The log behind the last line."""
        return topic_of(f"pipeline_logs:{self.run}", after=self.last, **self.chosen)

    def decoded(self, text: str | bytes) -> tuple[str, Json]:
        """Kind and data of a frame; lines are models at once, where models are wanted."""
        found = lines_of(text) if self._models else None
        return ("pipeline_log", found) if found is not None else super().decoded(text)

    def taken(self, kind: str, data: Mapping[str, Json]) -> Sequence[LogEntry]:
        """Lines that were not told yet."""
        about = data.get("execution_id")
        if about is not None and about != self.run:
            return ()
        if kind == "pipeline_completed":
            self.ended = is_finished(data) or "status" not in data
            return ()
        if kind == "heartbeat":
            self._looked_through((data.get("last_ids") or {}).get(f"pipeline_logs:{self.run}"))
            return ()
        self._tell_gap(data.get("missed"))
        found = data.get("logs") if "logs" in data else [data["log"]] if "log" in data else []
        lines = found or []
        if about is None:
            lines = [
                line for line in lines if isinstance(line, Mapping) and line.get("execution_id") in {None, self.run}
            ]
        if self._models and lines and isinstance(lines[0], Mapping):
            lines = [to_model(_LINE, line) for line in lines]
        fresh = self._fresh(lines)
        self._looked_through(data.get("last_id"))
        return fresh

    def _tell_gap(self, count: Json) -> None:
        self.missed("pipelines.logs", self.run, self.last, count)

    def _looked_through(self, last: Json) -> None:
        """What lies before an id was told, or is not wanted."""
        if isinstance(last, int):
            self.last = max(self.last, last)

    def _fresh(self, lines: Sequence[Any]) -> Sequence[Any]:
        if not lines:
            return lines
        first, final = field(lines[0], "id"), field(lines[-1], "id")
        if self.level is None and isinstance(first, int) and isinstance(final, int) and final >= first > self.last:
            self.last = final
            return lines
        fresh = []
        for line in lines:
            ident = field(line, "id")
            if isinstance(ident, int):
                if ident <= self.last:
                    continue
                self.last = ident
            if at_least(field(line, "level"), self.level):
                fresh.append(line)
        return fresh

    async def ask(self) -> tuple[Sequence[LogEntry], bool]:
        """Lines that were stored meanwhile."""
        found = await _asked(self.resource, self.name, self.run, tail=MOST, after=self.last, **self.chosen)
        self._tell_gap(field(found, "missed"))
        lines = field(found, "logs") or []
        fresh = self._fresh(lines)
        self._looked_through(field(found, "last_id"))
        return fresh, len(lines) >= MOST

    async def look(self) -> bool:
        """Whether the run has ended."""
        return is_finished(await self.resource._call(ops.PIPELINES_RUN_INFO, path={"run": self.run}))
