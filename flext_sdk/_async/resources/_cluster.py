# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Look at the cluster of FlexCore nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk import _operations as ops
from flext_sdk._async.resource import AsyncResource
from flext_sdk._core.annotations import command

if TYPE_CHECKING:
    from flext_sdk._async.pagination import AsyncPage
    from flext_sdk.models.cluster import ClusterNode, ClusterStatus


class AsyncCluster(AsyncResource):
    """Look at the cluster of FlexCore nodes."""

    @command(
        "cluster status",
        operation="cluster.status",
        columns=(
            "cluster_id:CLUSTER",
            "cluster_type:TYPE",
            "status",
            "total_nodes:NODES",
            "healthy_nodes:HEALTHY",
            "leader_node:LEADER",
            "services",
        ),
    )
    async def status(self) -> ClusterStatus:
        """Tell how many nodes there are and how they are doing.

        The embedded platform is one node, with FLEXT Service beside it.

        Returns:
            The `ClusterStatus`.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            cluster = await client.cluster.status()
            print(cluster.status, cluster.total_nodes)
            ```

        Command example:
            $ flext cluster status

        See also:
            flext cluster nodes
            flext service status
        """
        return await self._call(ops.CLUSTER_STATUS)

    @command(
        "cluster nodes",
        operation="cluster.nodes",
        columns=("id:NODE", "address", "status", "role", "workloads", "version", "last_seen:SEEN:ago"),
    )
    def nodes(self) -> AsyncPage[ClusterNode]:
        """List the nodes of the cluster.

        Returns:
            A page of `ClusterNode`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for node in client.cluster.nodes():
                print(node.id, node.role, node.workloads)
            ```

        Command example:
            $ flext cluster nodes

        See also:
            flext cluster status
            flext node info
        """
        return self._page(ops.CLUSTER_NODES)
