# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""See and publish events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.resource import AsyncResource
from flext_sdk._core.annotations import command
from flext_sdk._core.runs import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flext_sdk._async.pagination import AsyncPage
    from flext_sdk.models.events import Event, EventCount, EventPublished


class AsyncEventsBase(AsyncResource):
    """See and publish events."""

    @command(
        "events list",
        operation="events.list",
        columns=("timestamp:TIME", "type", "id", "data"),
        metavars={"since": "TIME"},
    )
    def list(
        self,
        *,
        type: str | None = None,
        after: str | None = None,
        limit: int = 100,
        offset: int = 0,
        since: str | datetime | None = None,
        grep: str | None = None,
    ) -> AsyncPage[Event]:
        """List events, the newest first.

        With after they come the oldest first, beginning behind that event, so that the last id of one answer asks for
        the next.

        Args:
            type: Only events of this type; a type with a * at its end stands for all that begin so: orchestration.*
            after: Only events behind the one of this id.
            limit: Items fetched with one request, 1 to 100.
            offset: How many items to leave out at the beginning.
            since: Only events from this moment on: 2026-01-31T08:00:00Z, or how long ago, as 90s, 15m, 2h or 1d.
            grep: Only events in whose type or data, as JSON, this regular expression matches; (?i) at its beginning
                takes no notice of case. It is matched in linear time, so there is no look-around and no reference
                to groups.

        Returns:
            A page of `Event`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for event in client.events.list(type="orchestration.failed"):
                print(event.timestamp, event.data)
            ```

        Command example:
            $ flext events list --limit 20
            $ flext events list --since 15m --type 'orchestration.*' -o ndjson

        See also:
            flext events follow
            flext events publish
        """
        return self._page(
            ops.EVENTS_LIST,
            query={
                "type": type,
                "after": after,
                "limit": limit,
                "offset": offset,
                "since": moment(since),
                "grep": grep,
            },
        )

    @command(
        "events publish",
        operation="events.publish",
        positional=("type",),
        columns=("event_id:EVENT", "status", "timestamp"),
        mutating=True,
    )
    async def publish(self, type: str, *, data: Mapping[str, Any] | None = None) -> EventPublished:
        """Publish an event.

        It is stored, and everybody who lists events sees it.

        Args:
            type: What it is: words joined by dots, such as orders.loaded.
            data: More about it.

        Returns:
            The `EventPublished`.

        Raises:
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            published = await client.events.publish("orders.loaded", data={"rows": 120})
            print(published.event_id)
            ```

        Command example:
            $ flext events publish orders.loaded --data rows=120

        See also:
            flext events list
        """
        return await self._call(ops.EVENTS_PUBLISH, body={"type": type, "data": data})

    async def _count(self, *, type: str | None = None) -> EventCount:
        """GET /api/v1/flexcore/events/count: how many events are stored."""
        return await self._call(ops.EVENTS_COUNT, query={"type": type})
