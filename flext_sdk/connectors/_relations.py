"""Tables of a database as streams: how they are named and chosen, what JSON calls the types of their columns."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from flext_sdk.connectors import _ties
from flext_sdk.connectors._columns import quoted
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._files import keys_of
from flext_sdk.connectors._stream import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk.connectors._kinds import Kinds
    from flext_sdk.connectors._settings import Settings

_PROPERTIES: dict[str, dict[str, Any]] = {
    "boolean": {"type": ["boolean", "null"]},
    "integer": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "float": {"type": ["number", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
    "datetime": {"type": ["string", "null"], "format": "date-time"},
    "datetimetz": {"type": ["string", "null"], "format": "date-time"},
    "json": {"type": ["object", "array", "null"]},
    "object": {"type": ["object", "null"]},
    "array": {"type": ["array", "null"]},
    "binary": {"type": ["string", "null"], "contentEncoding": "base16"},
    "string": {"type": ["string", "null"]},
}
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
ORDERED = frozenset({"integer", "number", "float", "date", "datetime", "datetimetz"})
"""Kinds whose values tell what is new."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column.

    Attributes:
        name: Its name.
        kind: What JSON calls it; ``string`` for everything that has no word of its own.
        expression: What it is asked for by, with ``{}`` for the name: something that gives its text.
        declared: Its type, as SQL writes it.
        ordered: Whether its values have an order that tells what is new.
    """

    name: str
    kind: str
    expression: str
    declared: str
    ordered: bool

    @property
    def written(self) -> Kinds:
        """Its kind, as RECORD lines are told it."""
        return frozenset({_WRITTEN.get(self.kind, "string")})

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        return _PROPERTIES[self.kind]

    def asked(self) -> str:
        """What the database is asked for."""
        return self.expression.format(quoted(self.name))


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view: schema, name, columns, primary key."""

    schema: str
    name: str
    fields: dict[str, Field]
    keys: tuple[str, ...]

    def identifier(self) -> str:
        """Its name in SQL."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"


def chosen(
    found: list[tuple[int, str, str]], there: set[str], schemas: Sequence[str], patterns: Sequence[str] | None
) -> list[tuple[int, str, str]]:
    """The tables and views that the settings name.

    Args:
        found: Number, schema and name of those in ``schemas`` that may be read.
        there: All schemas of the database.
        schemas: Names of schemas.
        patterns: Patterns for ``table`` or ``schema.table``; None for all.

    Raises:
        ConnectorError: If a schema does not exist, or nothing matches.
    """
    for schema in schemas:
        if schema not in there:
            raise ConnectorError(f"schemas: the database has no schema {schema}")
    if not found:
        raise ConnectorError(f"there is no table in {', '.join(schemas)} that this user may read")
    if patterns is None:
        return found
    for pattern in patterns:
        if not any(_matches(pattern, schema, name) for _, schema, name in found):
            raise ConnectorError(f"tables: nothing matches {pattern} in {', '.join(schemas)}")
    return [row for row in found if any(_matches(pattern, row[1], row[2]) for pattern in patterns)]


def _matches(pattern: str, schema: str, name: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(f"{schema}.{name}", pattern)


def by_stream(relations: Sequence[Relation], settings: Settings) -> dict[str, Relation]:
    """The tables by the names of their streams: of one schema that of the table, of several ``schema_table``.

    Raises:
        ConnectorError: If two get the same name.
    """
    named: dict[str, Relation] = {}
    for relation in relations:
        name = relation.name if len(settings["schemas"]) == 1 else f"{relation.schema}_{relation.name}"
        if name in named:
            raise ConnectorError(f"two tables would both be the stream {name}; read the schemas in two steps")
        named[name] = relation
    return named


def streams_of(named: dict[str, Relation], settings: Settings) -> list[Stream]:
    """What a tap of a database offers.

    Raises:
        ConnectorError: If ``keys`` or ``replication_key`` name what does not exist.
    """
    names = list(named)
    setting = settings.get("keys")
    keys = keys_of(setting, names)
    wanted = settings.get("replication_key")
    replication_keys = _ties.replication_key_of(wanted, names)
    if isinstance(wanted, str):  # one name for all: for all that have it
        replication_keys = {name: wanted for name in names if wanted in named[name].fields}
        if not replication_keys:
            raise ConnectorError(f"replication_key: no table has a column {wanted}")
    return [
        Stream(
            name,
            {field.name: field.schema for field in relation.fields.values()},
            (keys.get(name) or relation.keys) if isinstance(setting, dict) else (relation.keys or keys.get(name, ())),
            replication_keys.get(name),
            tuple(field.name for field in relation.fields.values() if field.ordered),
        )
        for name, relation in named.items()
    ]
