"""Typed query parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flext_sdk.embedded.web.errors import validation_failed
from flext_sdk.embedded.web.problems import Checker, Problem, did_you_mean, pointer, problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flext_sdk.embedded.web.contract import Contract

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}\Z")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
MAX_FIELDS = 200


class Query:
    """The query parameters of one operation.

    Args:
        contract: The contract that schemas refer into.
        parameters: The query parameters, references resolved.
    """

    def __init__(self, contract: Contract, parameters: Sequence[Mapping[str, Any]]) -> None:
        self._schemas: dict[str, Mapping[str, Any]] = {p["name"]: contract.resolve(p["schema"]) for p in parameters}
        self._separate = {p["name"] for p in parameters if p.get("explode", True)}
        self._defaults = {name: schema["default"] for name, schema in self._schemas.items() if "default" in schema}
        required = [p["name"] for p in parameters if p.get("required")]
        properties = {p["name"]: p["schema"] for p in parameters}
        self._checker = Checker(contract.schema({"type": "object", "properties": properties, "required": required}))
        self._required = bool(required)

    def parse(self, text: bytes) -> dict[str, Any]:
        """The values by name, typed, with defaults.

        Args:
            text: The query string as it came.

        Raises:
            ApiError: 422 with one problem for each unknown, repeated or wrong parameter.
        """
        if not text and not self._required:
            return dict(self._defaults)
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        try:
            fields = parse_qsl(text.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
        except ValueError:
            raise validation_failed(
                [problem("", "the query string cannot be read: it is not UTF-8, or has too many fields")], what="query"
            ) from None
        for name, value in fields:
            schema = self._schemas.get(name)
            if schema is None:
                problems.append(_unknown(name, list(self._schemas)))
            elif schema.get("type") == "array":
                parts = [value] if name in self._separate else [part for part in value.split(",") if part]
                values.setdefault(name, []).extend(parts)
            elif name in values:
                problems.append(problem(pointer([name]), f"query parameter {name!r} is given more than once"))
            else:
                values[name] = _typed(value, schema)
        for found in self._checker.problems(values):
            found["message"] = (
                f"query parameter {found['path'][1:]!r}: {found['message']}"
                if found["path"]
                else f"query: {found['message']}"
            )
            problems.append(found)
        if problems:
            raise validation_failed(problems, what="query")
        return self._defaults | values


def _unknown(name: str, known: Sequence[str]) -> Problem:
    hint = f"Known ones: {', '.join(known)}." if known else "This operation takes none."
    return problem(pointer([name]), f"unknown query parameter {name!r}{did_you_mean(name, known)}", hint=hint)


def _typed(text: str, schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the schema says
    """The text as the schema's type, or unchanged where it is not of that type: the checker says so then."""
    match schema.get("type"):
        case "integer" if _INTEGER.match(text):
            return int(text)
        case "number" if _NUMBER.match(text):
            return float(text)
        case "boolean":
            return _BOOLEANS.get(text.lower(), text)
        case _:
            return text
