"""RECORD lines from columns of text, built by Arrow's kernels: no Python runs per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flext_sdk.connectors._blocks import Encoding
    from flext_sdk.connectors._kinds import Kinds
    from flext_sdk.connectors._types import Array, Table

_PIECE = 8 << 20
# Kinds whose text is JSON as it stands; of a CSV file these are numbers alone.
_PLAIN = frozenset({"integer", "long", "number", "object", "array"})


def record_lines(table: Table, first_row: int, encoding: Encoding) -> Iterator[memoryview]:
    """RECORD lines of all rows.

    Args:
        table: Arrow table, every column text.
        first_row: Number of the first row.
        encoding: Which fields, of which kinds, for which stream.
    """
    if not table.num_rows:
        return
    columns = [(name, encoding.kinds.get(name, frozenset())) for name in encoding.fields if name in table.column_names]
    fixed = 64 + len(encoding.stream) + sum(len(name) + 6 for name, _ in columns)
    rows = max(1, _PIECE // (fixed + table.nbytes // table.num_rows))
    for start in range(0, table.num_rows, rows):
        piece = table.slice(start, rows)
        yield _lines(piece, first_row + start, columns, encoding)


def _lines(piece: Table, first_row: int, columns: list[tuple[str, Kinds]], encoding: Encoding) -> memoryview:
    parts: list[Any] = []
    literal = b'{"type":"RECORD","stream":' + orjson.dumps(encoding.stream) + b',"record":{'
    for number, (name, kinds) in enumerate(columns):
        literal += (b"," if number else b"") + orjson.dumps(name) + b":"
        column = piece.column(name).combine_chunks()
        if kinds & _PLAIN or "boolean" in kinds:
            before, fragments, after = b"", _plain(column, "boolean" in kinds), b""
        else:
            before, fragments, after = _quoted(column, kinds)
        parts += [pa.scalar(literal + before, pa.binary()), fragments.cast(pa.binary())]
        literal = after
    literal += b"}"
    if encoding.version:
        literal += b',"version":%d' % encoding.version
    if encoding.version and encoding.source:
        literal += b',"flext_position":[' + orjson.dumps(encoding.source) + b","
        numbers = pa.array(range(first_row, first_row + piece.num_rows), pa.int64()).cast(pa.string()).cast(pa.binary())
        parts += [pa.scalar(literal, pa.binary()), numbers]
        literal = b"]"
    parts.append(pa.scalar(literal + b"}\n", pa.binary()))
    if len(parts) == 1:
        return memoryview(parts[0].as_py() * piece.num_rows)
    lines = pc.binary_join_element_wise(
        *parts, pa.scalar(b"", pa.binary()), null_handling="replace", null_replacement=b"null"
    )
    # The lines of an Arrow array lie end to end in one buffer: that is what goes down the pipe.
    offsets = memoryview(lines.buffers()[1]).cast("i")
    return memoryview(lines.buffers()[2])[offsets[lines.offset] : offsets[lines.offset + len(lines)]]


def _plain(column: Array, boolean: bool) -> Array:
    if pc.any(pc.equal(column, "")).as_py():
        column = pc.if_else(pc.equal(column, ""), None, column)
    return pc.utf8_lower(column) if boolean else column


def _quoted(column: Array, kinds: Kinds) -> tuple[bytes, Array, bytes]:
    """A column of JSON strings, and what stands before and behind each of them."""
    if kinds & {"date", "datetime", "datetimetz"}:
        column = _plain(column, boolean=False)
        if "date" not in kinds:
            column = pc.utf8_replace_slice(column, 10, 11, "T")
    special = pc.match_substring_regex(column, '["\\\\\\x00-\\x1f]')
    if pc.any(special).as_py():
        return b"", _escaped(column, special), b""
    if column.null_count:
        return b"", pc.binary_join_element_wise('"', column, '"', ""), b""
    return b'"', column, b'"'


def _escaped(column: Array, special: Array) -> Array:
    """JSON strings; the few texts that need escapes are written by orjson."""
    quoted = pc.binary_join_element_wise('"', column, '"', "")
    texts = [orjson.dumps(text).decode() for text in column.filter(special).to_pylist()]
    mask = special.fill_null(False)  # noqa: FBT003 - the library takes it by position only
    return pc.replace_with_mask(quoted, mask, pa.array(texts, column.type))
