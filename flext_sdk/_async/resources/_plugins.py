# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Install, update and look after plugins; execute their operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flext_sdk import _operations as ops
from flext_sdk._async.resource import AsyncResource
from flext_sdk._core.annotations import command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk._async.pagination import AsyncPage
    from flext_sdk.models.orchestrations import Orchestration
    from flext_sdk.models.plugins import (
        Execution,
        FoundPlugin,
        Plugin,
        PluginCondition,
        PluginGone,
        PluginLine,
        PluginLock,
        PluginMetadata,
    )


class AsyncPluginsBase(AsyncResource):
    """Install, update and look after plugins; execute their operations."""

    @command("plugin list", operation="plugins.list", columns=("name", "type", "version", "status", "description"))
    def list(self) -> AsyncPage[Plugin]:
        """List the plugins of this platform.

        The connectors that come with the product, and the plugins that were installed.

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
            $ flext plugin list --filter status=disabled

        See also:
            flext plugin search
            flext plugin install
            flext plugin info
        """
        return self._page(ops.PLUGINS_LIST)

    async def _execute(self, name: str, *, body: Any) -> Execution:
        """POST /api/v1/flexcore/plugins/{name}/execute: execute an operation of a plugin and give its result."""
        return await self._call(ops.PLUGINS_EXECUTE, path={"name": name}, body=body)

    @command(
        "plugin search",
        operation="plugins.search",
        positional=("query",),
        columns=("name", "type", "status", "tested:TESTED", "licence", "description"),
    )
    def search(
        self, query: str | None = None, *, type: Literal["tap", "target", "dbt", "utility"] | None = None
    ) -> AsyncPage[FoundPlugin]:
        """Search the index for plugins that can be installed.

        Works without a network. All words must appear in the name, the kind, the package, the publisher or the
        description. Those that are known not to work are listed too, and refused by install; tested are those that were
        really installed and run when the index was made.

        Args:
            query: Words; everything when left out.
            type: Only plugins of this kind.

        Returns:
            A page of `FoundPlugin`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for plugin in client.plugins.search("postgres"):
                print(plugin.name, plugin.status)
            ```

        Command example:
            $ flext plugin search postgres
            $ flext plugin search --type target
            $ flext plugin search --filter status=broken --columns name,problems

        See also:
            flext plugin install
            flext plugin info
        """
        return self._page(ops.PLUGINS_SEARCH, query={"query": query, "type": type})

    async def _install(self, *, body: Any) -> Orchestration:
        """POST /api/v1/plugins/deploy: install a plugin into an environment of its own."""
        return await self._call(ops.PLUGINS_INSTALL, body=body)

    async def _lock(self, *, names: Sequence[str] | None = None) -> PluginLock:
        """GET /api/v1/plugins/lock: exact versions, with hashes, of everything that installed plugins are made of."""
        return await self._call(ops.PLUGINS_LOCK, query={"names": names})

    async def _update_index(self, *, body: Any = None) -> Orchestration:
        """POST /api/v1/plugins/index/update: bring the index of plugins up to date."""
        return await self._call(ops.PLUGINS_UPDATE_INDEX, body=body)

    @command(
        "plugin uninstall",
        operation="plugins.uninstall",
        positional=("name",),
        columns=("plugin_id:PLUGIN", "message"),
        confirm="Uninstall {name}?",
        mutating=True,
    )
    async def uninstall(self, name: str) -> PluginGone:
        """Remove a plugin and its environment.

        A run that works with it goes on to its end. The connectors that come with the product stay; disable switches
        them off.

        Args:
            name: Name of the plugin.

        Returns:
            The `PluginGone`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.plugins.uninstall("meltanolabs-target-csv")
            ```

        Command example:
            $ flext plugin uninstall meltanolabs-target-csv --yes

        See also:
            flext plugin install
            flext plugin disable
        """
        return await self._call(ops.PLUGINS_UNINSTALL, path={"name": name})

    @command(
        "plugin enable",
        operation="plugins.enable",
        positional=("name",),
        columns=("name", "type", "version", "status"),
        mutating=True,
    )
    async def enable(self, name: str) -> Plugin:
        """Let pipelines use a plugin again.

        Args:
            name: Name of the plugin.

        Returns:
            The `Plugin`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.plugins.enable("tap-csv")
            ```

        Command example:
            $ flext plugin enable tap-csv

        See also:
            flext plugin disable
            flext plugin list
        """
        return await self._call(ops.PLUGINS_ENABLE, path={"name": name})

    @command(
        "plugin disable",
        operation="plugins.disable",
        positional=("name",),
        columns=("name", "type", "version", "status"),
        mutating=True,
    )
    async def disable(self, name: str) -> Plugin:
        """Keep pipelines from using a plugin.

        It stays installed. Runs that have begun go on; a step that would begin with it fails, and says so.

        Args:
            name: Name of the plugin.

        Returns:
            The `Plugin`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.plugins.disable("tap-csv")
            ```

        Command example:
            $ flext plugin disable tap-csv

        See also:
            flext plugin enable
            flext plugin uninstall
        """
        return await self._call(ops.PLUGINS_DISABLE, path={"name": name})

    async def _update(self, name: str, *, body: Any = None) -> Orchestration:
        """POST /api/v1/plugins/{plugin_id}/update: install the newest version of a plugin that fits."""
        return await self._call(ops.PLUGINS_UPDATE, path={"name": name}, body=body)

    @command(
        "plugin health",
        operation="plugins.health",
        positional=("name",),
        columns=(
            "plugin_id:PLUGIN",
            "health.status:STATUS",
            "health.version:VERSION",
            "health.seconds:TOOK:duration",
            "health.message:MESSAGE",
        ),
    )
    async def health(self, name: str) -> PluginCondition:
        """Start a plugin, to see whether it works.

        Args:
            name: Name of the plugin.

        Returns:
            The `PluginCondition`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            print(await client.plugins.health("tap-csv").health["status"])
            ```

        Command example:
            $ flext plugin health tap-csv

        See also:
            flext plugin info
            flext plugin logs
        """
        return await self._call(ops.PLUGINS_HEALTH, path={"name": name})

    @command(
        "plugin logs",
        operation="plugins.logs",
        positional=("name",),
        columns=("timestamp:TIME", "level", "operation", "message"),
    )
    def logs(self, name: str, *, tail: int = 100) -> AsyncPage[PluginLine]:
        """Show what was done with a plugin, and what it said.

        Installations, updates and executed operations. What it said in the run of a pipeline stands in the log of the
        run.

        Args:
            name: Name of the plugin.
            tail: How many of the last lines.

        Returns:
            A page of `PluginLine`; iterating over it goes on through all pages.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            async for line in client.plugins.logs("tap-csv"):
                print(line.timestamp, line.message)
            ```

        Command example:
            $ flext plugin logs tap-csv --tail 20

        See also:
            flext plugin health
            flext pipeline logs
        """
        return self._page(ops.PLUGINS_LOGS, path={"name": name}, query={"tail": tail})

    @command(
        "plugin info",
        operation="plugins.info",
        positional=("name",),
        columns=(
            "name",
            "type",
            "status",
            "version",
            "latest",
            "description",
            "author",
            "licence",
            "capabilities",
            "origin",
            "python",
            "size:SIZE:bytes",
            "installed_at:INSTALLED:ago",
            "dependencies",
            "needs",
            "problems",
            "instead",
            "tested",
            "settings",
        ),
    )
    async def info(self, name: str) -> PluginMetadata:
        """Show what a plugin can do and which settings it takes.

        Also of one that is not installed, as the index knows it.

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
            $ flext plugin info meltanolabs-target-csv --query settings

        See also:
            flext plugin list
            flext plugin execute
        """
        return await self._call(ops.PLUGINS_INFO, path={"name": name})
