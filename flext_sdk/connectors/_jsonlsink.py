"""Streams into JSON Lines files: a log of all records, in the order they came.

One file in the folder, ``.target-jsonl.json``, says how long each stream's file was at the last commit and which
version it holds. It is replaced atomically, and that is the commit: whatever stands behind that length after a crash
is cut off by the next run.
"""

# Some arguments of the protocol matter to others that follow it only.
# ruff: noqa: ARG002

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._json import dumps
from flext_sdk.connectors._target import Pace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flext_sdk.connectors._target import Positions, Record

JOURNAL = ".target-jsonl.json"


@dataclass(slots=True)
class _Stream:
    """What is known of a stream's file.

    Attributes:
        file: Name of the file.
        size: Its length at the last commit, or -1 where no run is writing to it.
        version: Version of its records, 0 for none.
        stage: Version of the records in the staging file; 0 for none.
        stage_size: Length of the staging file at the last commit.
        moved: Whether the staging file takes the place of the file, which a crash may have kept from happening.
        positions: How far each source of a version was written.
    """

    file: str
    size: int = -1
    version: int = 0
    stage: int = 0
    stage_size: int = 0
    moved: bool = False
    positions: dict[str, Positions] = field(default_factory=dict)


class JsonlSink:
    """A sink that writes to a folder. Keys play no part: a record that comes again is written again.

    Args:
        folder: An existing folder.

    Raises:
        ConnectorError: If the folder's journal is broken.
    """

    pace = Pace()

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[tuple[str, bool], BinaryIO] = {}
        self._committed = self._load()
        self._recover()

    def _load(self) -> dict[str, _Stream]:
        path = self._folder / JOURNAL
        if not path.exists():
            return {}
        try:
            return {name: _Stream(**data) for name, data in json.loads(path.read_bytes()).items()}
        except (ValueError, TypeError, AttributeError):
            raise ConnectorError(
                f"{path} is broken; remove it to go on (records of an interrupted run may then stand twice)"
            ) from None

    def _path(self, stream: _Stream, staged: bool = False) -> Path:
        return self._folder / (f".{stream.file}.stage" if staged else stream.file)

    def _recover(self) -> None:
        """Finishes the commit, or takes back the records behind it, that an earlier run left when it ended early."""
        for known in self._committed.values():
            path, stage = self._path(known), self._path(known, staged=True)
            if known.moved and stage.exists():
                stage.replace(path)
            known.moved = False
            if known.size >= 0 and path.exists() and path.stat().st_size > known.size:
                os.truncate(path, known.size)
            known.size = -1
            if not known.stage:
                stage.unlink(missing_ok=True)
            elif stage.exists():
                os.truncate(stage, known.stage_size)
        if self._committed:
            self._save()
        self._streams = deepcopy(self._committed)

    def schema(self, stream: str, schema: dict[str, Any], keys: list[str]) -> None:
        """Makes the stream's file."""
        if stream not in self._streams:
            taken = {known.file.casefold() for known in self._streams.values()}
            stem = re.sub(r'[/\\:*?"<>|\x00-\x1f]', "_", stream).lstrip(".") or "_"
            number, name = 1, f"{stem}.jsonl"
            while name.casefold() in taken:
                number += 1
                name = f"{stem}_{number}.jsonl"
            self._streams[stream] = _Stream(name)
        self._open(stream, staged=False)

    def _open(self, stream: str, *, staged: bool) -> BinaryIO:
        """The open file; before the first byte goes in, the journal says where it would be cut off again."""
        if (stream, staged) not in self._files:
            live = self._streams[stream]
            known = self._committed.setdefault(stream, _Stream(live.file))
            path = self._path(live, staged)
            if not staged:
                _end_line(path)
                known.size = path.stat().st_size if path.exists() else 0
                self._save()
            self._files[stream, staged] = path.open("ab", buffering=1 << 20)
        return self._files[stream, staged]

    def write(self, stream: str, version: int, records: list[Record], lines: list[int]) -> None:
        """Appends records."""
        file = self._open(stream, staged=self._is_staged(stream, version))
        try:
            data = b"\n".join(map(dumps, records))
        except TypeError:
            for record, line in zip(records, lines, strict=True):
                self._check(stream, record, line)
            raise
        with _naming(file):
            file.write(data)
            file.write(b"\n")

    @staticmethod
    def _check(stream: str, record: Record, line: int) -> None:
        for name, value in record.items():
            try:
                dumps({name: value})
            except TypeError as error:
                raise ConnectorError(
                    f"{stream}: the field {name} in input line {line} cannot be stored: {error}"
                ) from None

    def _is_staged(self, stream: str, version: int) -> bool:
        """Whether records of a version wait in the staging file, because the file holds another version."""
        known = self._streams[stream]
        if version == known.version or (known.moved and version == known.stage):
            return known.moved
        if version and version == known.stage:
            return True
        self._open(stream, staged=False).flush()
        if not version or not self._path(known).stat().st_size:
            known.version = version
            return False
        self._drop_stage(stream)
        known.stage = version
        return True

    def _drop_stage(self, stream: str) -> None:
        """Gives up a version that was never activated: first in the journal, lest half of it be taken for a whole."""
        live, known = self._streams[stream], self._committed[stream]
        if file := self._files.pop((stream, True), None):
            file.close()
        for each in (live, known):
            each.positions.pop(str(each.stage), None)
            each.stage = each.stage_size = 0
        self._save()
        self._path(live, staged=True).unlink(missing_ok=True)

    def positions(self, stream: str, version: int) -> Positions:
        """How far each source of a version was written."""
        self._is_staged(stream, version)
        return self._streams[stream].positions.setdefault(str(version), {})

    def activate(self, stream: str, version: int) -> None:
        """Lets the version's records take the place of all others, with the next commit."""
        known = self._streams[stream]
        if version not in (known.version, known.stage):
            # Nothing came of this version: an empty file takes the place of the old one.
            self._drop_stage(stream)
            known.stage = version
        if version == known.stage:
            self._open(stream, staged=True)
            known.moved = True
        elif known.stage:
            self._drop_stage(stream)
        known.positions = {key: rows for key, rows in known.positions.items() if key == str(version)}

    def commit(self) -> None:
        """Makes everything last: records on disk first, then the journal, then staging files into place."""
        for (stream, staged), file in self._files.items():
            with _naming(file):
                file.flush()
                os.fsync(file.fileno())
            live = self._streams[stream]
            if staged:
                live.stage_size = file.tell()
            else:
                live.size = file.tell()
        moved = [(stream, live) for stream, live in self._streams.items() if live.moved]
        for _, live in moved:
            live.version, live.size, live.stage, live.stage_size = live.stage, live.stage_size, 0, 0
        self._committed = deepcopy(self._streams)
        self._save()
        for stream, live in moved:
            self._path(live, staged=True).replace(self._path(live))
            self._files.pop((stream, False)).close()
            self._files[stream, False] = self._files.pop((stream, True))
            live.moved = self._committed[stream].moved = False
        if moved:
            self._save()

    def _save(self) -> None:
        """Replaces the journal atomically and durably."""
        path = self._folder / (JOURNAL + ".new")
        with path.open("wb") as file, _naming(file):
            file.write(json.dumps({name: asdict(known) for name, known in self._committed.items()}).encode())
            file.flush()
            os.fsync(file.fileno())
        path.replace(self._folder / JOURNAL)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def rollback(self) -> None:
        """Takes back everything since the last commit."""
        self._close_files()
        self._recover()

    def close(self) -> None:
        """Closes the files, and notes that nobody is writing: what others append from here on is theirs."""
        self._close_files()
        self._recover()

    def _close_files(self) -> None:
        for file in self._files.values():
            with suppress(OSError):  # what is not written yet was not committed, and is cut off
                file.close()
        self._files.clear()


@contextmanager
def _naming(file: BinaryIO) -> Iterator[None]:
    """An error of writing gets the name of the file: the system does not tell it."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or file.name
        raise


def _end_line(path: Path) -> None:
    """A file from elsewhere may lack the last line end."""
    if path.exists() and path.stat().st_size:
        with path.open("rb+") as file:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
