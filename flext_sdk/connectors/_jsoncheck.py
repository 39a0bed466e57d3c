"""Whether lines of JSON hold nothing but what is known of their fields, found out by Arrow's parser in C.

It is asked about flat records only: it recurses into nested ones that it does not know until the stack ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pajson

from flext_sdk.connectors._classify import fits_kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flext_sdk.connectors._kinds import Kinds

_TYPES = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
    "date": pa.string(),
    "datetime": pa.string(),
    "datetimetz": pa.string(),
    "": pa.null(),
}


def holds_what_is_known(raw: bytes, lines: Sequence[bytes], known: Mapping[str, Kinds]) -> bool:
    """Whether each line is a JSON object, and all of them together add nothing to what is known of the fields.

    Args:
        raw: Some lines.
        lines: The same, one by one, without spaces around them and without blank ones.
        known: Kinds of each field.

    Returns:
        False also where that cannot be told so.
    """
    kinds = {name: "".join(found) if len(found) < 2 else "several" for name, found in known.items()}
    if not kinds or not _TYPES.keys() >= set(kinds.values()):
        return False
    # Arrow does not mind where lines end. Lines that begin and end like this, as many as objects, are an object each.
    if not all(line[:1] == b"{" and line[-1:] == b"}" for line in lines):
        return False
    try:
        raw.decode()
        table = pajson.read_json(
            pa.BufferReader(raw),
            read_options=pajson.ReadOptions(use_threads=False, block_size=len(raw) + 1),
            parse_options=pajson.ParseOptions(
                explicit_schema=pa.schema([(name, _TYPES[kind]) for name, kind in kinds.items()]),
                unexpected_field_behavior="error",
            ),
        )
    except (pa.ArrowException, UnicodeDecodeError):
        return False
    if table.num_rows != len(lines):
        return False
    return all(_fits(table.column(name).combine_chunks(), kind) for name, kind in kinds.items())


def _fits(column: pa.Array, kind: str) -> bool:
    """Whether the values of a column are what their type does not tell."""
    if kind == "number":  # NaN and Infinity are no JSON, but Arrow takes them
        return bool(pc.all(pc.is_finite(column)).as_py() in (True, None))
    return fits_kind(column.drop_null(), kind) if kind in ("date", "datetime", "datetimetz") else True
