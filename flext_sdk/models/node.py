# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag node."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty


class NodeInfo(Model):
    """
    What a node is.
    """

    node_id: str
    node_type: str | None = None
    """
    flexcore.
    """
    version: str | None = None
    capabilities: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    loaded_plugins: int | None = None
    """
    Plugins that can be used.
    """
    status: str | None = None
    """
    healthy.
    """
    uptime: float | None = None
    """
    Seconds since it started; public servers do not tell.
    """
    communication_status: str | None = None
    """
    connected to other nodes or disconnected.
    """
    discovered_nodes: int | None = None
    """
    Nodes it knows.
    """


class PluginHealth(Model):
    """
    How many plugins are in which state.
    """

    total: int | None = None
    healthy: int | None = None
    unhealthy: int | None = None
    unknown: int | None = None


class NodeInfoAnswer(Model):
    """
    Answer that holds a node.
    """

    success: bool | None = None
    node: NodeInfo


class NodeStatus(Model):
    """
    How a node is doing.
    """

    node_id: str | None = None
    status: str
    """
    healthy or degraded.
    """
    loaded_plugins: int | None = None
    """
    Plugins that can be used.
    """
    timestamp: AwareDatetime | None = None
    active_orchestrations: int | None = None
    """
    Orchestrations that have not ended.
    """
    plugin_health: PluginHealth | None = None


class NodeStatusAnswer(Model):
    """
    Answer that holds the state of a node.
    """

    success: bool | None = None
    status: NodeStatus
