"""Settings schemas as plugins print them, which are not always JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEPT = ("title", "description", "default", "secret", "type")


def sound(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that can be checked against: of settings that are described wrongly only the words are left.

    Args:
        schema: What a plugin printed.
    """
    if _is_sound(schema):
        return dict(schema)
    properties = schema.get("properties")
    found = {key: value for key, value in schema.items() if key != "properties"}
    if not _is_sound(found):
        found = {"type": "object"}
    found["properties"] = {}
    for name, each in (properties if isinstance(properties, dict) else {}).items():
        if isinstance(each, dict) and not _is_sound(each):
            kept = {key: each[key] for key in _KEPT if key in each}
            each = kept if _is_sound(kept) else {}  # noqa: PLW2901 - what is left of it
        found["properties"][name] = each
    return found


def _is_sound(schema: Mapping[str, Any]) -> bool:
    try:
        jsonschema_rs.validator_for(dict(schema))
    except ValueError:  # its ValidationError is one, and so is what a reference to elsewhere raises
        return False
    return True
