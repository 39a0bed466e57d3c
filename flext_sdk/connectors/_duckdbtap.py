"""Tables of a DuckDB file as streams, all from one snapshot of a file that is opened for reading only.

DuckDB turns every value into the text that it is sent as; no Python runs per row.
"""

# Names of tables and columns are quoted, values are bound.
# ruff: noqa: S608

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa

from flext_sdk.connectors._columns import quoted
from flext_sdk.connectors._newest import answer
from flext_sdk.connectors._relations import ORDERED, Field, Relation, by_stream, chosen, streams_of
from flext_sdk.connectors._sqlsink import META, STAGE
from flext_sdk.connectors._sqlsink import Table as Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._stream import Reading, Request, Stream
    from flext_sdk.connectors._types import Connection, Table

_CHUNK = 4 << 20
_ROWS = 50_000
_BATCH = 2_048  # rows of one vector of DuckDB

_INTEGERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    "BIGNUM",
)  # fmt: skip
_MOMENTS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
_KINDS = {
    "BOOLEAN": "boolean",
    "DECIMAL": "number",
    "FLOAT": "float",
    "DOUBLE": "float",
    "DATE": "date",
    "JSON": "json",
    "VARIANT": "json",
    "BLOB": "binary",
    "STRUCT": "object",
    "MAP": "object",
    "UNION": "object",
    **dict.fromkeys(_INTEGERS, "integer"),
    **dict.fromkeys(_MOMENTS, "datetime"),
    "TIMESTAMP WITH TIME ZONE": "datetimetz",
}
_ORDERED_TEXTS = frozenset({"VARCHAR", "UUID", "TIME"})
_AS_JSON = "CAST(to_json({0}) AS VARCHAR)"
# What RFC 3339 has no words for (infinity, years BC and beyond 9999) stays as DuckDB writes it. The year of a moment
# with a zone does not tell whether it is BC.
_MOMENT = (
    "CASE WHEN year(CAST({{0}} AS {0})) BETWEEN 1 AND 9999 "
    "THEN replace(CAST(CAST({{0}} AS {0}) AS VARCHAR), ' ', 'T'){1} ELSE CAST({{0}} AS VARCHAR) END"
)
_EXPRESSIONS = {
    "float": _AS_JSON,  # NaN and infinities in JSON's words, and the digits that a 64-bit float needs
    "object": _AS_JSON,
    "array": _AS_JSON,
    "VARIANT": _AS_JSON,
    # The text as it is: to_json would round long numbers. Line breaks stand between its parts only, never in a text.
    "JSON": "translate(CAST({0} AS VARCHAR), chr(10) || chr(13), '  ')",
    "binary": "lower(hex({0}))",
    **{word: _MOMENT.format(word, "") for word in _MOMENTS},
    "datetimetz": _MOMENT.format("TIMESTAMP", " || 'Z'"),
    # The form of ISO 8601, as tap-parquet writes it; months, days and seconds do not add up to one another.
    "INTERVAL": (
        "'P' || coalesce(nullif(year({0}) * 12 + month({0}), 0) || 'M', '') "
        "|| coalesce(nullif(day({0}), 0) || 'D', '') || 'T' || rtrim(rtrim(CAST(CAST("
        "(hour({0}) * 60 + minute({0})) * 60000000 + microsecond({0}) AS DECIMAL(20, 0)) * 0.000001 "
        "AS VARCHAR), '0'), '.') || 'S'"
    ),
}
_TEXT = "CAST({0} AS VARCHAR)"
_POINTED = "regexp_replace(CAST({0} AS VARCHAR), '^(-?)[.]', '\\10.')"

_RELATIONS = f"""
SELECT table_oid, schema_name, table_name FROM duckdb_tables()
WHERE database_name = current_database() AND NOT internal AND NOT temporary AND list_contains($schemas, schema_name)
AND table_name <> '{META}' AND NOT starts_with(table_name, '{STAGE}')
UNION ALL
SELECT view_oid, schema_name, view_name FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal AND NOT temporary AND list_contains($schemas, schema_name)
ORDER BY 2, 3
"""
_COLUMNS = """
SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns()
WHERE database_name = current_database() ORDER BY schema_name, table_name, column_index
"""
_KEYS = """
SELECT schema_name, table_name, constraint_column_names FROM duckdb_constraints()
WHERE database_name = current_database() AND constraint_type = 'PRIMARY KEY'
"""


