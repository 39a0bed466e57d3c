"""Typed Arrow columns as RECORD lines: which JSON Schema a type has, and its values as text without loss.

Numbers keep every digit; times without an offset stay without one, those with a zone are told in UTC; bytes are told
in hexadecimal digits. What has parts (lists, structs, maps) goes the slow way, through Python.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from flext_sdk.connectors._blocks import Encoding
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._lines import record_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flext_sdk.connectors._kinds import Kinds
    from flext_sdk.connectors._types import Array, Json, Table

_is = pa.types
# Arrow's words for floats that JSON has no word for, and what Python's JSON writes for them.
_ODD_FLOATS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity", "-0": "-0.0"}


def kind_of(kind: Any) -> str:  # noqa: ANN401, C901, PLR0911, PLR0912 - a type of Arrow; one line a type reads best
    """The kind of a type's values, one of those in ``_kinds``; ``binary`` besides.

    Raises:
        TypeError: If its values have no form in JSON.
    """
    if _is.is_dictionary(kind):
        return kind_of(kind.value_type)
    if _is.is_run_end_encoded(kind):
        return kind_of(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return "string" if kind.extension_name == "arrow.uuid" else kind_of(kind.storage_type)
    if _is.is_integer(kind):
        return "integer"
    if _is.is_floating(kind) or _is.is_decimal(kind):
        return "number"
    if _is.is_boolean(kind):
        return "boolean"
    if _is.is_date(kind):
        return "date"
    if _is.is_timestamp(kind):
        return "datetimetz" if kind.tz else "datetime"
    if _is.is_struct(kind) or _is.is_map(kind):
        return "object"
    if _is.is_nested(kind):
        return "array"
    if _is.is_binary(kind) or _is.is_large_binary(kind) or _is.is_fixed_size_binary(kind) or _is.is_binary_view(kind):
        return "binary"
    if _is.is_string(kind) or _is.is_large_string(kind) or _is.is_string_view(kind) or _is.is_null(kind):
        return "string"
    if _is.is_time(kind) or _is.is_duration(kind) or _is.is_interval(kind):
        return "string"
    raise TypeError(f"values of the type {kind} have no form in JSON")


def orderable(kind: str) -> bool:
    """Whether values of a kind can tell what is new."""
    return kind in ("integer", "number", "date", "datetime", "datetimetz", "string")


def as_text(column: Array, kind: str) -> Array:  # noqa: PLR0911 - one line a type reads best
    """A column as text: the JSON of a number, boolean, list or map, the bare text of everything else."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    kind_now = column.type
    if _is.is_dictionary(kind_now):
        return as_text(column.dictionary_decode(), kind)
    if isinstance(kind_now, pa.BaseExtensionType) and kind_now.extension_name != "arrow.uuid":
        return as_text(column.storage, kind)
    if kind in ("object", "array", "binary") or _is.is_run_end_encoded(kind_now):
        return pa.array([None if value is None else _text(value, kind) for value in column.to_pylist()], pa.string())
    if isinstance(kind_now, pa.BaseExtensionType):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    if _is.is_floating(kind_now):
        return _floats(column)
    if _is.is_timestamp(kind_now):
        return _moments(column)
    if _is.is_date(kind_now):
        return _in_calendar(column.cast(pa.date32()).cast(pa.string()))
    if _is.is_duration(kind_now) or _is.is_interval(kind_now):
        return pa.array([None if value is None else _span(value) for value in _spans(column)], pa.string())
    return column if _is.is_string(kind_now) else column.cast(pa.string())


def _in_calendar(texts: Array) -> Array:
    """Texts of dates, none of them Arrow's words for a date that it cannot write.

    Raises:
        ConnectorError: If there is one.
    """
    if pc.any(pc.starts_with(texts, "<")).as_py():
        raise ConnectorError("a date or time lies outside the years that can be written; deselect the field")
    return texts


