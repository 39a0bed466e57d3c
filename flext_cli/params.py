"""Which parameters a command has in the end: its own and the shared ones, with their flags.

Help, router and builder all ask here, so that they cannot disagree. Nothing is imported but the table, for help comes
before everything else.
"""

from flext_cli import table as _generated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from flext_cli._types import Entry

# Literals of many shapes: a type checker is told no more than the generator promises.
table: "Any" = _generated


def command_of(words: str) -> "Entry":
    """The table's entry of a command."""
    entry: Entry = table.COMMANDS[words]
    return entry


READ_KINDS = ("page", "list", "model", "json")


def applies(when: str, command: "Entry") -> bool:
    """Tell whether a shared option with this `when` belongs to a command."""
    if when == "page":
        return bool(command["output"]["kind"] == "page")
    if when == "request":
        # A command of its own (`api`) sends what it is told.
        return bool(command["http"] or (command["mutating"] and command["attribute"] is None and not command["local"]))
    if when == "read":
        # A stream has a kind of its own.
        changes = command["mutating"] or command["confirm"] or command["wait"]
        return not changes and command["output"]["kind"] in READ_KINDS
    if when == "guarded":
        # The quick start stores a pipeline and runs it; files of this machine are nothing that a profile leads to.
        here = command["local"] and command["attribute"] != "services"
        return bool((command["mutating"] and not here) or command["method"] == "quickstart")
    return when not in {"confirm", "wait", "mutating"} or bool(command[when])


def own(command: "Entry") -> "list[Entry]":
    """Parameters of the command itself.

    The `limit` of a paged method is the size of a page, while `--limit` counts items over all pages: the shared option
    stands in for it.
    """
    paged = command["output"]["kind"] == "page"
    return [dict(param, flags=flags(param)) for param in command["params"] if not (paged and param["name"] == "limit")]


def flags(param: "Entry") -> "tuple[str, ...]":
    """Flags that switch a parameter on or give its value, the long one first."""
    return tuple(flag for flag in param["flags"] if not flag.startswith("--no-") or flag == _long(param))


def _long(param: "Entry") -> str:
    return "--" + str(param["name"]).replace("_", "-")


def negatives(param: "Entry") -> "tuple[str, ...]":
    """Flags that switch a parameter off: where it is on or undecided by default, and always for `--wait`."""
    if param["type"] != "bool" or param["kind"] == "positional":
        return ()
    listed = tuple(flag for flag in param["flags"] if flag.startswith("--no-") and flag != _long(param))
    if listed:
        return listed
    return (
        ()
        if param["default"] is False and param["name"] != "wait"
        else ("--no-" + str(param["name"]).replace("_", "-"),)
    )


def shared(command: "Entry") -> "list[Entry]":
    """Shared options of a command; a flag that the command uses itself means the command's own parameter."""
    taken = {flag for param in own(command) for flag in (*flags(param), *param.get("negatives", ()))}
    out = []
    for param in table.GLOBALS:
        free = tuple(flag for flag in param["flags"] if flag not in taken)
        if free and applies(param["when"], command):
            out.append(dict(param, flags=free))
    return out


def takes_value(param: "Entry") -> bool:
    """Tell whether a flag is followed by a value."""
    return bool(param["kind"] == "option" and param["type"] != "bool")


def closed(command: "Entry", tokens: "Sequence[str]") -> "Sequence[str]":
    """The tokens with `--` before the first word, where what a command takes is another command line.

    Options behind that word are the other command's, as with `env`, `nice` and `strace`.
    """
    if not any(
        param["kind"] == "positional" and param["metavar"].startswith("COMMAND.") for param in command["params"]
    ):
        return tokens
    waits = False
    valued = {flag for param in (*own(command), *shared(command)) if takes_value(param) for flag in flags(param)}
    for number, token in enumerate(tokens):
        if waits:
            waits = False
        elif token == "--":  # noqa: S105 - the end of the options
            return tokens
        elif token.startswith("-"):
            waits = token in valued
        else:
            return [*tokens[:number], "--", *tokens[number:]]
    return tokens


def is_duration(param: "Entry") -> bool:
    """Tell whether a number counts seconds, so that `90s`, `5m` and `2h` are understood, too."""
    return bool(param["type"] == "float" and (param["name"] == "watch" or param["name"].endswith("timeout")))


def placeholder(param: "Entry") -> str:
    """The word that stands for a value in help."""
    if param["metavar"]:
        return str(param["metavar"])
    if param["kind"] == "positional":
        return str(param["name"]).upper().replace("_", "-")
    if is_duration(param):
        return "DURATION"
    return {"int": "N", "float": "NUMBER", "path": "FILE", "mapping": "KEY=VALUE", "choice": "CHOICE"}.get(
        str(param["type"]), "TEXT"
    )
