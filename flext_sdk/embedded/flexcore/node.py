"""This node, and the cluster that it is: one node, with FLEXT Service beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flext_sdk._version import __version__
from flext_sdk.embedded.supervisor import look
from flext_sdk.embedded.web.system import CAPABILITIES, now

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flext_sdk.embedded.settings import HostSettings
    from flext_sdk.embedded.web.call import Call, Handler
    from flext_sdk.embedded.web.counters import Counters

NODE_ID: Final = "flexcore-local"
"""What public servers without a cluster call themselves too."""


class Node:
    """Handlers about the node and its cluster.

    Args:
        settings: Settings of the process.
        metrics: Its counters.
        plugins: Gives for each plugin whether it can be used.
        active: Gives the number of orchestrations that have not ended.
        faults: Gives what is wrong, one line each.
    """

    def __init__(
        self,
        settings: HostSettings,
        metrics: Counters,
        *,
        plugins: Callable[[], Sequence[bool]],
        active: Callable[[], int],
        faults: Callable[[], Sequence[str]],
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._plugins = plugins
        self._active = active
        self._faults = faults
        self._environ = {**settings.environment, "FLEXT_HOME": str(settings.home)}

    def handlers(self) -> dict[str, Handler]:
        """The handlers by operationId."""
        return {
            "node.info": self.info,
            "node.status": self.status,
            "cluster.status": self.cluster,
            "cluster.nodes": self.nodes,
        }

    def _state(self) -> str:
        return "degraded" if self._faults() else "healthy"

    def info(self, _call: Call) -> dict[str, Any]:
        """What it is."""
        node = {
            "node_id": NODE_ID,
            "node_type": "flexcore",
            "version": __version__,
            "capabilities": list(CAPABILITIES["flexcore"]),
            "loaded_plugins": sum(self._plugins()),
            "status": self._state(),
            "uptime": self._metrics.uptime,
            "communication_status": "disconnected",
            "discovered_nodes": 1,
        }
        return {"success": True, "node": node}

    def status(self, _call: Call) -> dict[str, Any]:
        """How it is doing."""
        usable = self._plugins()
        status = {
            "node_id": NODE_ID,
            "status": self._state(),
            "loaded_plugins": sum(usable),
            "timestamp": now(),
            "active_orchestrations": self._active(),
            "plugin_health": {
                "total": len(usable),
                "healthy": sum(usable),
                "unhealthy": len(usable) - sum(usable),
                "unknown": 0,
            },
        }
        return {"success": True, "status": status}

    def cluster(self, _call: Call) -> dict[str, Any]:
        """The cluster, as far as there is one."""
        healthy = not self._faults()
        services = [
            {"name": each["name"], "status": each["status"], "url": each["url"]}
            for each in look.statuses(environ=self._environ)
        ]
        return {
            "cluster_id": NODE_ID,
            "cluster_type": "single",
            "mode": "standalone",
            "status": self._state(),
            "total_nodes": 1,
            "healthy_nodes": int(healthy),
            "leader_node": NODE_ID,
            "current_node": NODE_ID,
            "services": services,
        }

    def nodes(self, _call: Call) -> dict[str, Any]:
        """The nodes: this one."""
        node = {
            "id": NODE_ID,
            "address": self._settings.url,
            "status": "active",
            "role": "leader",
            "workloads": self._active(),
            "version": __version__,
            "last_seen": now(),
        }
        return {"nodes": [node], "count": 1, "timestamp": now()}
