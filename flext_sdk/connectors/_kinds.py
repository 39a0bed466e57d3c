"""What a field of a file can hold, how two findings join, and the JSON Schema of it.

A *kind* is a word; a field has a set of them, without null, which every field allows. A field of a CSV file has one
kind at most (in text nothing tells ``7`` from ``"7"``), a field of JSON lines can have several.

- ``integer`` (up to 15 digits), ``long`` (more, within 64 bits; kept apart because a float would not hold it),
  ``number`` (has exactly the value of a 64-bit float), ``boolean``, ``date``, ``datetime`` and ``datetimetz``
  (without and with an offset, to the microsecond), ``string``, ``object``, ``array``.
- ``empty``: only empty texts were seen; they mean nothing beside another kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Kinds = frozenset[str]
NOTHING: Kinds = frozenset()
STRING: Kinds = frozenset({"string"})
_TEXTS = frozenset({"string", "date", "datetime", "datetimetz"})
_ORDER = ("integer", "number", "boolean", "string", "object", "array")
_FRAGMENTS: dict[str, dict[str, str]] = {
    "integer": {"type": "integer"},
    "long": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "datetimetz": {"type": "string", "format": "date-time"},
    "string": {"type": "string"},
    "empty": {"type": "string"},
    "object": {"type": "object"},
    "array": {"type": "array"},
}


def join(one: Kinds, other: Kinds, *, mixed: bool) -> Kinds:
    """The narrowest kinds that hold what both hold.

    Args:
        one: Kinds of some values.
        other: Kinds of other values.
        mixed: Whether one field may hold several kinds (JSON); else whatever does not fit together is text (CSV).
    """
    kinds = set(one | other)
    if len(kinds) > 1:
        kinds.discard("empty")
    if "long" in kinds and "number" in kinds and not mixed:
        return STRING
    if "number" in kinds:
        kinds -= {"integer", "long"}
    if "long" in kinds:
        kinds.discard("integer")
    if len(kinds & _TEXTS) > 1:
        kinds = kinds - _TEXTS | STRING
    if len(kinds) > 1 and not mixed:
        return STRING
    return frozenset(kinds)


def harmless(before: Kinds, after: Kinds) -> bool:
    """Whether values that were sent as ``before`` need not be sent again now that the field is ``after``.

    A date that a target stored as such and turns into text later may be spelled differently there; an integer that
    becomes a number is the same value.
    """
    return before == after or before <= {"empty"} or (before <= {"integer", "long"} and after in ({"number"}, {"long"}))


def fragment(kinds: Kinds) -> dict[str, Any]:
    """The JSON Schema of a field; null is always allowed."""
    parts = [_FRAGMENTS[kind] for kind in kinds] or [_FRAGMENTS["string"]]
    types = {part["type"] for part in parts}
    schema: dict[str, Any] = {"type": [*(name for name in _ORDER if name in types), "null"]}
    formats = {part["format"] for part in parts if "format" in part}
    if len(types) == 1 and formats:
        schema["format"] = formats.pop()
    return schema


def from_fragment(schema: Mapping[str, Any]) -> Kinds | None:
    """The kinds that a catalog asks for, or None where it says nothing usable."""
    types = schema.get("type")
    names: Iterable[str] = [types] if isinstance(types, str) else types if isinstance(types, list) else ()
    kinds = {name for name in names if name in _FRAGMENTS}
    if not kinds:
        return None
    if "string" in kinds:
        by_format = {"date": "date", "date-time": "datetime"}
        kinds = kinds - {"string"} | {by_format.get(str(schema.get("format")), "string")}
    return frozenset(kinds)
