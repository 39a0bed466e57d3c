"""Events: how many there are."""

from __future__ import annotations

from flext_sdk._async.resources._events import AsyncEventsBase
from flext_sdk._core.runs import field

__all__ = ["AsyncEvents"]


class AsyncEvents(AsyncEventsBase):
    """See and publish events."""

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
