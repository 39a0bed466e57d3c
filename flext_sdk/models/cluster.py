# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag cluster."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty


class ClusterService(Model):
    """
    A service beside FlexCore.
    """

    name: str
    status: str | None = None
    url: str | None = None


class ClusterNode(Model):
    """
    One node.
    """

    id: str
    address: str | None = None
    status: str | None = None
    """
    active.
    """
    role: str | None = None
    """
    leader, follower or primary.
    """
    workloads: int | None = None
    """
    Orchestrations that have not ended.
    """
    version: str | None = None
    last_seen: AwareDatetime | None = None
    capabilities: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    loaded_plugins: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)


class ClusterStatus(Model):
    """
    How the cluster is doing.
    """

    cluster_id: str | None = None
    cluster_type: str | None = None
    """
    single, simulated or redis.
    """
    status: str
    """
    healthy or degraded.
    """
    mode: str | None = None
    """
    standalone when there is one node.
    """
    total_nodes: int | None = None
    healthy_nodes: int | None = None
    leader_node: str | None = None
    current_node: str | None = None
    """
    The node that answers.
    """
    nodes: Any | None = None
    """
    The nodes, where the answer has them.
    """
    services: Annotated[list[ClusterService], NullAsEmpty] = Field(default_factory=list)
    """
    The services of the node.
    """


class ClusterNodeList(Model):
    """
    The nodes of a cluster.
    """

    nodes: Annotated[list[ClusterNode], NullAsEmpty]
    count: int | None = None
    timestamp: AwareDatetime | None = None