class DuckDbSource:
    """The tables that the settings name, as they are at one moment.

    Args:
        connection: An open connection, its time zone UTC.
        settings: Of ``tap-duckdb``.
    """

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self._connection = connection
        self._settings = settings
        self._relations: dict[str, Relation] = {}
        connection.execute("BEGIN TRANSACTION")

    def streams(self, *, complete: bool) -> list[Stream]:  # noqa: ARG002 - they always are
        """The tables and views.

        Raises:
            ConnectorError: If there are none, or the settings name what does not exist.
        """
        self._relations = by_stream(self._found(), self._settings)
        return streams_of(self._relations, self._settings)

    def _found(self) -> list[Relation]:
        schemas = self._settings["schemas"]
        rows = self._connection.execute(_RELATIONS, {"schemas": list(schemas)}).fetchall()
        there = {
            name
            for (name,) in self._connection.execute(
                "SELECT schema_name FROM duckdb_schemas() WHERE database_name = current_database()"
            ).fetchall()
        }
        fields: dict[tuple[str, str], dict[str, Field]] = {}
        for schema, table, name, declared in self._connection.execute(_COLUMNS).fetchall():
            fields.setdefault((schema, table), {})[name] = field_of(name, declared)
        keys = self._written_keys(fields)
        for schema, table, names in self._connection.execute(_KEYS).fetchall():
            keys[schema, table] = tuple(names)
        return [
            Relation(schema, name, fields[schema, name], keys.get((schema, name), ()))
            for _, schema, name in chosen(rows, there, schemas, self._settings.get("tables"))
        ]

    def _written_keys(self, fields: dict[tuple[str, str], dict[str, Field]]) -> dict[tuple[str, str], tuple[str, ...]]:
        """The keys by which ``target-duckdb`` wrote tables, which have no primary key."""
        keys: dict[tuple[str, str], tuple[str, ...]] = {}
        for (schema, name), columns in fields.items():
            if name != META or "document" not in columns:
                continue
            where = Relation(schema, name, {}, ()).identifier()
            for (text,) in self._connection.execute(f"SELECT document FROM {where}").fetchall():
                with suppress(ValueError, KeyError, TypeError):  # not of ours
                    table = Written.from_json(text)
                    names = tuple(table.key_columns())
                    if set(names) <= set(fields.get((schema, table.name), ())):
                        keys[schema, table.name] = names
        return keys

    def open(self, request: Request) -> Reading:
        """Begins to read a table."""
        relation = self._relations[request.stream.name]
        fields = [relation.fields[name] for name in request.fields]
        return answer(_Rows(self._connection, relation, fields, request), fields, request)


class _Rows:
    """Rows of one table, in pieces."""

    def __init__(self, connection: Connection, relation: Relation, fields: list[Field], request: Request) -> None:
        self._connection = connection
        self._relation = relation
        self._fields = fields
        self._key = request.replication_key
        self._limit = request.limit

    def _statement(self, since: Any) -> str:  # noqa: ANN401 - JSON
        columns = ", ".join(f"{field.asked()} AS c{number}" for number, field in enumerate(self._fields))
        # The alias keeps c0 of the table apart from that of the text.
        statement = f"SELECT {columns} FROM {self._relation.identifier()} AS source"
        if self._key is not None:
            key = f"source.{quoted(self._key)}"
            if since is not None:
                statement += f" WHERE {key} >= CAST($since AS {self._relation.fields[self._key].declared})"
            statement += f" ORDER BY {key} NULLS FIRST"
        return statement + (f" LIMIT {self._limit:d}" if self._limit else "")

    def read(self, since: Any) -> Iterator[tuple[Table, Callable[[int], bytes]]]:  # noqa: ANN401 - JSON
        """Columns of text; a row is known by its texts."""
        values = {} if since is None else {"since": str(since)}
        reader = self._connection.sql(self._statement(since), params=values).to_arrow_reader(_BATCH)
        batches: list[Any] = []
        rows = size = 0
        for batch in reader:
            batches.append(batch)
            rows += batch.num_rows
            size += batch.nbytes
            if size >= _CHUNK or rows >= _ROWS:
                yield self._table(batches)
                batches, rows, size = [], 0, 0
        if batches:
            yield self._table(batches)

    def _table(self, batches: list[Any]) -> tuple[Table, Callable[[int], bytes]]:
        table = pa.Table.from_batches(batches).combine_chunks()
        table = table.rename_columns([field.name for field in self._fields])
        return table, lambda row: orjson.dumps([column[row].as_py() for column in table.columns])


def field_of(name: str, declared: str) -> Field:
    """A column.

    Args:
        name: Its name.
        declared: Its type, as DuckDB writes it.
    """
    word = re.split(r"[(\[]", declared, maxsplit=1)[0].strip() if not declared.endswith("]") else "LIST"
    kind = "array" if word == "LIST" else _KINDS.get(word, "string")
    expression = _EXPRESSIONS.get(word) or _EXPRESSIONS.get(kind, _TEXT)
    # DuckDB leaves out the 0 before the point where there is no digit but it: that is not JSON.
    pointed = re.sub(r"DECIMAL\(([0-9]+),\s?\1\)", _wider, declared)
    if pointed != declared:
        safe = pointed.replace("{", "{{").replace("}", "}}")  # names of the parts of a struct
        expression = _POINTED if word == "DECIMAL" else expression.format(f"CAST({{0}} AS {safe})")
    ordered = kind in ORDERED or word in _ORDERED_TEXTS
    return Field(name, kind, expression, declared, ordered)


def _wider(found: re.Match[str]) -> str:
    """A DECIMAL within a list or struct with a digit before the point, or as text where it has no room for one."""
    digits = int(found[1])
    return f"DECIMAL({digits + 1},{digits})" if digits < 38 else "VARCHAR"
