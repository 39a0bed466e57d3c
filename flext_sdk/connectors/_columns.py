"""What a column of a table holds, and how values that do not fit widen it. Nothing is ever bent to fit.

Kinds: ``boolean``, ``integer`` (64 bits), ``number`` (64-bit float), ``date``, ``datetime`` (date and time, none seen
yet), ``timestamp`` (without offset), ``timestamptz`` (with one), ``json``, and ``string``, which holds everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flext_sdk.connectors._json import dumps

if TYPE_CHECKING:
    from flext_sdk.connectors._types import Json

# Integers up to here are the same number as a 64-bit float.
EXACT = 2**53
_TIMES = frozenset({"datetime", "timestamp", "timestamptz"})
_SINGLE = {"boolean": "boolean", "integer": "integer", "number": "number", "object": "json", "array": "json"}


def from_schema(schema: object) -> str:
    """The kind of column that a property of a SCHEMA message asks for."""
    types, formats = _collect(schema)
    types.discard("null")
    if types == {"string"}:
        return {"date": "date", "date-time": "datetime"}.get(formats.pop(), "string") if len(formats) == 1 else "string"
    if types == {"integer", "number"}:
        return "number"
    if types == {"object", "array"}:
        return "json"
    return _SINGLE.get(types.pop(), "string") if len(types) == 1 else "string"


def _collect(schema: object) -> tuple[set[str], set[str]]:
    """All types that a schema allows, and the formats of its texts ("" for none)."""
    if not isinstance(schema, Mapping):
        return set(), set()
    given = schema.get("type")
    types = {given} if isinstance(given, str) else {str(name) for name in given} if isinstance(given, list) else set()
    formats = {str(schema.get("format") or "")} if "string" in types else set()
    for word in ("anyOf", "oneOf", "allOf"):
        options = schema.get(word)
        for option in options if isinstance(options, list) else ():
            more_types, more_formats = _collect(option)
            types |= more_types
            formats |= more_formats
    if "properties" in schema and not types:
        types = {"object"}
    return types, formats


def join(one: str, other: str) -> str:
    """The narrowest kind that holds the values of both."""
    if one == other:
        return one
    kinds = {one, other}
    if kinds == {"integer", "number"}:
        return "number"
    if "datetime" in kinds and kinds <= _TIMES:
        return (kinds - {"datetime"}).pop()
    return "string"


def of_values(values: Sequence[Any]) -> str:
    """The kind for values of a field that no schema names."""
    types = {type(value) for value in values if value is not None}
    if types <= {dict, list}:
        return "json" if types else "string"
    if types <= {int}:
        return "integer"
    if types <= {int, float}:
        return "number"
    return "boolean" if types == {bool} else "string"


def to_text(value: Json) -> str | None:
    """A value as text, the way JSON writes it; text stays as it is."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    return dumps(value).decode()


def fit(kind: str, values: list[Any]) -> tuple[str, list[Any]]:
    """Values ready for a column of a kind, or of the wider kind that they need.

    Texts for dates and times are left to the store to check.

    Returns:
        The kind, which is ``kind`` where everything fits, and the values in its form.
    """
    types = set(map(type, values)) - {type(None)}
    if not types and kind != "json":
        return kind, values
    match kind:
        case "json":
            return kind, [None if value is None else dumps(value).decode() for value in values]
        case "integer" | "number":
            return _fit_numbers(kind, types, values)
        case "boolean" if types == {bool}:
            return kind, values
        case "boolean":
            return "string", list(map(to_text, values))
        case _:
            return (kind, values) if types == {str} else ("string", list(map(to_text, values)))


def _fit_numbers(kind: str, types: set[type], values: list[Any]) -> tuple[str, list[Any]]:
    if kind == "number" and types == {float}:
        return kind, values
    if types <= {int, float, Decimal}:
        given = [value for value in values if value is not None]
        if kind == "integer" and types == {int} and min(given) >= -(2**63) and max(given) < 2**63:
            return kind, values
        if kind == "integer" and all(
            type(value) is not Decimal and abs(value) <= EXACT and value == int(value) for value in given
        ):
            return kind, [None if value is None else int(value) for value in values]
        if all(_is_float(value) for value in given):
            return "number", [None if value is None else float(value) for value in values]
    return "string", list(map(to_text, values))


def _is_float(value: Json) -> bool:
    """Whether a number has exactly the value of a 64-bit float.

    Decimals stand for those that have not, or for NaN and infinities.
    """
    if isinstance(value, Decimal):
        return not value.is_finite()
    return isinstance(value, float) or abs(value) <= EXACT


def column_name(wanted: str, taken: set[str], longest: int = 0) -> str:
    """A name for a column or table that no other has, where upper and lower case are the same.

    Args:
        wanted: The name of the property or stream.
        taken: Names in use, case folded.
        longest: Bytes that a name may have in the database, 0 for any number.
    """
    name = wanted.replace("\0", "_") or "_"
    number = 1
    candidate = _shortened(name, longest)
    while candidate.casefold() in taken:
        number += 1
        candidate = _shortened(name, longest and longest - len(f"_{number}")) + f"_{number}"
    return candidate


def _shortened(name: str, longest: int) -> str:
    return name.encode()[:longest].decode(errors="ignore") if longest else name


def quoted(name: str) -> str:
    """A name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
