"""A tap whose streams are typed tables: Parquet files, database tables, lists of an API. Discover, test, sync.

What files of lines need (bytes appended, types guessed) is in ``_tap``; here the source knows its fields.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from flext_sdk.connectors import _catalog
from flext_sdk.connectors._catalog import Selection
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._io import RecordCounter, say, write_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Mark = dict[str, Any]


@dataclass(slots=True)
class Stream:
    """What a source offers.

    Attributes:
        name: Name of the stream.
        properties: JSON Schema of each field, in order.
        keys: Key fields.
        replication_key: Field by which later runs read only what is new, or None to read everything.
        candidates: Fields that can be such a field.
        open_ended: Whether the fields are found while reading: then the chunks bring the properties.
    """

    name: str
    properties: dict[str, dict[str, Any]]
    keys: tuple[str, ...] = ()
    replication_key: str | None = None
    candidates: tuple[str, ...] = ()
    open_ended: bool = False


@dataclass(slots=True)
class Request:
    """What is wanted of a stream.

    Attributes:
        stream: The stream.
        fields: The selected fields, in order.
        keys: Key fields.
        replication_key: As in :class:`Stream`, after the catalog had its say.
        full_table: Whether the catalog asks to read everything every time, and drop what is gone.
        mark: The bookmark, ``{}`` for none.
        new_version: Gives a version above all earlier ones.
        left_out: Fields that are not wanted.
        limit: At most so many rows, for tests of a connection; 0 for all.
    """

    stream: Stream
    fields: list[str]
    keys: tuple[str, ...]
    replication_key: str | None
    full_table: bool
    mark: Mark
    new_version: Callable[[], int]
    left_out: frozenset[str] = frozenset()
    limit: int = 0


@dataclass(slots=True)
class Chunk:
    """Some rows, as RECORD lines.

    Attributes:
        lines: The lines, in large pieces.
        rows: How many.
        mark: The bookmark that holds behind them, or None where there is none yet.
        properties: The fields as they are from here on, where they have changed.
    """

    lines: Iterable[memoryview | bytes]
    rows: int
    mark: Mark | None = None
    properties: dict[str, dict[str, Any]] | None = None


@dataclass(slots=True)
class Reading:
    """How a request is answered.

    Attributes:
        chunks: The rows, read when asked for.
        end: The bookmark behind everything, asked for when ``chunks`` has ended; None where there is none.
        activate: Version that takes the place of all others in the end, 0 for none.
    """

    chunks: Iterator[Chunk]
    end: Callable[[], Mark | None]
    activate: int = 0


class Source(Protocol):
    """Where streams come from."""

    def streams(self, *, complete: bool) -> list[Stream]:
        """All streams, in the order in which they are read.

        Args:
            complete: Whether the fields of open-ended streams are needed, too.
        """
        ...

    def open(self, request: Request) -> Reading:
        """Begins to read a stream."""
        ...


@dataclass(slots=True)
class Bookmarks:
    """The state that runs from run to run."""

    rest: dict[str, Any] = field(default_factory=dict)
    streams: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Bookmarks:
        """Reads a state, also one that still has its message around it.

        Raises:
            ConnectorError: If its bookmarks are no map.
        """
        state = state["value"] if state.get("type") == "STATE" and isinstance(state.get("value"), dict) else state
        streams = state.get("bookmarks", {})
        if not isinstance(streams, dict):
            raise ConnectorError("--state: bookmarks must be a map from stream to bookmark")
        return cls({name: value for name, value in state.items() if name != "bookmarks"}, dict(streams))

    def of(self, stream: str) -> Mark:
        """The bookmark of a stream.

        Raises:
            ConnectorError: If it is no map.
        """
        mark = self.streams.get(stream) or {}
        if not isinstance(mark, dict):
            raise ConnectorError(f"--state: the bookmark of the stream {stream} is broken; run without it to read anew")
        return mark

    def last_version(self) -> int:
        """The highest version in them."""
        found = [mark.get("version") for mark in self.streams.values() if isinstance(mark, dict)]
        return max((version for version in found if isinstance(version, int)), default=0)

    def value(self) -> dict[str, Any]:
        """The value of a STATE message."""
        return {**self.rest, "bookmarks": self.streams}


class TableTap:
    """Reads the streams of a source.

    Args:
        name: Name of the program.
        source: The source.
        now: Milliseconds since 1970: versions are made of them.
        output: Where messages go, a file descriptor.
    """

    def __init__(
        self,
        name: str,
        source: Source,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        output: int = 1,
    ) -> None:
        self._source = source
        self._now = now
        self._output = output
        self._counter = RecordCounter({"tap": name})

    def discover(self) -> None:
        """Writes the catalog."""
        entries = [_catalog.table_entry(stream) for stream in self._source.streams(complete=True)]
        write_all(self._output, json.dumps({"streams": entries}, indent=2, ensure_ascii=False).encode() + b"\n")

    def test(self, catalog: Mapping[str, Any] | None, *, records: bool) -> None:
        """Writes the schema of every stream and, if wanted, its first record."""
        for request in self._requests(catalog, Bookmarks(), complete=True):
            request.limit, request.replication_key, request.full_table = 1, None, False
            self._write_schema(request)
            rows = 0
            for chunk in self._source.open(request).chunks if records else ():
                first = next((bytes(piece) for piece in chunk.lines), b"").partition(b"\n")[0]
                if first:
                    write_all(self._output, first + b"\n")
                    rows = 1
                    break
            self._counter.add(request.stream.name, rows)
        self._counter.flush()

    def sync(self, catalog: Mapping[str, Any] | None, state: Mapping[str, Any]) -> None:
        """Writes schemas, records and states of all selected streams.

        Args:
            catalog: Which streams and fields; None for all.
            state: The last state that the target confirmed; ``{}`` for none.
        """
        bookmarks = Bookmarks.read(state)
        for request in self._requests(catalog, bookmarks):
            self._sync(request, bookmarks)
        self._counter.flush()

    def _sync(self, request: Request, bookmarks: Bookmarks) -> None:
        stream = request.stream.name
        reading = self._source.open(request)
        if not request.stream.open_ended:
            self._write_schema(request)
        for chunk in reading.chunks:
            if chunk.properties is not None:
                request.stream.properties = chunk.properties
                request.fields = [name for name in chunk.properties if name not in request.left_out]
                self._write_schema(request)
            for lines in chunk.lines:
                write_all(self._output, lines)
            self._counter.add(stream, chunk.rows)
            if chunk.mark is not None:
                bookmarks.streams[stream] = chunk.mark
                self._write({"type": "STATE", "value": bookmarks.value()})
        if reading.activate:
            # Only now are rows of earlier versions removed: until here the table stays whole.
            self._write({"type": "ACTIVATE_VERSION", "stream": stream, "version": reading.activate})
        self._counter.add(stream, 0)
        mark = reading.end()
        if mark is not None:
            bookmarks.streams[stream] = mark
        self._write({"type": "STATE", "value": bookmarks.value()})

    def _requests(
        self, catalog: Mapping[str, Any] | None, bookmarks: Bookmarks, *, complete: bool = False
    ) -> Iterator[Request]:
        last = bookmarks.last_version()

        def new_version() -> int:
            nonlocal last
            last = max(self._now(), last + 1)
            return last

        for stream, selection in self._selected(catalog, complete=complete):
            keys = stream.keys or selection.keys or ()
            for key in () if stream.open_ended else keys:
                if key not in stream.properties:
                    raise ConnectorError(
                        f"{stream.name}: the key field {key} does not exist; there are: {', '.join(stream.properties)}"
                    )
            replication_key = _replication_key(stream, selection)
            left_out = frozenset(selection.deselected - {*keys, replication_key})
            fields = [name for name in stream.properties if name not in left_out]
            if not fields and not stream.open_ended:
                raise ConnectorError(f"{stream.name}: no field of it is selected")
            mark = bookmarks.of(stream.name)
            yield Request(stream, fields, keys, replication_key, selection.full_table, mark, new_version, left_out)

    def _selected(self, catalog: Mapping[str, Any] | None, *, complete: bool) -> list[tuple[Stream, Selection]]:
        streams = self._source.streams(complete=complete)
        if catalog is None:
            return [(stream, Selection()) for stream in streams]
        selections = _catalog.read(catalog)
        chosen = [(stream, selections[stream.name]) for stream in streams if stream.name in selections]
        for name in sorted(set(selections) - {stream.name for stream in streams}):
            say("WARNING", f"--catalog: the source has no stream {name}")
        if not chosen:
            raise ConnectorError("--catalog: it selects no stream that the source has")
        return chosen

    def _write_schema(self, request: Request) -> None:
        properties = {name: request.stream.properties[name] for name in request.fields}
        message: dict[str, Any] = {
            "type": "SCHEMA",
            "stream": request.stream.name,
            "schema": {"type": "object", "properties": properties},
            "key_properties": list(request.keys),
        }
        if request.replication_key:
            message["bookmark_properties"] = [request.replication_key]
        self._write(message)

    def _write(self, message: Mapping[str, Any]) -> None:
        write_all(self._output, json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _replication_key(stream: Stream, selection: Selection) -> str | None:
    """The field by which a stream is read: the catalog decides, else the settings.

    Raises:
        ConnectorError: If there is no such field, or its values have no order.
    """
    if selection.full_table:
        return None
    name = selection.replication_key or stream.replication_key
    if name is None:
        if selection.incremental:
            raise ConnectorError(f"{stream.name}: INCREMENTAL needs a replication_key; set it in catalog or settings")
        return None
    if stream.open_ended:
        return name
    if name not in stream.properties:
        raise ConnectorError(
            f"{stream.name}: the replication key {name} does not exist; there are: {', '.join(stream.properties)}"
        )
    if name not in stream.candidates:
        raise ConnectorError(
            f"{stream.name}: {name} cannot be a replication key, its values have no order; "
            f"possible are: {', '.join(stream.candidates) or 'none'}"
        )
    return name
