"""The command table: flext_cli/_table, read off the annotated methods of the sync tree."""

from __future__ import annotations

import ast
import importlib
import inspect
import pprint
from typing import TYPE_CHECKING, Any

from openapi.codegen import docstrings
from openapi.codegen.files import HEADER
from openapi.codegen.resources import class_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flext_sdk._core.commandinfo import CommandInfo
    from flext_sdk._core.settings import Setting
    from openapi.codegen.contract import Contract

SUMMARY = "Command line of the FLEXT data platform: create, run and watch pipelines."


#: Variables that the command line and the SDK read, for the help page.
def _environment() -> Iterator[tuple[str, str]]:
    """Variables that the command line and the SDK read, for the help page: those of the table of settings, and a few more."""
    from flext_sdk._core.settings import ALL_SETTINGS

    yield "FLEXT_HOME", "Folder for state, logs, profiles and settings; ~/.flx when not set."
    for setting in ALL_SETTINGS:
        yield setting.env, setting.help + ("" if setting.default is None else f" Default: {_default(setting)}.")
    yield "FLEXT_PASSPHRASE_FD", "File descriptor to read the passphrase of the secrets from."
    yield "FLEXT_PAGER", "Program for tables longer than the terminal, before PAGER; empty or cat: none."
    yield "NO_COLOR", "Set: no colours."
    yield "CI", "Set: progress is told in lines, for the log of a build."


