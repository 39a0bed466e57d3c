"""The one way out: any result, in any format, to standard output."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any, TextIO

from flext_cli._types import Data, Put
from flext_cli.output import columns as column
from flext_cli.output import csv, json, ndjson, plain, table, values
from flext_cli.output.columns import Column
from flext_cli.output.text import safe

# What these hold in every answer: seconds, bytes, records in a second. A table with columns of its own says so itself.
_UNITS = {
    "bytes": "bytes",
    "duration": "duration",
    "memory": "bytes",
    "memory_usage": "bytes",
    "rate": "rate",
    "size": "bytes",
    "uptime": "duration",
}


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Settings:
    """What the user asked for: format, query, columns; and what standard output can do."""

    format: str = "table"
    query: Callable[[Any], Any] | None = None
    columns: list[Column] | None = None
    look: table.Look = field(default_factory=table.Look)
    ascii_only: bool = False
    quiet: bool = False
    now: Callable[[], datetime] = _utc_now


class Emitter:
    """Writes one result."""

    def __init__(self, settings: Settings, out: TextIO, described: Sequence[Column] = ()) -> None:
        self._settings = settings
        self._out = out
        self._described = list(described)

    def emit(self, value: Data, kind: str) -> None:
        """Write a result; `kind` is the output kind of the command table.

        A page, a list and a stream are written item by item. With `--query` a page is read to its end (after the
        limit) and queried as one list, a stream record by record.

        Raises:
            QueryError: If the query's functions do not fit the data.
        """
        query = self._settings.query
        if kind == "stream" and values.is_stream(value):
            source = values.records(value)
            if query is not None:
                source = (found for item in source if (found := query(item)) is not None)
                self._described = []
            self._items(source, live=True)
            return
        if values.is_stream(value) and query is None:
            self._items(values.records(value))
            return
        data = [values.plain(item) for item in value] if values.is_stream(value) else values.plain(value)
        if query is not None:
            data = query(data)
            self._described = []
        if isinstance(data, list):
            self._items(data)
        else:
            self._single(data)

    # -- one value -------------------------------------------------------------------------------------------

    def _single(self, data: Data) -> None:
        put = self._out.write
        form = self._settings.format
        chosen = self._settings.columns
        if form in {"json", "yaml", "ndjson"}:
            data = self._pick(data) if chosen else data
            {"json": json.write, "yaml": _yaml_write, "ndjson": _ndjson_one}[form](
                data, put, ascii_only=self._settings.ascii_only
            )
        elif data is None:
            return
        elif not isinstance(data, dict):
            text = values.field(data)
            put(text if text.endswith("\n") else text + "\n")
        elif form == "csv":
            self._rows([data])
        elif form == "plain":
            rows = [[values.field(values.lookup(data, col.path)) for col in chosen]] if chosen else data.items()
            plain.write(rows if chosen else ([key, values.field(item)] for key, item in data.items()), put)
        else:
            self._pairs(data)

    def _pairs(self, data: dict[str, Any]) -> None:
        """Names and values of a record; what has parts stands below: records as a table, the rest as YAML."""
        look, now = self._settings.look, self._settings.now
        columns = self._settings.columns or self._described
        # What a query calls size may be anything.
        units = _UNITS if self._settings.query is None else {}
        found = [(col, values.lookup(data, col.path)) for col in columns] if columns else _named(data, units)
        flat = [(col, value) for col, value in found if not _has_parts(value)]
        pairs = [(col.heading, values.formatter(col.format, now)(value)) for col, value in flat]
        table.write_pairs(pairs, self._out.write, look)
        gap = "\n" if pairs else ""
        for col, value in found:
            if _has_parts(value):
                self._out.write(f"{gap}{safe(col.heading)}:\n")
                self._below(value)
                gap = "\n"

    def _below(self, value: Data) -> None:
        if _is_records(value):
            rows = [dict(flatten(item, depth=1)) for item in value]
            told = {key for row in rows for key, item in row.items() if item not in (None, "", [], {})}
            found = [col for col in column.derive(rows) if col.path in told] or column.derive(rows)
            self._table(rows, [replace(col, format=_UNITS.get(col.path, "")) for col in found])
            return
        from flext_cli.output import yaml

        for line in yaml.dumps(value, ascii_only=self._settings.ascii_only).splitlines():
            self._out.write(f"  {safe(line)}\n")

    # -- many ------------------------------------------------------------------------------------------------

    def _items(self, items: Iterable[Any], *, live: bool = False) -> None:
        form = self._settings.format
        put = self._flushing if live else self._out.write
        picked = map(self._pick, items) if self._settings.columns else items
        if form == "json":
            json.write_items(picked, put, ascii_only=self._settings.ascii_only)
        elif form == "ndjson":
            ndjson.write(picked, put, ascii_only=self._settings.ascii_only)
        elif form == "yaml":
            _yaml_items(picked, put, ascii_only=self._settings.ascii_only)
        else:
            self._rows(items, live=live)

    def _rows(self, items: Iterable[Any], *, live: bool = False) -> None:
        items, columns = self._columns_for(items)
        put = self._flushing if live else self._out.write
        form = self._settings.format
        if columns is None:
            self._bare(items, put)
        elif form == "table":
            if live:
                table.write_lines(self._cells(items, columns, self._settings.now, live=True), put, self._settings.look)
            else:
                self._table(items, columns)
        else:
            rows = ([values.field(values.lookup(item, col.path)) for col in columns] for item in items)
            if form == "csv":
                csv.write(rows, [col.heading if col.named else col.path for col in columns], put)
            else:
                plain.write(rows, put)

    def _columns_for(self, items: Iterable[Any]) -> tuple[Iterable[Any], list[Column] | None]:
        """Columns of the items: chosen, described, or their own keys; None if the items are no records."""
        columns = self._settings.columns or self._described
        if isinstance(items, list):
            sample = items
        else:
            source = iter(items)
            # A described stream is not waited for: its first line is shown when it comes.
            sample = list(islice(source, 1))
            items = chain(sample, source)
        if sample and not any(isinstance(item, dict) for item in sample):
            return items, None
        return items, columns or column.derive(sample)

    def _bare(self, items: Iterable[Any], put: Put) -> None:
        """Scalars, one a line; lists (a multi-select query) as rows."""
        rows = (
            [values.field(part) for part in item] if isinstance(item, list) else [values.field(item)] for item in items
        )
        form = self._settings.format
        if form == "csv":
            csv.write(rows, None, put)
        elif form == "plain":
            plain.write(rows, put)
        else:
            whole = list(rows)
            size = max(map(len, whole), default=0)
            table.write([row + [""] * (size - len(row)) for row in whole], None, put, self._settings.look)

    def _table(self, items: Iterable[Any], columns: list[Column]) -> None:
        first = list(islice(items_iter := iter(items), table.SAMPLE))
        right = [_numeric(first[:50], col) for col in columns]
        # One moment for all ages of a table, which is asked for once.
        moment = self._settings.now()
        rows = self._cells(chain(first, items_iter), columns, lambda: moment)
        asked = bool(self._settings.columns)
        table.write(rows, [col.heading for col in columns], self._out.write, self._settings.look, right, asked=asked)

    @staticmethod
    def _cells(
        items: Iterable[Any], columns: list[Column], now: Callable[[], datetime], *, live: bool = False
    ) -> Iterator[list[str]]:
        getters = [(col.path, values.formatter(col.format, now, live=live)) for col in columns]
        for item in items:
            try:
                yield [form(item[path]) for path, form in getters]
            except (KeyError, TypeError, IndexError):
                # A dotted path, or a field that this record lacks.
                yield [form(values.lookup(item, path)) for path, form in getters]

    def _pick(self, item: Data) -> Data:
        """Only the chosen columns of a record, by their path or the heading the user gave."""
        if not isinstance(item, dict):
            return item
        return {
            col.heading if col.named else col.path: values.lookup(item, col.path)
            for col in self._settings.columns or ()
        }

    def _flushing(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def _numeric(items: Sequence[Any], col: Column) -> bool:
    """Whether a column stands on the right: numbers, and what is made of numbers."""
    if col.format:
        return col.format in {"duration", "bytes", "rate", "percent"}
    kinds = {type(values.lookup(item, col.path)) for item in items} - {type(None)}
    return bool(kinds) and kinds <= {int, float}


def _is_records(value: Data) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _has_parts(value: Data) -> bool:
    """Whether a value is too rich for a line: something nested in something nested."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return _is_records(value) or any(isinstance(part, list | dict) and part for part in parts)


def _named(data: dict[str, Any], units: Mapping[str, str]) -> list[tuple[Column, Any]]:
    return [(Column(name, name, units.get(name.rpartition(".")[2], "")), value) for name, value in flatten(data)]


def flatten(data: dict[str, Any], prefix: str = "", depth: int = 2) -> Iterator[tuple[str, Any]]:
    """Names and values of a record, those of records inside it with a dotted name."""
    for key, value in data.items():
        if isinstance(value, dict) and value and depth:
            yield from flatten(value, f"{prefix}{key}.", depth - 1)
        else:
            yield f"{prefix}{key}", value


def _ndjson_one(value: Data, put: Put, *, ascii_only: bool) -> None:
    if value is not None:
        ndjson.write([value], put, ascii_only=ascii_only)


def _yaml_write(value: Data, put: Put, *, ascii_only: bool) -> None:
    from flext_cli.output import yaml

    yaml.write(value, put, ascii_only=ascii_only)


def _yaml_items(items: Iterable[Any], put: Put, *, ascii_only: bool) -> None:
    from flext_cli.output import yaml

    yaml.write_items(items, put, ascii_only=ascii_only)
