"""Streams into tables, the same for every SQL database: names, columns that grow and widen, versions, positions.

What a database cannot say about itself (which property a column belongs to, which version its rows have) stands in
its table ``_flext_streams``, one row a stream, changed in the same transaction as the rows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

from flext_sdk.connectors._columns import column_name, from_schema, join, of_values
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._io import say
from flext_sdk.connectors._target import Pace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk.connectors._target import Positions, Record
    from flext_sdk.connectors._types import Array

META = "_flext_streams"
STAGE = "_flext_stage_"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name and its kind (see ``_columns``)."""

    name: str
    kind: str


@dataclass(slots=True)
class Table:
    """What is known of a stream's table.

    Attributes:
        name: Name of the table.
        columns: Column of each property, in order.
        keys: Key properties.
        version: Version of its rows; 0 for none.
        stage: Version of the rows in the staging table, which wait to be activated; 0 for none.
        positions: How far each source of a version was written.
    """

    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    version: int = 0
    stage: int = 0
    positions: dict[int, Positions] = field(default_factory=dict)

    @property
    def stage_name(self) -> str:
        """Name of the staging table."""
        return STAGE + self.name

    def key_columns(self) -> list[str]:
        """Names of the key columns."""
        return [self.columns[key].name for key in self.keys]

    def to_json(self) -> str:
        """The form that is stored."""
        columns = {name: [column.name, column.kind] for name, column in self.columns.items()}
        return json.dumps(
            {
                "table": self.name,
                "columns": columns,
                "keys": self.keys,
                "version": self.version,
                "stage": self.stage,
                "positions": {str(version): rows for version, rows in self.positions.items()},
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Table:
        """Reads what :meth:`to_json` wrote."""
        data = json.loads(text)
        columns = {name: Column(*column) for name, column in data["columns"].items()}
        positions = {int(version): rows for version, rows in data["positions"].items()}
        return cls(data["table"], columns, data["keys"], data["version"], data["stage"], positions)


class Store(Protocol):
    """A database, reduced to what the sink needs; a transaction is open from the first change to commit or rollback."""

    longest_name: int
    """Bytes that a name may have, 0 for any number."""

    def claim(self, stream: str) -> bool:
        """Keeps other processes from writing to a stream's table; whether they may have changed it before."""
        ...

    def documents(self) -> dict[str, str]:
        """What stands in ``_flext_streams``."""
        ...

    def save(self, documents: dict[str, str]) -> None:
        """Replaces rows of ``_flext_streams``."""
        ...

    def names(self) -> set[str]:
        """Names of all tables and views."""
        ...

    def column_names(self, table: str) -> list[str]:
        """Names of a table's columns."""
        ...

    def physical(self, kind: str) -> str:
        """The kind by which this database stores a kind."""
        ...

    def create(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> None:
        """Makes a table."""
        ...

    def add(self, table: str, column: Column) -> None:
        """Adds a column."""
        ...

    def widen(self, table: str, columns: Sequence[Column], keys: Sequence[str], changed: str, kind: str) -> bool:
        """Turns a column into another kind; False if that would alter a value. ``columns``: how they are before."""
        ...

    def set_keys(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> bool:
        """Gives a table other keys; False if its rows contradict them."""
        ...

    def is_empty(self, table: str) -> bool:
        """Whether there is no row."""
        ...

    def convert(self, kind: str, values: list[Any]) -> tuple[str, Any]:
        """Values ready for a column of a kind, or of the wider kind that they need."""
        ...

    def insert(self, table: str, columns: Sequence[Column], keys: Sequence[str], values: Sequence[Any]) -> None:
        """Inserts rows, or replaces those with the same keys; the last of several stays."""
        ...

    def replace(self, table: str, stage: str, columns: Sequence[Column]) -> None:
        """Puts the rows of a staging table in place of a table's rows, and drops it."""
        ...

    def clear(self, table: str) -> None:
        """Removes all rows."""
        ...

    def drop(self, table: str) -> None:
        """Removes a table if it is there."""
        ...

    def commit(self) -> None:
        """Makes all changes last, on disk."""
        ...

    def rollback(self) -> None:
        """Takes back all changes since the last commit."""
        ...

    def close(self) -> None:
        """Closes the database."""
        ...


class SqlSink:
    """A sink for a SQL database.

    Args:
        program: Name of the target.
        store: The database.
    """

    pace = Pace()

    def __init__(self, program: str, store: Store) -> None:
        self._program = program
        self._store = store
        self._tables: dict[str, Table] = {}
        self._changed: set[str] = set()
        self._claimed: set[str] = set()
        self._load()

    def _load(self) -> None:
        """Reads what is known of the tables; those that are being written to are known better here."""
        names = self._store.names()
        for stream, document in self._store.documents().items():
            table = Table.from_json(document)
            if stream not in self._claimed and table.name in names:
                there = set(self._store.column_names(table.name))
                table.columns = {name: column for name, column in table.columns.items() if column.name in there}
                self._tables[stream] = table

    def schema(self, stream: str, schema: dict[str, Any], keys: list[str]) -> None:
        """Makes the table, or fits it to a changed schema."""
        wanted = {
            name: self._store.physical(from_schema(part)) for name, part in (schema.get("properties") or {}).items()
        }
        if not wanted:
            raise ConnectorError(f"{stream}: its schema names no fields, so there is no table to make")
        if stream not in self._claimed:
            if self._store.claim(stream):
                self._load()
            self._claimed.add(stream)
        self._changed.add(stream)
        if stream not in self._tables:
            self._create(stream, wanted, keys)
            return
        table = self._tables[stream]
        for name, kind in wanted.items():
            self._need(stream, table, name, kind)
        if keys != table.keys:
            columns = [table.columns[key].name for key in keys]
            for name in self._names(table):
                if not self._store.set_keys(name, list(table.columns.values()), columns):
                    raise ConnectorError(
                        f"{stream}: the table {table.name} holds rows that are not unique by {', '.join(keys)}; "
                        "drop the table to load it anew"
                    )
            table.keys = list(keys)

    def _create(self, stream: str, wanted: dict[str, str], keys: list[str]) -> None:
        longest = self._store.longest_name
        taken = {table.name.casefold() for table in self._tables.values()}
        name = column_name(stream, taken, longest and longest - len(STAGE))
        if name.casefold().startswith("sqlite_"):
            name = "_" + name
        if name.casefold() in {other.casefold() for other in self._store.names()}:
            raise ConnectorError(
                f"{stream}: a table or view {name} was there before and is not of {self._program}; rename or drop it"
            )
        table = Table(name, keys=list(keys))
        for prop, kind in wanted.items():
            taken = {column.name.casefold() for column in table.columns.values()}
            table.columns[prop] = Column(column_name(prop, taken, longest), kind)
        self._store.drop(table.stage_name)
        self._store.create(name, list(table.columns.values()), table.key_columns())
        self._tables[stream] = table

    @staticmethod
    def _names(table: Table) -> list[str]:
        return [table.name, table.stage_name] if table.stage else [table.name]

    def _need(self, stream: str, table: Table, prop: str, kind: str) -> None:
        """Makes sure that a property has a column that holds a kind."""
        if prop not in table.columns:
            taken = {name.casefold() for name in self._store.column_names(table.name)}
            column = Column(column_name(prop, taken, self._store.longest_name), kind)
            for name in self._names(table):
                self._store.add(name, column)
            table.columns[prop] = column
            return
        column = table.columns[prop]
        wider = join(column.kind, kind)
        if wider == column.kind:
            return
        for name in self._names(table):
            if wider != "string" and not self._widen(table, name, column, wider):
                wider = "string"  # some value would be altered by the nearest kind; text holds them all
        if wider == "string":
            for name in self._names(table):
                self._widen(table, name, column, wider)
        if column.kind != "datetime":
            say("WARNING", f"{stream}: the column {column.name} of {table.name} was {column.kind} and is now {wider}")
        table.columns[prop] = Column(column.name, wider)

    def _widen(self, table: Table, name: str, column: Column, kind: str) -> bool:
        return self._store.widen(name, list(table.columns.values()), table.key_columns(), column.name, kind)

    def write(self, stream: str, version: int, records: list[Record], lines: list[int]) -> None:
        """Inserts or updates rows, widening columns where values need it."""
        table = self._tables[stream]
        name = self._table_of(table, version)
        self._changed.add(stream)
        for prop in sorted(set().union(*records) - set(table.columns)):
            self._need(stream, table, prop, self._store.physical(of_values([record.get(prop) for record in records])))
        data = []
        for prop in list(table.columns):
            values = _values(records, prop)
            if prop in table.keys and None in values:
                line = lines[values.index(None)]
                raise ConnectorError(f"{stream}: the key field {prop} is null or missing in input line {line}")
            data.append(self._convert(stream, table, prop, values, lines))
        self._store.insert(name, list(table.columns.values()), table.key_columns(), data)

    def _convert(self, stream: str, table: Table, prop: str, values: list[Any], lines: list[int]) -> Array:
        while True:
            kind = table.columns[prop].kind
            try:
                needed, data = self._store.convert(kind, values)
            except (TypeError, ValueError) as error:
                raise ConnectorError(
                    f"{stream}: {self._culprit(kind, prop, values, lines)} cannot be stored: {error}"
                ) from None
            if needed == kind:
                return data
            self._need(stream, table, prop, needed)

    def _culprit(self, kind: str, prop: str, values: list[Any], lines: list[int]) -> str:
        for value, line in zip(values, lines, strict=True):
            try:
                self._store.convert(kind, [value])
            except (TypeError, ValueError):
                return f"the field {prop} in input line {line}"
        return f"the field {prop} in input lines {lines[0]} to {lines[-1]}"

    def _table_of(self, table: Table, version: int) -> str:
        """The table that rows of a version go to: a staging table while another version is the active one."""
        if version == table.version:
            return table.name
        if version and version == table.stage:
            return table.stage_name
        if not version or self._store.is_empty(table.name):
            table.version = version
            return table.name
        self._store.drop(table.stage_name)
        self._store.create(table.stage_name, list(table.columns.values()), table.key_columns())
        table.positions.pop(table.stage, None)
        table.stage = version
        return table.stage_name

    def positions(self, stream: str, version: int) -> Positions:
        """How far each source of a version was written."""
        table = self._tables[stream]
        if version not in (table.version, table.stage):
            self._table_of(table, version)
        return table.positions.setdefault(version, {})

    def activate(self, stream: str, version: int) -> None:
        """Removes all rows of other versions."""
        table = self._tables[stream]
        self._changed.add(stream)
        if version == table.stage:
            self._store.replace(table.name, table.stage_name, list(table.columns.values()))
        elif version != table.version:
            self._store.clear(table.name)
        if version != table.stage and table.stage:
            self._store.drop(table.stage_name)
        table.version, table.stage = version, 0
        table.positions = {version: table.positions.get(version, {})}

    def commit(self) -> None:
        """Makes everything last."""
        self._store.save({stream: self._tables[stream].to_json() for stream in sorted(self._changed)})
        self._store.commit()
        self._changed.clear()

    def rollback(self) -> None:
        """Takes back everything since the last commit."""
        self._store.rollback()

    def close(self) -> None:
        """Closes the database."""
        self._store.close()


def _values(records: list[Record], prop: str) -> list[Any]:
    """A property of all records, None where it is missing."""
    try:
        return list(map(itemgetter(prop), records))
    except KeyError:
        return [record.get(prop) for record in records]
