"""From JSON Schema errors to sentences that a person can act on.

Used for request bodies and queries, and by whoever checks a document of a user (pipeline definitions, settings of
plugins).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

import jsonschema_rs
from jsonschema_rs import ValidationError

type Problem = dict[str, Any]
"""One fault in the shape of the contract's ``Problem``: path, message, severity, and hint where there is one."""

MAX_PROBLEMS: Final = 100
_SHOWN: Final = 60

_EXPECTED: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def problem(path: str, message: str, *, hint: str | None = None, severity: str = "error") -> Problem:
    """One fault.

    Args:
        path: JSON pointer into the document, ``"/steps/0/extract/plugin"``; empty for the whole of it.
        message: What is wrong.
        hint: What to do about it.
        severity: ``"error"`` or ``"warning"``.
    """
    found: Problem = {"path": path, "message": message, "severity": severity}
    if hint:
        found["hint"] = hint
    return found


def pointer(parts: Iterable[str | int]) -> str:
    """JSON pointer (RFC 6901) of the keys and indexes that lead to a place."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """``"; did you mean 'plugin'?"``, or nothing when nothing is near."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(given.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean {by_lower[near[0]]!r}?" if near else ""


def kind(value: object) -> str:
    """What a value is, in the words of the messages: ``"text"``, ``"a list"``."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return "text"
        case int() | float():
            return "a number"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"


def one_of(words: Sequence[str]) -> str:
    """``"a, b or c"``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


class Checker:
    """A JSON Schema, compiled once.

    Args:
        schema: The schema; its references are local.
        show_values: Whether messages may quote what is in the document. Not for settings that may hold secrets.

    Example:
        >>> schema = {"type": "object", "properties": {"plugin": {"type": "string"}}, "additionalProperties": False}
        >>> Checker(schema).problems({"plugn": "tap-csv"})[0]["message"]
        "unknown key 'plugn'; did you mean 'plugin'?"
    """

    def __init__(self, schema: Mapping[str, Any], *, show_values: bool = True) -> None:
        self._schema = schema
        self._show_values = show_values
        self._validator = jsonschema_rs.validator_for(dict(schema), validate_formats=True, mask="the value")

    def accepts(self, document: object) -> bool:
        """Whether the document is good; the cheap question."""
        return self._validator.is_valid(document)

    def problems(self, document: object) -> list[Problem]:
        """Every fault, in the order of the document; at most `MAX_PROBLEMS`."""
        if self._validator.is_valid(document):
            return []
        errors = [chosen for error in self._validator.iter_errors(document) for chosen in _chosen(error)]
        misspelt = {(tuple(error.instance_path), name) for error in errors for name in self._meant(error)}
        found: list[tuple[tuple[int, ...], Problem]] = []
        for error in errors:
            place = tuple(error.instance_path)
            if error.kind.name == "required" and (place, error.kind.as_dict()["property"]) in misspelt:
                continue  # said already: unknown key 'plugn'; did you mean 'plugin'?
            found += [(_order(document, (*place, *more)), entry) for more, entry in self._translate(error)]
        found.sort(key=lambda pair: pair[0])
        return [entry for _, entry in found[:MAX_PROBLEMS]]

    def _node(self, error: ValidationError, *, up: int = 1) -> Mapping[str, Any]:
        """The schema that holds the keyword which failed."""
        node: Any = self._schema
        for part in error.schema_path[:-up]:
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                return {}  # the path goes through something that is no part of the document we were given
        return node if isinstance(node, Mapping) else {}

    def _meant(self, error: ValidationError) -> list[str]:
        """The missing keys that a misspelt one stands for."""
        if error.kind.name != "additionalProperties":
            return []
        known = self._node(error).get("properties", {})
        near = (get_close_matches(name.lower(), known, n=1, cutoff=0.6) for name in error.kind.as_dict()["unexpected"])
        return [names[0] for names in near if names]

    def _translate(self, error: ValidationError) -> list[tuple[tuple[str, ...], Problem]]:
        """The problems of one error, each with the keys that lead on from where the error is."""
        path = pointer(error.instance_path)
        facts = error.kind.as_dict()
        if error.kind.name in {"additionalProperties", "unevaluatedProperties"}:
            known = list(self._node(error).get("properties", {}))
            hint = f"Known keys: {', '.join(known)}." if known else None
            return [
                (
                    (name,),
                    problem(path + pointer([name]), f"unknown key {name!r}{did_you_mean(name, known)}", hint=hint),
                )
                for name in facts["unexpected"]
            ]
        node = self._node(error)
        hint = node.get("description") if error.kind.name in {"pattern", "format", "type", "required"} else None
        if error.kind.name == "required":
            hint = node.get("properties", {}).get(facts["property"], {}).get("description")
        return [((), problem(path, self._sentence(error, facts), hint=hint))]

    def _sentence(self, error: ValidationError, facts: Mapping[str, Any]) -> str:  # noqa: PLR0911 - one for each keyword
        value = error.instance
        limit = facts.get("limit")
        match error.kind.name:
            case "required":
                return f"missing key {facts['property']!r}"
            case "type":
                wanted = one_of([_EXPECTED[name] for name in _order_types(facts["types"])])
                return f"expected {wanted}, got {self._got(value)}"
            case "enum":
                words = [str(option) for option in facts["options"] if option is not None]
                near = did_you_mean(value, words) if isinstance(value, str) and self._show_values else ""
                return f"expected {one_of(words)}, got {self._quoted(value)}{near}"
            case "const":
                return f"expected {facts['expected_value']!r}, got {self._quoted(value)}"
            case "pattern":
                return f"{self._quoted(value)} is not of the form asked for"
            case "format":
                return f"expected {_FORMATS.get(facts['format'], facts['format'])}, got {self._quoted(value)}"
            case "minLength" if limit == 1:
                return "must not be empty"
            case name if name in _BOUNDS:
                got = f", got {value}" if name in _NUMERIC and self._show_values else ""
                return _BOUNDS[name].format(limit) + got
            case "propertyNames":
                return f"the key {facts['error'].instance!r} is not of the form asked for"
            case "oneOf":
                return "fits more than one of the forms that are possible here"
            case "uniqueItems":
                return "has the same item twice"
            case _:
                return str(error.message)

    def _got(self, value: object) -> str:
        return f"{value}" if isinstance(value, float) and self._show_values else kind(value)

    def _quoted(self, value: object) -> str:
        if not self._show_values or isinstance(value, dict | list):
            return kind(value)
        text = (
            repr(value)
            if isinstance(value, str)
            else kind(value)
            if value is None or isinstance(value, bool)
            else str(value)
        )
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


