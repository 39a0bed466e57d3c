"""Catalogs: what a tap offers, and what of it is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._kinds import Kinds, fragment, from_fragment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flext_sdk.connectors._stream import Stream


@dataclass(frozen=True, slots=True)
class Selection:
    """What a catalog says about one stream.

    Attributes:
        deselected: Fields that are not wanted.
        kinds: Kinds of fields that the catalog asks for.
        keys: Key fields, or None where the catalog does not say.
        full_table: Whether every run reads everything (``FULL_TABLE``) instead of what is new (``INCREMENTAL``).
        incremental: Whether it asks for ``INCREMENTAL``.
        replication_key: The field by which it is to be read, or None where the catalog does not say.
    """

    deselected: frozenset[str] = frozenset()
    kinds: dict[str, Kinds] = field(default_factory=dict)
    keys: tuple[str, ...] | None = None
    full_table: bool = False
    incremental: bool = False
    replication_key: str | None = None


def schema_of(kinds: Mapping[str, Kinds]) -> dict[str, Any]:
    """The JSON Schema of a stream."""
    return {"type": "object", "properties": {name: fragment(found) for name, found in kinds.items()}}


def entry(stream: str, kinds: Mapping[str, Kinds], keys: Sequence[str]) -> dict[str, Any]:
    """A catalog entry as ``--discover`` prints it."""
    metadata: list[dict[str, Any]] = [
        {"breadcrumb": [], "metadata": {"inclusion": "available", "selected": True, "table-key-properties": list(keys)}}
    ]
    metadata += [
        {
            "breadcrumb": ["properties", name],
            "metadata": {"inclusion": "automatic" if name in keys else "available", "selected": True},
        }
        for name in kinds
    ]
    return {
        "tap_stream_id": stream,
        "stream": stream,
        "table_name": stream,
        "key_properties": list(keys),
        "schema": schema_of(kinds),
        "metadata": metadata,
    }


def table_entry(stream: Stream) -> dict[str, Any]:
    """A catalog entry of a typed table, with how it can be read."""
    automatic = {*stream.keys, stream.replication_key}
    found: dict[str, Any] = {
        "inclusion": "available",
        "selected": True,
        "table-key-properties": list(stream.keys),
        "valid-replication-keys": list(stream.candidates),
    }
    method: dict[str, Any] = {}
    if stream.replication_key:
        found |= {"replication-method": "INCREMENTAL", "replication-key": stream.replication_key}
        method = {"replication_method": "INCREMENTAL", "replication_key": stream.replication_key}
    metadata: list[dict[str, Any]] = [{"breadcrumb": [], "metadata": found}]
    metadata += [
        {
            "breadcrumb": ["properties", name],
            "metadata": {"inclusion": "automatic" if name in automatic else "available", "selected": True},
        }
        for name in stream.properties
    ]
    return {
        "tap_stream_id": stream.name,
        "stream": stream.name,
        "table_name": stream.name,
        "key_properties": list(stream.keys),
        **method,
        "schema": {"type": "object", "properties": stream.properties},
        "metadata": metadata,
    }


def read(catalog: Mapping[str, Any]) -> dict[str, Selection]:
    """The selected streams of a catalog.

    A stream or field is wanted unless its metadata says otherwise; key fields always are.

    Raises:
        ConnectorError: If it is no catalog.
    """
    streams = catalog.get("streams")
    if not isinstance(streams, list) or not all(isinstance(item, dict) for item in streams):
        raise ConnectorError('--catalog: it must hold {"streams": [...]}')
    selections = {}
    for item in streams:
        name = item.get("tap_stream_id") or item.get("stream")
        if not isinstance(name, str):
            raise ConnectorError("--catalog: a stream has no tap_stream_id")
        try:
            selection = _selection(item)
        except (AttributeError, TypeError, KeyError):
            raise ConnectorError(f"--catalog: the entry of the stream {name} is broken") from None
        if selection:
            selections[name] = selection
    return selections


def _selection(item: Mapping[str, Any]) -> Selection | None:
    metadata: dict[tuple[str, ...], dict[str, Any]] = {}
    for part in item.get("metadata") or []:
        metadata[tuple(part.get("breadcrumb") or ())] = part.get("metadata") or {}
    stream = metadata.get((), {})
    properties: dict[str, dict[str, Any]] = (item.get("schema") or {}).get("properties") or {}
    if not _selected(stream, item.get("schema") or {}):
        return None
    keys = item.get("key_properties")
    if keys is None:
        keys = stream.get("table-key-properties")
    names = {*properties, *(path[1] for path in metadata if len(path) == 2 and path[0] == "properties")}
    deselected = {
        name for name in names if not _selected(metadata.get(("properties", name), {}), properties.get(name, {}))
    }
    method = (
        item.get("replication_method") or stream.get("replication-method") or stream.get("forced-replication-method")
    )
    return Selection(
        deselected=frozenset(deselected - set(keys or ())),
        kinds={name: kinds for name, schema in properties.items() if (kinds := from_fragment(schema)) is not None},
        keys=None if keys is None else tuple(keys),
        full_table=method == "FULL_TABLE",
        incremental=method == "INCREMENTAL",
        replication_key=item.get("replication_key") or stream.get("replication-key"),
    )


def _selected(metadata: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    if metadata.get("inclusion") == "automatic":
        return True
    if metadata.get("inclusion") == "unsupported":
        return False
    for value in (metadata.get("selected"), schema.get("selected"), metadata.get("selected-by-default")):
        if isinstance(value, bool):
            return value
    return True
