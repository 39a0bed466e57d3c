"""Parquet files as streams: new and changed files, or the new rows of files that are written anew."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flext_sdk.connectors import _ties
from flext_sdk.connectors._arrow import as_text, checked_kinds, lines_of, orderable, property_of
from flext_sdk.connectors._bookmarks import hash_of
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._files import find
from flext_sdk.connectors._io import say
from flext_sdk.connectors._kinds import NOTHING, Kinds, join
from flext_sdk.connectors._stream import Chunk, Mark, Reading, Request, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flext_sdk.connectors._files import Source as FileGroup
    from flext_sdk.connectors._files import SourceFile
    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._types import Array, Scalar, Table

SUFFIXES = (".parquet", ".pq", ".parq")
FORMAT = 1
_BATCH_BYTES = 16 << 20
_BATCH_ROWS = 50_000


@dataclass(slots=True)
class _Group:
    """A stream and its files.

    Attributes:
        kinds: Kinds of each field over all files.
        own: Kind of each field of each file, by file key.
    """

    files: FileGroup
    kinds: dict[str, Kinds] = field(default_factory=dict)
    own: dict[str, dict[str, str]] = field(default_factory=dict)


class ParquetSource:
    """The Parquet files that the settings name.

    Args:
        settings: Of ``tap-parquet``.

    Raises:
        ConnectorError: If there are none.
    """

    def __init__(self, settings: Settings) -> None:
        self._groups = {group.stream: _Group(group) for group in find(settings, SUFFIXES)}
        self._replication_keys = _ties.replication_key_of(settings.get("replication_key"), list(self._groups))

    def streams(self, *, complete: bool) -> list[Stream]:  # noqa: ARG002 - they always are
        """The streams, with the fields of all their files.

        Raises:
            ConnectorError: If a file is no Parquet file.
        """
        return [self._stream(name, group) for name, group in self._groups.items()]

    def _stream(self, name: str, group: _Group) -> Stream:
        for file in group.files.files:
            with _opened(file.path) as (_, parquet):
                schema = parquet.schema_arrow
                twice = {each for each in schema.names if schema.names.count(each) > 1}
                if twice:
                    raise ConnectorError(f"{file.path}: it has several columns called {min(twice)}")
                own = checked_kinds(str(file.path), [(each.name, each.type) for each in schema])
                nothing = {each.name for each in schema if pa.types.is_null(each.type)}
            group.own[file.key] = own
            for field_name, kind in own.items():
                kinds = NOTHING if field_name in nothing else frozenset({kind})
                group.kinds[field_name] = join(group.kinds.get(field_name, NOTHING), kinds, mixed=True)
        return Stream(
            name,
            {each: property_of(kinds) for each, kinds in group.kinds.items()},
            group.files.keys,
            self._replication_keys.get(name),
            tuple(each for each, kinds in group.kinds.items() if len(kinds) == 1 and orderable(*kinds)),
        )

    def open(self, request: Request) -> Reading:
        """Begins to read a stream."""
        group = self._groups[request.stream.name]
        if request.limit:
            return Reading(self._first_rows(request, group), lambda: None)
        progress = _Progress(request, group)
        if request.replication_key:
            return _New(progress, request.replication_key).reading()
        return progress.reading()

    @staticmethod
    def _first_rows(request: Request, group: _Group) -> Iterator[Chunk]:
        for file in group.files.files:
            with _opened(file.path) as (_, parquet):
                for table in _batches(file.path, parquet, request.fields, 0):
                    rows = table.slice(0, request.limit)
                    yield Chunk(lines_of(rows, request.stream.name, group.own[file.key]), rows.num_rows)


class _Progress:
    """Reads whole files, and knows from the bookmark which of them were read.

    Attributes:
        mark: The bookmark, carried on.
        todo: Files that are to be read.
    """

    def __init__(self, request: Request, group: _Group) -> None:
        self.request = request
        self.group = group
        self.stream = request.stream.name
        left_out = sorted(set(request.stream.properties) - set(request.fields))
        # Rows without keys are known by their content, so that must not grow unnoticed.
        content = list(request.stream.properties) if request.replication_key and not request.keys else []
        signature = hash_of(json.dumps([list(request.keys), left_out, request.replication_key, content]).encode())
        known = self._usable(signature)
        self.stats = {file.key: _stat(file.path) for file in group.files.files}
        changed = [
            file for file in group.files.files if known["files"].get(file.key, {}).get("stat") != self.stats[file.key]
        ]
        digests = {file.key: _digest(file.path) for file in changed}
        versioned = not request.keys or request.full_table
        rewritten = [
            file.key
            for file in changed
            if file.key in known["files"] and known["files"][file.key]["digest"] != digests[file.key]
        ]
        if rewritten and not request.replication_key:
            say(
                "INFO",
                f"{self.stream}: {rewritten[0]} was rewritten, so {'everything' if versioned else 'it'} is read anew",
            )
        if rewritten and versioned and not request.replication_key:
            known = self._fresh(signature)
            changed = list(group.files.files)
            digests = {file.key: digests.get(file.key) or _digest(file.path) for file in changed}
        self.mark = known
        if versioned and not known["version"]:
            known["version"] = request.new_version()
        self.activate = 0 if not known["version"] or known["complete"] else known["version"]
        self.todo: list[SourceFile] = []
        for file in changed:
            entry = known["files"].get(file.key)
            if entry is None or entry["digest"] != digests[file.key]:
                known["files"][file.key] = {"digest": digests[file.key], "rows": 0, "stat": []}
                self.todo.append(file)
            elif entry["stat"]:
                entry["stat"] = self.stats[file.key]  # touched, not changed
            else:
                self.todo.append(file)

    def _usable(self, signature: str) -> Mark:
        mark = self.request.mark
        if not mark or mark.get("format") != FORMAT:
            return self._fresh(signature)
        try:
            files = {str(key): dict(entry) for key, entry in mark["files"].items()}
            if not all({"digest", "rows", "stat"} <= entry.keys() for entry in files.values()):
                raise KeyError
            mark = {**mark, "files": files, "version": int(mark["version"]), "complete": bool(mark["complete"])}
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ConnectorError(
                f"--state: the bookmark of the stream {self.stream} is broken; run without it to read anew"
            ) from None
        if mark.get("signature") != signature:
            say(
                "INFO",
                f"{self.stream}: keys, replication key or selected fields have changed, so everything is read anew",
            )
            return self._fresh(signature)
        # A version that was read to its end is done; one that was not goes on.
        return self._fresh(signature) if self.request.full_table and mark["complete"] else mark

    @staticmethod
    def _fresh(signature: str) -> Mark:
        return {"format": FORMAT, "version": 0, "complete": False, "signature": signature, "files": {}}

    def tables(self, file: SourceFile, skip: int) -> Iterator[Table]:
        """The rows of a file; it is an error if it changes meanwhile."""
        with _opened(file.path) as (stream, parquet):
            if _stat_of(stream) != self.stats[file.key]:
                raise ConnectorError(f"{file.path} changed while it was read; run again")
            yield from _batches(file.path, parquet, self.request.fields, skip)
            if _stat_of(stream) != self.stats[file.key]:
                raise ConnectorError(f"{file.path} changed while it was read; run again")

    def reading(self) -> Reading:
        """Everything that is to be read."""
        return Reading(self._chunks(), self._end, self.activate)

    def _chunks(self) -> Iterator[Chunk]:
        for file in self.todo:
            entry = self.mark["files"][file.key]
            for table in self.tables(file, entry["rows"]):
                lines = lines_of(
                    table,
                    self.stream,
                    self.group.own[file.key],
                    version=self.mark["version"],
                    source=file.key,
                    first_row=entry["rows"] + 1,
                )
                entry["rows"] += table.num_rows
                yield Chunk(lines, table.num_rows, self.mark)
            entry["stat"] = self.stats[file.key]

    def _end(self) -> Mark:
        self.mark["complete"] = True
        return self.mark


class _New:
    """Reads the rows of changed files whose replication key is not behind the last value."""

    def __init__(self, progress: _Progress, key: str) -> None:
        self._progress = progress
        self._key = key
        self._kind = next(iter(progress.group.kinds[key]))
        self._value, ties = _ties.start_of(progress.mark, key)
        self._sent = set(ties)
        self._highest: Any = None
        self._text: str | None = self._value
        self._ties: list[str] = list(ties)

    def reading(self) -> Reading:
        """The new rows; their bookmark holds only when all files were read, for no order is known."""
        return Reading(self._chunks(), self._end, self._progress.activate)

    def _chunks(self) -> Iterator[Chunk]:
        progress = self._progress
        for file in progress.todo:
            kinds = progress.group.own[file.key]
            if self._key not in kinds:
                raise ConnectorError(f"{file.path}: it lacks the replication key {self._key}")
            for table in progress.tables(file, 0):
                rows = self._only_new(table, kinds)
                if rows.num_rows:
                    self._note(rows, kinds)
                    yield Chunk(lines_of(rows, progress.stream, kinds, version=progress.mark["version"]), rows.num_rows)
            progress.mark["files"][file.key]["stat"] = progress.stats[file.key]

    def _end(self) -> Mark:
        progress = self._progress
        progress.mark["complete"] = True
        found = _ties.bookmark(progress.stream, self._key, self._text, self._ties, keyed=bool(progress.request.keys))
        return progress.mark | found

    def _values(self, table: Table) -> Array:
        """The replication key in a form that compares, to the microsecond."""
        column = table.column(self._key).combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if self._kind in ("datetime", "datetimetz"):
            return column.cast(pa.timestamp("us", "UTC" if column.type.tz else None), safe=False)
        if self._kind == "number" and pa.types.is_floating(column.type):
            return column.cast(pa.float64())
        return column.cast(pa.date32()) if self._kind == "date" else column

    def _scalar(self, kind: Any) -> Scalar:  # noqa: ANN401 - a type of Arrow
        text = pa.array([str(self._value)], pa.string())
        try:
            return text.cast(kind)[0]
        except pa.ArrowInvalid:
            raise ConnectorError(
                f"--state: the bookmark of the stream {self._progress.stream} holds no value of {self._key}"
            ) from None

    def _only_new(self, table: Table, kinds: dict[str, str]) -> Table:
        if self._value is None:
            return table
        values = self._values(table)
        last = self._scalar(values.type)
        keep = pc.greater(values, last)
        same = pc.indices_nonzero(pc.equal(values, last))
        if len(same):
            hashes = self._hashes(table.take(same), kinds)
            more = [row for row, found in zip(same.to_pylist(), hashes, strict=True) if found not in self._sent]
            numbers = pa.array(range(table.num_rows), pa.uint64())
            keep = pc.or_kleene(keep, pc.is_in(numbers, pa.array(more, pa.uint64())))
        return table.filter(keep)

    def _note(self, rows: Table, kinds: dict[str, str]) -> None:
        """Remembers the highest value, and which rows have it."""
        values = self._values(rows)
        highest = pc.max(values)
        if not highest.is_valid:
            return
        told = as_text(pa.array([highest.as_py()], values.type), self._kind)[0].as_py()
        value = highest.as_py()
        if self._highest is None and self._value is not None:
            self._highest = self._scalar(values.type).as_py()
        if self._highest is None or value > self._highest:
            self._highest, self._text, self._ties = value, told, []
        if value == self._highest and len(self._ties) <= _ties.KEYLESS:
            self._ties += self._hashes(rows.filter(pc.equal(values, highest)), kinds)

    def _hashes(self, rows: Table, kinds: dict[str, str]) -> list[str]:
        data = b"".join(bytes(piece) for piece in lines_of(rows, "", kinds))
        return [_ties.digest(line) for line in data.splitlines()]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, Any]]:
    """An open file, and how Arrow sees it."""
    try:
        with path.open("rb") as stream:
            parquet = pq.ParquetFile(stream, pre_buffer=False)
            yield stream, parquet
    except pa.ArrowInvalid as error:
        raise ConnectorError(f"{path}: it is no Parquet file, or a broken one ({_line(error)})") from None
    except (pa.ArrowException, OSError) as error:
        raise ConnectorError(f"cannot read {path}: {_line(error)}") from None


def _line(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.partition("\n")[0][:200].rstrip(".")


def _batches(path: Path, parquet: Any, fields: list[str], skip: int) -> Iterator[Table]:  # noqa: ANN401
    """The rows behind the first ``skip``, never much more of them at once than 16 MB."""
    present = [name for name in fields if name in parquet.schema_arrow.names]
    # A name with a point in it would be taken for a part of a struct.
    columns = None if any("." in name for name in present) else present
    for number in range(parquet.num_row_groups):
        group = parquet.metadata.row_group(number)
        if skip >= group.num_rows:
            skip -= group.num_rows
            continue
        rows = max(1, min(_BATCH_ROWS, _BATCH_BYTES * group.num_rows // max(1, group.total_byte_size)))
        for batch in parquet.iter_batches(rows, row_groups=[number], columns=columns):
            table = pa.table(batch).select(present)
            if skip >= table.num_rows:
                skip -= table.num_rows
                continue
            yield table.slice(skip)
            skip = 0
    if skip:
        raise ConnectorError(f"{path}: it has fewer rows than the bookmark says; clear the state to read anew")


def _stat_of(stream: BinaryIO) -> list[int]:
    found = os.fstat(stream.fileno())
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _stat(path: Path) -> list[int]:
    with path.open("rb") as stream:
        return _stat_of(stream)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
