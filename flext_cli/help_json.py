"""`--help-json`: what help says, as data for programs and agents."""

import json

from flext_cli import params
from flext_cli.params import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def text(words: str) -> str:
    """JSON for the program, a group or a command, told by its words."""
    if words in table.COMMANDS:
        found = command(words)
    else:
        found = {
            "version": table.VERSION,
            "summary": table.GROUPS[words]["summary"] if words in table.GROUPS else table.SUMMARY,
            "commands": {name: command(name) for name in table.COMMANDS.below(words)},
            "exit_codes": {str(code): meaning for code, meaning in table.EXIT_CODES},
            "environment": dict(table.ENVIRONMENT),
        }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def command(words: str) -> "dict[str, Any]":
    """One command."""
    entry = params.command_of(words)
    own = params.own(entry)
    return {
        "command": f"flext {words}",
        "summary": entry["summary"],
        "description": entry["description"],
        "arguments": [_parameter(each) for each in own if each["kind"] == "positional"],
        "options": [_parameter(each) for each in own if each["kind"] != "positional"],
        "shared_options": [_parameter(each) for each in params.shared(entry)],
        "output": {
            "kind": entry["output"]["kind"],
            "columns": [{"path": path, "heading": heading} for path, heading, _ in entry["output"]["columns"]],
        },
        "mutating": entry["mutating"],
        "asks_first": entry["confirm"] is not None,
        "can_wait": entry["wait"],
        "http": " ".join(entry["http"]) if entry["http"] else None,
        "examples": [line for line, _ in entry["examples"]],
        "see_also": [f"flext {other}" for other in entry["see"]],
    }


def _parameter(param: "dict[str, Any]") -> "dict[str, Any]":
    found: dict[str, Any] = {
        "name": params.placeholder(param) if param["kind"] == "positional" else param["name"],
        "type": param["type"],
        "required": param["required"],
        "help": param["help"],
    }
    if param["flags"]:
        found["flags"] = [*param["flags"], *params.negatives(param)]
    if param["choices"]:
        found["choices"] = list(param["choices"])
    if param["default"] is not None:
        found["default"] = param["default"]
    if param.get("env"):
        found["environment"] = param["env"]
    return found
