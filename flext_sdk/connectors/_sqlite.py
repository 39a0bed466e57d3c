"""The store of ``target-sqlite``.

A column's declared type decides its affinity, and SQLite bends values to it ("007" in an INTEGER column becomes 7).
So values only ever go into a column of their own kind, and a column whose kind changes is made anew with its table,
inside the transaction.
"""

# Names of tables and columns are quoted, values are bound; and some arguments matter to other databases only.
# ruff: noqa: S608, ARG002

from __future__ import annotations

import math
import sqlite3
from typing import TYPE_CHECKING, Any

from flext_sdk.connectors._columns import EXACT, fit, quoted, to_text
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._sqlsink import META, Column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_TYPES = {"boolean": "BOOLEAN", "integer": "INTEGER", "number": "REAL", "json": "TEXT", "string": "TEXT"}
_NEW = "_flext_new"


def connect(path: Path, seconds: float) -> sqlite3.Connection:
    """Opens a database file for writing, in WAL mode: readers are not kept waiting.

    Raises:
        ConnectorError: If it cannot be opened, is no database, or stays locked.
    """
    try:
        connection = sqlite3.connect(path, timeout=seconds, isolation_level=None)
    except sqlite3.Error as error:
        raise ConnectorError(f"cannot open {path}: {error}") from None
    try:
        # A committed transaction is on disk, not only with the operating system: a state may be announced behind it.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA legacy_alter_table = ON")  # renaming must not look into the user's views
        connection.create_function("flext_text", 1, to_text, deterministic=True)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        connection.close()
        raise ConnectorError(explain(path, error, seconds)) from None
    return connection


def explain(path: Path, error: sqlite3.Error, seconds: float) -> str:
    """An error of SQLite as one line."""
    if "locked" in str(error):
        return f"{path} is locked by another process, and still was after {seconds:g} s (lock_timeout)"
    return f"{path}: {error}"


class SqliteStore:
    """Tables of a SQLite file.

    Args:
        connection: An open connection in autocommit mode.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        return self._connection.execute(sql, values)

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
            self._run(f"CREATE TABLE IF NOT EXISTS {META} (stream TEXT PRIMARY KEY, document TEXT NOT NULL)")
        for stream, document in documents.items():
            self._run(f"INSERT OR REPLACE INTO {META} VALUES (?, ?)", stream, document)

    def names(self) -> set[str]:
        """Names of all tables and views."""
        return {
            name
            for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        }

    def column_names(self, table: str) -> list[str]:
        """Names of a table's columns."""
        return [row[1] for row in self._connection.execute(f"PRAGMA table_info({quoted(table)})")]

    def physical(self, kind: str) -> str:
        """Dates and times are texts, as they came."""
        return "string" if kind in ("date", "datetime") else kind

    def create(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> None:
        """Makes a table."""
        self._create(table, [(column.name, _TYPES[column.kind]) for column in columns], keys)

    def _create(self, table: str, columns: Sequence[tuple[str, str]], keys: Sequence[str]) -> None:
        parts = [f"{quoted(name)} {declared}" for name, declared in columns]
        if keys:
            parts.append(f"PRIMARY KEY ({', '.join(map(quoted, keys))})")
        self._run(f"CREATE TABLE {quoted(table)} ({', '.join(parts)})")

    def add(self, table: str, column: Column) -> None:
        """Adds a column."""
        self._run(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column.name)} {_TYPES[column.kind]}")

    def widen(self, table: str, columns: Sequence[Column], keys: Sequence[str], changed: str, kind: str) -> bool:
        """Turns a column into another kind; False if that would alter a value."""
        before = next(column.kind for column in columns if column.name == changed)
        name = quoted(changed)
        if kind == "number":
            sql = f"SELECT 1 FROM {quoted(table)} WHERE {name} > {EXACT} OR {name} < -{EXACT} LIMIT 1"
            if self._run(sql).fetchone():
                return False
            using = f"CAST({name} AS REAL)"
        elif before == "boolean":
            using = f"CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
        else:
            using = f"flext_text({name})"
        self._rebuild(table, keys, {changed: (_TYPES[kind], using)})
        return True

    def set_keys(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> bool:
        """Gives a table another primary key; False if its rows contradict it."""
        nulls = " OR ".join(f"{quoted(key)} IS NULL" for key in keys)
        if keys and self._run(f"SELECT 1 FROM {quoted(table)} WHERE {nulls} LIMIT 1").fetchone():
            return False
        self._run("SAVEPOINT flext_keys")
        try:
            self._rebuild(table, keys, {})
        except sqlite3.IntegrityError:
            self._run("ROLLBACK TO flext_keys")
            return False
        self._run("RELEASE flext_keys")
        return True

    def _rebuild(self, table: str, keys: Sequence[str], changes: dict[str, tuple[str, str]]) -> None:
        """Makes a table anew with other types or keys, and puts back its rows, indexes and triggers."""
        columns = [(row[1], row[2]) for row in self._run(f"PRAGMA table_info({quoted(table)})").fetchall()]
        others = self._run(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL",
            table,
        ).fetchall()
        self._run(f"DROP TABLE IF EXISTS {_NEW}")
        self._create(_NEW, [(name, changes.get(name, (declared, ""))[0]) for name, declared in columns], keys)
        expressions = ", ".join(changes[name][1] if name in changes else quoted(name) for name, _ in columns)
        self._run(f"INSERT INTO {_NEW} SELECT {expressions} FROM {quoted(table)}")
        self._run(f"DROP TABLE {quoted(table)}")
        self._run(f"ALTER TABLE {_NEW} RENAME TO {quoted(table)}")
        for (sql,) in others:
            self._run(sql)

    def is_empty(self, table: str) -> bool:
        """Whether there is no row."""
        return self._run(f"SELECT 1 FROM {quoted(table)} LIMIT 1").fetchone() is None

    def convert(self, kind: str, values: list[Any]) -> tuple[str, Any]:
        """Values as SQLite takes them."""
        needed, values = fit(kind, values)
        # SQLite has no NaN: it would store null.
        if needed == "number" and any(value is not None and math.isnan(value) for value in values):
            return "string", None
        if needed == "string":
            for text in values:
                if text is not None and not text.isascii():
                    text.encode()  # a lone surrogate is no text; better found here, where the line is known
        return needed, values

    def insert(self, table: str, columns: Sequence[Column], keys: Sequence[str], values: Sequence[Any]) -> None:
        """Inserts rows, or replaces those with the same keys."""
        names = [quoted(column.name) for column in columns]
        sql = f"INSERT INTO {quoted(table)} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        if keys:
            rest = [quoted(column.name) for column in columns if column.name not in keys]
            action = "UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in rest) if rest else "NOTHING"
            sql += f" ON CONFLICT ({', '.join(map(quoted, keys))}) DO {action}"
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(sql, zip(*values, strict=True))

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
        """Makes all changes last."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Takes back all changes since the last commit."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()
