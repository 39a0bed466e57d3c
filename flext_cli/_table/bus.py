# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Commands of flext bus as plain literals."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMMANDS: "dict[str, dict[str, Any]]" = {
    "bus command": {
        "summary": "Hand a command to the operation of that name.",
        "description": "Every operation of the platform that changes something is a command: pipelines.start, orchestrations.cancel.",
        "examples": (("flext bus command pipelines.start --data name=orders", ""),),
        "module": "flext_sdk._sync.resources.bus",
        "class": "Bus",
        "method": "command",
        "attribute": "bus",
        "operation": "bus.command",
        "params": (
            {
                "name": "type",
                "kind": "positional",
                "flags": (),
                "metavar": "OPERATION",
                "type": "str",
                "choices": (),
                "default": None,
                "required": True,
                "help": "Name of the operation.",
            },
            {
                "name": "data",
                "kind": "option",
                "flags": ("--data",),
                "metavar": "KEY=VALUE",
                "type": "mapping",
                "choices": (),
                "default": None,
                "required": False,
                "help": "Its parameters, those of path, query and body together.",
            },
        ),
        "output": {
            "kind": "model",
            "columns": (
                ("type", "TYPE", ""),
                ("status", "STATUS", ""),
                ("command_id", "COMMAND", ""),
                ("result", "RESULT", ""),
            ),
        },
        "confirm": None,
        "wait": False,
        "stream": False,
        "mutating": True,
        "local": False,
        "http": ("POST", "/api/v1/flexcore/commands"),
        "see": ("bus query",),
        "next": (),
    },
    "bus query": {
        "summary": "Ask the operation of that name.",
        "description": "Every operation of the platform that only reads is a query: pipelines.status, events.list.",
        "examples": (("flext bus query pipelines.status --data name=orders --query result.status", ""),),
        "module": "flext_sdk._sync.resources.bus",
        "class": "Bus",
        "method": "query",
        "attribute": "bus",
        "operation": "bus.query",
        "params": (
            {
                "name": "type",
                "kind": "positional",
                "flags": (),
                "metavar": "OPERATION",
                "type": "str",
                "choices": (),
                "default": None,
                "required": True,
                "help": "Name of the operation.",
            },
            {
                "name": "data",
                "kind": "option",
                "flags": ("--data",),
                "metavar": "KEY=VALUE",
                "type": "mapping",
                "choices": (),
                "default": None,
                "required": False,
                "help": "Its parameters.",
            },
        ),
        "output": {
            "kind": "model",
            "columns": (("type", "TYPE", ""), ("status", "STATUS", ""), ("result", "RESULT", "")),
        },
        "confirm": None,
        "wait": False,
        "stream": False,
        "mutating": False,
        "local": False,
        "http": ("POST", "/api/v1/flexcore/queries"),
        "see": ("bus command",),
        "next": (),
    },
}
