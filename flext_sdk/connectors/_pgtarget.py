"""The store of ``target-postgres``: batches go in by COPY, those with keys by way of a temporary table.

Numbers are ``numeric``, which holds each of them exactly; a stream has one writer, held apart by an advisory lock.
"""

# Names of tables and columns are quoted, values are bound; and some arguments matter to other databases only.
# ruff: noqa: S608, ARG002

from __future__ import annotations

import hashlib
import io
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from flext_sdk.connectors._arrowvalues import to_arrow
from flext_sdk.connectors._columns import quoted
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._sqlsink import META, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TYPES = {
    "boolean": "boolean",
    "integer": "bigint",
    "number": "numeric",
    "date": "date",
    "datetime": "timestamp",
    "timestamp": "timestamp",
    "timestamptz": "timestamp with time zone",
    "json": "jsonb",
    "string": "text",
}
_AS_TEXT = {
    "timestamp": "replace(CAST({0} AS text), ' ', 'T')",
    "timestamptz": "regexp_replace(replace(CAST({0} AS text), ' ', 'T'), '[+]00$', '+00:00')",
}
# In JSON it is written as an escape, unless its backslash is itself one.
_NUL = {"string": r"\x00", "json": r"(?:^|[^\\])(?:\\\\)*\\u0000"}
_BATCH = "_flext_batch"
# Keys of these kinds are the same exactly where their values are.
_PLAIN_KEYS = frozenset({"boolean", "integer", "string", "date"})


