"""Reads Singer messages and hands them to a sink in batches; announces a state when all before it is safe.

A sink writes into one transaction, which is committed only where a STATE message stands (or at the end): a run that
stops anywhere leaves exactly what its last announced state says, or what a later state would say that nobody heard
of.
"""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from flext_sdk.connectors._batchfiles import records_of
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._io import Clock, RecordCounter, say, write_all
from flext_sdk.connectors._json import dumps, parse_lines, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, Any]
Positions = dict[str, int]

_READ = 1 << 20
_BATCH_ROWS = 50_000
_BATCH_BYTES = 32 << 20


class Pace(NamedTuple):
    """How often a sink is asked to commit: after so many records, or so many seconds."""

    rows: int = 25_000
    seconds: float = 5.0


class Sink(Protocol):
    """Where records go. Everything happens in a transaction that is open from the first call to :meth:`commit`."""

    pace: Pace

    def schema(self, stream: str, schema: dict[str, Any], keys: list[str]) -> None:
        """A stream's fields and keys, before its first record and whenever they change."""
        ...

    def write(self, stream: str, version: int, records: list[Record], lines: list[int]) -> None:
        """Records of one version (0 for none), with the numbers of their input lines for messages."""
        ...

    def positions(self, stream: str, version: int) -> Positions:
        """How far each source of a version was written, which :meth:`commit` makes last with the records. Mutable."""
        ...

    def activate(self, stream: str, version: int) -> None:
        """Removes all records of other versions."""
        ...

    def commit(self) -> None:
        """Makes everything last."""
        ...

    def rollback(self) -> None:
        """Takes back everything since the last commit."""
        ...

    def close(self) -> None:
        """Frees what the sink holds."""
        ...


class _Batch:
    """Records of one stream that wait to be written."""

    def __init__(self) -> None:
        self.definition: tuple[Any, ...] = ()
        self.version = 0
        self.seen: Positions = {}
        self.records: list[Record] = []
        self.lines: list[int] = []
        self.unversioned = False  # whether files brought rows before any version was told


