# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Commands of flext completion as plain literals."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMMANDS: "dict[str, dict[str, Any]]" = {
    "completion show": {
        "summary": "Print the completion script of a shell.",
        "description": "",
        "examples": (("flext completion show bash > flext.bash", ""), ("flext completion show fish", "")),
        "module": "flext_cli.commands.completion",
        "class": None,
        "method": "show",
        "attribute": None,
        "operation": None,
        "params": (
            {
                "name": "shell",
                "kind": "positional",
                "flags": (),
                "metavar": "SHELL",
                "type": "choice",
                "choices": ("bash", "zsh", "fish", "powershell"),
                "default": None,
                "required": True,
                "help": "The shell.",
            },
        ),
        "output": {"kind": "text", "columns": ()},
        "confirm": None,
        "wait": False,
        "stream": False,
        "mutating": False,
        "local": True,
        "http": None,
        "see": ("completion install",),
        "next": (),
    },
    "completion install": {
        "summary": "Install completion for a shell, for you alone.",
        "description": "The script is put where the shell keeps such things. Where the shell does not look there by itself, one line "
        "that does is added to the file it reads at its start. A shell that runs already completes after it was "
        "started anew. Install again after an update of this program.",
        "examples": (("flext completion install", ""), ("flext completion install zsh --dry-run", "")),
        "module": "flext_cli.commands.completion",
        "class": None,
        "method": "install",
        "attribute": None,
        "operation": None,
        "params": (
            {
                "name": "shell",
                "kind": "positional",
                "flags": (),
                "metavar": "SHELL",
                "type": "choice",
                "choices": ("bash", "zsh", "fish", "powershell"),
                "default": None,
                "required": False,
                "help": "The shell; the one of your account when left out.",
            },
            {
                "name": "activate",
                "kind": "flag",
                "flags": ("--activate",),
                "metavar": "",
                "type": "bool",
                "choices": (),
                "default": True,
                "required": False,
                "help": "Add that line to the start file.",
            },
            {
                "name": "dry_run",
                "kind": "flag",
                "flags": ("--dry-run",),
                "metavar": "",
                "type": "bool",
                "choices": (),
                "default": False,
                "required": False,
                "help": "Only say what would be done.",
            },
        ),
        "output": {
            "kind": "model",
            "columns": (
                ("shell", "SHELL", ""),
                ("file", "FILE", ""),
                ("start_file", "START FILE", ""),
                ("done", "DONE", ""),
            ),
        },
        "confirm": None,
        "wait": False,
        "stream": False,
        "mutating": True,
        "local": True,
        "http": None,
        "see": ("completion show",),
        "next": (),
    },
}