class PostgresStore:
    """Tables of a schema.

    Args:
        connection: An open connection.
        schema: Name of the schema.
        seconds: How long to wait for a stream or table that another process holds.
        clock: Seconds that only grow.
        sleep: Waits some seconds.
    """

    longest_name = 63

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        schema: str,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._schema = schema
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._staged: tuple[Any, ...] = ()
        self._filled: set[str] = set()
        connection.prepare_threshold = None
        self._run("SELECT set_config('lock_timeout', %s, false)", f"{max(1, int(seconds * 1000))}ms")
        self._run("SELECT set_config('synchronous_commit', 'on', false)")
        if not self._run("SELECT 1 FROM pg_namespace WHERE nspname = %s", schema).fetchone():
            self._one_at_a_time()
            self._run(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
        self._run("SELECT set_config('search_path', %s, false)", quoted(schema))
        self.commit()

    def _run(self, statement: str, *values: Any) -> psycopg.Cursor[Any]:  # noqa: ANN401
        return self._connection.execute(statement.encode(), values or None)

    def _one_at_a_time(self) -> None:
        """Of two first runs at the same time the second waits here, and finds what the first one made."""
        self._run("SELECT pg_advisory_xact_lock(hashtext('flext'), hashtext(%s))", self._schema)

    def claim(self, stream: str) -> bool:
        """Keeps other processes from writing to a stream's table until this one ends.

        Raises:
            ConnectorError: If another process does, for longer than it is waited for.
        """
        name = hashlib.blake2b(f"flext\0{self._schema}\0{stream}".encode(), digest_size=8).digest()
        number = int.from_bytes(name, "big", signed=True)
        end = self._clock() + self._seconds
        while not self._value("SELECT pg_try_advisory_lock(%s)", number):
            if self._clock() >= end:
                raise ConnectorError(
                    f"{stream} is being loaded into {self._schema} by another process, and still was after "
                    f"{self._seconds:g} s (lock_timeout)"
                )
            self._sleep(0.1)
        return True

    def _value(self, statement: str, *values: Any) -> Any:  # noqa: ANN401
        row = self._run(statement, *values).fetchone()
        return row[0] if row else None

    def documents(self) -> dict[str, str]:
        """What stands in ``_flext_streams``."""
        return dict(self._run(f"SELECT stream, document FROM {META}").fetchall()) if META in self.names() else {}

    def save(self, documents: dict[str, str]) -> None:
        """Replaces rows of ``_flext_streams``."""
        if documents and META not in self.names():
            self._one_at_a_time()
            self._run(f"CREATE TABLE IF NOT EXISTS {META} (stream text PRIMARY KEY, document text NOT NULL)")
        for stream, document in documents.items():
            self._run(
                f"INSERT INTO {META} VALUES (%s, %s) ON CONFLICT (stream) DO UPDATE SET document = excluded.document",
                stream,
                document,
            )

    def names(self) -> set[str]:
        """Names of everything that a table's name must differ from."""
        statement = (
            "SELECT relname FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)"
        )
        return {name for (name,) in self._run(statement, self._schema).fetchall()}

    def column_names(self, table: str) -> list[str]:
        """Names of a table's columns."""
        statement = (
            "SELECT attname FROM pg_attribute WHERE attrelid = CAST(%s AS regclass) AND attnum > 0 "
            "AND NOT attisdropped ORDER BY attnum"
        )
        return [name for (name,) in self._run(statement, quoted(table)).fetchall()]

    def physical(self, kind: str) -> str:
        """Every kind has its own type here."""
        return kind

    def create(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> None:
        """Makes a table."""
        parts = [f"{quoted(column.name)} {_TYPES[column.kind]}" for column in columns]
        if keys:
            parts.append(f"PRIMARY KEY ({', '.join(map(quoted, keys))})")
        self._run(f"CREATE TABLE {quoted(table)} ({', '.join(parts)})")

    def add(self, table: str, column: Column) -> None:
        """Adds a column."""
        self._run(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column.name)} {_TYPES[column.kind]}")

    def widen(self, table: str, columns: Sequence[Column], keys: Sequence[str], changed: str, kind: str) -> bool:
        """Turns a column into another kind; False if that would alter a value."""
        before = next(column.kind for column in columns if column.name == changed)
        name, target = quoted(changed), quoted(table)
        filled = f"SELECT 1 FROM {target} WHERE {name} IS NOT NULL LIMIT 1"
        if before == "datetime" and kind != "string" and self._value(filled):
            return False
        using = (
            _AS_TEXT.get(before, "CAST({0} AS text)").format(name)
            if kind == "string"
            else f"CAST({name} AS {_TYPES[kind]})"
        )
        self._run(f"ALTER TABLE {target} ALTER COLUMN {name} SET DATA TYPE {_TYPES[kind]} USING {using}")
        return True

    def set_keys(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> bool:
        """Gives a table another primary key; False if its rows contradict it."""
        target = quoted(table)
        found = self._value(
            "SELECT conname FROM pg_constraint WHERE conrelid = CAST(%s AS regclass) AND contype = 'p'", target
        )
        old = self._run(
            "SELECT a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid "
            "AND a.attnum = ANY(c.conkey) WHERE c.conrelid = CAST(%s AS regclass) AND c.contype = 'p'",
            target,
        ).fetchall()
        try:
            with self._connection.transaction():
                if found:
                    self._run(f"ALTER TABLE {target} DROP CONSTRAINT {quoted(found)}")
                for (name,) in old:
                    self._run(f"ALTER TABLE {target} ALTER COLUMN {quoted(name)} DROP NOT NULL")
                if keys:
                    self._run(f"ALTER TABLE {target} ADD PRIMARY KEY ({', '.join(map(quoted, keys))})")
        except (psycopg.errors.UniqueViolation, psycopg.errors.NotNullViolation):
            return False
        return True

    def is_empty(self, table: str) -> bool:
        """Whether there is no row."""
        if table in self._filled:
            return False
        empty = self._run(f"SELECT 1 FROM {quoted(table)} LIMIT 1").fetchone() is None
        if not empty:
            self._filled.add(table)
        return empty

    def convert(self, kind: str, values: list[Any]) -> tuple[str, Any]:
        """Values as an Arrow array."""
        if kind in ("integer", "number"):
            types = set(map(type, values)) - {type(None)}
            # Whatever is a number is one here too, exactly: there is no need for text as in other databases.
            if types and types <= {int, float, Decimal} and (kind == "number" or not types <= {int}):
                if types == {float}:
                    return "number", pa.array(values, pa.float64()) if kind == "number" else None
                texts = [None if value is None else _number(value) for value in values]
                return "number", pa.array(texts, pa.string())
            if types == {int} and not all(value is None or -(2**63) <= value < 2**63 for value in values):
                return "number", None
        needed, array = to_arrow(kind, values)
        if needed == kind and kind in _NUL and pc.any(pc.match_substring_regex(array, _NUL[kind])).as_py():
            raise ValueError("PostgreSQL has no character NUL in texts")
        return needed, array

    def insert(self, table: str, columns: Sequence[Column], keys: Sequence[str], values: Sequence[Any]) -> None:
        """Inserts rows, or updates those with the same keys."""
        rows = len(values[0])
        plain = all(column.kind in _PLAIN_KEYS for column in columns if column.name in keys)
        if not keys or (plain and self.is_empty(table) and self._unique(columns, keys, values)):
            self._copy(quoted(table), [column.name for column in columns], values)
        else:
            self._stage(columns)
            names = [f"c{number}" for number in range(len(columns))]
            self._copy(f"pg_temp.{_BATCH}", [*names, "n"], [*values, pa.array(range(rows), pa.int64())])
            self._merge(table, columns, keys)
        self._filled.add(table)

    @staticmethod
    def _unique(columns: Sequence[Column], keys: Sequence[str], values: Sequence[Any]) -> bool:
        found = [array.to_pylist() for column, array in zip(columns, values, strict=True) if column.name in keys]
        return len(set(zip(*found, strict=True))) == len(found[0])

    def _stage(self, columns: Sequence[Column]) -> None:
        """Makes the temporary table ready; it lives as long as the transaction."""
        kinds = tuple(column.kind for column in columns)
        if self._staged == kinds:
            self._run(f"TRUNCATE pg_temp.{_BATCH}")
            return
        self._run(f"DROP TABLE IF EXISTS pg_temp.{_BATCH}")
        parts = ", ".join(f"c{number} {_TYPES[kind]}" for number, kind in enumerate(kinds))
        self._run(f"CREATE TEMPORARY TABLE {_BATCH} ({parts}, n bigint) ON COMMIT DROP")
        self._staged = kinds

    def _merge(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> None:
        names = ", ".join(quoted(column.name) for column in columns)
        fields = ", ".join(f"c{number}" for number in range(len(columns)))
        marks = ", ".join(f"c{number}" for number, column in enumerate(columns) if column.name in keys)
        rest = [quoted(column.name) for column in columns if column.name not in keys]
        action = "UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in rest) if rest else "NOTHING"
        self._run(
            f"INSERT INTO {quoted(table)} ({names}) "
            f"SELECT {fields} FROM (SELECT DISTINCT ON ({marks}) * FROM pg_temp.{_BATCH} "
            f"ORDER BY {marks}, n DESC) AS batch "
            f"ON CONFLICT ({', '.join(map(quoted, keys))}) DO {action}"
        )

    def _copy(self, target: str, names: Sequence[str], values: Sequence[Any]) -> None:
        data = io.BytesIO()
        table = pa.table(list(values), names=[f"c{number}" for number in range(len(values))])
        pacsv.write_csv(table, data, pacsv.WriteOptions(include_header=False))
        columns = ", ".join(map(quoted, names))
        statement = f"COPY {target} ({columns}) FROM STDIN (FORMAT csv, ENCODING 'UTF8')"
        with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            view = data.getbuffer()
            for start in range(0, len(view), 1 << 20):
                copy.write(view[start : start + (1 << 20)])

    def replace(self, table: str, stage: str, columns: Sequence[Column]) -> None:
        """Puts the rows of a staging table in place of a table's rows."""
        names = ", ".join(quoted(column.name) for column in columns)
        self.clear(table)
        self._run(f"INSERT INTO {quoted(table)} ({names}) SELECT {names} FROM {quoted(stage)}")
        self.drop(stage)
        self._filled.clear()

    def clear(self, table: str) -> None:
        """Removes all rows; readers see them until the commit."""
        self._run(f"DELETE FROM {quoted(table)}")
        self._filled.discard(table)

    def drop(self, table: str) -> None:
        """Removes a table if it is there."""
        if table in self.names():
            self._run(f"DROP TABLE {quoted(table)}")
        self._filled.discard(table)

    def commit(self) -> None:
        """Makes all changes last, on the server's disk."""
        self._connection.commit()
        self._staged = ()

    def rollback(self) -> None:
        """Takes back all changes since the last commit."""
        self._staged = ()
        self._filled.clear()
        if not self._connection.closed:
            try:
                self._connection.rollback()
            except psycopg.Error:
                return  # the connection is gone, and with it the transaction

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()


def _number(value: float | Decimal) -> str:
    """A number as PostgreSQL reads it."""
    return repr(value) if isinstance(value, float) else str(value)
