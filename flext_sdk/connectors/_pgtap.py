"""Tables of a PostgreSQL database as streams, all from one snapshot.

The server sends rows as CSV by COPY, one after the other, so that neither side holds a table in memory; from there on
they go the way of the rows of a CSV file, as columns of text, with no Python run per value.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from psycopg import sql

from flext_sdk.connectors import _ties
from flext_sdk.connectors._blocks import Encoding
from flext_sdk.connectors._bookmarks import hash_of
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._files import keys_of
from flext_sdk.connectors._io import say
from flext_sdk.connectors._lines import record_lines
from flext_sdk.connectors._pgtables import Relation, relations
from flext_sdk.connectors._stream import Chunk, Mark, Reading, Request, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._types import Array, Table

_CHUNK = 4 << 20
_ROWS = 50_000
_MOMENT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9:]{8}(?:\.[0-9]{1,6})?)"
# How a kind of column is written: its text is JSON as it stands, or goes between quotes.
_WRITTEN = {
    "boolean": "boolean",
    "integer": "integer",
    "number": "number",
    "float": "number",
    "json": "object",
    "object": "object",
    "array": "array",
}


class PostgresSource:
    """The tables that the settings name, as they are at one moment.

    Args:
        connection: An open connection.
        settings: Of ``tap-postgres``.
    """

    def __init__(self, connection: psycopg.Connection[Any], settings: Settings) -> None:
        import psycopg

        self._connection = connection
        self._settings = settings
        self._relations: dict[str, Relation] = {}
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True

    def streams(self, *, complete: bool) -> list[Stream]:  # noqa: ARG002 - they always are
        """The tables and views.

        Raises:
            ConnectorError: If there are none, or the settings name what does not exist.
        """
        schemas = self._settings["schemas"]
        for relation in relations(self._connection, schemas, self._settings.get("tables")):
            name = relation.name if len(schemas) == 1 else f"{relation.schema}_{relation.name}"
            if name in self._relations:
                raise ConnectorError(f"two tables would both be the stream {name}; read the schemas in two steps")
            self._relations[name] = relation
        names = list(self._relations)
        setting = self._settings.get("keys")
        keys = keys_of(setting, names)
        wanted = self._settings.get("replication_key")
        replication_keys = _ties.replication_key_of(wanted, names)
        if isinstance(wanted, str):  # one name for all: for all that have it
            replication_keys = {name: wanted for name in names if wanted in self._relations[name].fields}
            if not replication_keys:
                raise ConnectorError(f"replication_key: no table has a column {wanted}")
        return [
            Stream(
                name,
                {field.name: field.property for field in relation.fields.values()},
                (keys.get(name) or relation.keys)
                if isinstance(setting, dict)
                else (relation.keys or keys.get(name, ())),
                replication_keys.get(name),
                tuple(field.name for field in relation.fields.values() if field.ordered),
            )
            for name, relation in self._relations.items()
        ]

    def open(self, request: Request) -> Reading:
        """Begins to read a table."""
        relation = self._relations[request.stream.name]
        if request.limit:
            rows = _Rows(self._connection, relation, request)
            return Reading((Chunk(rows.lines(table, 0), table.num_rows) for table, _ in rows.read(None)), lambda: None)
        if request.replication_key is None:
            return self._everything(relation, request)
        return _Newest(_Rows(self._connection, relation, request), request).reading()

    def _everything(self, relation: Relation, request: Request) -> Reading:
        version = request.new_version()
        rows = _Rows(self._connection, relation, request)
        chunks = (Chunk(rows.lines(table, version), table.num_rows) for table, _ in rows.read(None))
        return Reading(chunks, lambda: {"version": version}, version)


class _Rows:
    """Rows of one table, in pieces."""

    def __init__(self, connection: psycopg.Connection[Any], relation: Relation, request: Request) -> None:
        self._connection = connection
        self._relation = relation
        self._request = request
        self._fields = [relation.fields[name] for name in request.fields]
        self._kinds = {field.name: frozenset({_WRITTEN.get(field.kind, "string")}) for field in self._fields}

    def statement(self, since: Any) -> sql.Composed:  # noqa: ANN401 - JSON
        """What the server is asked for: everything, or by the replication key from a value on."""
        key = self._request.replication_key
        parts = [
            sql.SQL("SELECT {} FROM {}").format(
                sql.SQL(", ").join(field.asked() for field in self._fields), self._relation.identifier()
            )
        ]
        if key is not None:
            name = sql.Identifier(key)
            if since is not None:
                kind = sql.SQL(self._relation.fields[key].declared)
                parts.append(sql.SQL("WHERE {} >= CAST({} AS {})").format(name, sql.Literal(str(since)), kind))
            parts.append(sql.SQL("ORDER BY {} NULLS FIRST").format(name))
        if self._request.limit:
            parts.append(sql.SQL("LIMIT {}").format(sql.Literal(self._request.limit)))
        return sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')").format(sql.SQL(" ").join(parts))

    def read(self, since: Any) -> Iterator[tuple[Table, list[bytes]]]:  # noqa: ANN401 - JSON
        """Columns of text, and the rows as they came."""
        with self._connection.cursor().copy(self.statement(since)) as copy:
            rows: list[bytes] = []
            size = 0
            for row in copy:
                rows.append(bytes(row))
                size += len(row)
                if size >= _CHUNK or len(rows) >= _ROWS:
                    yield self._table(rows), rows
                    rows, size = [], 0
            if rows:
                yield self._table(rows), rows

    def _table(self, rows: list[bytes]) -> Table:
        names = [f"c{number}" for number in range(len(self._fields))]
        data = b"".join(rows)
        table = pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
            parse_options=pacsv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        columns = [
            _ready(table.column(number).combine_chunks(), field.kind) for number, field in enumerate(self._fields)
        ]
        return pa.table(columns, names=[field.name for field in self._fields])

    def lines(self, table: Table, version: int) -> Iterator[memoryview]:
        """RECORD lines."""
        encoding = Encoding(self._request.stream.name, self._request.fields, True, self._kinds, version, "")  # noqa: FBT003
        return record_lines(table, 1, encoding)


def _ready(column: Array, kind: str) -> Array:
    """A column in the words of JSON and RFC 3339; what those have no words for (infinity, BC) stays as it is."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if kind == "float" and pc.any(pc.equal(column, "-0")).as_py():
        return pc.if_else(pc.equal(column, "-0"), "-0.0", column)
    if kind == "datetime":
        return pc.replace_substring_regex(column, _MOMENT + "$", r"\1T\2")
    if kind == "datetimetz":
        return pc.replace_substring_regex(column, _MOMENT + r"\+00$", r"\1T\2Z")
    return column


