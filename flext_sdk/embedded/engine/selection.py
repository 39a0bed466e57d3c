"""Choosing streams and fields of a Singer catalog by patterns.

- ``orders`` or ``orders.*``: the stream with all its fields; ``orders.id``: the stream with this field.
- ``!orders.note``: not this field; ``!orders``: not this stream. What is excluded stays so, whatever else includes it.
- ``*``, ``?`` and ``[abc]`` as in file names; a field inside a field is ``orders.address.city``.
- Only exclusions: everything else is chosen. Fields that the tap calls automatic are always chosen with their stream.
"""

from __future__ import annotations

import copy
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPACES = re.compile(r"\s")


class NothingSelectedError(Exception):
    """The patterns choose no stream of the catalog.

    Attributes:
        streams: The streams that there are.
    """

    def __init__(self, streams: Sequence[str]) -> None:
        super().__init__(", ".join(streams))
        self.streams = streams


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with the spelling of a pattern, or None."""
    body = pattern.removeprefix("!")
    if not body:
        return "a pattern needs a stream after the exclamation mark" if pattern else "a pattern must not be empty"
    if body.startswith("!"):
        return "only one exclamation mark may stand before a pattern"
    if body.startswith(".") or body.endswith(".") or ".." in body:
        return "a pattern is STREAM or STREAM.FIELD; nothing stands before or after one of its dots"
    if body != body.strip() or _SPACES.fullmatch(body):
        return "a pattern must not begin or end with spaces"
    if body.count("[") != body.count("]"):
        return "a bracket in the pattern is not closed"
    return None


def select(
    catalog: dict[str, Any], patterns: Sequence[str], *, singer_python: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """A copy of a catalog in which exactly what the patterns choose is selected.

    Args:
        catalog: What the tap discovered.
        patterns: As described above.
        singer_python: Whether the tap is an old one, which looks into the schema for what is selected.

    Returns:
        The catalog, and those patterns that match nothing in it.

    Raises:
        NothingSelectedError: If no stream is chosen.
    """
    included = [pattern for pattern in patterns if not pattern.startswith("!")]
    excluded = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    if not included:
        included = ["*"]
    chosen = copy.deepcopy(catalog)
    streams: list[dict[str, Any]] = chosen.get("streams") or []
    used: set[str] = set()
    any_selected = False
    for stream in streams:
        any_selected |= _select_stream(stream, included, excluded, used, singer_python=singer_python)
    if not any_selected:
        raise NothingSelectedError([_name(stream) for stream in streams])
    given = [*included, *(f"!{pattern}" for pattern in excluded)]
    return chosen, [pattern for pattern in given if pattern in patterns and pattern.removeprefix("!") not in used]


def leaves_fields_out(catalog: dict[str, Any]) -> bool:
    """Whether some field of a chosen stream is not chosen."""
    for stream in catalog["streams"]:
        chosen = {tuple(entry["breadcrumb"]): entry["metadata"].get("selected") for entry in stream["metadata"]}
        if chosen.get(()) and not all(chosen.values()):
            return True
    return False


def _name(stream: dict[str, Any]) -> str:
    return str(stream.get("stream") or stream.get("tap_stream_id") or "")


def _whole(pattern: str, stream: str) -> bool:
    """Whether a pattern stands for the stream with all its fields."""
    return fnmatchcase(stream, pattern) or (pattern.endswith(".*") and fnmatchcase(stream, pattern[:-2]))


def _select_stream(
    stream: dict[str, Any], included: Sequence[str], excluded: Sequence[str], used: set[str], *, singer_python: bool
) -> bool:
    name = _name(stream)
    metadata: list[dict[str, Any]] = stream.setdefault("metadata", [])
    by_path = {tuple(entry.get("breadcrumb") or ()): entry.setdefault("metadata", {}) for entry in metadata}
    paths = list(dict.fromkeys([*_paths(stream.get("schema") or {}), *(path for path in by_path if path)]))
    whole = [pattern for pattern in included if _whole(pattern, name)]
    gone = [pattern for pattern in excluded if _whole(pattern, name)]
    used.update(whole, gone)
    fields: set[tuple[str, ...]] = set()
    for path in paths:
        text = f"{name}.{'.'.join(path[1::2])}"
        into = [pattern for pattern in included if fnmatchcase(text, pattern)]
        out = [pattern for pattern in excluded if fnmatchcase(text, pattern)]
        used.update(into, out)
        if (whole or into) and not out:
            fields.add(path)
    # A field inside a field is of no use without the one around it.
    fields |= {path[:length] for path in fields for length in range(2, len(path), 2)}
    selected = not gone and bool(whole or fields)
    for path in [(), *paths]:
        values = by_path.get(path)
        if values is None:
            values = {}
            metadata.append({"breadcrumb": list(path), "metadata": values})
        automatic = values.get("inclusion") == "automatic"
        _mark(values, selected=selected and (automatic or not path or path in fields))
    # Old taps look here instead of into the metadata.
    if "selected" in stream:
        stream["selected"] = selected
    if isinstance(stream.get("schema"), dict) and singer_python:
        stream["schema"]["selected"] = selected
    return selected


def _mark(values: dict[str, Any], *, selected: bool) -> None:
    values["selected"] = selected and values.get("inclusion") != "unsupported"


def _paths(schema: dict[str, Any], parent: tuple[str, ...] = ()) -> Iterable[tuple[str, ...]]:
    """Breadcrumbs of all fields of a schema."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return
    for name, inner in properties.items():
        path = (*parent, "properties", name)
        yield path
        if isinstance(inner, dict):
            yield from _paths(inner, path)
