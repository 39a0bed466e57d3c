"""JSON Lines files: the lines are checked and looked at, then sent as they are."""

# Some arguments of the protocol matter to others that follow it only.
# ruff: noqa: ARG002

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from flext_sdk.connectors._blocks import Block, Encoding, Layout, cut
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._io import say
from flext_sdk.connectors._json import dumps, loads_exact, may_be_inexact
from flext_sdk.connectors._jsoncheck import holds_what_is_known
from flext_sdk.connectors._observe import observe_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flext_sdk.connectors._files import SourceFile
    from flext_sdk.connectors._kinds import Kinds

_BOM = b"\xef\xbb\xbf"
_PER_PIECE = 5000


class JsonlFormat:
    """JSON Lines: one object a line, blank lines allowed."""

    mixed = True
    suffixes = (".jsonl", ".ndjson")
    signature = "jsonl"

    def layout(self, file: SourceFile) -> Layout | None:
        """Skips a byte order mark; None for an empty file."""
        with file.path.open("rb") as stream:
            head = stream.read(len(_BOM) + 1)
        start = len(_BOM) if head.startswith(_BOM) else 0
        return Layout(start) if len(head) > start else None

    def blocks(self, file: SourceFile, layout: Layout, start: int, end: int, first_row: int) -> Iterator[Block]:
        """The lines between two byte offsets; a last line that is visibly unfinished is left for later."""
        row = first_row
        for offset, raw, whole in cut(file.path, start, end, lambda data, _: (data.rfind(b"\n") + 1, True)):
            lines = [line for part in raw.split(b"\n") if (line := part.strip())]
            block = Block(offset, raw, row, len(lines), (lines, file), bool(whole))
            if not whole and not _is_complete(block):
                return
            yield block
            row += len(lines)

    def observe(self, block: Block, layout: Layout, known: dict[str, Kinds]) -> None:
        """Adds what the fields of a block hold to ``known``."""
        if not holds_what_is_known(block.raw, block.data[0], known):
            observe_records(_records(block), known)

    def encode(self, block: Block, layout: Layout, encoding: Encoding) -> Iterator[bytes]:
        """RECORD lines of a block; the record is the line of the file unless fields were deselected."""
        lines, _ = block.data
        if not encoding.every_field:
            wanted = set(encoding.fields)
            lines = [
                dumps({name: value for name, value in record.items() if name in wanted}) for record in _records(block)
            ]
        before = b'{"type":"RECORD","stream":' + orjson.dumps(encoding.stream) + b',"record":'
        for start in range(0, len(lines), _PER_PIECE):
            piece = lines[start : start + _PER_PIECE]
            if encoding.version:
                after = b',"version":%d,"flext_position":[' % encoding.version + orjson.dumps(encoding.source) + b","
                first = block.first_row + start
                yield b"".join([b"%b%b%b%d]}\n" % (before, line, after, row) for row, line in enumerate(piece, first)])
            else:
                yield before + (b"}\n" + before).join(piece) + b"}\n"


def _is_complete(block: Block) -> bool:
    """Whether a last row without a line end is whole, as far as that can be seen."""
    try:
        _records(block)
    except ConnectorError:
        path = block.data[1].path
        say("WARNING", f"{path}: row {block.first_row}, the last one, is not complete yet; it is left for the next run")
        return False
    return True


def _records(block: Block) -> list[dict[str, Any]]:
    """The rows of a block.

    Raises:
        ConnectorError: If one is no JSON object.
    """
    lines, file = block.data
    exact = may_be_inexact(block.raw)
    try:
        records = [] if exact else orjson.loads(b"[" + b",".join(lines) + b"]")
    except ValueError:
        exact = True
    if exact or len(records) != len(lines) or set(map(type, records)) - {dict}:
        records = [_read_one(line, file, number) for number, line in enumerate(lines, block.first_row)]
    return records


def _read_one(line: bytes, file: SourceFile, row: int) -> dict[str, Any]:
    try:
        record = orjson.loads(line)
        if may_be_inexact(line):
            record = loads_exact(line)
    except ValueError as error:
        raise ConnectorError(f"{file.path}: row {row} is not JSON: {str(error).partition(': line')[0]}") from None
    if not isinstance(record, dict):
        raise ConnectorError(f"{file.path}: row {row} must be a JSON object")
    return record
