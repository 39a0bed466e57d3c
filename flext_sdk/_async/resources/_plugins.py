# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Look at plugins and execute their operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.resource import AsyncResource
from flext_sdk._core.annotations import command

if TYPE_CHECKING:
    from flext_sdk._async.pagination import AsyncPage
    from flext_sdk.models.plugins import Execution, Plugin, PluginMetadata


class AsyncPluginsBase(AsyncResource):
    """Look at plugins and execute their operations."""

    @command("plugin list", operation="plugins.list", columns=("name", "type", "version", "status", "description"))
    def list(self) -> AsyncPage[Plugin]:
        """List the plugins of this platform.

        The connectors that come with the product.

        Returns:
            A page of `Plugin`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for plugin in client.plugins.list():
                print(plugin.name, plugin.version)
            ```

        Command example:
            $ flext plugin list
            $ flext plugin list --filter type=tap -o json

        See also:
            flext plugin info
            flext plugin execute
        """
        return self._page(ops.PLUGINS_LIST)

    async def _execute(self, name: str, *, body: Any) -> Execution:
        """POST /api/v1/flexcore/plugins/{name}/execute: execute an operation of a plugin and give its result."""
        return await self._call(ops.PLUGINS_EXECUTE, path={"name": name}, body=body)

    @command(
        "plugin info",
        operation="plugins.info",
        positional=("name",),
        columns=("name", "type", "version", "description", "author", "capabilities", "settings"),
    )
    async def info(self, name: str) -> PluginMetadata:
        """Show what a plugin can do and which settings it takes.

        Args:
            name: Name of the plugin.

        Returns:
            The `PluginMetadata`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            plugin = await client.plugins.info("tap-csv")
            print(plugin.settings)
            ```

        Command example:
            $ flext plugin info tap-csv

        See also:
            flext plugin list
            flext plugin execute
        """
        return await self._call(ops.PLUGINS_INFO, path={"name": name})
