"""Parquet files that are written in full before anybody can see them, and rows taken out of them again."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flext_sdk.connectors._arrowvalues import ARROW
from flext_sdk.connectors._columns import EXACT, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from flext_sdk.connectors._sqlsink import Column
    from flext_sdk.connectors._types import Array, Table

_ROW = "flext row"
_BATCH = 50_000


def type_of(kind: str) -> Any:  # noqa: ANN401 - a type of Arrow
    """The type of a column of a kind; texts and JSON are strings, moments not seen yet are timestamps."""
    return ARROW["timestamp"] if kind == "datetime" else ARROW.get(kind, pa.string())


def schema_of(columns: Sequence[Column]) -> Any:  # noqa: ANN401 - a schema of Arrow
    """The schema of a table's files."""
    return pa.schema([pa.field(column.name, type_of(column.kind)) for column in columns])


class PartWriter:
    """A file that rows are added to; :meth:`close` makes it a whole one, on disk.

    Args:
        path: Where it is written.
        columns: The columns.
        compression: Word of Parquet for how it is compressed.
    """

    def __init__(self, path: Path, columns: Sequence[Column], compression: str) -> None:
        self.rows = 0
        self._schema = schema_of(columns)
        path.parent.mkdir(exist_ok=True)
        self._file: BinaryIO = path.open("wb")
        self._writer = pq.ParquetWriter(self._file, self._schema, compression=compression)

    def add(self, values: Sequence[Array]) -> None:
        """Adds a batch, a row group of its own."""
        table = pa.table(list(values), schema=self._schema)
        self.add_table(table)

    def add_table(self, table: Table) -> None:
        """Adds a table with the file's columns."""
        if table.num_rows:
            self._writer.write_table(table)
            self.rows += table.num_rows

    def close(self) -> None:
        """Writes the end and waits for the disk."""
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Gives the file up; whoever calls removes it."""
        with suppress(OSError, pa.ArrowException):  # a full disk: what matters is that the descriptor is freed
            self._writer.close()
        self._file.close()


def rewrite(
    path: Path, new: Path, columns: Sequence[Column], compression: str, change: Callable[[Table, int], Table]
) -> int:
    """Writes a file anew.

    Args:
        path: The old file.
        new: The new one.
        columns: Columns of the new one.
        compression: Word of Parquet for how it is compressed.
        change: Gets some rows and the number of the first, from 0; gives what stays of them.

    Returns:
        Number of rows in the new file.
    """
    writer = PartWriter(new, columns, compression)
    try:
        first = 0
        for table in _tables(path, None):
            writer.add_table(change(table, first))
            first += table.num_rows
        writer.close()
    except BaseException:
        writer.abandon()
        raise
    return writer.rows


def _tables(path: Path, names: Sequence[str] | None) -> Iterator[Table]:
    with path.open("rb") as file:
        parquet = pq.ParquetFile(file, pre_buffer=False)
        # A name with a point in it would be taken for a part of a struct.
        wanted = None if names is None or any("." in name for name in names) else list(names)
        for batch in parquet.iter_batches(_BATCH, columns=wanted):
            table = pa.table(batch)
            yield table if names is None else table.select(list(names))


def without(rows: Array) -> Callable[[Table, int], Table]:
    """A change that leaves rows out, given by their numbers."""

    def change(table: Table, first: int) -> Table:
        numbers = pa.array(range(first, first + table.num_rows), pa.int64())
        return table.filter(pc.invert(pc.is_in(numbers, rows)))

    return change


def keys_in(paths: Sequence[Path], keys: Sequence[str]) -> Table:
    """The keys of some files, and the number of each row, counted over all of them."""
    pieces = [piece for path in paths for piece in _tables(path, keys)]
    table = pa.concat_tables(pieces).combine_chunks()
    return table.append_column(_ROW, pa.array(range(table.num_rows), pa.int64()))


def repeated(found: Table, keys: Sequence[str]) -> Array:
    """Numbers of the rows whose keys come again in a later row."""
    last = found.group_by(list(keys), use_threads=False).aggregate([(_ROW, "max")])
    if last.num_rows == found.num_rows:
        return pa.array([], pa.int64())
    numbers = found.column(_ROW)
    return numbers.filter(pc.invert(pc.is_in(numbers, last.column(f"{_ROW}_max")))).combine_chunks()


def replaced(path: Path, fresh: Table, keys: Sequence[str]) -> Array:
    """Numbers of a file's rows whose keys stand in ``fresh``."""
    if not _overlaps(path, fresh, keys[0]):
        return pa.array([], pa.int64())
    old = keys_in([path], keys)
    return old.join(fresh.select(list(keys)), list(keys), join_type="left semi").column(_ROW).combine_chunks()


def _overlaps(path: Path, fresh: Table, key: str) -> bool:
    """Whether a file's range of a key, which its end tells, meets that of other rows."""
    with path.open("rb") as file:
        metadata = pq.ParquetFile(file, pre_buffer=False).metadata
    place = next(i for i in range(metadata.num_columns) if metadata.schema.column(i).path == key)
    found = [metadata.row_group(number).column(place).statistics for number in range(metadata.num_row_groups)]
    if any(each is None or not each.has_min_max for each in found):
        return True
    low, high = (each.as_py() for each in pc.min_max(fresh.column(key)).values())
    try:
        return any(each.min <= high and each.max >= low for each in found)
    except TypeError:
        return True


def widened(column: Array, before: str, kind: str) -> Array | None:
    """A column in another kind, or None where that would alter a value."""
    if kind == "string":
        return pa.array([_as_text(value) for value in column.to_pylist()], pa.string())
    if before == "integer" and kind == "number":
        big = pc.or_kleene(pc.greater(column, EXACT), pc.less(column, -EXACT))
        return None if pc.any(big).as_py() else column.cast(pa.float64())
    if before == "datetime" and column.null_count < len(column):
        return None
    return column.cast(type_of(kind))


def _as_text(value: Any) -> str | None:  # noqa: ANN401
    return value.isoformat() if hasattr(value, "isoformat") else to_text(value)
