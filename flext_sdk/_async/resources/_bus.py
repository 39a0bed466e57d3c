# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Send commands and queries to the platform's operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.resource import AsyncResource

if TYPE_CHECKING:
    from flext_sdk.models.bus import BusCommandResult, BusQueryResult


class AsyncBusBase(AsyncResource):
    """Send commands and queries to the platform's operations."""

    async def _command(self, *, body: Any) -> BusCommandResult:
        """POST /api/v1/flexcore/commands: hand a command to the operation of that name."""
        return await self._call(ops.BUS_COMMAND, body=body)

    async def _query(self, *, body: Any) -> BusQueryResult:
        """POST /api/v1/flexcore/queries: ask the operation of that name."""
        return await self._call(ops.BUS_QUERY, body=body)
