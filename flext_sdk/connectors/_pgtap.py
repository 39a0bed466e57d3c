"""Tables of a PostgreSQL database as streams, all from one snapshot.

The server sends rows as CSV by COPY, one after the other, so that neither side holds a table in memory; from there on
they go the way of the rows of a CSV file, as columns of text, with no Python run per value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from psycopg import sql
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.waiting import Wait

from flext_sdk.connectors._newest import answer
from flext_sdk.connectors._pgtables import relations
from flext_sdk.connectors._relations import by_stream, streams_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg
    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGconn

    from flext_sdk.connectors._relations import Field, Relation
    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._stream import Reading, Request, Stream
    from flext_sdk.connectors._types import Array, Table

_CHUNK = 4 << 20
_ROWS = 50_000
_MOMENT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9:]{8}(?:\.[0-9]{1,6})?)"


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
        found = relations(self._connection, self._settings["schemas"], self._settings.get("tables"))
        self._relations = by_stream(found, self._settings)
        return streams_of(self._relations, self._settings)

    def open(self, request: Request) -> Reading:
        """Begins to read a table."""
        relation = self._relations[request.stream.name]
        fields = [relation.fields[name] for name in request.fields]
        return answer(_Rows(self._connection, relation, fields, request), fields, request)


class _Rows:
    """Rows of one table, in pieces."""

    def __init__(
        self, connection: psycopg.Connection[Any], relation: Relation, fields: list[Field], request: Request
    ) -> None:
        self._connection = connection
        self._relation = relation
        self._request = request
        self._fields = fields

    def statement(self, since: Any) -> sql.Composed:  # noqa: ANN401 - JSON
        """What the server is asked for: everything, or by the replication key from a value on."""
        key = self._request.replication_key
        parts = [
            sql.SQL("SELECT {} FROM {}").format(
                sql.SQL(", ").join(sql.SQL(field.asked()) for field in self._fields),
                sql.SQL(self._relation.identifier()),
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

    def read(self, since: Any) -> Iterator[tuple[Table, Callable[[int], bytes]]]:  # noqa: ANN401 - JSON
        """Columns of text, and the rows as they came."""
        with self._connection.cursor().copy(self.statement(since)):
            ended = False
            while not ended:
                rows, ended = self._connection.wait(_piece(self._connection.pgconn))
                if rows:
                    yield self._table(rows), rows.__getitem__

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


def _piece(pgconn: PGconn) -> PQGen[tuple[list[bytes], bool]]:
    """Rows of a COPY that has begun, and whether they were the last ones.

    `Copy` of psycopg begins to wait anew for each row, which costs more than the row.
    """
    rows: list[bytes] = []
    size = 0
    while size < _CHUNK and len(rows) < _ROWS:
        count, row = pgconn.get_copy_data(1)
        if count > 0:
            rows.append(bytes(row))
            size += count
        elif count < 0:
            yield from _end(pgconn)
            return rows, True
        else:
            yield from _more(pgconn)
    return rows, False


def _end(pgconn: PGconn) -> PQGen[None]:
    """What the server says of the whole, behind the last row.

    Raises:
        psycopg.Error: It had to give up.
    """
    while True:
        while pgconn.is_busy():
            yield from _more(pgconn)
        found = pgconn.get_result()
        if found is None:
            return
        if found.status != ExecStatus.COMMAND_OK:
            raise error_from_result(found)


def _more(pgconn: PGconn) -> PQGen[None]:
    while not (yield Wait.R):
        continue
    pgconn.consume_input()


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
