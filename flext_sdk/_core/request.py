"""From an operation and its arguments to a URL and a body."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flext_sdk.errors import UsageError

if TYPE_CHECKING:
    from flext_sdk._core.operations import Operation, Param
    from flext_sdk._core.types import Json

__all__ = ["Plan", "encode_body", "encode_query", "plan_for"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Plan:
    """What never changes about an operation, worked out once.

    Attributes:
        operation: The operation; held here, so that its identity stays taken.
        literals: Text of the path around its places, one more than ``places``.
        places: Python names of the path's parameters, in order.
        query: Query parameters by Python name.
        repeatable: May be sent twice without a key.
        body_expected: A body is sent even when all of it was left out.
        limit: Python name of the parameter with the size of a page.
        offset: Python name of the parameter with the index of the first item.
    """

    operation: Operation[Any]
    literals: tuple[str, ...]
    places: tuple[str, ...]
    query: Mapping[str, Param]
    repeatable: bool
    body_expected: bool
    limit: str | None
    offset: str | None

    def url_path(self, path: Mapping[str, Json], query: Mapping[str, Json]) -> str:
        """Path and query of a call.

        Raises:
            UsageError: If a parameter is missing, unknown or cannot be written into a URL.
        """
        found = self.literals[0]
        for name, literal in zip(self.places, self.literals[1:], strict=True):
            found += _segment(name, path.get(name)) + literal
        if not query:
            return found
        text = encode_query(self._pairs(query))
        return f"{found}?{text}" if text else found

    def _pairs(self, query: Mapping[str, Json]) -> Iterable[tuple[str, Json, str]]:
        for name, value in query.items():
            param = self.query.get(name)
            if param is None:
                raise UsageError(f"{self.operation.id} has no parameter {name!r}")
            yield param.wire, value, param.style


_plans: dict[int, Plan] = {}


def plan_for(operation: Operation[Any]) -> Plan:
    """The plan of an operation, made once. Two threads that make it at once make the same."""
    plan = _plans.get(id(operation))
    if plan is None:
        plan = _plans[id(operation)] = _make(operation)
    return plan


def _make(operation: Operation[Any]) -> Plan:
    by_wire = {param.wire: param.name for param in operation.path_params}
    literals, places = [], []
    rest = operation.path
    while "{" in rest:
        before, _, rest = rest.partition("{")
        wire, _, rest = rest.partition("}")
        literals.append(before)
        places.append(by_wire.get(wire, wire))
    literals.append(rest)
    paging = operation.paging
    names = {param.wire: param.name for param in operation.query}
    return Plan(
        operation=operation,
        literals=tuple(literals),
        places=tuple(places),
        query={param.name: param for param in operation.query},
        repeatable=operation.idempotent or operation.method in {"GET", "HEAD", "OPTIONS"},
        body_expected=operation.body is not None and operation.mutating,
        limit=names.get(paging.limit or "") if paging else None,
        offset=names.get(paging.offset or "") if paging else None,
    )


def _segment(name: str, value: Json) -> str:
    if type(value) is str and value.isascii() and value.isalnum():
        return value
    text = "" if value is None else _told(name, value)
    # A server would take "." and ".." for a walk through its paths.
    if not text or text in {".", ".."}:
        raise UsageError(f"{name} must be a name, not {value!r}", hint="Give a name or an id.")
    return _quoted(text)


def _told(name: str, value: Json) -> str:
    try:
        return plain_text(value)
    except UsageError as error:
        raise UsageError(f"{name}: {error.message}", hint=error.hint) from None


def _quoted(text: str) -> str:
    # Most names and numbers need no quoting; finding that out is ten times cheaper than quoting.
    return text if text.isascii() and text.isalnum() else quote(text, safe="")


def encode_query(pairs: Iterable[tuple[str, Json, str]]) -> str:
    """A query string of (key, value, style) triples; None is left out, and so is an empty list.

    Raises:
        UsageError: If a value has no text form.
    """
    found: list[str] = []
    for key, value, style in pairs:
        if value is None:
            continue
        if isinstance(value, str | int) or not isinstance(value, Iterable):
            found.append(f"{_quoted(key)}={_quoted(_told(key, value))}")
            continue
        texts = [_told(key, item) for item in value]
        if style == "csv":
            texts = [",".join(texts)] if texts else []
        found.extend(f"{_quoted(key)}={_quoted(text)}" for text in texts)
    return "&".join(found)


def plain_text(value: Json) -> str:
    """A value as a URL has it: ``true``, RFC 3339 for times, the value of an enum.

    Raises:
        UsageError: If the value has no such form.
    """
    if type(value) is int:
        return str(value)
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return value if value.isascii() else _unicode(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, int | float) or _is_textual(value):
        return str(value)
    raise UsageError(f"a value of type {type(value).__name__} cannot be part of a URL")


def _unicode(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # bytes of a command line that are no UTF-8 become such text
        raise UsageError(f"{text!r} is not valid text", hint="Give it in UTF-8.") from None
    return text


def _is_textual(value: object) -> bool:
    # Imported here: the modules of such values are not worth a start that has none of them.
    from decimal import Decimal
    from pathlib import PurePath
    from uuid import UUID

    return isinstance(value, date | Decimal | PurePath | UUID)


def _moment(value: datetime) -> str:
    # A moment without a zone is the caller's local time; guessing UTC would be off by hours without a word.
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def encode_body(value: Json) -> bytes:
    """A body as JSON. Models are written under their wire names.

    Raises:
        UsageError: If something in it is no JSON.
    """
    try:
        return json.dumps(
            plain_data(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_default
        ).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"The body cannot be written as JSON: {error}") from error


def plain_data(value: Json) -> Json:
    """A model as plain data; anything else as it is."""
    to_dict = getattr(value, "to_dict", None)
    return value if to_dict is None or isinstance(value, type) else to_dict()


def _default(value: object) -> Json:
    to_dict = getattr(value, "to_dict", None)
    if to_dict is not None:
        return to_dict()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime):
        return _moment(value)
    if _is_textual(value):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return sorted(value, key=str)
    raise TypeError(f"{type(value).__name__} is no JSON")
