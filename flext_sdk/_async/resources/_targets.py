# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Set up and try taps and targets; transform with dbt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.resource import AsyncResource
from flext_sdk._core.annotations import command

if TYPE_CHECKING:
    from flext_sdk._async.pagination import AsyncPage
    from flext_sdk.models.taps import DataPlugin, PluginSettings, TrialVerdict


class AsyncTargetsBase(AsyncResource):
    """Set up and try taps and targets; transform with dbt."""

    @command(
        "data targets list",
        operation="targets.list",
        columns=("name", "version", "status", "configured:CONFIGURED:bool", "description"),
    )
    def list(self) -> AsyncPage[DataPlugin]:
        """List the targets that pipelines can use.

        Returns:
            A page of `DataPlugin`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for target in client.targets.list():
                print(target.name, target.status)
            ```

        Command example:
            $ flext data targets list

        See also:
            flext data targets info
            flext data targets config
            flext plugin search
        """
        return self._page(ops.TARGETS_LIST)

    @command(
        "data targets info",
        operation="targets.info",
        positional=("name",),
        columns=("name", "version", "status", "description", "capabilities", "configured:CONFIGURED:bool", "settings"),
    )
    async def info(self, name: str) -> DataPlugin:
        """Show what a target can do and which settings it takes.

        Args:
            name: Name of the target.

        Returns:
            The `DataPlugin`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            print(await client.targets.info("target-duckdb").settings)
            ```

        Command example:
            $ flext data targets info target-duckdb

        See also:
            flext data targets config
            flext data targets test
        """
        return await self._call(ops.TARGETS_INFO, path={"name": name})

    async def _settings(self, name: str) -> PluginSettings:
        """GET /api/v1/singer/targets/{name}/config: the settings of a target, with where each value comes from; secrets are masked."""
        return await self._call(ops.TARGETS_SETTINGS, path={"name": name})

    async def _config(self, name: str, *, body: Any) -> PluginSettings:
        """PUT /api/v1/singer/targets/{name}/config: store settings of a target; secrets among them are encrypted."""
        return await self._call(ops.TARGETS_CONFIG, path={"name": name}, body=body)

    async def _test(self, name: str, *, body: Any = None) -> TrialVerdict:
        """POST /api/v1/singer/test/target/{name}: try whether the settings of a target work."""
        return await self._call(ops.TARGETS_TEST, path={"name": name}, body=body)
