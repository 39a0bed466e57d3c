"""The store of ``target-duckdb``: batches go in as Arrow tables.

Tables have no primary key: DuckDB's indexes make inserts slow and stand in the way of changing columns. Rows with
keys are replaced by deleting and inserting within the transaction, which a hash join does for a whole batch at once.
"""

# Names of tables and columns are quoted, values are bound; and some arguments matter to other databases only.
# ruff: noqa: S608, ARG002

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from flext_sdk.connectors._arrowvalues import to_arrow
from flext_sdk.connectors._columns import EXACT, quoted
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._sqlsink import META, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flext_sdk.connectors._types import Connection

_TYPES = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "json": "JSON",
    "string": "VARCHAR",
}
_AS_TEXT = {
    "timestamp": "replace(CAST({0} AS VARCHAR), ' ', 'T')",
    "timestamptz": "replace(replace(CAST({0} AS VARCHAR), ' ', 'T'), '+00', '+00:00')",
}
_BATCH = "flext_batch"


def connect(
    path: Path,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    *,
    read_only: bool = False,
) -> Connection:
    """Opens a database file, waiting while another process holds it.

    Others can open a file for reading at the same time, but none for writing.

    Raises:
        ConnectorError: If it stays locked, or cannot be opened.
    """
    end = clock() + seconds
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=read_only)
            break
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            if "lock" not in reason:
                raise ConnectorError(f"cannot open {path}: {reason}") from None
            if clock() >= end:
                raise ConnectorError(
                    f"{path} is locked by another process, and still was after {seconds:g} s (lock_timeout)"
                ) from None
        sleep(0.1)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET python_enable_replacements = false")  # a name in SQL is never one of this program's
    return connection


