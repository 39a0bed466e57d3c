"""The tables of a PostgreSQL database: their columns, and how each is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk.connectors._relations import ORDERED, Field, Relation, chosen

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

_TYPES = {
    "bool": "boolean",
    "int2": "integer",
    "int4": "integer",
    "int8": "integer",
    "oid": "integer",
    "numeric": "number",
    "money": "number",
    "float4": "float",
    "float8": "float",
    "date": "date",
    "timestamp": "datetime",
    "timestamptz": "datetimetz",
    "json": "json",
    "jsonb": "json",
    "bytea": "binary",
}
# What COPY is given instead of the bare column. Line breaks in JSON stand between its parts only, never in a text.
_EXPRESSIONS = {
    "boolean": "CAST({} AS text)",
    "json": "translate(CAST(to_json({}) AS text), E'\\n\\r', '  ')",
    "array": "translate(CAST(to_json({}) AS text), E'\\n\\r', '  ')",
    "object": "translate(CAST(to_json({}) AS text), E'\\n\\r', '  ')",
    "binary": "encode({}, 'hex')",
    "money": "CAST({} AS numeric)",
}
_ORDERED_TEXTS = frozenset({"text", "varchar", "bpchar", "uuid", "interval", "time", "name", "citext"})

_RELATIONS = """
SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
AND c.relname <> '_flext_streams' AND left(c.relname, 13) <> '_flext_stage_'
AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 2, 3
"""
_COLUMNS = """
SELECT attrelid, attname, atttypid, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = ANY(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum
"""
_KEYS = """
SELECT i.indrelid, a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, place), pg_attribute a
WHERE i.indrelid = ANY(%s) AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY 1, k.place
"""


def relations(
    connection: psycopg.Connection[Any], schemas: Sequence[str], patterns: Sequence[str] | None
) -> list[Relation]:
    """The tables and views that may be read.

    Args:
        connection: An open connection.
        schemas: Names of schemas.
        patterns: Patterns for ``table`` or ``schema.table``; None for all.

    Raises:
        ConnectorError: If a schema does not exist, or nothing matches.
    """
    there = {name for (name,) in connection.execute("SELECT nspname FROM pg_namespace").fetchall()}
    found = chosen(connection.execute(_RELATIONS, [list(schemas)]).fetchall(), there, schemas, patterns)
    oids = [oid for oid, _, _ in found]
    types = {
        row[0]: row[1:]
        for row in connection.execute("SELECT oid, typname, typtype, typcategory, typbasetype FROM pg_type")
    }
    fields: dict[int, dict[str, Field]] = {oid: {} for oid in oids}
    for oid, name, kind, declared in connection.execute(_COLUMNS, [oids]):
        fields[oid][name] = _field(name, kind, declared, types)
    keys: dict[int, list[str]] = {}
    for oid, name in connection.execute(_KEYS, [oids]):
        keys.setdefault(oid, []).append(name)
    return [Relation(schema, name, fields[oid], tuple(keys.get(oid, ()))) for oid, schema, name in found if fields[oid]]


def _field(name: str, oid: int, declared: str, types: dict[int, tuple[Any, ...]]) -> Field:
    typname, typtype, category, base = types[oid]
    while typtype == "d":
        typname, typtype, category, base = types[base]
    if typtype == "c":
        kind = "object"
    elif category == "A":
        kind = "array"
    else:
        kind = _TYPES.get(typname, "string") if typtype == "b" else "string"
    expression = _EXPRESSIONS.get("money" if typname == "money" else kind, "{}")
    ordered = typname != "money" and (kind in ORDERED or (typtype == "b" and typname in _ORDERED_TEXTS))
    return Field(name, kind, expression, declared, ordered)
