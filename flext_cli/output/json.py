"""JSON: one document, its list written item by item."""

import json
from collections.abc import Iterable
from typing import Any

from flext_cli._types import Data, Put


def dumps(value: Data, *, ascii_only: bool = False, indent: int | None = 2) -> str:
    """JSON of plain data; not-a-number and infinity, which JSON lacks, become null."""
    separators = (",", ":") if indent is None else None
    try:
        return json.dumps(value, ensure_ascii=ascii_only, indent=indent, separators=separators, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=ascii_only, indent=indent, separators=separators)


def _finite(value: Data) -> Data:
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def write(value: Data, put: Put, *, ascii_only: bool = False) -> None:
    """Write one value."""
    put(dumps(value, ascii_only=ascii_only) + "\n")


def write_items(items: Iterable[Any], put: Put, *, ascii_only: bool = False) -> None:
    """Write a list of unknown length; once begun it is closed even if the source fails: what came is a document."""
    begun = False
    try:
        for item in items:
            text = dumps(item, ascii_only=ascii_only).replace("\n", "\n  ")
            put(f",\n  {text}" if begun else f"[\n  {text}")
            begun = True
    except BaseException:
        if begun:
            put("\n]\n")
        raise
    put("\n]\n" if begun else "[]\n")
