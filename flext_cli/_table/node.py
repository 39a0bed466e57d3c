# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Commands of flext node as plain literals."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMMANDS: "dict[str, dict[str, Any]]" = {
    "node info": {
        "summary": "Tell what the node is that answers.",
        "description": "",
        "examples": (("flext node info", ""),),
        "module": "flext_sdk._sync.resources._node",
        "class": "Node",
        "method": "info",
        "attribute": "node",
        "operation": "node.info",
        "params": (),
        "output": {
            "kind": "model",
            "columns": (
                ("node_id", "NODE", ""),
                ("node_type", "TYPE", ""),
                ("version", "VERSION", ""),
                ("status", "STATUS", ""),
                ("loaded_plugins", "PLUGINS", ""),
                ("uptime", "UPTIME", "duration"),
                ("communication_status", "BUS", ""),
                ("capabilities", "CAPABILITIES", ""),
            ),
        },
        "confirm": None,
        "wait": False,
        "stream": False,
        "mutating": False,
        "local": False,
        "http": ("GET", "/api/v1/node/info"),
        "see": ("node status", "cluster status"),
        "next": (),
    },
    "node status": {
        "summary": "Tell how the node and its plugins are doing.",
        "description": "",
        "examples": (("flext node status", ""),),
        "module": "flext_sdk._sync.resources._node",
        "class": "Node",
        "method": "status",
        "attribute": "node",
        "operation": "node.status",
        "params": (),
        "output": {
            "kind": "model",
            "columns": (
                ("node_id", "NODE", ""),
                ("status", "STATUS", ""),
                ("loaded_plugins", "PLUGINS", ""),
                ("plugin_health.healthy", "HEALTHY", ""),
                ("plugin_health.unhealthy", "UNHEALTHY", ""),
                ("active_orchestrations", "ACTIVE", ""),
                ("timestamp", "AT", "ago"),
            ),
        },
        "confirm": None,
        "wait": False,
        "stream": False,
        "mutating": False,
        "local": False,
        "http": ("GET", "/api/v1/node/status"),
        "see": ("node info", "service health"),
        "next": (),
    },
}
