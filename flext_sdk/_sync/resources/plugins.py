# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Plugins: what needs more than one request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._sync.resources._plugins import PluginsBase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk.models.plugins import Execution

__all__ = ["Plugins"]


class Plugins(PluginsBase):
    """Look at plugins and execute their operations."""

    @command(
        "plugin execute",
        operation="plugins.execute",
        positional=("name", "operation"),
        columns=("plugin_name:PLUGIN", "operation", "status", "result"),
        mutating=True,
        metavars={"name": "NAME", "operation": "OPERATION", "config": "KEY=VALUE"},
    )
    def execute(self, name: str, operation: str, *, config: Mapping[str, Any] | None = None) -> Execution:
        """Execute an operation of a plugin and give its result.

        The operations are about (what the plugin is and which settings it takes), discover (the streams of a tap),
        test (whether the settings work) and version. Relative paths in the settings start from the current folder.

        Args:
            name: Name of the plugin.
            operation: The operation: about, discover, test or version.
            config: Values for the plugin's settings.

        Returns:
            The `Execution`.

        Raises:
            NotFoundError: There is no plugin of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            answer = client.plugins.execute("tap-csv", "discover", config={"path": "orders.csv"})
            print(answer.result)
            ```

        Command example:
            $ flext plugin execute tap-csv about
            $ flext plugin execute tap-csv discover --config path=orders.csv --query result.streams[].stream

        See also:
            flext plugin info
        """
        body = {"operation": operation, "config": dict(config or {}), "base_path": str(Path.cwd())}
        return self._call(ops.PLUGINS_EXECUTE, path={"name": name}, body=body)
