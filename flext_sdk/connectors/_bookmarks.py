"""How far a file was read, and how to see that it is still the same file.

A bookmark of a file holds the byte offset behind the last whole row that was sent, a hash of everything before it,
the number of rows, and, for a last row without a line end, its length and hash: such a row is sent (the file may
simply lack the line end), but the offset stays before it. If the file goes on with a line end there, the row was
whole; if it goes on with anything else, the row was cut.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from pathlib import Path

    from flext_sdk.connectors._kinds import Kinds

FORMAT = 1
_PIECE = 1 << 20

Change = Literal["new", "same", "appended", "cut", "rewritten"]


class Hash:
    """A hash of all bytes so far, which can be asked at any point."""

    def __init__(self) -> None:
        self._state = hashlib.blake2b(digest_size=16)

    def update(self, data: bytes | memoryview) -> None:
        """Adds bytes."""
        self._state.update(data)

    def text(self) -> str:
        """The hash of the bytes so far."""
        return self._state.hexdigest()


def hash_of(data: bytes | memoryview) -> str:
    """The hash of some bytes."""
    state = Hash()
    state.update(data)
    return state.text()


@dataclass(slots=True)
class FileMark:
    """Bookmark of one file."""

    offset: int = 0
    rows: int = 0
    digest: str = ""
    tail_bytes: int = 0
    tail_digest: str = ""
    stat: list[int] = field(default_factory=list)


@dataclass(slots=True)
class StreamMark:
    """Bookmark of a stream.

    Attributes:
        version: Version of the table (milliseconds); 0 where rows have keys and are never removed.
        complete: Whether the version was read to its end and activated.
        signature: What else the rows depend on: settings, keys, selected fields. A change means reading anew.
        kinds: Kinds of each field that was sent.
        files: Bookmarks by file key.
    """

    version: int = 0
    complete: bool = False
    signature: str = ""
    kinds: dict[str, Kinds] = field(default_factory=dict)
    files: dict[str, FileMark] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The form that stands in a STATE message."""
        return {
            "format": FORMAT,
            "version": self.version,
            "complete": self.complete,
            "signature": self.signature,
            "kinds": {name: sorted(kinds) for name, kinds in self.kinds.items()},
            "files": {key: asdict(mark) for key, mark in self.files.items()},
        }

    @classmethod
    def from_json(cls, stream: str, data: object) -> StreamMark | None:
        """Reads a bookmark, or gives None when there is none of ours.

        Raises:
            ConnectorError: If it is ours, but broken.
        """
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            return None
        try:
            return cls(
                version=int(data["version"]),
                complete=bool(data["complete"]),
                signature=str(data["signature"]),
                kinds={name: frozenset(map(str, kinds)) for name, kinds in data["kinds"].items()},
                files={key: FileMark(**mark) for key, mark in data["files"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ConnectorError(
                f"--state: the bookmark of the stream {stream} is broken; run without it to read anew"
            ) from None


@dataclass(slots=True)
class Found:
    """What became of a file since its bookmark.

    Attributes:
        change: ``cut`` is an appended file whose last row had been sent before it was whole.
        start: Where to read on.
        rows: Rows before ``start``.
        hash: Hash of everything before ``start``.
        size: Size of the file when it was looked at; nothing behind it is read.
        stat: What the operating system says about it.
    """

    change: Change
    start: int
    rows: int
    hash: Hash
    size: int
    stat: list[int]


def inspect(path: Path, mark: FileMark | None) -> Found:
    """Compares a file with its bookmark.

    A file whose size, times and inode are as before is not read; any other is hashed up to the bookmark.

    Raises:
        ConnectorError: If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return _inspect(file, mark)
    except OSError as error:
        raise ConnectorError(f"cannot read {path}: {error.strerror}") from None


def _inspect(file: BinaryIO, mark: FileMark | None) -> Found:
    status = os.fstat(file.fileno())
    stat = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    found = Found("new", 0, 0, Hash(), status.st_size, stat)
    if mark is None:
        return found
    if mark.stat == stat:
        found.change, found.start, found.rows = "same", mark.offset, mark.rows
        return found
    found.change = "rewritten"
    if status.st_size < mark.offset + mark.tail_bytes:
        return found
    hashed = Hash()
    left = mark.offset
    while left and (piece := file.read(min(left, _PIECE))):
        hashed.update(piece)
        left -= len(piece)
    if left or hashed.text() != mark.digest:
        return found
    found.hash, found.start, found.rows = hashed, mark.offset, mark.rows
    return _inspect_tail(file, mark, found)


def _inspect_tail(file: BinaryIO, mark: FileMark, found: Found) -> Found:
    tail = file.read(mark.tail_bytes)
    end = file.read(2)
    if mark.tail_bytes == 0:
        found.change = "appended" if end else "same"
    elif hash_of(tail) != mark.tail_digest:
        found.change = "cut"
    elif not end:
        found.change = "same"
    elif end[:1] == b"\n" or end == b"\r\n":
        skipped = tail + (b"\n" if end[:1] == b"\n" else b"\r\n")
        found.hash.update(skipped)
        found.start += len(skipped)
        found.rows += 1
        found.change = "appended" if found.start < found.size else "same"
    else:
        found.change = "cut"
    return found
