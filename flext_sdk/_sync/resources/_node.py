# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Look at the FlexCore node that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._sync.resource import Resource

if TYPE_CHECKING:
    from flext_sdk.models.node import NodeInfo, NodeStatus


class Node(Resource):
    """Look at the FlexCore node that answers."""

    @command(
        "node info",
        operation="node.info",
        columns=(
            "node_id:NODE",
            "node_type:TYPE",
            "version",
            "status",
            "loaded_plugins:PLUGINS",
            "uptime:UPTIME:duration",
            "communication_status:BUS",
            "capabilities",
        ),
    )
    def info(self) -> NodeInfo:
        """Tell what the node is that answers.

        Returns:
            The `NodeInfo`.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            node = client.node.info()
            print(node.node_id, node.version)
            ```

        Command example:
            $ flext node info

        See also:
            flext node status
            flext cluster status
        """
        return self._call(ops.NODE_INFO)

    @command(
        "node status",
        operation="node.status",
        columns=(
            "node_id:NODE",
            "status",
            "loaded_plugins:PLUGINS",
            "plugin_health.healthy:HEALTHY",
            "plugin_health.unhealthy:UNHEALTHY",
            "active_orchestrations:ACTIVE",
            "timestamp:AT:ago",
        ),
    )
    def status(self) -> NodeStatus:
        """Tell how the node and its plugins are doing.

        Returns:
            The `NodeStatus`.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            print(client.node.status().plugin_health)
            ```

        Command example:
            $ flext node status

        See also:
            flext node info
            flext service health
        """
        return self._call(ops.NODE_STATUS)
