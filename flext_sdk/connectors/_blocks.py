"""Reads a file in blocks of whole rows, never more of it at once than needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flext_sdk.connectors._files import SourceFile
    from flext_sdk.connectors._kinds import Kinds

# How much is read at once, in bytes; a piece with a longer row grows until the row is whole.
BLOCK = 4 << 20
# Arrow counts the bytes of a column with 32 bits, and escaping can make a text several times longer.
LONGEST_ROW = 256 << 20


@dataclass(slots=True)
class Block:
    """Some whole rows of a file.

    Attributes:
        start: Byte offset of the first row.
        raw: The bytes.
        first_row: Number of the first row, from 1.
        rows: How many rows.
        data: The rows as the format reads them.
        whole: False for a last row without a line end.
    """

    start: int
    raw: bytes
    first_row: int
    rows: int
    data: Any
    whole: bool = True

    @property
    def end(self) -> int:
        """Byte offset behind the last row."""
        return self.start + len(self.raw)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the rows of a file begin, and the names of its fields where they stand above the rows."""

    start: int
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Encoding:
    """How rows become RECORD lines.

    Attributes:
        stream: Name of the stream.
        fields: The selected fields in order.
        every_field: Whether nothing was deselected.
        kinds: Kinds of each field.
        version: Version of the table, 0 for none.
        source: Key of the file, for positions; empty for none.
    """

    stream: str
    fields: list[str]
    every_field: bool
    kinds: dict[str, Kinds]
    version: int
    source: str


class Format(Protocol):
    """A file format: how to cut it into rows, what the fields hold, how a RECORD line is made."""

    mixed: bool

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of its files."""
        ...

    @property
    def signature(self) -> str:
        """The settings that decide what is read from a file."""
        ...

    def layout(self, file: SourceFile) -> Layout | None:
        """Looks at the beginning of a file; None when there is nothing in it yet."""
        ...

    def blocks(self, file: SourceFile, layout: Layout, start: int, end: int, first_row: int) -> Iterator[Block]:
        """The rows between two byte offsets."""
        ...

    def observe(self, block: Block, layout: Layout, known: dict[str, Kinds]) -> None:
        """Adds what the fields of a block hold to ``known``."""
        ...

    def encode(self, block: Block, layout: Layout, encoding: Encoding) -> Iterator[memoryview | bytes]:
        """RECORD lines of a block, in large pieces."""
        ...


def cut(
    path: Path, start: int, end: int, split: Callable[[bytes, int], tuple[int, Any]]
) -> Iterator[tuple[int, bytes, Any]]:
    """Pieces of a file that end where a row ends, and at last what is left over, with None.

    Args:
        path: The file.
        start: First byte.
        end: The byte behind the last.
        split: Gets bytes that begin with a row, and their offset; gives how many of them are whole rows, and what
            they hold.

    Raises:
        ConnectorError: If the file got shorter meanwhile, or a row is too long.
    """
    rest, offset, want = b"", start, BLOCK
    with path.open("rb") as file:
        file.seek(start)
        while (left := end - offset - len(rest)) > 0:
            piece = file.read(min(want, left))
            if not piece:
                raise ConnectorError(f"{path} got shorter while it was read; run again")
            rest += piece
            size, data = split(rest, offset)
            if size:
                yield offset, rest[:size], data
                rest, offset, want = rest[size:], offset + size, BLOCK
            else:
                want = len(rest)
                if want > LONGEST_ROW:
                    raise ConnectorError(f"{path}: the row at byte {offset} is longer than {LONGEST_ROW >> 20} MB")
        if rest:
            yield offset, rest, None