class _Newest:
    """Reads a table by its replication key, from the last value on."""

    def __init__(self, rows: _Rows, request: Request) -> None:
        self._rows = rows
        self._name = request.stream.name
        self._key = request.replication_key or ""
        self._keyed = bool(request.keys)
        mark = request.mark
        # Rows without keys are known by their content, so that must not change unnoticed.
        signature = "" if self._keyed else hash_of(json.dumps([self._key, request.fields]).encode())
        self._value, ties = _ties.start_of(mark, self._key)
        if self._value is not None and not self._keyed and mark.get("signature") != signature:
            say("INFO", f"{self._name}: its fields have changed and it has no keys, so everything is read anew")
            self._value, ties, mark = None, [], {}
        known = mark.get("version") if self._value is not None else None
        self._version = 0 if self._keyed else known if isinstance(known, int) and known else request.new_version()
        self._complete = bool(self._value is not None and mark.get("complete", True))
        self._rest = {} if self._keyed else {"version": self._version, "signature": signature}
        self._sent = set(ties)
        self._last = self._value
        self._ties = list(ties)

    def reading(self) -> Reading:
        """The rows."""
        activate = 0 if self._keyed or self._complete else self._version
        return Reading(self._chunks(), self._end, activate)

    def _end(self) -> Mark | None:
        self._complete = True
        return self._mark()

    def _mark(self) -> Mark | None:
        if self._last is None:
            return None
        rest = {**self._rest, "complete": self._complete} if self._rest else {}
        return rest | _ties.bookmark(self._name, self._key, self._last, self._ties, keyed=self._keyed)

    def _chunks(self) -> Iterator[Chunk]:
        for everything, found in self._rows.read(self._value):
            table, rows = everything, found
            fresh = self._without_sent(table.column(self._key), rows) if self._sent else None
            if fresh == []:
                continue
            if fresh is not None:
                table, rows = table.take(fresh), [rows[number] for number in fresh]
            self._note(table.column(self._key), rows)
            yield Chunk(self._rows.lines(table, self._version), len(rows), self._mark())

    def _without_sent(self, values: Array, rows: list[bytes]) -> list[int] | None:
        """Which rows were not sent by an earlier run; None for all. Those that may have been come first."""
        first = str(self._value)
        fresh: list[int] = []
        for number, row in enumerate(rows):
            if values[number].as_py() != first:
                self._sent.clear()
                fresh += range(number, len(rows))
                break
            if _ties.digest(row) not in self._sent:
                fresh.append(number)
        return None if len(fresh) == len(rows) else fresh

    def _note(self, values: Array, rows: list[bytes]) -> None:
        """Remembers the last value, and which rows have it."""
        last = values[len(rows) - 1].as_py()
        if last is None:
            return  # nulls come first
        if last != str(self._last):
            self._last, self._ties = last, []
        for number in range(len(rows) - 1, -1, -1):
            if values[number].as_py() != last or len(self._ties) > _ties.KEYLESS:
                break
            self._ties.append(_ties.digest(rows[number]))
