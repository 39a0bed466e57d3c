# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""See which runtimes there are and whether they work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk import _operations as ops
from flext_sdk._async.resource import AsyncResource
from flext_sdk._core.annotations import command

if TYPE_CHECKING:
    from flext_sdk._async.pagination import AsyncPage
    from flext_sdk.models.runtimes import Runtime, RuntimeHealth


class AsyncRuntimes(AsyncResource):
    """See which runtimes there are and whether they work."""

    @command(
        "runtime list",
        operation="runtimes.list",
        columns=("type:RUNTIME", "status", "capabilities", "last_seen:SEEN:ago", "message"),
    )
    def list(self, *, include_inactive: bool = False) -> AsyncPage[Runtime]:
        """List the runtimes that can carry out orchestrations.

        Args:
            include_inactive: Also those that are switched off, not installed or not implemented here.

        Returns:
            A page of `Runtime`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for runtime in client.runtimes.list(include_inactive=True):
                print(runtime.type, runtime.status)
            ```

        Command example:
            $ flext runtime list
            $ flext runtime list --include-inactive

        See also:
            flext runtime status
            flext orchestration execute
        """
        return self._page(ops.RUNTIMES_LIST, query={"include_inactive": include_inactive})

    @command(
        "runtime status",
        operation="runtimes.status",
        positional=("runtime",),
        columns=("type:RUNTIME", "status", "capabilities", "active", "config", "last_seen:SEEN:ago", "message"),
    )
    async def status(self, runtime: str) -> Runtime:
        """Tell whether a runtime can be used, and its limits.

        Args:
            runtime: Name of the runtime.

        Returns:
            The `Runtime`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            runtime = await client.runtimes.status("singer")
            print(runtime.status, runtime.config)
            ```

        Command example:
            $ flext runtime status singer

        See also:
            flext runtime list
            flext runtime health
        """
        return await self._call(ops.RUNTIMES_STATUS, path={"runtime": runtime})

    @command(
        "runtime health",
        operation="runtimes.health",
        positional=("runtime",),
        columns=(
            "runtime",
            "status",
            "details.response_time:TOOK:duration",
            "details.message:MESSAGE",
            "checked_at:CHECKED:ago",
        ),
        mutating=True,
    )
    async def health(self, runtime: str) -> RuntimeHealth:
        """Try a runtime and tell whether it works.

        Starts the smallest thing that the runtime can do, and takes the time.

        Args:
            runtime: Name of the runtime.

        Returns:
            The `RuntimeHealth`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            health = await client.runtimes.health("singer")
            print(health.status, health.details.response_time)
            ```

        Command example:
            $ flext runtime health singer

        See also:
            flext runtime status
        """
        return await self._call(ops.RUNTIMES_HEALTH, path={"runtime": runtime})