_FORMATS: Final = {
    "date-time": "a moment such as 2026-11-22T08:00:00Z",
    "date": "a day such as 2026-11-22",
    "uri": "a URL",
    "uuid": "a UUID",
}
_NUMERIC: Final = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_BOUNDS: Final = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
    "minProperties": "must have at least {} keys",
    "maxProperties": "must have at most {} keys",
}


def _order_types(names: Iterable[str]) -> list[str]:
    """As a person would say them, null last."""
    order = list(_EXPECTED)
    return sorted(names, key=order.index)


def _chosen(error: ValidationError) -> list[ValidationError]:
    """The errors to tell for an alternative: those of the form that the author most likely had in mind."""
    if error.kind.name not in {"oneOf", "anyOf"}:
        return [error]
    place = list(error.instance_path)
    branches = [[chosen for inner in branch for chosen in _chosen(inner)] for branch in error.kind.as_dict()["context"]]
    if not all(branches):
        return [error]  # several forms fit, and only one may
    # A form of another type, above all null, is not what somebody meant who wrote a mapping.
    near = [
        branch
        for branch in branches
        if not any(one.kind.name == "type" and list(one.instance_path) == place for one in branch)
    ]
    return min(near, key=len) if near else branches[0][:1]


def _order(document: object, parts: Sequence[str | int]) -> tuple[int, ...]:
    """Where in the document a place is, so that problems can be told from top to bottom."""
    order: list[int] = []
    node: Any = document
    for part in parts:
        if isinstance(node, Mapping) and part in node:
            order.append(list(node).index(str(part)))
            node = node[part]
        elif isinstance(node, list) and isinstance(part, int):
            order.append(part)
            node = node[part]
        else:
            break
    return tuple(order)
