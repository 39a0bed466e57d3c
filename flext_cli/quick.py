"""A parser for lines whose meaning is beyond doubt; whatever else stands on a line is cyclopts' business.

Loading cyclopts costs five times a bare interpreter. This module knows full flags with their values behind them or
behind `=`, plain values and positionals; it says None to everything that is wrong, abbreviated, negative, quoted or
merely unusual, and then `flext_cli.build` decides. `tests/cli/differential.py` holds the two against each other.
"""

import os

from flext_cli import convert, params

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from flext_cli._types import Data, Entry

# Longer numbers, signs and exponents are left to cyclopts.
_DIGITS = 15
_BRACKETS = ("{", "[")


class Parsed:
    """What was given on the command line, and nothing else: arguments of the method, and shared options."""

    __slots__ = ("own", "shared")

    def __init__(self) -> None:
        self.own: dict[str, Any] = {}
        self.shared: dict[str, Any] = {}


class NotSure(Exception):  # noqa: N818 - an answer, not an error
    """The line, or a part of it, needs cyclopts."""


def parse(entry: "Entry", tokens: "Sequence[str]", environ: "Mapping[str, str]" = os.environ) -> "Parsed | None":
    """Parse what stands behind a command's words; None if there is the least doubt about it."""
    try:
        return _parse(entry, tokens, environ)
    except NotSure:
        return None


def _parse(entry: "Entry", tokens: "Sequence[str]", environ: "Mapping[str, str]") -> Parsed:
    own, shared = params.own(entry), params.shared(entry)
    parsed = Parsed()
    flags: dict[str, tuple[Entry, dict[str, Any], bool]] = {}
    for group, into in ((own, parsed.own), (shared, parsed.shared)):
        for param in group:
            flags |= dict.fromkeys(param["flags"], (param, into, True))
            flags |= dict.fromkeys(params.negatives(param), (param, into, False))
    operands: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if not token.startswith("-"):
            operands.append(token)
            continue
        name, equals, value = token.partition("=")
        if name not in flags or (equals and not name.startswith("--")):
            raise NotSure
        param, into, on = flags[name]
        if not params.takes_value(param):
            if equals or param["name"] in into:
                raise NotSure
            into[param["name"]] = on
            continue
        if not equals:
            if position == len(tokens):
                raise NotSure
            value = tokens[position]
            position += 1
        _keep(param, into, value)
    _place(own, parsed.own, operands)
    for param in shared:
        _from_environment(param, parsed.shared, environ)
    _finish(own, parsed.own)
    _finish(shared, parsed.shared)
    return parsed


def _keep(param: "Entry", into: "dict[str, Any]", text: str) -> None:
    name = param["name"]
    value = _read(param, text)
    if param["type"] in {"list", "mapping"}:
        into.setdefault(name, []).append(value)
    elif name in into:
        raise NotSure
    else:
        into[name] = value


def _read(param: "Entry", text: str) -> "Data":
    # Text in brackets may be JSON to cyclopts; a value that looks like an option is not one to everybody.
    if not text or text.startswith("-") or "\0" in text:
        raise NotSure
    kind = param["type"]
    if kind == "choice":
        if text not in param["choices"]:
            raise NotSure
    elif kind in {"list", "mapping"}:
        if text.lstrip().startswith(_BRACKETS):
            raise NotSure
    elif params.is_duration(param):
        pass
    elif kind == "int":
        return int(_digits(text))
    elif kind == "float":
        whole, _, part = text.partition(".")
        return float(f"{_digits(whole)}.{_digits(part or '0')}")
    elif kind not in {"str", "path"}:
        raise NotSure
    return text


def _digits(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise NotSure
    return text


def _place(own: "Iterable[Entry]", into: "dict[str, Any]", operands: "list[str]") -> None:
    places = [param for param in own if param["kind"] == "positional"]
    # One that takes all the rest depends on where it stands among the options.
    if len(operands) > len(places) or any(param["type"] in {"list", "mapping"} for param in places):
        raise NotSure
    for number, param in enumerate(places):
        if number < len(operands):
            into[param["name"]] = _read(param, operands[number])
        elif param["required"]:
            raise NotSure


def _from_environment(param: "Entry", into: "dict[str, Any]", environ: "Mapping[str, str]") -> None:
    variable = param.get("env")
    if variable and variable in environ and param["name"] not in into:
        into[param["name"]] = _read(param, environ[variable])


def _finish(group: "Iterable[Entry]", into: "dict[str, Any]") -> None:
    for param in group:
        last = finisher(param) if param["name"] in into else None
        if last is not None:
            try:
                into[param["name"]] = last(into[param["name"]])
            except ValueError:
                raise NotSure from None


# -- the last step from text to value, the same for both parsers ------------------------------------------------


def finisher(param: "Entry") -> "Callable[[Any], Any] | None":
    """What makes the method's argument of what was collected; None where nothing is left to do."""
    if param["type"] == "mapping":
        return convert.mapped
    if param["type"] == "list":
        # The value of a pair (a filter, a header) may hold a comma.
        return list if _is_pair(param) else _list_of(param)
    return convert.seconds if params.is_duration(param) else None


def _is_pair(param: "Entry") -> bool:
    if param["kind"] == "positional" and param["metavar"].startswith("COMMAND."):
        return True
    return any(sign in param["metavar"] for sign in "=:") and param["name"] != "columns"


def _list_of(param: "Entry") -> "Callable[[Iterable[str]], list[str]]":
    def finish(texts: "Iterable[str]") -> list[str]:
        items = convert.listed(texts)
        wrong = [item for item in items if param["choices"] and item not in param["choices"]]
        if wrong:
            raise ValueError(f'"{wrong[0]}" is not one of {", ".join(map(str, param["choices"]))}')
        return items

    return finish
