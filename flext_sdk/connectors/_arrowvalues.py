"""Values of records as Arrow arrays, for targets that take those; whatever does not fit is told to be another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flext_sdk.connectors._columns import fit, to_text

if TYPE_CHECKING:
    from flext_sdk.connectors._types import Array

ARROW = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
}


def to_arrow(kind: str, values: list[Any]) -> tuple[str, Any]:
    """Values ready for a column of a kind, or of the wider kind that they need.

    Args:
        kind: Kind of the column, see ``_columns``.
        values: Values as JSON has them.

    Returns:
        The kind, which is ``kind`` where everything fits, and only then an Arrow array.
    """
    kind, values = fit(kind, values)
    if kind in ("string", "json"):
        return kind, pa.array(values, pa.string())
    if kind == "datetime":
        return _convert_datetime(values)
    if kind in ("date", "timestamp", "timestamptz"):
        array = cast(values, kind)
        return ("string", None) if array is None else (kind, array)
    return kind, pa.array(values, ARROW[kind])


def cast(values: list[Any], kind: str) -> Array:
    """Texts as dates or times; None if one is not of the calendar, finer than a microsecond, or spelled differently."""
    texts = pa.array(values, pa.string())
    if kind != "date":
        shortest = pc.min(pc.binary_length(texts)).as_py()
        if shortest is not None and shortest < 16:  # a bare date would become midnight
            return None
    if pc.any(pc.starts_with(texts, "0000")).as_py():
        return None
    try:
        return texts.cast(ARROW[kind])
    except pa.ArrowInvalid:
        return None


def _convert_datetime(values: list[Any]) -> tuple[str, Any]:
    if all(value is None for value in values):
        return "datetime", pa.array(values, ARROW["timestamp"])
    for kind in ("timestamp", "timestamptz"):
        if cast(values, kind) is not None:
            return kind, None
    return "string", [to_text(value) for value in values]
