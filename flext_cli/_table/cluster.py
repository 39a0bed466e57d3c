# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Commands of flext cluster as plain literals."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMMANDS: "dict[str, dict[str, Any]]" = {
    "cluster status": {
        "summary": "Tell how many nodes there are and how they are doing.",
        "description": "The embedded platform is one node, with FLEXT Service beside it.",
        "examples": (("flext cluster status", ""),),
        "module": "flext_sdk._sync.resources._cluster",
        "class": "Cluster",
        "method": "status",
        "attribute": "cluster",
        "operation": "cluster.status",
        "params": (),
        "output": {
            "kind": "model",
            "columns": (
                ("cluster_id", "CLUSTER", ""),
                ("cluster_type", "TYPE", ""),
                ("status", "STATUS", ""),
                ("total_nodes", "NODES", ""),
                ("healthy_nodes", "HEALTHY", ""),
                ("leader_node", "LEADER", ""),
                ("services", "SERVICES", ""),
            ),
        },
        "confirm": None,
        "wait": False,
        "stream": False,
        "mutating": False,
        "local": False,
        "http": ("GET", "/api/v1/flexcore/cluster/status"),
        "see": ("cluster nodes", "service status"),
        "next": (),
    },
    "cluster nodes": {
        "summary": "List the nodes of the cluster.",
        "description": "",
        "examples": (("flext cluster nodes", ""),),
        "module": "flext_sdk._sync.resources._cluster",
        "class": "Cluster",
        "method": "nodes",
        "attribute": "cluster",
        "operation": "cluster.nodes",
        "params": (),
        "output": {
            "kind": "page",
            "columns": (
                ("id", "NODE", ""),
                ("address", "ADDRESS", ""),
                ("status", "STATUS", ""),
                ("role", "ROLE", ""),
                ("workloads", "WORKLOADS", ""),
                ("version", "VERSION", ""),
                ("last_seen", "SEEN", "ago"),
            ),
        },
        "confirm": None,
        "wait": False,
        "stream": False,
        "mutating": False,
        "local": False,
        "http": ("GET", "/api/v1/flexcore/cluster/nodes"),
        "see": ("cluster status", "node info"),
        "next": (),
    },
}
