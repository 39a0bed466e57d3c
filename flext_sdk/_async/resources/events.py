"""Events: how many there are, and those to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.feeds import AsyncFeed, topic_of
from flext_sdk._async.resources._events import AsyncEventsBase
from flext_sdk._core.annotations import command
from flext_sdk._core.arguments import check_tail
from flext_sdk._core.operations import Operation
from flext_sdk._core.runs import field, moment

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime

    from flext_sdk._async.resource import AsyncResource
    from flext_sdk._core.types import Json
    from flext_sdk.models.events import Event

__all__ = ["AsyncEvents"]

_MOST = 1_000
_EVENT: Operation[Event] = Operation(
    id="events.follow", service="flexcore", group="events", method="GET", path="/ws", response="events:Event"
)

_STORED: Operation[Json] = replace(ops.EVENTS_LIST, response="json", paging=None, wire=())
"""The same list with all that stands beside it."""


class AsyncEvents(AsyncEventsBase):
    """See and publish events."""

    @command(
        "events follow",
        columns=("timestamp:TIME", "type", "id", "data"),
        stream=True,
        metavars={"since": "TIME"},
    )
    async def follow(
        self, *, type: str | None = None, tail: int = 0, since: str | None = None, grep: str | None = None
    ) -> AsyncGenerator[Event]:
        """Show events as they are published, until interrupted.

        A connection that breaks is opened again, and no event is lost or comes twice.

        Args:
            type: Only events of this type; a type with a * at its end stands for all that begin so: orchestration.*
            tail: How many of the last ones come first, at most 1000.
            since: Only events from this moment on: 2026-01-31T08:00:00Z, or how long ago, as 90s, 15m, 2h or 1d. Those
                that are stored come first then, even without tail.
            grep: Only events in whose type or data, as JSON, this regular expression matches; (?i) at its beginning
                takes no notice of case. There is no look-around and no reference to groups.

        Yields:
            Each `Event`, oldest first.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for event in client.events.follow(type="orchestration.*"):
                print(event.timestamp, event.type)
            ```

        Command example:
            $ flext events follow --type 'orchestration.*'
            $ flext events follow --since 15m --grep '(?i)fail' -o ndjson

        See also:
            flext events list
        """
        check_tail(tail, _MOST)
        feed = AsyncEventFeed(self, type=type, since=moment(since), grep=grep)
        await feed.begin(tail or (_MOST if since is not None else 0))
        try:
            while (events := await feed.next()) is not None:
                for event in events:
                    yield event
        finally:
            await feed.close()

    async def count(self, *, type: str | None = None) -> int:
        """How many events are stored.

        Args:
            type: Only events of this type; a type with a * at its end stands for all that begin so.

        Returns:
            The number.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            print(await client.events.count(type="orchestration.*"))
            ```
        """
        return int(field(await self._count(type=type), "count"))


class AsyncEventFeed(AsyncFeed["Event"]):
    """Events; it never ends."""

    def __init__(self, resource: AsyncResource, *, type: str | None, since: datetime | None, grep: str | None) -> None:
        super().__init__(resource, "flexcore", "/ws")
        self.last = 0
        self.chosen = {"type": type, "since": since, "grep": grep}

    async def begin(self, tail: int) -> None:
        """Ask for the events to begin with."""
        # Asked first: what is published between the two requests is among those of the second, or comes later.
        newest = max((_number(event) for event in await self._some(limit=1)), default=0)
        if tail:
            found = await self._some(limit=tail, **self.chosen)
            self.first = self._fresh(found[::-1])
        self.last = max(self.last, newest)

    async def _some(self, **query: Any) -> Sequence[Event]:  # noqa: ANN401 - of the operation
        page = await self.resource._page(ops.EVENTS_LIST, query=query)
        return page.items

    def topic(self) -> str:
        """The events behind the last one."""
        return topic_of("events", after=f"event-{self.last}", **self.chosen)

    def taken(self, kind: str, data: Mapping[str, Json]) -> Sequence[Event]:
        """Events that were not told yet."""
        if kind == "domain_event":
            return self._events(data)
        self._looked_through(data)
        return ()

    def _events(self, data: Mapping[str, Json]) -> Sequence[Event]:
        self.missed("events.follow", "", self.last, data.get("missed"))
        shaped = [self.resource._shaped(_EVENT, event) for event in data.get("events") or ()]
        fresh = self._fresh(shaped)
        self._looked_through(data)
        return fresh

    def _looked_through(self, data: Mapping[str, Json]) -> None:
        """What lies before an id was told, or is not wanted."""
        self.last = max(self.last, _number(data.get("last_id")))

    def _fresh(self, events: Sequence[Event]) -> Sequence[Event]:
        found = []
        for event in events:
            if (number := _number(event)) > self.last:
                self.last = number
                found.append(event)
        return found

    async def ask(self) -> tuple[Sequence[Event], bool]:
        """Events that were published meanwhile."""
        query = {"limit": _MOST, "after": f"event-{self.last}", **self.chosen}
        found = await self.resource._call(_STORED, query=query)
        data = found if isinstance(found, Mapping) else {"events": found}
        return self._events(data), len(data.get("events") or ()) >= _MOST


def _number(event: Json) -> int:
    """The number in the id of an event."""
    ident = event if isinstance(event, str) else field(event, "id")
    digits = str(ident).rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else 0