def _default(setting: Setting) -> str:
    value = setting.shown(setting.default)
    return (
        {True: "1", False: "0"}[value]
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


ENVIRONMENT = tuple(_environment())


class CommandError(Exception):
    """An annotated method cannot become a command."""


def collect(contract: Contract, package: Path, own: Path | None = None) -> dict[str, dict[str, Any]]:
    """All commands by their words, in the order of their groups.

    Args:
        contract: Both contracts.
        package: Folder of the sync resources.
        own: Folder with the commands of the command line itself, which are no methods of a client.

    Raises:
        CommandError: when two methods claim the same words, or one lacks a docstring for a parameter.
    """
    # Not at the top: a generator that was changed must be able to mend a package that cannot be imported.
    from flext_sdk._core.annotations import command_info

    found: dict[str, dict[str, Any]] = {}
    names = sorted(p.stem for p in package.glob("*.py") if not p.stem.startswith("_")) + [
        f"_{r.name}" for r in contract.resources if not (package / f"{r.name}.py").exists()
    ]
    places = [f"flext_sdk._sync.resources.{name}" for name in names]
    places += [f"flext_cli.commands.{p.stem}" for p in sorted(own.glob("[!_]*.py"))] if own else []
    for place in places:
        module = importlib.import_module(place)
        resource = place.rpartition(".")[2].lstrip("_")
        owner = getattr(module, class_name(resource).removeprefix("Async"), None)
        members = (
            inspect.getmembers(owner, inspect.isfunction) if owner else inspect.getmembers(module, inspect.isfunction)
        )
        for method, function in members:
            info = command_info(function)
            if info is None or (not owner and function.__module__ != module.__name__):
                continue
            entry = _entry(
                contract,
                info,
                function,
                module.__name__,
                owner.__name__ if owner else None,
                resource if owner else None,
                method,
            )
            if found.setdefault(info.words, entry) is not entry:
                raise CommandError(f"two methods are the command {info.words!r}")
    return found


def render(contract: Contract, commands: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Modules by file name: what every page needs, and one for the commands of each group."""
    version = importlib.import_module("flext_sdk._version").__version__
    exit_codes = importlib.import_module("flext_sdk.errors").EXIT_CODES
    options = importlib.import_module("flext_cli.globals").GLOBALS
    index = {}
    modules = {}
    for group, value in groups(contract, commands).items():
        words = {name: f"{group} {name}".strip() for name in value["commands"]}
        module = group.replace("-", "_") or "_root"
        index[group] = {
            "summary": value["summary"],
            "module": f"flext_cli._table.{module}",
            "commands": {name: commands[each]["summary"] for name, each in words.items()},
        }
        text = f"Commands of flext {group}".rstrip() + " as plain literals."
        own = {each: commands[each] for each in words.values()}
        modules[f"{module}.py"] = _module(text, f'COMMANDS: "dict[str, dict[str, Any]]" = {_literal(own)}')
    root = (
        f"VERSION = {version!r}",
        f"SUMMARY = {SUMMARY!r}",
        f"EXIT_CODES = {_literal(tuple(sorted(exit_codes.items())))}",
        f"ENVIRONMENT = {_literal(ENVIRONMENT)}",
        f'GLOBALS: "tuple[dict[str, Any], ...]" = {_literal(options)}',
        f'GROUPS: "dict[str, dict[str, Any]]" = {_literal(index)}',
    )
    text = "What every page of help needs, and which commands there are, as plain literals."
    return {"__init__.py": _module(text, *root), **modules}


def _module(text: str, *values: str) -> str:
    typed = ("TYPE_CHECKING = False", "if TYPE_CHECKING:", "    from typing import Any\n")
    return "\n".join((HEADER, f'"""{text}"""\n', *typed, *values, ""))


#: The order in which people meet them, not the alphabet's.
_ORDER = (
    "login", "logout", "init", "register", "list", "projects", "search", "show", "info", "create", "validate", "update", "delete", "export",
    "add", "install", "uninstall", "disable", "enable", "start", "run", "stop", "restart", "status", "whoami", "check", "health", "test", "wait", "logs",
    "use", "set", "get", "unset", "rename", "copy", "import", "path", "edit", "runs", "run-info", "retry", "schedule", "schedules", "pause", "resume",
    "execute", "cancel", "config", "metrics", "nodes", "follow", "publish", "quickstart", "api", "version",
)  # fmt: skip


def _met(words: str) -> tuple[bool, str, int, str]:
    """Commands of a group in the order people meet them; what has a word more comes behind, together."""
    before, _, last = words.rpartition(" ")
    return bool(before), before, _ORDER.index(last) if last in _ORDER else len(_ORDER), last


def groups(contract: Contract, commands: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Groups by name, "" for the commands that stand alone, each with its commands in the order people meet them."""
    summaries = {resource.group: resource.summary for resource in contract.resources}
    for words, entry in commands.items():
        if entry["module"].startswith("flext_cli.") and " " in words:
            text = importlib.import_module(entry["module"]).__doc__ or ""
            summaries[words.split()[0]] = text.splitlines()[0]
    found: dict[str, dict[str, Any]] = {
        name: {"summary": summaries[name], "commands": []} for name in sorted(summaries)
    }
    found[""] = {"summary": SUMMARY, "commands": []}
    for words in commands:
        group, _, rest = words.partition(" ")
        if rest:
            found.setdefault(group, {"summary": "", "commands": []})["commands"].append(rest)
        else:
            found[""]["commands"].append(group)
    for value in found.values():
        value["commands"] = tuple(sorted(value["commands"], key=_met))
    return found


def _entry(
    contract: Contract,
    info: CommandInfo,
    function: Callable[..., Any],
    module: str,
    owner: str | None,
    attribute: str | None,
    method: str,
) -> dict[str, Any]:
    text = docstrings.parse(inspect.getdoc(function) or "")
    where = f"{module}.{owner or ''}.{method}"
    if not text.summary or not text.examples:
        raise CommandError(f"{where}: the docstring needs a summary and a 'Command example:' section")
    operation = next((o for o in contract.operations if o.id == info.operation), None)
    if info.operation and operation is None:
        raise CommandError(f"{where}: there is no operation {info.operation!r}")
    signature = inspect.signature(function)
    names = [n for n in signature.parameters if n not in {"self", "client"} and n not in info.hidden]
    ordered = [*info.positional, *[n for n in names if n not in info.positional]]
    if unknown := set(info.positional) - set(names):
        raise CommandError(f"{where}: positional names unknown parameters: {', '.join(sorted(unknown))}")
    return {
        "summary": text.summary,
        "description": text.description.replace("`", ""),
        "examples": tuple(text.examples),
        "module": module,
        "class": owner,
        "method": method,
        "attribute": attribute,
        "operation": info.operation,
        "params": tuple(_parameter(signature.parameters[n], info, text.arguments.get(n), where) for n in ordered),
        "output": {
            "kind": _kind(signature.return_annotation, stream=info.stream),
            "columns": tuple(_column(c) for c in info.columns),
        },
        "confirm": info.confirm,
        "wait": info.wait,
        "stream": info.stream,
        "mutating": info.mutating,
        "local": info.local,
        "http": (operation.verb, operation.path) if operation else None,
        "see": tuple(text.see),
        "next": info.next,
        **({"alone": True} if info.alone else {}),
    }


def _parameter(parameter: inspect.Parameter, info: Any, text: str | None, where: str) -> dict[str, Any]:
    if text is None:
        raise CommandError(f"{where}: parameter {parameter.name} has no line under Args")
    kind, choices = _type(str(parameter.annotation), where)
    if parameter.name in info.files:
        kind = "path"
    positional = parameter.name in info.positional
    required = parameter.default is inspect.Parameter.empty
    long = "--" + parameter.name.rstrip("_").replace("_", "-")
    flags = () if positional else tuple(f for f in (long, info.aliases.get(parameter.name)) if f)
    default = None if required else parameter.default
    return {
        "name": parameter.name,
        "kind": "positional" if positional else "flag" if kind == "bool" else "option",
        "flags": flags,
        "metavar": info.metavars.get(
            parameter.name, parameter.name.rstrip("_").upper().replace("_", "-") if positional else ""
        ),
        "type": kind,
        "choices": choices,
        "default": list(default) if isinstance(default, tuple) else default,
        "required": required,
        "help": text.replace("`", ""),
    }


def _type(annotation: str, where: str) -> tuple[str, tuple[str, ...]]:
    """The table's type for an annotation such as `Sequence[str] | None`."""
    nodes = [
        n
        for n in _union(ast.parse(annotation.strip("'\""), mode="eval").body)
        if not (isinstance(n, ast.Constant) and n.value is None)
    ]
    names = {_head(n) for n in nodes}
    if "Literal" in names:
        literal = next(n for n in nodes if _head(n) == "Literal")
        values = ast.literal_eval(literal.slice)  # type: ignore[attr-defined]
        return "choice", values if isinstance(values, tuple) else (values,)
    if "Path" in names:
        return "path", ()
    if "Mapping" in names and len(names) == 1:
        return "mapping", ()
    if "Sequence" in names:
        return "list", ()
    for name in ("bool", "float", "int", "str"):
        if name in names:
            return name, ()
    if names == {"Any"}:
        return "str", ()
    raise CommandError(f"{where}: no command line form for a parameter of type {annotation}")


def _union(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return _union(node.left) + _union(node.right)
    return [node]


def _head(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _head(node.value)
    return node.id if isinstance(node, ast.Name) else ast.unparse(node).rsplit(".", 1)[-1]


def _kind(annotation: Any, *, stream: bool) -> str:
    text = str(annotation)
    if stream:
        return "stream"
    if text in {"None", "<class 'NoneType'>"}:
        return "none"
    if text == "str":
        return "text"
    head = _head(ast.parse(text, mode="eval").body)
    return {
        "Page": "page",
        "list": "list",
        "Sequence": "list",
        "Any": "json",
        "dict": "model",
        "Generator": "stream",
        "RawResponse": "json",
    }.get(head, "model")


def _column(text: str) -> tuple[str, str, str]:
    path, heading, style = [*text.split(":"), "", ""][:3]
    return path, heading or path.rsplit(".", 1)[-1].replace("_", " ").upper(), style


def _literal(value: Any) -> str:
    return pprint.pformat(value, width=150, sort_dicts=False)
