"""How a tap of a database reads a table: all of it, or by its replication key from the last value on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from flext_sdk.connectors import _ties
from flext_sdk.connectors._blocks import Encoding
from flext_sdk.connectors._bookmarks import hash_of
from flext_sdk.connectors._io import say
from flext_sdk.connectors._lines import record_lines
from flext_sdk.connectors._stream import Chunk, Mark, Reading, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flext_sdk.connectors._relations import Field
    from flext_sdk.connectors._types import Array, Table

    Content = Callable[[int], bytes]
    """What the row of a number is known by."""


class Rows(Protocol):
    """The rows of one table."""

    def read(self, since: Any) -> Iterator[tuple[Table, Content]]:  # noqa: ANN401 - JSON
        """Columns of text in pieces, those with the replication key at ``since`` or behind it, in its order.

        Args:
            since: A text as it came before; None for all.
        """
        ...


def answer(rows: Rows, fields: Sequence[Field], request: Request) -> Reading:
    """Answers a request for a table.

    Args:
        rows: Its rows.
        fields: The wanted columns.
        request: What is wanted.
    """
    writer = _Writer(request.stream.name, fields)
    if request.limit:
        return Reading((writer.chunk(table, 0) for table, _ in rows.read(None)), lambda: None)
    if request.replication_key is not None:
        return _Newest(rows, writer, request).reading()
    version = request.new_version()
    chunks = (writer.chunk(table, version) for table, _ in rows.read(None))
    return Reading(chunks, lambda: {"version": version}, version)


class _Writer:
    """Makes RECORD lines of a stream."""

    def __init__(self, stream: str, fields: Sequence[Field]) -> None:
        self._stream = stream
        self._names = [field.name for field in fields]
        self._kinds = {field.name: field.written for field in fields}

    def chunk(self, table: Table, version: int, mark: Mark | None = None) -> Chunk:
        """Some rows."""
        encoding = Encoding(self._stream, self._names, True, self._kinds, version, "")  # noqa: FBT003
        return Chunk(record_lines(table, 1, encoding), table.num_rows, mark)


class _Newest:
    """Reads a table by its replication key, from the last value on."""

    def __init__(self, rows: Rows, writer: _Writer, request: Request) -> None:
        self._rows = rows
        self._writer = writer
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
        for table, content in self._rows.read(self._value):
            values = table.column(self._key)
            fresh: Sequence[int] = range(table.num_rows)
            if self._sent:
                fresh = self._without_sent(values, content)
            if not fresh:
                continue
            self._note(values, fresh, content)
            rows = table if len(fresh) == table.num_rows else table.take(fresh)
            yield self._writer.chunk(rows, self._version, self._mark())

    def _without_sent(self, values: Array, content: Content) -> list[int]:
        """Which rows were not sent by an earlier run. Those that may have been come first."""
        first = str(self._value)
        fresh: list[int] = []
        for number in range(len(values)):
            if values[number].as_py() != first:
                self._sent.clear()
                fresh += range(number, len(values))
                break
            if _ties.digest(content(number)) not in self._sent:
                fresh.append(number)
        return fresh

    def _note(self, values: Array, rows: Sequence[int], content: Content) -> None:
        """Remembers the last value, and which rows have it."""
        last = values[rows[-1]].as_py()
        if last is None:
            return  # nulls come first
        if last != str(self._last):
            self._last, self._ties = last, []
        for number in reversed(rows):
            if values[number].as_py() != last or len(self._ties) > _ties.KEYLESS:
                break
            self._ties.append(_ties.digest(content(number)))
