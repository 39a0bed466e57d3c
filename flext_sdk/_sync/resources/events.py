# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Events: how many there are."""

from __future__ import annotations

from flext_sdk._core.runs import field
from flext_sdk._sync.resources._events import EventsBase

__all__ = ["Events"]


class Events(EventsBase):
    """See and publish events."""

    def count(self, *, type: str | None = None) -> int:
        """How many events are stored.

        Args:
            type: Only events of this type; a type with a * at its end stands for all that begin so.

        Returns:
            The number.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            print(client.events.count(type="orchestration.*"))
            ```
        """
        return int(field(self._count(type=type), "count"))
