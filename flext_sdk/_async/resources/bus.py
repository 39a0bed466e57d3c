"""The bus: a name and whatever parameters belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.resources._bus import AsyncBusBase
from flext_sdk._core.annotations import command as annotated
from flext_sdk.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk.models.bus import BusCommandResult, BusQueryResult

__all__ = ["AsyncBus"]


class AsyncBus(AsyncBusBase):
    """Send commands and queries to the platform's operations."""

    @annotated(
        "bus command",
        operation="bus.command",
        positional=("type",),
        columns=("type", "status", "command_id:COMMAND", "result"),
        mutating=True,
        metavars={"type": "OPERATION", "data": "KEY=VALUE"},
    )
    async def command(self, type: str, *, data: Mapping[str, Any] | None = None) -> BusCommandResult:
        """Hand a command to the operation of that name.

        Every operation of the platform that changes something is a command: pipelines.start, orchestrations.cancel.

        Args:
            type: Name of the operation.
            data: Its parameters, those of path, query and body together.

        Returns:
            The `BusCommandResult`.

        Raises:
            ValidationFailedError: There is no such command, or a parameter is wrong.
            FlextError: What the operation failed with; see `flext_sdk.errors`.

        Example:
            ```python
            done = await client.bus.command("pipelines.start", data={"name": "orders"})
            print(done.result["execution_id"])
            ```

        Command example:
            $ flext bus command pipelines.start --data name=orders

        See also:
            flext bus query
        """
        return await self._call(ops.BUS_COMMAND, body=_body(type, data))

    @annotated(
        "bus query",
        operation="bus.query",
        positional=("type",),
        columns=("type", "status", "result"),
        metavars={"type": "OPERATION", "data": "KEY=VALUE"},
    )
    async def query(self, type: str, *, data: Mapping[str, Any] | None = None) -> BusQueryResult:
        """Ask the operation of that name.

        Every operation of the platform that only reads is a query: pipelines.status, events.list.

        Args:
            type: Name of the operation.
            data: Its parameters.

        Returns:
            The `BusQueryResult`.

        Raises:
            ValidationFailedError: There is no such query, or a parameter is wrong.
            FlextError: What the operation failed with; see `flext_sdk.errors`.

        Example:
            ```python
            answer = await client.bus.query("pipelines.status", data={"name": "orders"})
            print(answer.result["status"])
            ```

        Command example:
            $ flext bus query pipelines.status --data name=orders --query result.status

        See also:
            flext bus command
        """
        return await self._call(ops.BUS_QUERY, body=_body(type, data))


def _body(kind: str, data: Mapping[str, Any] | None) -> dict[str, Any]:
    if not kind.strip():
        raise UsageError("type is empty", hint="Give the name of an operation: pipelines.start")
    if data and "type" in data:
        # A parameter of that name cannot stand beside the operation's.
        return {"type": kind, "data": dict(data)}
    return {"type": kind, **(data or {})}