class Target:
    """Drives a sink with messages.

    Args:
        name: Name of the program.
        sink: Where records go.
        clock: Seconds that only grow.
        output: Where states go, a file descriptor.
    """

    def __init__(self, name: str, sink: Sink, clock: Clock = time.monotonic, output: int = 1) -> None:
        self._sink = sink
        self._clock = clock
        self._output = output
        self._counter = RecordCounter({"target": name}, clock)
        self._batches: dict[str, _Batch] = {}
        self._ignored: set[str] = set()
        self._state: bytes | None = None
        self._waiting = 0  # records in batches
        self._waiting_bytes = 0
        self._open = 0  # records and other changes since the last commit
        self._after_state = False
        self._committed_at = clock()

    def run(self, descriptor: int) -> None:
        """Reads messages up to the end of the input, and commits.

        Raises:
            ConnectorError: If a message cannot be understood or stored; what was not committed is taken back.
        """
        line = 1
        try:
            for data in self._chunks(descriptor):
                line += self._take(data, line)
            self._flush_all()
            self._commit()
        except BaseException:
            self._sink.rollback()
            raise
        finally:
            self._counter.flush()

    def _chunks(self, descriptor: int) -> Iterator[bytes]:
        """The input in pieces of whole lines."""
        parts: list[bytes] = []
        while True:
            if self._state is not None and not self._after_state and not _readable(descriptor, self._sink.pace.seconds):
                self._commit()  # the tap pauses: what it confirmed need not wait for its next word
            data = os.read(descriptor, _READ)
            if not data:
                break
            head, found, tail = data.rpartition(b"\n")
            if found:
                yield b"".join([*parts, head])
                parts = [tail] if tail else []
            else:
                parts.append(data)
        if parts:
            yield b"".join(parts)

    def _take(self, data: bytes, first: int) -> int:
        """Handles whole lines; gives their number."""
        lines = data.split(b"\n")
        for number, message in enumerate(parse_lines(lines, first, "input line"), first):
            if message is None:
                continue
            try:
                if message["type"] == "RECORD":
                    self._record(message, number)
                else:
                    self._message(message, number)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                if isinstance(error, KeyError | TypeError | AttributeError):
                    raise ConnectorError(
                        f"input line {number} is no Singer message: {shorten(lines[number - first])}"
                    ) from None
                raise
        self._waiting_bytes += len(data)
        self._flush_when_full()
        return len(lines)

    def _record(self, message: dict[str, Any], number: int) -> None:
        batch = self._batches.get(message["stream"])
        if batch is None:
            raise ConnectorError(
                f"input line {number}: a record of the stream {message['stream']} comes before its SCHEMA"
            )
        record = message["record"]
        if type(record) is not dict:
            raise ConnectorError(f"input line {number}: the record of the stream {message['stream']} is no JSON object")
        version = message.get("version") or 0
        if version != batch.version:
            self._change_version(message["stream"], batch, version)
        self._after_state = True
        position = message.get("flext_position")
        if position is not None and version:
            source, row = position
            if row <= batch.seen.get(source, 0):
                return  # it was committed by a run whose last state was not heard
            batch.seen[source] = row
        batch.records.append(record)
        batch.lines.append(number)
        self._waiting += 1

    def _change_version(self, stream: str, batch: _Batch, version: object) -> None:
        if type(version) is not int or version < 0:
            raise TypeError
        self._flush(stream, batch)
        batch.version = version
        batch.seen = self._sink.positions(stream, version) if version else {}

    def _message(self, message: dict[str, Any], number: int) -> None:
        match message["type"]:
            case "STATE":
                self._take_state(message["value"])
            case "SCHEMA":
                self._schema(message, number)
            case "ACTIVATE_VERSION":
                self._activate(message, number)
            case "BATCH":
                self._batch(message, number)
            case other:
                if str(other) not in self._ignored:
                    self._ignored.add(str(other))
                    say("WARNING", f"input line {number}: messages of the type {other} are ignored")

    def _batch(self, message: dict[str, Any], number: int) -> None:
        """Takes the records of files, as if they had come here."""
        stream = message["stream"]
        batch = self._batches.get(stream)
        if batch is None:
            raise ConnectorError(f"input line {number}: a BATCH of the stream {stream} comes before its SCHEMA")
        # The SDK leaves the version out of these messages: what was announced before holds.
        version = message.get("version") or batch.version
        if version != batch.version:
            self._change_version(stream, batch, version)
        fields = batch.definition[0].get("properties") or {}
        batch.unversioned |= not version
        self._after_state = True
        for records, size in records_of(message):
            # The SDK writes fields that were not selected into the files, too; the schema has only those that were.
            strange = set().union(*records) - fields.keys() if fields else ()
            if strange:
                for record in records:
                    for name in strange:
                        record.pop(name, None)
            batch.records += records
            batch.lines += [number] * len(records)
            self._waiting += len(records)
            self._waiting_bytes += size
            self._flush_when_full()

    def _schema(self, message: dict[str, Any], number: int) -> None:
        stream, schema, keys = message["stream"], message["schema"], message.get("key_properties") or []
        fields = schema.get("properties") or {}
        missing = [key for key in keys if key not in fields]
        if missing and fields:
            raise ConnectorError(
                f"input line {number}: the stream {stream} has the key {missing[0]}, which is none of its fields"
            )
        batch = self._batches.setdefault(str(stream), _Batch())
        if batch.definition == (schema, keys):
            return
        self._flush(stream, batch)
        self._sink.schema(stream, schema, keys)
        batch.definition = (schema, keys)
        self._open += 1

    def _activate(self, message: dict[str, Any], number: int) -> None:
        stream, version = message["stream"], message["version"]
        batch = self._batches.get(stream)
        if batch is None:
            raise ConnectorError(
                f"input line {number}: ACTIVATE_VERSION of the stream {stream} comes before its SCHEMA"
            )
        if batch.unversioned:
            # Nobody can tell its rows from older ones, so nothing is removed.
            say("WARNING", f"input line {number}: {stream}: what is gone stays, for its batch files tell no version")
            return
        self._change_version(stream, batch, version)
        self._sink.activate(stream, version)
        self._open += 1
        self._after_state = True

    def _take_state(self, value: object) -> None:
        self._state = dumps(value)
        self._after_state = False
        records = self._open + self._waiting
        pace = self._sink.pace
        if not records or records >= pace.rows or self._clock() - self._committed_at >= pace.seconds:
            self._flush_all()
            self._commit()

    def _flush_when_full(self) -> None:
        if self._waiting >= _BATCH_ROWS or self._waiting_bytes >= _BATCH_BYTES:
            self._flush_all()

    def _flush_all(self) -> None:
        for stream, batch in self._batches.items():
            self._flush(stream, batch)
        self._waiting_bytes = 0

    def _flush(self, stream: str, batch: _Batch) -> None:
        if batch.records:
            count = len(batch.records)
            self._sink.write(stream, batch.version, batch.records, batch.lines)
            batch.records, batch.lines = [], []
            self._waiting -= count
            self._open += count
            self._counter.add(stream, count)

    def _commit(self) -> None:
        self._flush_all()
        self._sink.commit()
        self._open = 0
        self._committed_at = self._clock()
        if self._state is not None:
            write_all(self._output, self._state + b"\n")
            self._state = None


def _readable(descriptor: int, seconds: float) -> bool:
    """Whether input or its end comes within some seconds."""
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    except (OSError, ValueError):  # not a thing that can be waited for
        return True