class DuckDbStore:
    """Tables of a DuckDB file.

    Args:
        connection: An open connection, its time zone UTC.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._in_transaction = False

    def _run(self, sql: str, *values: object) -> Connection:
        if not self._in_transaction:
            self._connection.execute("BEGIN TRANSACTION")
            self._in_transaction = True
        return self._connection.execute(sql, list(values))

    longest_name = 0

    def claim(self, stream: str) -> bool:
        """Nothing to do: the file has one writer."""
        return False

    def documents(self) -> dict[str, str]:
        """What stands in ``_flext_streams``."""
        return (
            dict(self._connection.execute(f"SELECT stream, document FROM {META}").fetchall())
            if META in self.names()
            else {}
        )

    def save(self, documents: dict[str, str]) -> None:
        """Replaces rows of ``_flext_streams``."""
        if documents:
            self._run(f"CREATE TABLE IF NOT EXISTS {META} (stream VARCHAR NOT NULL, document VARCHAR NOT NULL)")
        for stream, document in documents.items():
            self._run(f"DELETE FROM {META} WHERE stream = ?", stream)
            self._run(f"INSERT INTO {META} VALUES (?, ?)", stream, document)

    def names(self) -> set[str]:
        """Names of all tables and views."""
        sql = (
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_catalog = current_database() AND table_schema = current_schema()"
        )
        return {name for (name,) in self._connection.execute(sql).fetchall()}

    def column_names(self, table: str) -> list[str]:
        """Names of a table's columns."""
        return [row[0] for row in self._connection.execute(f"DESCRIBE {quoted(table)}").fetchall()]

    def physical(self, kind: str) -> str:
        """Every kind has its own type here."""
        return kind

    def create(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> None:
        """Makes a table."""
        parts = [f"{quoted(column.name)} {_TYPES[column.kind]}" for column in columns]
        self._run(f"CREATE TABLE {quoted(table)} ({', '.join(parts)})")

    def add(self, table: str, column: Column) -> None:
        """Adds a column."""
        self._run(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column.name)} {_TYPES[column.kind]}")

    def widen(self, table: str, columns: Sequence[Column], keys: Sequence[str], changed: str, kind: str) -> bool:
        """Turns a column into another kind; False if that would alter a value."""
        before = next(column.kind for column in columns if column.name == changed)
        name, target = quoted(changed), quoted(table)
        if before == "integer" and kind == "number":
            condition = f"{name} > {EXACT} OR {name} < -{EXACT}"
        elif before == "datetime" and kind != "string":
            condition = f"{name} IS NOT NULL"
        else:
            condition = ""
        if condition and self._run(f"SELECT 1 FROM {target} WHERE {condition} LIMIT 1").fetchone():
            return False
        using = (
            _AS_TEXT.get(before, "CAST({0} AS VARCHAR)").format(name)
            if kind == "string"
            else f"CAST({name} AS {_TYPES[kind]})"
        )
        self._run(f"ALTER TABLE {target} ALTER COLUMN {name} SET DATA TYPE {_TYPES[kind]} USING {using}")
        return True

    def set_keys(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> bool:
        """Tables have no primary key; only checks that the rows could have it."""
        if not keys:
            return True
        names = ", ".join(map(quoted, keys))
        nulls = " OR ".join(f"{quoted(key)} IS NULL" for key in keys)
        sql = f"SELECT 1 FROM {quoted(table)} GROUP BY {names} HAVING count(*) > 1 OR bool_or({nulls}) LIMIT 1"
        return self._run(sql).fetchone() is None

    def is_empty(self, table: str) -> bool:
        """Whether there is no row."""
        return self._run(f"SELECT 1 FROM {quoted(table)} LIMIT 1").fetchone() is None

    def convert(self, kind: str, values: list[Any]) -> tuple[str, Any]:
        """Values as an Arrow array."""
        return to_arrow(kind, values)

    def insert(self, table: str, columns: Sequence[Column], keys: Sequence[str], values: Sequence[Any]) -> None:
        """Inserts rows, or replaces those with the same keys."""
        fields = [f"c{number}" for number in range(len(columns))]
        batch = pa.table([*values, pa.array(range(len(values[0])), pa.int64())], names=[*fields, "n"])
        self._connection.register(_BATCH, batch)
        try:
            target, source = quoted(table), _BATCH
            if keys:
                pairs = [
                    (quoted(key), fields[number])
                    for key in keys
                    for number, column in enumerate(columns)
                    if column.name == key
                ]
                marks = ", ".join(mark for _, mark in pairs)
                if self._run(f"SELECT count(*) <> count(DISTINCT ({marks})) FROM {_BATCH}").fetchone()[0]:
                    source += f" QUALIFY row_number() OVER (PARTITION BY {marks} ORDER BY n DESC) = 1"
                if not self.is_empty(table):
                    same = " AND ".join(f"{target}.{key} = {_BATCH}.{mark}" for key, mark in pairs)
                    self._run(f"DELETE FROM {target} USING {_BATCH} WHERE {same}")
            names = ", ".join(quoted(column.name) for column in columns)
            self._run(f"INSERT INTO {target} ({names}) SELECT {', '.join(fields)} FROM {source}")
        finally:
            self._connection.unregister(_BATCH)

    def replace(self, table: str, stage: str, columns: Sequence[Column]) -> None:
        """Puts the rows of a staging table in place of a table's rows."""
        names = ", ".join(quoted(column.name) for column in columns)
        self.clear(table)
        self._run(f"INSERT INTO {quoted(table)} ({names}) SELECT {names} FROM {quoted(stage)}")
        self.drop(stage)

    def clear(self, table: str) -> None:
        """Removes all rows."""
        self._run(f"DELETE FROM {quoted(table)}")

    def drop(self, table: str) -> None:
        """Removes a table if it is there."""
        self._run(f"DROP TABLE IF EXISTS {quoted(table)}")

    def commit(self) -> None:
        """Makes all changes last: DuckDB syncs its log to disk."""
        if self._in_transaction:
            self._connection.execute("COMMIT")
            self._in_transaction = False

    def rollback(self) -> None:
        """Takes back all changes since the last commit."""
        if self._in_transaction:
            self._in_transaction = False
            try:
                self._connection.execute("ROLLBACK")
            except duckdb.Error:
                return  # an error that ended the transaction has taken them back already

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()