def _spans(column: Array) -> list[Any]:
    """Lengths of time as months, days and seconds."""
    if _is.is_interval(column.type):
        return [
            value and (value.months, value.days, Decimal(value.nanoseconds).scaleb(-9)) for value in column.to_pylist()
        ]
    scale = {"s": 0, "ms": -3, "us": -6, "ns": -9}[column.type.unit]
    return [
        None if value is None else (0, 0, Decimal(value).scaleb(scale)) for value in column.cast(pa.int64()).to_pylist()
    ]


def _span(value: tuple[int, int, Decimal]) -> str:
    """A length of time in the form of ISO 8601."""
    months, days, seconds = value
    return "P" + (f"{months}M" if months else "") + (f"{days}D" if days else "") + f"T{seconds:f}S"


def _floats(column: Array) -> Array:
    if not _is.is_float64(column.type):
        column = column.cast(pa.float64())  # the text of a 32-bit float is that of another number
    texts = column.cast(pa.string())
    odd = pc.is_in(texts, pa.array(list(_ODD_FLOATS)))
    if pc.any(odd).as_py():
        for word, json in _ODD_FLOATS.items():
            texts = pc.if_else(pc.equal(texts, word), json, texts)
    return texts


def _moments(column: Array) -> Array:
    zone = column.type.tz
    if zone:
        column = column.cast(pa.timestamp(column.type.unit, "UTC")).cast(pa.timestamp(column.type.unit))
    try:
        column = column.cast(pa.timestamp("s"))  # without a fraction where none has one
    except pa.ArrowInvalid:
        if column.type.unit == "ns":
            with suppress(pa.ArrowInvalid):  # nine digits, and a target that keeps six takes them as text
                column = column.cast(pa.timestamp("us"))
    texts = _in_calendar(column.cast(pa.string()))
    return pc.binary_join_element_wise(texts, "Z", "") if zone else texts


def _text(value: Json, kind: str) -> str:
    if kind == "binary":
        return bytes(value).hex()
    if kind == "object" and value == []:  # a map without entries
        return "{}"
    return orjson.dumps(_plain(value), default=_default).decode()


def _plain(value: Json) -> Json:
    """Maps come as lists of pairs, and their keys can be anything."""
    if isinstance(value, list):
        if value and all(isinstance(item, tuple) and len(item) == 2 for item in value):
            return {key if isinstance(key, str) else str(key): _plain(item) for key, item in value}
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value)) if value.is_finite() else None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return str(value)


def property_of(kinds: Kinds) -> dict[str, Any]:
    """The JSON Schema of a field of some kinds; null is always allowed."""
    from flext_sdk.connectors._kinds import fragment

    schema = fragment(frozenset({"string" if kind == "binary" else kind for kind in kinds}))
    return {**schema, "contentEncoding": "base16"} if kinds == {"binary"} else schema


def lines_of(
    table: Table,
    stream: str,
    kinds: dict[str, str],
    *,
    version: int = 0,
    source: str = "",
    first_row: int = 1,
) -> Iterator[memoryview]:
    """RECORD lines of a table.

    Args:
        table: Arrow table; its columns are the fields.
        stream: Name of the stream.
        kinds: Kind of each column.
        version: Version of the rows, 0 for none.
        source: Key of the file, for positions.
        first_row: Number of the first row in it.
    """
    texts = pa.table(
        [as_text(table.column(number), kinds[name]) for number, name in enumerate(table.column_names)],
        names=table.column_names,
    )
    shown = {name: frozenset({"string" if kind == "binary" else kind}) for name, kind in kinds.items()}
    yield from record_lines(
        texts,
        first_row,
        Encoding(stream, list(table.column_names), True, shown, version, source),  # noqa: FBT003
    )


def checked_kinds(stream: str, fields: Sequence[tuple[str, Any]]) -> dict[str, str]:
    """The kind of each field.

    Raises:
        ConnectorError: If one has a type without a form in JSON.
    """
    kinds = {}
    for name, kind in fields:
        try:
            kinds[name] = kind_of(kind)
        except TypeError as error:
            raise ConnectorError(f"{stream}: the field {name} cannot be read: {error}; deselect it") from None
    return kinds
