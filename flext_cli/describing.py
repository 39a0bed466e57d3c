"""From a function that another package marked as a command to its entry in the table."""

from __future__ import annotations

import inspect
import re
from typing import Any

from flext_sdk._core.annotations import command_info

_SECTION = re.compile(r"^(Args|Returns|Yields|Raises|Example|Command example|See also):\s*$")


def entry_of(function: Any) -> dict[str, Any]:  # noqa: ANN401 - somebody else's function
    """The entry, with the words of the command under ``words``.

    Args:
        function: A function marked with `command`; its first parameter is the client.

    Raises:
        TypeError: It is not marked.
    """
    info = command_info(function)
    if info is None:
        raise TypeError("it is not marked with @command")
    parts = _parts(inspect.getdoc(function) or "")
    head = "\n".join(parts[""]).strip()
    summary, _, description = head.partition("\n\n")
    texts = _arguments(parts.get("Args", []))
    signature = inspect.signature(function)
    names = [name for name in list(signature.parameters)[1:] if name not in info.hidden]
    ordered = [*info.positional, *(name for name in names if name not in info.positional)]
    returns = str(signature.return_annotation)
    kind = (
        "list"
        if returns.startswith(("list", "Sequence"))
        else "text"
        if returns in {"str", "<class 'str'>"}
        else "model"
    )
    return {
        "words": info.words,
        "summary": " ".join(summary.split()),
        "description": " ".join(description.split()),
        "examples": [
            [line.strip()[2:], ""] for line in parts.get("Command example", []) if line.strip().startswith("$ ")
        ],
        "module": function.__module__,
        "class": None,
        "method": function.__name__,
        "attribute": None,
        "operation": None,
        "params": [_parameter(signature.parameters[name], info, texts.get(name, "")) for name in ordered],
        "output": {"kind": kind, "columns": [_column(text) for text in info.columns]},
        "confirm": info.confirm,
        "wait": False,
        "stream": False,
        "mutating": info.mutating,
        "local": True,
        "http": None,
        "see": [],
        "next": list(info.next),
    }


def _parts(text: str) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {"": []}
    current = ""
    for line in text.splitlines():
        found = _SECTION.match(line)
        if found:
            current = found[1]
            parts[current] = []
        else:
            parts[current].append(line)
    return parts


def _arguments(lines: list[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    name = ""
    for line in lines:
        found = re.match(r"^ {4}(\w+): (.*)$", line)
        if found:
            name = found[1]
            texts[name] = found[2].strip()
        elif name and line.strip():
            texts[name] += f" {line.strip()}"
    return texts


def _parameter(parameter: inspect.Parameter, info: Any, text: str) -> dict[str, Any]:  # noqa: ANN401 - CommandInfo
    hint = str(parameter.annotation).removeprefix("<class '").removesuffix("'>")
    kind = next((word for word in ("bool", "float", "int") if re.search(rf"\b{word}\b", hint)), "str")
    if re.search(r"\b(list|Sequence)\b", hint):
        kind = "list"
    if re.search(r"\b(dict|Mapping)\b", hint):
        kind = "mapping"
    if parameter.name in info.files:
        kind = "path"
    positional = parameter.name in info.positional
    required = parameter.default is inspect.Parameter.empty
    flags = [f"--{parameter.name.replace('_', '-')}", info.aliases.get(parameter.name)]
    return {
        "name": parameter.name,
        "kind": "positional" if positional else "flag" if kind == "bool" else "option",
        "flags": [] if positional else [flag for flag in flags if flag],
        "metavar": info.metavars.get(parameter.name, ""),
        "type": kind,
        "choices": [],
        "default": None if required else parameter.default,
        "required": required,
        "help": text,
    }


def _column(text: str) -> list[str]:
    path, heading, style = [*text.split(":"), "", ""][:3]
    return [path, heading or path.rpartition(".")[2].replace("_", " ").upper(), style]
